#!/usr/bin/env bash
# Runs deploy/nginx/matinee.conf with the real nginx, on free ports and with a certificate of its own, before a platform of
# its own, and asks through it what clients ask: the graph over HTTP, SSE and WebSocket, a range, an upload, the frontend.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

RUN="$TARGET/nginx"
NGINX="$(PATH="$PATH:/usr/sbin" command -v nginx)" || die "nginx is not here: scripts/install-tools.sh"

stop() {
  stop_owned "$RUN/nginx.pid" "$RUN/nginx.conf"
  stop_platform "$RUN"
}
trap stop EXIT

HTTP="$(free_port)"
HTTPS="$(free_port)"
while [ "$HTTPS" = "$HTTP" ]; do HTTPS="$(free_port)"; done
SITE="https://localhost:$HTTPS"
# 127.0.0.9 plays an address that is not wanted; the clients of the conformance checks need tokens that end soon.
export MATINEE__WEB__TRUSTED_PROXIES=127.0.0.1 MATINEE__WEB__DENY_IPS=127.0.0.9 MATINEE__PUBLIC__GRAPH_URL="$SITE"
export MATINEE__AUTH__ACCESS_TTL_SECONDS=5 MATINEE__ROUTER__CONNECTION_INIT_TIMEOUT_MS=1500
start_platform "$RUN"

mkdir -p "$RUN/frontend/assets" "$RUN/cache"
echo '<!doctype html><title>A frontend</title>' >"$RUN/frontend/index.html"
echo 'export default 1' >"$RUN/frontend/assets/app-1a2b3c.js"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$RUN/key.pem" -out "$RUN/cert.pem" 2>/dev/null
sed -e '/listen \[::\]/d' -e "s|listen 80;|listen 127.0.0.1:$HTTP;|" -e "s|listen 443 |listen 127.0.0.1:$HTTPS |" \
  -e "s|tv\.example;|localhost;|" -e "s|127\.0\.0\.1:4000|${BASE#http://}|" -e "s|/srv/matinee/frontend|$RUN/frontend|" \
  -e "s|/etc/ssl/.*/fullchain.pem|$RUN/cert.pem|" -e "s|/etc/ssl/.*/privkey.pem|$RUN/key.pem|" \
  -e "s|/var/cache/nginx/matinee|$RUN/cache|" "$ROOT/deploy/nginx/matinee.conf" >"$RUN/matinee.conf"
cat >"$RUN/nginx.conf" <<NGINX_CONF
$([ "$(id -u)" != 0 ] || echo "user root;")
daemon off;
pid $RUN/master.pid;
error_log $RUN/error.log warn;
events {}
http {
  types { text/html html; text/javascript js; }
  access_log off;
  client_body_temp_path $RUN/body;
  proxy_temp_path $RUN/proxy;
  fastcgi_temp_path $RUN/fastcgi;
  uwsgi_temp_path $RUN/uwsgi;
  scgi_temp_path $RUN/scgi;
  include $RUN/matinee.conf;
}
NGINX_CONF
"$NGINX" -t -q -e "$RUN/error.log" -c "$RUN/nginx.conf"
"$NGINX" -e "$RUN/error.log" -c "$RUN/nginx.conf" >"$RUN/nginx.log" 2>&1 </dev/null &
echo $! >"$RUN/nginx.pid"

ask() { curl -sS -m 20 --cacert "$RUN/cert.pem" "$@"; }
wait_for 10 "nginx ($RUN/error.log)" ask -o /dev/null "$SITE/"

passed=0
# is WHAT EXPECTED COMMAND…: the command says just that.
is() {
  local what="$1" expected="$2" said
  shift 2
  said="$("$@")" || die "$what: $* failed"
  [ "$said" = "$expected" ] || die "$what: it said $said, not $expected"
  passed=$((passed + 1))
  echo "ok   $what"
}
graphql() { # document, arguments of curl
  local document="$1"
  shift
  ask "$SITE/graphql" -H 'content-type: application/json' -d "$(jq -cn --arg query "$document" '$ARGS.named')" "$@"
}
status() { ask -o /dev/null -w '%{http_code}' "$@"; }
header() { # name, arguments of curl
  local name="$1"
  shift
  ask -o /dev/null -D - "$@" | tr -d '\r' | awk -F': ' -v name="$name" 'tolower($1) == name { print $2 }'
}
token() { # a fresh one: it lives five seconds
  graphql 'mutation { login(input: {email: "admin@example.com", password: "matinee-demo"}) { tokens { accessToken } } }' |
    jq -r .data.login.tokens.accessToken
}
guide() { # more than the graph takes
  echo '<tv><channel id="nginx.example"><display-name>Behind nginx</display-name></channel>'
  awk 'BEGIN { for (i = 0; i < 20000; i++) { m = i % 1400; printf "<programme channel=\"nginx.example\" start=\"2099%02d%02d%02d%02d00 +0000\" stop=\"2099%02d%02d%02d%02d30 +0000\"><title>Programme %d</title></programme>\n",
    1 + i / 1400 / 28, 1 + int(i / 1400) % 28, m / 60, m % 60, 1 + i / 1400 / 28, 1 + int(i / 1400) % 28, m / 60, m % 60, i } }'
  echo '</tv>'
}
first_event() { # of an event stream that goes on, within five seconds: collected by nobody on its way
  { graphql 'subscription { epgUpdates { kind } }' -N -m 5 -H 'accept: text/event-stream' 2>/dev/null || true; } |
    grep -m 1 '^data: {' | cut -c 7- | jq -r '.data.epgUpdates.kind | type'
}

