#!/usr/bin/env bash
# The services of the split shape and of the backend tests, on 127.0.0.1 and free ports: PostgreSQL, Redis, NATS JetStream.
#   start   starts what does not run yet, writes target/services.env
#   stop    stops them by process id and removes their data
#   env     prints the addresses as shell assignments
# Data is for tests: nothing is synced to disk.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

RUN="$TARGET/services"
ENV_FILE="$TARGET/services.env"

# PostgreSQL refuses to run as root, and its user must reach its data: the checkout may be in a closed home.
choose_postgres_user() {
  PG_USER="$(id -un)"
  AS=()
  PG_HOME="$RUN/postgres"
  [ "$(id -u)" = 0 ] || return 0
  PG_USER=postgres
  id "$PG_USER" >/dev/null 2>&1 || PG_USER=nobody
  AS=(setpriv "--reuid=$PG_USER" "--regid=$(id -g "$PG_USER")" --clear-groups)
  if [ -s "$RUN/postgres.home" ]; then
    PG_HOME="$(cat "$RUN/postgres.home")"
  elif ! "${AS[@]}" test -x "$RUN"; then
    PG_HOME="$(mktemp -d)/postgres"
    chmod 755 "$(dirname "$PG_HOME")"
  fi
  echo "$PG_HOME" >"$RUN/postgres.home"
}

start_postgres() {
  local bin port pid_file="$RUN/postgres.pid"
  bin="$(postgres_bin)" || die "PostgreSQL is not installed: scripts/install-tools.sh"
  choose_postgres_user
  owned "$pid_file" "$PG_HOME" && return 0
  rm -rf "$PG_HOME"
  mkdir -p "$PG_HOME"
  [ "${#AS[@]}" = 0 ] || chown "$PG_USER" "$PG_HOME"
  (cd / && "${AS[@]}" "$bin/initdb" -D "$PG_HOME/data" -U matinee --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync) \
    >"$RUN/postgres-initdb.log" 2>&1 || die "initdb failed: $RUN/postgres-initdb.log"
  port="$(free_port)"
  (cd / && exec "${AS[@]}" "$bin/postgres" -D "$PG_HOME/data" -h 127.0.0.1 -p "$port" -k '' \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=400) \
    >"$RUN/postgres.log" 2>&1 </dev/null &
  echo $! >"$pid_file"
  echo "$port" >"$RUN/postgres.port"
  # the process that answers is ours: it works in our folder
  wait_for 30 "PostgreSQL ($RUN/postgres.log)" postgres_is_ours "$bin" "$port"
  "$bin/psql" -h 127.0.0.1 -p "$port" -U matinee -d postgres -qc 'CREATE DATABASE matinee'
}
postgres_is_ours() {
  [ "$("$1/psql" -h 127.0.0.1 -p "$2" -U matinee -d postgres -Atc 'SHOW data_directory')" = "$PG_HOME/data" ]
}

start_redis() {
  local port pid_file="$RUN/redis.pid"
  command -v redis-server >/dev/null || die "Redis is not installed: scripts/install-tools.sh"
  # a server shows its port in its process title, so that is its mark
  [ -s "$RUN/redis.port" ] && owned "$pid_file" "redis-server 127.0.0.1:$(cat "$RUN/redis.port")" && return 0
  port="$(free_port)"
  redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$RUN" >"$RUN/redis.log" 2>&1 </dev/null &
  echo $! >"$pid_file"
  echo "$port" >"$RUN/redis.port"
  wait_for 20 "Redis ($RUN/redis.log)" redis_is_ours "$port" "$(cat "$pid_file")"
}
redis_is_ours() { redis-cli -h 127.0.0.1 -p "$1" INFO server | tr -d '\r' | grep -qx "process_id:$2"; }

start_nats() {
  local port name pid_file="$RUN/nats.pid"
  command -v nats-server >/dev/null || die "NATS is not installed: scripts/install-tools.sh"
  owned "$pid_file" "$RUN/nats" && return 0
  rm -rf "$RUN/nats"
  port="$(free_port)"
  name="matinee-$$-$RANDOM"
  nats-server -a 127.0.0.1 -p "$port" -n "$name" -js -sd "$RUN/nats" >"$RUN/nats.log" 2>&1 </dev/null &
  echo $! >"$pid_file"
  echo "$port" >"$RUN/nats.port"
  wait_for 20 "NATS ($RUN/nats.log)" nats_is_ours "$port" "$name"
}
nats_is_ours() { # its greeting carries the name we gave it
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  IFS= read -r -t 2 line <&3
  exec 3>&- 3<&-
  grep -qF "\"server_name\":\"$2\"" <<<"$line"
}

start() {
  mkdir -p "$RUN"
  trap '[ "$?" = 0 ] || give_up' EXIT
  start_postgres
  start_redis
  start_nats
  cat >"$ENV_FILE" <<EOF
MATINEE_TEST_POSTGRES_URL=postgres://matinee@127.0.0.1:$(cat "$RUN/postgres.port")/matinee
MATINEE_TEST_REDIS_URL=redis://127.0.0.1:$(cat "$RUN/redis.port")
MATINEE_TEST_NATS_URL=nats://127.0.0.1:$(cat "$RUN/nats.port")
EOF
  say "PostgreSQL, Redis and NATS are up: $ENV_FILE"
}

give_up() { # half a set is no use to anybody
  tail -n 15 "$RUN"/*.log >&2 || true
  stop
}

stop() {
  [ -d "$RUN" ] || return 0
  choose_postgres_user
  stop_owned "$RUN/nats.pid" "$RUN/nats"
  [ -s "$RUN/redis.port" ] && stop_owned "$RUN/redis.pid" "redis-server 127.0.0.1:$(cat "$RUN/redis.port")"
  # SIGINT is PostgreSQL's fast stop: it does not wait for clients
  if owned "$RUN/postgres.pid" "$PG_HOME"; then kill -INT "$(cat "$RUN/postgres.pid")" || true; fi
  stop_owned "$RUN/postgres.pid" "$PG_HOME"
  rm -rf "$PG_HOME" "$RUN" "$ENV_FILE"
  say "stopped"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  env) cat "$ENV_FILE" 2>/dev/null || die "not started: scripts/services.sh start" ;;
  *) die "usage: scripts/services.sh start|stop|env" ;;
esac
