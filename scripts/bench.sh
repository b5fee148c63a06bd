#!/usr/bin/env bash
# Builds and runs the benchmarks. Peers (other gateways) are installed from the npm registry when Node is there; without it
# ours run alone and say so. `scripts/bench.sh home|observe|gateways|subscribers|reload|guide [arguments]`, or nothing for all of them.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

ulimit -n "$(ulimit -Hn)"
if command -v npm >/dev/null 2>&1; then
  [ -d bench/peers/node_modules/epg-parser ] || (cd bench/peers && npm install --no-audit --no-fund --ignore-scripts --no-package-lock)
else
  echo "bench: no npm here: the other gateways are left out" >&2
fi
cargo build --locked --release --package bench --package server

run() { echo "──────── $*" && "$TARGET/release/$1" "${@:2}"; }
if [ $# -gt 0 ]; then
  run "$@"
  exit
fi
run home
run observe
run gateways warm 0
run gateways warm 4
run gateways cold 0
run gateways large 0
run plans
run subscribers equal 5000
run subscribers different 5000 20 matinee
run subscribers equal 15000 20 matinee
run subscribers different 15000 20 matinee
run reload
run guide
