#!/usr/bin/env bash
# Everything that must pass: format, lints, tests with every backend, a minute of fuzzing, the pages in a browser, the journeys on the split shape.
# Installs and starts what it needs, and stops it whatever happens. `make test` is this.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

LOGS="$TARGET/test-logs"
mkdir -p "$LOGS"
SUMMARY=()

finish() {
  local status=$?
  scripts/split.sh stop 2>/dev/null || true
  scripts/services.sh stop || true
  printf '\n%s\n' "──────── totals"
  printf '%s\n' "${SUMMARY[@]:-nothing ran}"
  if [ "$status" = 0 ]; then echo "PASSED"; else echo "FAILED (exit $status)"; fi
}
trap finish EXIT

# Runs one step, its output also to a log: step NAME COMMAND…
step() {
  local name="$1" log="$LOGS/${1// /-}.log" started=$SECONDS status
  shift
  printf '\n──────── %s\n' "$name"
  set +e # not `if`: a condition would switch off -e inside the step
  (set -e && "$@") 2>&1 | tee "$log"
  status="${PIPESTATUS[0]}"
  set -e
  local result=ok
  [ "$status" = 0 ] || result=FAIL
  SUMMARY+=("$(printf '%-4s %s (%s s)%s' "$result" "$name" "$((SECONDS - started))" "$(totals "$log")")")
  return "$status"
}

# The counts of nextest, cargo test, the browser test, the conformance checks or the fuzzer, from their own last words.
totals() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /tests? run: .* passed/ { sub(/^.*Summary[^]]*\] */, ""); nextest = $0 }
    /^test result: / { passed += $4; failed += $6; ignored += $8; seen = 1 }
    /^(browser|conformance|nginx|kubernetes|fuzz): / { other = $0 }
    END {
      if (nextest) printf ": %s", nextest
      if (seen) printf ": %d passed, %d failed, %d ignored", passed, failed, ignored
      if (other) printf ": %s", other
    }'
}

rust_tests() { # arguments for cargo
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --profile "${NEXTEST_PROFILE:-default}" "$@"
  else
    cargo test --no-fail-fast "$@"
  fi
}

# Statements run on both engines: the crates that open databases are tested once more on PostgreSQL.
postgres_tests() {
  export MATINEE_TEST_POSTGRES_URL="$postgres"
  if cargo nextest --version >/dev/null 2>&1; then
    rust_tests "${ALL[@]}" -E 'rdeps(testkit) + package(database)'
  else
    rust_tests "${ALL[@]}"
  fi
}

# The journeys as a client of a dozen processes.
split_journeys() {
  local base second
  scripts/services.sh stop # the tests before left streams and keys behind
  base="$(scripts/split.sh start)"
  second="$(scripts/split.sh url 2)"
  MATINEE_TEST_URL="$base" MATINEE_TEST_SECOND_URL="$second" rust_tests "${ALL[@]}" "${JOURNEYS[@]}"
  scripts/split.sh stop
  no_panics "$TARGET"/split/*.log
}

# A task that panicked may have been nobody's answer.
no_panics() {
  ! grep -H -A3 'panicked at' "$@" || return 1
}

house() {
  for compose in "docker-compose" "docker compose"; do
    if $compose version >/dev/null 2>&1; then
      $compose --profile infra --profile split config >/dev/null
      echo "docker-compose.yml is well formed ($compose)"
      break
    fi
  done
  if cargo deny --version >/dev/null 2>&1; then cargo deny --offline check bans licenses sources; fi
}

# A linker that runs out of disk ends by a bus error, which tells nobody why.
enough_disk() {
  local need=12 free used
  free="$(df -P -BG "$TARGET" | awk 'NR == 2 { print $4 + 0 }')"
  used="$(du -s -BG "$TARGET" | awk '{ print $1 + 0 }')"
  [ "$((free + used))" -ge "$need" ] || die "needs $need GB of disk for $TARGET; there are $free GB free and $used GB in use there"
}

ALL=(--locked --workspace --features services)
if cargo nextest --version >/dev/null 2>&1; then JOURNEYS=(-E 'binary(journeys)'); else JOURNEYS=(--test journeys); fi

scripts/install-tools.sh
enough_disk
scripts/build-web.sh
scripts/services.sh start
set -a
# shellcheck disable=SC1091
source "$TARGET/services.env"
set +a
postgres="$MATINEE_TEST_POSTGRES_URL"
unset MATINEE_TEST_POSTGRES_URL # without it a test's databases are SQLite files

step "format" cargo fmt --all --check
step "tests" rust_tests "${ALL[@]}"
step "tests on PostgreSQL" postgres_tests
step "fuzzing" scripts/fuzz.sh 60
# With --tests: dependencies have the same features as above, or half of the workspace would be built anew, twice.
step "binary" cargo build "${ALL[@]}" --tests --bin matinee
step "README" scripts/readme-test.sh
step "pages in a browser" scripts/browser-test.sh
step "conformance" scripts/conformance.sh
step "behind nginx" scripts/nginx-test.sh
step "Kubernetes" scripts/kubernetes-test.sh
step "journeys on the split shape" split_journeys
step "no panic in any log" no_panics "$TARGET"/{readme,browser,conformance,nginx}/platform.log
step "lints" cargo clippy --locked --workspace --all-targets --features services -- -D warnings
step "house" house
