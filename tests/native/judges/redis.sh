#!/usr/bin/env bash
# redis-server under redis-benchmark: no errors, and the data are right.
source "$(dirname "$0")/common.sh"
needs redis-server redis-cli redis-benchmark
port=$((20000 + $$ % 20000))
LD_PRELOAD=$library redis-server --port $port --save '' --dir "$work" --loglevel warning >"$work/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; cleanup' EXIT
for _ in $(seq 100); do redis-cli -p $port ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
is_in $server
redis-benchmark -p $port -q -n "${1:-20000}" -c 20 -d 200 -r 10000 >"$work/said" 2>&1
grep -qi error "$work/said" && { cat "$work/said"; exit 1; }
redis-cli -p $port flushall >/dev/null
seq 20000 | awk '{ printf "SET key%d %s\nLPUSH list%d %d\n", $1, $1 * 7, $1 % 10, $1 }' | redis-cli -p $port >/dev/null
[ "$(redis-cli -p $port get key777)" = 5439 ] && [ "$(redis-cli -p $port llen list7)" = 2000 ] && [ "$(redis-cli -p $port dbsize)" = 20010 ]
redis-cli -p $port bgsave >/dev/null
for _ in $(seq 100); do redis-cli -p $port info persistence | grep -q 'rdb_last_bgsave_status:ok' && redis-cli -p $port info persistence | grep -q 'rdb_bgsave_in_progress:0' && break; sleep 0.1; done
[ -s "$work/dump.rdb" ]
redis-cli -p $port shutdown nosave >/dev/null 2>&1 || true
wait $server
grep -i -E 'bitslab|crash|assert' "$work/log" && exit 1
echo "$judge: $(grep -c 'requests per second' "$work/said") benchmarks without an error, data and a child's dump are right"
