# shellcheck shell=bash
# What the scripts share; sourced, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TARGET="$ROOT/target"
export ROOT TARGET

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# A port on loopback that nobody answers on.
free_port() {
  local port
  for _ in $(seq 200); do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
      echo "$port"
      return 0
    }
  done
  return 1
}

# Waits until a command succeeds: wait_for SECONDS WHAT COMMAND…
wait_for() {
  local seconds="$1" what="$2" end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "$what did not come up within $seconds s"
    sleep 0.1
  done
}

# Is the process of this pid file running, and is it ours? A reused pid does not carry our mark in its command line.
owned() { # pid-file mark
  local pid
  pid="$(cat "$1" 2>/dev/null)" || return 1
  [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2"
}

# Ends a process of ours by its id: politely, then not. stop_owned PID_FILE MARK [SECONDS]
stop_owned() {
  local pid end
  if owned "$1" "$2"; then
    pid="$(cat "$1")"
    kill -TERM "$pid" 2>/dev/null || true
    end=$((SECONDS + ${3:-20}))
    while owned "$1" "$2"; do
      if [ "$SECONDS" -ge "$end" ]; then
        say "process $pid did not stop in time: killed"
        kill -KILL "$pid" 2>/dev/null || true
        break
      fi
      sleep 0.1
    done
  fi
  rm -f "$1"
}

# Starts a platform of our own on a free port, with its data in FOLDER, and waits until it is ready; sets BASE.
# The caller ends it: stop_platform FOLDER.
start_platform() { # FOLDER
  local folder="$1" binary="${MATINEE_BIN:-$TARGET/debug/matinee}" port
  [ -x "$binary" ] || die "$binary is not there: cargo build, or name another in MATINEE_BIN"
  rm -rf "$folder"
  mkdir -p "$folder"
  port="$(free_port)"
  BASE="http://127.0.0.1:$port"
  MATINEE__SERVER__METRICS_LISTEN="" "$binary" run --listen "127.0.0.1:$port" --data-dir "$folder/data" \
    >"$folder/platform.log" 2>&1 </dev/null &
  echo $! >"$folder/platform.pid"
  wait_for 120 "the platform ($folder/platform.log)" answers "$folder" "$BASE"
}
answers() { owned "$1/platform.pid" "$1/data" && curl -fsS -m 5 "$2/health/ready"; }
stop_platform() { stop_owned "$1/platform.pid" "$1/data" 30; }

# The folder of PostgreSQL's server programs; Debian keeps them off the PATH.
postgres_bin() {
  local found
  for found in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr) "$(dirname "$(command -v initdb || echo none/initdb)")"; do
    if [ -x "$found/initdb" ] && [ -x "$found/postgres" ] && [ -x "$found/psql" ]; then
      echo "$found"
      return 0
    fi
  done
  return 1
}

chromium_path() {
  local found
  for found in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$found" ] && command -v "$found" && return 0
  done
  return 1
}

# Vite needs Node 20.19 or newer.
has_npm() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}
