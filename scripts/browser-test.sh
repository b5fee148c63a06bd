#!/usr/bin/env bash
# Opens the pages of a platform in headless Chromium: scripts/browser-test.sh [BASE_URL]
# Without a URL it starts one of its own, on a free port and with data of its own. Pictures go to target/browser.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

has_npm || die "npm with Node 20.19 or newer is not here"
CHROMIUM="$(chromium_path)" || die "Chromium is not here: scripts/install-tools.sh"
export CHROMIUM
"$ROOT/scripts/build-web.sh"

RUN="$TARGET/browser"
rm -rf "$RUN"
mkdir -p "$RUN"
base="${1:-}"
if [ -z "$base" ]; then
  bin="${MATINEE_BIN:-$TARGET/debug/matinee}"
  [ -x "$bin" ] || die "$bin is not there: cargo build"
  port="$(free_port)"
  base="http://127.0.0.1:$port"
  MATINEE__SERVER__METRICS_LISTEN="" "$bin" run --listen "127.0.0.1:$port" --data-dir "$RUN/data" >"$RUN/platform.log" 2>&1 </dev/null &
  echo $! >"$RUN/platform.pid"
  trap 'stop_owned "$RUN/platform.pid" "$RUN/data"' EXIT
  wait_for 120 "the platform ($RUN/platform.log)" curl -fsS -m 5 "$base/health/ready"
fi
cd "$ROOT/web"
npm test --silent
npm run --silent browser -- "$base" "$RUN"
