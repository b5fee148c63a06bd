#!/usr/bin/env bash
# The split shape without containers: one process per service on PostgreSQL, NATS and Redis, all on 127.0.0.1.
#   start   starts the services (scripts/services.sh), then router, sidecar and eight subgraphs, and one more router whose
#           live TV is one more process over the same database; prints the base URL
#   stop    stops the processes by id; the services go on
#   url     prints the base URL of the router; `url 2` that of the other one
# Data, keys and logs are under target/split. MATINEE_BIN names another binary than target/debug/matinee.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

RUN="$TARGET/split"
BIN="${MATINEE_BIN:-$TARGET/debug/matinee}"
SUBGRAPHS=(accounts catalogue livetv rights search recommendations billing analytics)
FIRST=("${SUBGRAPHS[@]}" sidecar router)
SECOND=(livetv-2 router-2)
ALL=("${FIRST[@]}" "${SECOND[@]}")

# Two free ports each: what it serves, and its metrics.
choose_ports() {
  local service port taken=" "
  declare -gA PORT METRICS
  for service in "${ALL[@]}" "${ALL[@]/#/metrics-}"; do
    port="$(free_port)"
    while [[ "$taken" == *" $port "* ]]; do port="$(free_port)"; done
    taken="$taken$port "
    case "$service" in
      metrics-*) METRICS[${service#metrics-}]="$port" ;;
      *) PORT[$service]="$port" && echo "$port" >"$RUN/$service.port" ;;
    esac
  done
}

settings() {
  local service
  set -a
  # shellcheck disable=SC1091
  source "$TARGET/services.env"
  set +a
  export MATINEE__DATABASE__URL="$MATINEE_TEST_POSTGRES_URL"
  export MATINEE__EVENTS__URL="$MATINEE_TEST_NATS_URL"
  export MATINEE__EVENTS__INLINE=false
  export MATINEE__KV__URL="$MATINEE_TEST_REDIS_URL"
  export MATINEE__OBJECTS__URL="file:$RUN/objects"
  export MATINEE__AUTH__PATH_SECRET_FILE="$RUN/path.key"
  export MATINEE__PUBLIC__GRAPH_URL="http://127.0.0.1:${PORT[router]}"
  export MATINEE__PUBLIC__MEDIA_URL="http://127.0.0.1:${PORT[sidecar]}"
  for service in "${SUBGRAPHS[@]}"; do
    export "MATINEE__SUBGRAPHS__${service^^}=http://127.0.0.1:${PORT[$service]}/graphql"
  done
}

# Paths of the other processes, so that all of docs/REST.md is on the router's port: passthrough PORT_OF_LIVETV
passthrough() {
  local path routes=""
  for path in '/s/{*rest}' '/api/v1/stream/{token}' '/api/v1/images/{id}' /api/v1/admin/livetv/epg/upload; do
    routes+="{ path = \"$path\", to = \"http://127.0.0.1:${PORT[sidecar]}\" }, "
  done
  for path in /api/v1/livetv/epg.xml /api/v1/livetv/channels.m3u; do
    routes+="{ path = \"$path\", to = \"http://127.0.0.1:$1\" }, "
  done
  echo "[$routes]"
}

launch() { # service, or service-2
  local folder="$RUN/$1" service="${1%-2}" livetv="${PORT[livetv]}" routes="" jwks="http://127.0.0.1:${PORT[accounts]}/.well-known/jwks.json"
  mkdir -p "$folder"
  [ "$1" != accounts ] || jwks="" # the one that has the private key
  [ "$1" = "$service" ] || livetv="${PORT[livetv-2]}"
  [ "$service" != router ] || routes="$(passthrough "$livetv")"
  MATINEE__SERVER__METRICS_LISTEN="127.0.0.1:${METRICS[$1]}" MATINEE__AUTH__JWKS_URL="$jwks" \
    MATINEE__SUBGRAPHS__LIVETV="http://127.0.0.1:$livetv/graphql" MATINEE__ROUTER__PASSTHROUGH__ROUTES="${routes:-[]}" \
    "$BIN" run --only "$service" --listen "127.0.0.1:${PORT[$1]}" --data-dir "$folder" \
    >"$RUN/$1.log" 2>&1 </dev/null &
  echo $! >"$RUN/$1.pid"
}

# Ready, and by the process we started: one that died would leave the port to somebody else.
ready() { owned "$RUN/$1.pid" "--only ${1%-2}" && curl -fsS -m 5 -o "$RUN/ready.json" "http://127.0.0.1:${PORT[$1]}/health/ready"; }

# Waits for one service; says why when its process ends first.
await() {
  local end=$((SECONDS + 120))
  until ready "$1" 2>/dev/null; do
    if ! owned "$RUN/$1.pid" "--only ${1%-2}" || [ "$SECONDS" -ge "$end" ]; then
      tail -n 30 "$RUN/$1.log" >&2
      die "$1 did not become ready: $RUN/$1.log"
    fi
    sleep 0.2
  done
}

# Every event of the demo has arrived: no outbox holds one, no consumer is behind (metrics are sampled every five
# seconds), and the home screen, computed from what arrived, is full.
settled() {
  local service waiting
  for service in "${SUBGRAPHS[@]}" sidecar; do
    waiting="$(curl -fsS -m 5 "http://127.0.0.1:${METRICS[$service]}/metrics" | awk '/^(outbox_depth|consumer_lag)\{/ { sum += $2 } END { print sum + 0 }')"
    [ "$waiting" = 0 ] || return 1
  done
  [ "$(curl -fsS -m 5 "$(url)/graphql" -H 'content-type: application/json' -d '{"query":"{ home { rails(first: 8) { id } } }"}' |
    jq '.data.home.rails | length')" -ge 5 ]
}

start() {
  local service
  [ -x "$BIN" ] || die "$BIN is not there: cargo build, or name another in MATINEE_BIN"
  if owned "$RUN/router.pid" "--only router"; then
    say "runs already"
    url
    return
  fi
  "$ROOT/scripts/services.sh" start
  rm -rf "$RUN"
  mkdir -p "$RUN/objects"
  choose_ports
  settings
  trap '[ "$?" = 0 ] || stop' EXIT
  launch accounts
  await accounts
  for service in "${FIRST[@]:1}"; do launch "$service"; done
  for service in "${FIRST[@]:1}"; do await "$service"; done
  for service in "${SECOND[@]}"; do launch "$service"; done
  for service in "${SECOND[@]}"; do await "$service"; done
  say "${#ALL[@]} processes are ready; the demo's events are on their way"
  sleep 6 # the first sample of the metrics may be older than the last event
  wait_for 60 "the demo in every read model" settled
  url
}

url() { echo "http://127.0.0.1:$(cat "$RUN/router${1:+-$1}.port" 2>/dev/null || die "not started: scripts/split.sh start")"; }

stop() {
  local index
  for ((index = ${#ALL[@]} - 1; index >= 0; index--)); do # the router first: it drains what it carries
    stop_owned "$RUN/${ALL[$index]}.pid" "--only ${ALL[$index]%-2}" 30
  done
  say "stopped; logs are in $RUN"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  url) url "${2:-}" ;;
  *) die "usage: scripts/split.sh start|stop|url [2]" ;;
esac
