#!/usr/bin/env bash
# Builds GraphiQL and Swagger UI from web/ into router/assets (compressed; the binary embeds them), when their sources changed.
# Without npm it says so and succeeds: the platform runs, and /graphiql tells how to build it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

stamp="$TARGET/web.stamp"
if ! has_npm; then
  say "npm with Node 20.19 or newer is not here: GraphiQL and Swagger UI are not built"
  exit 0
fi
cd "$ROOT/web"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi
newer() { find package-lock.json index.html vite.config.js src build "$ROOT/schema/operations" -type f -newer "$stamp" -print -quit; }
if [ -e "$stamp" ] && [ -e "$ROOT/router/assets/graphiql/index.html.gz" ] && [ -e "$ROOT/router/assets/swagger/index.html.gz" ] && [ -z "$(newer)" ]; then
  exit 0
fi
say "building GraphiQL and Swagger UI"
mkdir -p "$TARGET"
touch "$stamp.next"
npm run --silent build
mv "$stamp.next" "$stamp"
