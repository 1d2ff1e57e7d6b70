#!/usr/bin/env bash
# The sample samples/NativeAot and the command line as native code: published without a warning of the trimmer or the native compiler, the sample
# prints what it prints under the JIT, and the commands have the same results. Skipped where there is no C compiler to link with, or the native
# compiler's package cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
name=native-aot
source scripts/common.sh
if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
    skip "there is no linker (clang or gcc)"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

publish() {
    restore -p:_IsPublishing=true "$@"
    dotnet publish -c Release -v quiet --no-restore "$@"
}

publish samples/NativeAot --artifacts-path "$work"
"$work/publish/NativeAot/release/NativeAot" >"$work/native"
dotnet "$work/bin/NativeAot/release/NativeAot.dll" >"$work/jit"
diff "$work/jit" "$work/native"
echo "native-aot: $(stat -c %s "$work/publish/NativeAot/release/NativeAot") bytes of native code print what the JIT's code prints"

publish src/BitSlab.Cli -p:NativeCode=true --artifacts-path "$work/command"
dotnet build -c Release -v quiet src/BitSlab.Cli -p:NuGetAudit=false --artifacts-path "$work/command-jit" >"$work/build" || { cat "$work/build"; exit 1; }
# Under its command's name: it starts itself again to measure memory, whatever it is called.
native=$work/bitslab
mv "$work/command/publish/BitSlab.Cli/release/BitSlab.Cli" "$native"
jit=$work/command-jit/bin/BitSlab.Cli/release/BitSlab.Cli

# What a command says with both: all but the numbers where a measurement prints its tables, since hardly one is the same twice; and every figure
# of its file, but those of time, resident memory and the garbage collector, and what an event queue saw in however many rounds of warming up.
measured='nanoseconds\w+|ratio\w+|peakResidentBytes|residentAtPeakBytes|peakOverLive|overheadPerBlock|gen[012]|gcBytesPerEvent|averageLength'
same() { # same EXIT_CODE exact|measured ARGUMENT…
    local code=$1 how=$2 which
    shift 2
    for which in native jit; do
        local result=0 json=()
        [ "$how" = exact ] || json=(--json "$work/$which.json")
        "${!which}" "$@" "${json[@]}" >"$work/$which.out" 2>&1 || result=$?
        if [ "$result" -ne "$code" ]; then
            cat "$work/$which.out"
            echo "native-aot: bitslab $* ($which) ended with $result, not $code"
            exit 1
        fi
        if [ "$how" = measured ]; then
            sed -i -E 's/[0-9][0-9.,]*/#/g; s/-+/-/g; s/ +/ /g' "$work/$which.out"
            sed -E "s/\"($measured)\": [-+0-9.eE]+/\"\1\": #/; s/^( {8}\"events\"): [0-9]+/\1: #/" "$work/$which.json" >>"$work/$which.out"
        fi
    done
    [ -s "$work/jit.out" ]
    if ! diff "$work/jit.out" "$work/native.out"; then
        echo "native-aot: bitslab $* says something else as native code"
        exit 1
    fi
}

same 0 exact --version
same 0 exact --help
same 0 exact replay traces/sqlite.trace.gz traces/libzmq-paced.trace.gz --verify
same 0 exact replay traces/libzmq-paced.trace.gz --verify --threads --trim --against nativememory
same 0 measured replay traces/sqlite.trace.gz --rounds 2
same 0 measured queue --events 20000 --length 1000 --rounds 2
same 0 exact tune traces/sqlite.trace.gz
same 2 exact replay "$work/nowhere.trace"
same 2 exact queue --events none
same 2 exact replay traces/sqlite.trace.gz --against nobody
echo "native-aot: the command line, $(stat -c %s "$native") bytes of native code, has the results that it has under the JIT"
