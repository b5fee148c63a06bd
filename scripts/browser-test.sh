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
if [ -n "${1:-}" ]; then
  BASE="$1"
  mkdir -p "$RUN"
else
  trap 'stop_platform "$RUN"' EXIT
  start_platform "$RUN"
fi
cd "$ROOT/web"
npm test --silent
npm run --silent browser -- "$BASE" "$RUN"
npm run --silent player -- "$BASE"
