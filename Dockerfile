# One image, one binary; the command line chooses the services:
#   docker build -t matinee .
#   docker run --rm -p 4000:4000 -v matinee:/data matinee
#   docker run --rm matinee run --only accounts --listen 0.0.0.0:4101
FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY schema/operations /src/schema/operations
COPY web .
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=web /src/router/assets/graphiql router/assets/graphiql
RUN cargo build --locked --release --package server --bin matinee

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 matinee \
    && useradd --uid 10001 --gid matinee --no-create-home --home-dir /data --shell /usr/sbin/nologin matinee \
    && install -d -o matinee -g matinee -m 0750 /data /objects /keys
COPY --from=build /src/target/release/matinee /usr/local/bin/matinee
USER matinee
WORKDIR /data
VOLUME ["/data"]
ENV MATINEE__LOG__FORMAT=json \
    MATINEE__LOG__ACCESS=stdout \
    MATINEE__SERVER__DATA_DIR=/data \
    MATINEE__SERVER__METRICS_LISTEN=0.0.0.0:4001
EXPOSE 4000 4001
STOPSIGNAL SIGTERM
ENTRYPOINT ["matinee"]
CMD ["run", "--listen", "0.0.0.0:4000"]
