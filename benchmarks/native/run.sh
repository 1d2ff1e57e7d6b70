#!/usr/bin/env bash
# Measures libbitslab-malloc.so in malloc's place beside glibc's and the libraries that are installed, contenders in turn, and writes
# docs/benchmarks/native.csv and native.md: run.sh [ROUNDS] [TRACES]. Needs gcc, python3 for the page, and what the programs are called.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-15}
traces=${2:-traces}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bash scripts/native.sh "$work" >/dev/null
for program in launch replay micro; do
    gcc -O2 -fno-builtin -Wall -Wextra -o "$work/$program" "benchmarks/native/$program.c" -lpthread
done
g++ -O2 -o "$work/objects" benchmarks/native/objects.cc -lpthread
library=/usr/lib/x86_64-linux-gnu
contenders=("bitslab=$work/libbitslab-malloc.so" "glibc=glibc")
for peer in mimalloc=libmimalloc.so.2.0 jemalloc=libjemalloc.so.2 tcmalloc=libtcmalloc_minimal.so.4; do
    [ -e "$library/${peer#*=}" ] && contenders+=("${peer%%=*}=$library/${peer#*=}")
done
csv=docs/benchmarks/native.csv
echo "group,work,contender,round,value,peak" >"$csv"

cat >"$work/texts.py" <<'PY'
import json, re, random
random.seed(1)
data = [{"id": i, "name": "n" * (i % 40), "tags": [str(i), str(i + 1)], "value": i / 7} for i in range(20000)]
for _ in range(4):
    text = json.dumps(data)
    back = json.loads(text)
    back.sort(key=lambda item: item["name"])
words = re.findall(r"\w+", text)
counts = {}
for word in words:
    counts[word] = counts.get(word, 0) + 1
PY
cat >"$work/nodes.py" <<'PY'
class Node:
    def __init__(self, value):
        self.value = value
        self.children = []
nodes = [Node(i) for i in range(150000)]
for node in nodes[1:]:
    nodes[node.value // 3].children.append(node)
def total(node):
    return node.value + sum(total(child) for child in node.children)
for _ in range(3):
    total(nodes[0])
    rows = [(i, str(i), [i] * (i % 9)) for i in range(100000)]
PY
cat >"$work/script.js" <<'JS'
const objects = Array.from({ length: 60000 }, (_, i) => ({ id: i, name: 'n'.repeat(i % 60) }));
for (let k = 0; k < 3; k++) JSON.parse(JSON.stringify(objects));
const buffers = Array.from({ length: 20000 }, (_, i) => Buffer.allocUnsafeSlow(i * 37 % 30000));
require('zlib').gzipSync(Buffer.concat(buffers.slice(0, 500)));
JS
cat >"$work/bulk.sql" <<'SQL'
create table item(id integer primary key, name text, tags text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 250000)
insert into item select i, 'name ' || (i * 7919 % 100003), printf('%.*c', i % 90, 't') from n;
create index by_name on item(name);
select count(*) from item a join item b on a.name = b.name and a.id < b.id;
select group_concat(name) from (select name from item order by tags limit 100000);
SQL
cat >"$work/words.pl" <<'PL'
my %count; my $text = join " ", map { "word" . ($_ * 7919 % 50003) } 1 .. 300000;
$count{$1}++ while $text =~ /(\w+)/g;
my @sorted = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
my @lists = map { [ map { { name => "n$_", values => [1 .. $_ % 20] } } 1 .. 30 ] } 1 .. 1500;
PL
printf '#include <regex>\n#include <map>\n#include <functional>\n#include <iostream>\nint main() { std::regex r("a+"); std::map<int, std::function<int(int)>> m; return m.size(); }\n' >"$work/large.cc"
python=$(python3 -c 'import sys; print(sys.executable)')
export PYTHONMALLOC=malloc PYTHONHASHSEED=1 PERL_HASH_SEED=0
programs=(
    "python, JSON|$python $work/texts.py"
    "python, objects|$python $work/nodes.py"
    "perl|perl $work/words.pl"
    "sqlite3, bulk|sqlite3 -init $work/bulk.sql :memory: .quit"
    "gcc|gcc -O2 -g -c tests/native/malloc_test.c -o $work/o"
    "g++|g++ -O2 -c $work/large.cc -o $work/o"
    "git, log -p|git log -p --stat -M -400"
    "node|node $work/script.js"
    "C++ on four threads|$work/objects"
)
for traceFile in "$traces"/*.trace.gz; do
    gzip -dc "$traceFile" >"$work/$(basename "$traceFile" .trace.gz).trace"
done
for round in $(seq "$rounds"); do
    for contender in "${contenders[@]}"; do
        name=${contender%%=*}
        path=${contender#*=}
        preload=()
        [ "$path" = glibc ] || preload=(env "LD_PRELOAD=$path")
        for program in "${programs[@]}"; do
            command=${program#*|}
            command -v "${command%% *}" >/dev/null || continue
            # CPU time: these machines are shared.
            read -r _ cpu peak status < <("$work/launch" "$path" $command)
            [ "$status" -eq 0 ] || { echo "native: ${program%%|*} with $name ended with $status"; exit 1; }
            echo "program,\"${program%%|*}\",$name,$round,$cpu,$peak" >>"$csv"
        done
        for trace in "$work"/*.trace; do
            echo "trace,$(basename "$trace" .trace),$name,$round,$("${preload[@]}" "$work/replay" "$trace" 3),0" >>"$csv"
        done
        if [ "$round" -le 5 ]; then
            "${preload[@]}" "$work/micro" | sed -E "s/^(.*),([0-9.]+)$/micro,\"\1\",$name,$round,\2,0/" >>"$csv"
        fi
    done
done
python3 benchmarks/native/report.py "$csv" docs/benchmarks/native.md
