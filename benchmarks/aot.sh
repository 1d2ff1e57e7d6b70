#!/usr/bin/env bash
# The command line as native code beside the same under the JIT: size, start-up time, and what an event of a replay costs. Each in turn, so that
# what the machine does to one it does to the other. Writes docs/benchmarks/aot.csv and the page docs/benchmarks/aot.md. Some five minutes.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
starts=${STARTS:-30}
rounds=${ROUNDS:-15}
repeats=${REPEATS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish -c Release -v quiet src/BitSlab.Cli -p:NativeCode=true -p:NuGetAudit=false --artifacts-path "$work/aot"
dotnet build -c Release -v quiet src/BitSlab.Cli -p:NuGetAudit=false --artifacts-path "$work/jit" >"$work/build" || { cat "$work/build"; exit 1; }
aot=$work/aot/publish/BitSlab.Cli/release/BitSlab.Cli
jit=$work/jit/bin/BitSlab.Cli/release/BitSlab.Cli
csv=docs/benchmarks/aot.csv
echo "what,code,round,value,unit" >"$csv"
echo "size,aot,1,$(stat -c %s "$aot"),bytes" >>"$csv"
echo "size,jit,1,$(cat "$(dirname "$jit")"/*.dll "$jit" | wc -c),bytes" >>"$csv"

for option in --version --help; do
    for round in $(seq "$starts"); do
        for code in aot jit; do
            before=$(date +%s%N)
            "${!code}" "$option" >/dev/null
            echo "start $option,$code,$round,$(($(date +%s%N) - before)),ns" >>"$csv"
        done
    done
done

# Each replay is the minimum of its rounds, in a process of its own.
for trace in sqlite mosquitto libzmq-paced; do
    for round in $(seq "$repeats"); do
        for code in aot jit; do
            "${!code}" replay "traces/$trace.trace.gz" --rounds "$rounds" --json "$work/figures.json" >/dev/null
            for contender in bitslab nativememory; do
                value=$(grep -A 1 "\"contender\": \"$contender\"" "$work/figures.json" | sed -n 's/.*"nanosecondsMinimum": \([0-9.eE+-]*\).*/\1/p')
                echo "replay $trace $contender,$code,$round,$value,ns" >>"$csv"
            done
        done
    done
done

# figure WHAT CODE min|median DIVISOR DECIMALS
figure() {
    awk -F, -v what="$1" -v code="$2" '$1 == what && $2 == code { print $4 }' "$csv" | sort -g |
        awk -v how="$3" -v by="$4" -v decimals="$5" '{ v[NR] = $1 } END {
            x = how == "min" ? v[1] : NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
            printf "%.*f", decimals, x / by }'
}
row() { # row WHAT LABEL DIVISOR DECIMALS
    echo "| $2 | $(figure "$1" aot min "$3" "$4") / $(figure "$1" aot median "$3" "$4") | $(figure "$1" jit min "$3" "$4") / $(figure "$1" jit median "$3" "$4") |"
}
{
    echo "# Native code and the JIT's"
    echo
    echo "The command line published as native code (\`dotnet publish src/BitSlab.Cli -p:NativeCode=true\`) beside the same under the JIT. Written by"
    echo "\`bash benchmarks/aot.sh\`; every measurement stands in [aot.csv](aot.csv). The two in turn; minimum / median of $starts starts, and of $repeats"
    echo "processes for a replay, each with the minimum of its $rounds rounds. $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, .NET $(dotnet --version) (SDK), $(date +%F), BitSlab $("$aot" --version)."
    echo
    echo "| | native code | JIT |"
    echo "| --- | ---: | ---: |"
    echo "| size, MB (JIT: without the runtime, which must be installed) | $(figure size aot min 1e6 2) | $(figure size jit min 1e6 2) |"
    row "start --version" '`bitslab --version`, ms' 1e6 1
    row "start --help" '`bitslab --help`, ms' 1e6 1
    for trace in sqlite mosquitto libzmq-paced; do
        row "replay $trace bitslab" "$trace, BitSlab, ns an event" 1 2
        row "replay $trace nativememory" "$trace, NativeMemory, ns an event" 1 2
    done
} >docs/benchmarks/aot.md
