#!/usr/bin/env bash
# nginx with worker processes under load: every answer is right.
source "$(dirname "$0")/common.sh"
needs nginx
port=$((20000 + ($$ + 13) % 20000))
mkdir -p "$work/www" "$work/logs"
head -c 300000 /dev/urandom >"$work/www/large"
echo hello >"$work/www/small"
chmod -R a+rX "$work"
cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes 2; pid $work/pid; error_log $work/logs/error warn;
events { worker_connections 256; }
http { access_log off; client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  gzip on; gzip_types *; gzip_min_length 1; server { listen 127.0.0.1:$port; root $work/www; } }
CONF
LD_PRELOAD=$library nginx -p "$work" -c "$work/nginx.conf" >"$work/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; cleanup' EXIT
for _ in $(seq 50); do curl -s -o /dev/null "http://127.0.0.1:$port/small" && break; sleep 0.1; done
is_in $server
for i in $(seq 60); do
    curl -s --compressed "http://127.0.0.1:$port/large" | cmp - "$work/www/large"
    [ "$(curl -s "http://127.0.0.1:$port/small")" = hello ]
done
if command -v wrk >/dev/null; then
    wrk -t 2 -c 50 -d 3 "http://127.0.0.1:$port/large" >"$work/said"
    grep -E 'Non-2xx|Socket errors' "$work/said" && exit 1
    wrk -t 2 -c 50 -d 3 -H 'Accept-Encoding: gzip' "http://127.0.0.1:$port/small" >"$work/said2"
    grep -E 'Non-2xx|Socket errors' "$work/said2" && exit 1
fi
kill -QUIT $server
wait $server || true
[ ! -s "$work/logs/error" ] || { cat "$work/logs/error"; exit 1; }
! grep -i bitslab "$work/log"
echo "$judge: answers right, none failed under load"
