#!/usr/bin/env bash
# Fuzzes what reads strangers' files, by libFuzzer and guided by coverage: scripts/fuzz.sh [SECONDS], 60 unless told otherwise.
# Needs the stable compiler and a C++ compiler. What was learnt is kept in target/fuzz/corpus for the next run; an input
# that breaks something is in target/fuzz/findings, and scripts/fuzz.sh FILE tries it again.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

OUT="$TARGET/fuzz"
mkdir -p "$OUT/corpus" "$OUT/findings"
triple="$(rustc -vV | sed -n 's/^host: //p')"

# Coverage as cargo-fuzz asks for it, but for sanitizers, which need a nightly compiler. With --target the flags leave
# build scripts and procedural macros alone.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
coverage+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
(cd "$ROOT/fuzz" && RUSTFLAGS="$coverage" CARGO_TARGET_DIR="$OUT/build" \
  cargo build --locked --release --features libfuzzer --bin xmltv --target "$triple")
target="$OUT/build/$triple/release/xmltv"

limits=(-max_len=65536 -rss_limit_mb=1024 -timeout=10 "-artifact_prefix=$OUT/findings/")
if [ -f "${1:-}" ]; then
  exec "$target" "${limits[@]}" "$1"
fi
seconds="${1:-60}"
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || die "usage: scripts/fuzz.sh [SECONDS | FILE]"
say "guides, for $seconds s"
log="$OUT/last.log"
"$target" "${limits[@]}" "-max_total_time=$seconds" -print_final_stats=1 "-dict=$ROOT/fuzz/xmltv.dict" \
  "$OUT/corpus" "$ROOT/fuzz/corpus/xmltv" >"$log" 2>&1 || {
  tail -n 60 "$log" >&2
  die "the input is in $OUT/findings"
}
grep -E '^(Done|stat::number_of_executed_units)|cov: [0-9]+ ft:' "$log" | tail -n 3
# A fuzzer that learns nothing would pass for ever.
grep -qE 'NEW +cov: ' "$log" || grep -qE 'INITED +cov: [0-9]{3,}' "$log" || die "there is no coverage: $log"
echo "fuzz: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") guides, nothing broke"
