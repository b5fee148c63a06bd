#!/usr/bin/env bash
# The protocols of the graph, checked with the clients and the audit that others use: scripts/conformance.sh [BASE_URL [SUITE…]]
# Without a URL it starts a platform of its own, on a free port and with data of its own, whose tokens live 5 seconds:
# a platform that is named must be in demo mode and have such tokens too.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

has_npm || die "npm with Node 20.19 or newer is not here"
cd "$ROOT/tests/conformance"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi

RUN="$TARGET/conformance"
mkdir -p "$TARGET"
if [ -n "${1:-}" ]; then
  BASE="$1"
else
  trap 'stop_platform "$RUN"' EXIT
  export MATINEE__AUTH__ACCESS_TTL_SECONDS=5 MATINEE__ROUTER__CONNECTION_INIT_TIMEOUT_MS=1500
  start_platform "$RUN"
fi

failed=0
summary=""
shift $(($# > 0))
if [ $# = 0 ]; then set -- http websocket sse introspection; fi
for suite in "$@"; do
  printf -- '-- %s\n' "$suite"
  node "$suite.mjs" "$BASE" | tee "$TARGET/conformance-$suite.log" || failed=1
  summary+="${summary:+; }$(tail -n 1 "$TARGET/conformance-$suite.log")"
done
echo "conformance: $summary"
exit "$failed"
