# The programs that are measured, as "NAME|COMMAND" in programs; what they work on is written into the folder $work. Sourced by run.sh, at the repository's root.
# Each takes 0.2 to 1.5 s of CPU time: less would drown in what else the machine does.
programs=()

# program NAME TOOL COMMAND: when the tool is there.
program() {
    if command -v "$2" >/dev/null; then
        programs+=("$1|$3")
    else
        echo "native: without $1, there is no $2" >&2
    fi
}

# Every object from malloc, and the same order of hashes each time.
export PYTHONMALLOC=malloc PYTHONHASHSEED=1 PERL_HASH_SEED=0
# Not a wrapper of python's that starts it.
python=$(python3 -c 'import sys; print(sys.executable)')
cat >"$work/texts.py" <<'PY'
import json, re
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
program "python, JSON" python3 "$python $work/texts.py"
program "python, objects" python3 "$python $work/nodes.py"

cat >"$work/words.pl" <<'PL'
my %count; my $text = join " ", map { "word" . ($_ * 7919 % 50003) } 1 .. 300000;
$count{$1}++ while $text =~ /(\w+)/g;
my @sorted = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
my @lists = map { [ map { { name => "n$_", values => [1 .. $_ % 20] } } 1 .. 30 ] } 1 .. 1500;
PL
program "perl" perl "perl $work/words.pl"

cat >"$work/bulk.sql" <<'SQL'
create table item(id integer primary key, name text, tags text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 250000)
insert into item select i, 'name ' || (i * 7919 % 100003), printf('%.*c', i % 90, 't') from n;
create index by_name on item(name);
select count(*) from item a join item b on a.name = b.name and a.id < b.id;
select group_concat(name) from (select name from item order by tags limit 100000);
SQL
program "sqlite3, bulk" sqlite3 "sqlite3 -init $work/bulk.sql :memory: .quit"

cat >"$work/large.cc" <<'CC'
#include <functional>
#include <iostream>
#include <map>
#include <string>
int main() { std::map<int, std::function<int(int)>> m; m[1] = [](int i) { return i; }; std::cout << m[1](2) << std::string("\n"); }
CC
program "gcc" gcc "gcc -O2 -g -c tests/native/malloc_test.c -o $work/o"
program "g++" g++ "g++ -O1 -c $work/large.cc -o $work/o"

# This repository, and none of the user's settings.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
cat >"$work/clone.sh" <<'SH'
set -e
rm -rf "$1"
git clone -q --no-local . "$1"
git -C "$1" gc -q
SH
program "git, log -p" git "git log -p --stat -M -400"
program "git, clone and gc" git "bash $work/clone.sh $work/clone"

cat >"$work/script.js" <<'JS'
const objects = Array.from({ length: 60000 }, (_, i) => ({ id: i, name: 'n'.repeat(i % 60) }));
for (let k = 0; k < 3; k++) JSON.parse(JSON.stringify(objects));
const buffers = Array.from({ length: 20000 }, (_, i) => Buffer.allocUnsafeSlow(i * 37 % 30000));
require('zlib').gzipSync(Buffer.concat(buffers.slice(0, 500)));
JS
program "node" node "node $work/script.js"

# Objects live in the virtual machine's own heap; its compilers and classes are what asks for memory here.
{
    echo 'import java.util.*; public class Load {'
    for i in $(seq 40); do
        echo "static class C$i { final Map<String, List<Integer>> m = new TreeMap<>(); int f(int x) { m.computeIfAbsent(\"k\" + x, k -> new ArrayList<>()).add(x); return m.size() + $i; } }"
    done
    echo 'public static void main(String[] a) throws Exception { int sum = 0; for (int i = 0; i < 10000; i++) {'
    for i in $(seq 40); do [ $((i % 10)) -ne 0 ] || echo "sum += new C$i().f(i);"; done
    echo 'java.util.zip.Deflater d = new java.util.zip.Deflater(); d.setInput(new byte[1000]); d.finish(); sum += d.deflate(new byte[100]); d.end(); } System.out.println(sum); } }'
} >"$work/Load.java"
program "javac" javac "javac -J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -d $work $work/Load.java"
if command -v javac >/dev/null; then
    javac -d "$work" "$work/Load.java"
    program "java" java "java -XX:+UseSerialGC -cp $work Load"
fi

# A tree with some edges across: dot's time grows fast with those.
{
    echo 'digraph g {'
    for i in $(seq 2 1200); do
        echo "n$((i / 2)) -> n$i [label=\"edge $i\"];"
        [ $((i % 40)) -ne 0 ] || echo "n$((i / 5)) -> n$i;"
    done
    echo '}'
} >"$work/graph.dot"
program "graphviz, dot" dot "dot -Tsvg -o $work/graph.svg $work/graph.dot"

{
    echo '<root>'
    for i in $(seq 100000); do echo "<item id=\"$i\"><name>name $i</name><tag kind=\"k$((i % 7))\"/>text</item>"; done
    echo '</root>'
} >"$work/large.xml"
program "xmllint" xmllint "xmllint --format --output $work/formatted.xml $work/large.xml"

g++ -O2 -o "$work/objects" benchmarks/native/objects.cc -lpthread
program "C++ on four threads" "$work/objects" "$work/objects"

# Its own way, as a server ends when it is told to.
program "redis-server" redis-benchmark "redis"
