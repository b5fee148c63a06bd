#!/usr/bin/env bash
# Fuzzes what reads strangers' files, for SECONDS_EACH seconds (60 unless told otherwise).
#   scripts/fuzz.sh [seconds]
# With a nightly compiler and cargo-fuzz it is libFuzzer, guided by coverage. Without them it says so and runs the seeded
# cases that `cargo test` has, which need nothing but the stable compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-60}"

if cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "fuzzing guides with cargo-fuzz for $seconds s"
    exec cargo +nightly fuzz run --fuzz-dir fuzz --features libfuzzer xmltv -- \
        -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=1024 -timeout=10
fi
echo "no cargo-fuzz on a nightly compiler here: NOT guided by coverage, only the seeded cases of the stable compiler run"
exec cargo test -p livetv --lib domain::xmltv::mutations
