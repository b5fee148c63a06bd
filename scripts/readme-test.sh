#!/usr/bin/env bash
# Runs the ```bash blocks of README.md, in order and in one shell, against a platform: scripts/readme-test.sh [BASE_URL]
# A block that fails, or an answer with `errors`, fails the test: what people are told to paste works.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

RUN="$TARGET/readme"
if [ -n "${1:-}" ]; then
  BASE="$1"
  mkdir -p "$RUN"
else
  trap 'stop_platform "$RUN"' EXIT
  start_platform "$RUN"
fi
awk '/^```bash$/ { on = 1; next } /^```$/ { on = 0 } on' "$ROOT/README.md" |
  sed "s|http://127.0.0.1:4000|$BASE|g" >"$RUN/blocks.sh"
[ -s "$RUN/blocks.sh" ] || die "README.md has no bash block"
cd "$ROOT"
bash -euo pipefail "$RUN/blocks.sh" 2>&1 | tee "$RUN/answers.txt"
if grep -qE '"errors"|"detail"|^null$' "$RUN/answers.txt"; then die "an answer has errors or is empty: $RUN/answers.txt"; fi
say "every block of README.md ran"
