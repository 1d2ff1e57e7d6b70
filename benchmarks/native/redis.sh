#!/usr/bin/env bash
# redis-server with a library in malloc's place under redis-benchmark, which has none: prints what launch prints, of the server alone, and fails when
# a request does: redis.sh LAUNCH LIBRARY FOLDER
set -euo pipefail
launch=$1 library=$2 folder=$3
socket=$folder/redis.sock
client() { redis-cli -s "$socket" "$@"; }
fail() {
    echo "redis: $*" >&2
    exit 1
}

"$launch" "$library" redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no --dir "$folder" --daemonize no >"$folder/figures" &
server=$!
trap 'client shutdown nosave >/dev/null 2>&1 || true; wait $server || true' EXIT
until [ "$(client ping 2>/dev/null)" = PONG ]; do
    kill -0 $server 2>/dev/null || fail "the server did not start"
    sleep 0.01
done
id=$(client info server | tr -d '\r' | sed -n 's/^process_id://p')
grep -qF "$(realpath "$library")" "/proc/$id/maps" || fail "$library is not in the server"
redis-benchmark -s "$socket" -q -P 16 -c 20 -d 200 -r 50000 -n 50000 -t set,get,lpush,lpop,sadd,hset,zadd >"$folder/said" 2>&1 || fail "$(tail -3 "$folder/said")"
! grep -i error "$folder/said" >&2 || fail "requests failed"
[ "$(grep -c 'requests per second' "$folder/said")" -eq 7 ] || fail "not all of the benchmark ran"
client shutdown nosave >/dev/null 2>&1 || true
wait $server
trap - EXIT
cat "$folder/figures"