is "HTTP is sent to HTTPS, with its path and query" "308 https://localhost/a/b?c=d" \
  ask -o /dev/null -w '%{http_code} %{redirect_url}' "http://localhost:$HTTP/a/b?c=d"
is "the graph answers over HTTP/2" "2 Query" \
  sh -c "curl -sS -m 20 --cacert '$RUN/cert.pem' -w '%{stderr}%{http_version} ' '$SITE/graphql?query=%7B__typename%7D' 2>&1 >'$RUN/answer' && jq -jr .data.__typename '$RUN/answer'"
is "its answers tell browsers to stay with HTTPS" "max-age=31536000" header strict-transport-security "$SITE/graphql?query=%7B__typename%7D"
is "the event stream is not collected" string first_event
image="$(graphql '{ latestTitles(first: 1) { edges { node { artwork(kind: POSTER) { url } } } } }' |
  jq -r '.data.latestTitles.edges[0].node.artwork[0].url')"
is "URLs in answers are the public ones" "$SITE/api/v1/images/" echo "${image%/*}/"
is "a range of a picture" "206 10" ask -r 5-14 -o /dev/null -w '%{http_code} %{size_download}' "$image"
is "it is kept" 304 status -H "if-none-match: $(header etag "$image")" "$image"
guide >"$RUN/guide.xml"
is "an upload larger than the graph takes" string \
  sh -c "curl -sS -m 60 --cacert '$RUN/cert.pem' -H 'authorization: Bearer $(token)' -H 'content-type: application/xml' \
    --data-binary '@$RUN/guide.xml' '$SITE/api/v1/admin/livetv/epg/upload?source=nginx&dryRun=true' | jq -r '.importId | type'"
is "a body that is too large is refused by Matinee, by the name of its limit" "body bytes" \
  sh -c "head -c 1500000 '$RUN/guide.xml' | jq -Rsc '{query: .}' | curl -sS -m 20 --cacert '$RUN/cert.pem' -H 'content-type: application/json' -d @- '$SITE/graphql' | jq -r '.errors[0].extensions.limit'"
is "an address that is not wanted is known behind the proxy" 403 status --interface 127.0.0.9 "$SITE/graphql?query=%7B__typename%7D"
is "whatever it says of itself" 403 status --interface 127.0.0.9 -H 'x-forwarded-for: 127.0.0.2' "$SITE/graphql?query=%7B__typename%7D"
is "and nobody else is taken for it" 200 status --interface 127.0.0.2 -H 'x-forwarded-for: 127.0.0.9' "$SITE/graphql?query=%7B__typename%7D"
is "the staff's graph is for inside" 403 status --interface 127.0.0.2 "$SITE/admin/graphql?query=%7B__typename%7D"
is "health is for inside" 404 status "$SITE/health/ready"
is "REST" 200 status "$SITE/api/v1/livetv/channels"
is "the frontend, also at its deep links" "<!doctype html><title>A frontend</title>" ask "$SITE/titles/7"
is "its files for good" "public, immutable" sh -c "curl -sS --cacert '$RUN/cert.pem' -o /dev/null -D - '$SITE/assets/app-1a2b3c.js' | tr -d '\r' | sed -n 's/^cache-control: public/public/p'"
is "a file that is not there is none" 404 status "$SITE/assets/nothing.js"
is "the upload was not collected in a file" 0 sh -c "grep -c 'buffered to a temporary file.*epg/upload' '$RUN/error.log' || true"

# The npm clients, through nginx.
NODE_EXTRA_CA_CERTS="$RUN/cert.pem" "$ROOT/scripts/conformance.sh" "$SITE" websocket sse
echo "nginx: $passed checks, and the clients of WebSocket and SSE"
