#!/usr/bin/env bash
# Measures libbitslab-malloc.so in malloc's place beside glibc's and the libraries that are installed, and writes native.csv and native.md:
# run.sh [--quick] [--rounds N] [--traces FOLDER] [--output FOLDER] [--library FILE]. Needs gcc, g++, python3, mimalloc, and of the programs what is there.
set -euo pipefail
fail() {
    echo "native: $*" >&2
    exit 1
}

rounds='' passes=5 traces=traces output=docs/benchmarks library=''
root=$(dirname "$0")/../..
while [ $# -gt 0 ]; do
    case $1 in
        --quick) passes=2 rounds=${rounds:-3} ;;
        --rounds | --traces | --output | --library)
            [ $# -gt 1 ] || fail "$1 wants a value"
            case $1 in
                --rounds) rounds=$2 ;;
                --traces) traces=$(realpath "$2") ;;
                --output) output=$(realpath -m "$2") ;;
                --library) library=$(realpath "$2") ;;
            esac
            shift
            ;;
        *) fail "what is $1?" ;;
    esac
    shift
done
rounds=${rounds:-15}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "$rounds rounds?"
cd "$root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$library" ]; then
    bash scripts/native.sh "$work" >"$work/built" || fail "$(tail -3 "$work/built")"
    library=$work/libbitslab-malloc.so
fi
for source in launch whose replay micro; do
    gcc -O2 -fno-builtin -Wall -Wextra -o "$work/$source" "benchmarks/native/$source.c" -lpthread
done

# All are preloaded, glibc's too: redis, for one, brings another malloc along.
system=/usr/lib/x86_64-linux-gnu
contenders=("bitslab=$library" "glibc=$system/libc.so.6")
for peer in mimalloc=libmimalloc.so.2.0 jemalloc=libjemalloc.so.2 tcmalloc=libtcmalloc_minimal.so.4; do
    if [ -e "$system/${peer#*=}" ]; then
        contenders+=("${peer%%=*}=$system/${peer#*=}")
    else
        echo "native: without ${peer%%=*}" >&2
    fi
done
[[ ${contenders[*]} == *mimalloc=* ]] || fail "mimalloc is what the goals compare with; benchmarks/install-peers.sh installs it"
for contender in "${contenders[@]}"; do
    whose=$(LD_PRELOAD=${contender#*=} "$work/whose" 2>"$work/errors") || fail "${contender%%=*} is not whole: $whose"
    [ "$whose" -ef "${contender#*=}" ] || fail "${contender%%=*} is not in malloc's place, but $whose is. $(head -1 "$work/errors")"
done

source benchmarks/native/programs.sh
for file in "$traces"/*.trace.gz; do
    [ -e "$file" ] || fail "there are no traces in $traces"
    gzip -dc "$file" >"$work/$(basename "$file" .gz)"
done

# GROUP WORK CONTENDER ROUND MEASURE VALUE
row() { printf '%s,"%s",%s,%s,%s,%s\n' "$@" >>"$work/native.csv"; }
echo "group,work,contender,round,measure,value" >"$work/native.csv"

# NAME COMMAND CONTENDER LIBRARY, to $wall $cpu $peak; what it says of errors to $work/errors.
run_program() {
    local run=("$work/launch" "$4") status
    # Words of a command are split at blanks.
    # shellcheck disable=SC2206
    if [ "$2" = redis ]; then run=(bash benchmarks/native/redis.sh "$work/launch" "$4" "$work"); else run+=($2); fi
    # A program that hangs is told, too.
    timeout 300 "${run[@]}" >"$work/figures.last" 2>"$work/errors" || fail "$1 with $3: $(tail -3 "$work/errors")"
    read -r wall cpu peak status <"$work/figures.last"
    [ "$status" -eq 0 ] || fail "$1 with $3 ended with $status: $(tail -3 "$work/errors")"
}

# Not counted: what it reads is in memory from then on. And each does ask the library for memory, which says so at the end.
for program in "${programs[@]}"; do
    BITSLAB_STATS=1 run_program "${program%%|*}" "${program#*|}" bitslab "$library"
    grep -q '"live_blocks"' "$work/errors" || fail "${program%%|*} did not use the library"
done

# All contenders do one piece of work, then the next: what the machine does to one, it does to all. Who begins changes from round to round.
for ((round = 1; round <= rounds; round++)); do
    turn=("${contenders[@]:(round - 1) % ${#contenders[@]}}" "${contenders[@]:0:(round - 1) % ${#contenders[@]}}")
    for program in "${programs[@]}"; do
        for contender in "${turn[@]}"; do
            name=${contender%%=*}
            run_program "${program%%|*}" "${program#*|}" "$name" "${contender#*=}"
            row program "${program%%|*}" "$name" "$round" cpu "$cpu"
            row program "${program%%|*}" "$name" "$round" wall "$wall"
            row program "${program%%|*}" "$name" "$round" peak "$peak"
        done
    done
    for trace in "$work"/*.trace; do
        for contender in "${turn[@]}"; do
            name=${contender%%=*}
            figures=$(LD_PRELOAD=${contender#*=} "$work/replay" "$trace" "$passes") || fail "$(basename "$trace") with $name failed"
            row trace "$(basename "$trace" .trace)" "$name" "$round" first "${figures% *}"
            row trace "$(basename "$trace" .trace)" "$name" "$round" steady "${figures#* }"
        done
    done
    for contender in "${turn[@]}"; do
        name=${contender%%=*}
        LD_PRELOAD=${contender#*=} "$work/micro" "$passes" >"$work/micro.last" || fail "the small pieces of work with $name failed"
        while IFS='|' read -r piece time; do
            row micro "$piece" "$name" "$round" time "$time"
        done <"$work/micro.last"
    done
    echo "native: round $round of $rounds" >&2
done
mkdir -p "$output"
cp "$work/native.csv" "$output/native.csv"
python3 benchmarks/native/report.py "$output/native.csv" "$output/native.md"
