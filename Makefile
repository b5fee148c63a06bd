# Thin names for plain commands. `make run` and `make test` are the two to know.
.DEFAULT_GOAL := help
.PHONY: help run test check lint fmt schema bench up down split web

help:    ## this list
	@grep -hE '^[a-z]+: .*##|^[a-z]+:    .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run:     ## build and start everything on embedded defaults, with the demo: http://127.0.0.1:4000
	@scripts/build-web.sh
	cargo run --locked --package server --bin matinee -- run

test:    ## everything that must pass; installs and starts the services it needs
	@scripts/test.sh

check:   ## does it compile, tests included
	cargo check --locked --workspace --all-targets

lint:    ## format and lints, as in CI
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --features services -- -D warnings

fmt:     ## format the code
	cargo fmt --all

schema:  ## write the generated files in schema/: SDL, supergraph, event schemas
	cargo run --locked --package server --bin matinee -- schema

bench:   ## run the benchmarks
	scripts/bench.sh

up:      ## PostgreSQL, NATS and Redis in containers (needs Docker)
	docker compose --profile infra up -d --wait

down:    ## stop the containers
	docker compose --profile infra --profile split down

split:   ## one process per service on PostgreSQL, NATS and Redis, without containers
	cargo build --locked --package server --bin matinee
	scripts/split.sh start

web:     ## build GraphiQL from web/
	@scripts/build-web.sh
