#!/usr/bin/env bash
# Installs what the tests need and the machine lacks: PostgreSQL, Redis, NATS, nginx, Chromium, a C++ compiler, xmllint,
# openssl, Python, curl, jq.
# On Debian and Ubuntu, as root or with sudo; elsewhere it says what is missing and stops. `--check` only says.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

missing=()
need() { # what-finds-it package
  "$1" >/dev/null 2>&1 || missing+=("$2")
}
has_curl() { command -v curl; }
has_jq() { command -v jq; }
has_compiler() { command -v cc && command -v c++; }
has_xmllint() { command -v xmllint; }
has_redis() { command -v redis-server && command -v redis-cli; }
has_nats() { command -v nats-server; }
has_chromium() { chromium_path; }
has_nginx() { PATH="$PATH:/usr/sbin" command -v nginx; }
has_openssl() { command -v openssl; }
has_python() { python3 -c 'import ensurepip, venv'; }
has_postgres() { postgres_bin; }

need has_curl curl
need has_jq jq
need has_compiler build-essential
need has_xmllint libxml2-utils
need has_postgres postgresql
need has_redis redis-server
need has_nats nats-server
need has_nginx nginx-light
need has_openssl openssl
need has_python python3-venv
need has_chromium chromium

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "${1:-}" = --check ] || ! command -v apt-get >/dev/null; then
    die "missing: ${missing[*]} (Debian's package names); install them and run this again"
  fi
  if [ "$(id -u)" = 0 ]; then
    as_root=()
  elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    die "missing: ${missing[*]}; run as root: apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  # Debian starts the servers it installs; ours are started by the scripts, on loopback and ports of their own.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod +x "$policy"
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

has_npm || say "npm with Node 20.19 or newer is not here: GraphiQL is not built and the browser test cannot run"
say "tools are here"
