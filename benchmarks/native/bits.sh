#!/usr/bin/env bash
# Small works through the core and through the C library's malloc on processors of 64 and of 32 bits, and writes bits.csv and 32-bit.md:
# bits.sh [ROUNDS [FOLDER]], by default 31 at each of five starts. In C on x86-64, and in qemu on Arm of 64 and of 32 bits; in C# in WebAssembly. Needs what scripts/native.sh and
# scripts/wasm.sh need; what cannot be had is left out, and told. Some four minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-31} starts=5
output=$(realpath -m "${2:-docs/benchmarks}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "processor,start,work,contender,round,ns" >"$work/bits.csv"

# measure PROCESSOR SYSTEM EMULATOR...
measure() {
    local processor=$1 system=$2 result=0
    shift 2
    if [ $# -gt 0 ] && ! command -v "$1" >/dev/null; then
        echo "bits: without $processor, there is no $1" >&2
        return
    fi
    bash scripts/native.sh "$work/$processor" "$processor" >"$work/built" 2>&1 || result=$?
    if [ "$result" -eq 77 ]; then
        echo "bits: without $processor. $(tail -1 "$work/built")" >&2
        return
    elif [ "$result" -ne 0 ]; then
        cat "$work/built"
        exit 1
    fi
    ${system:+$system-}gcc -O2 -fno-builtin -Wall -Wextra -I "$work/$processor" -o "$work/bits" benchmarks/native/bits.c "$work/$processor/libbitslab.a" -lpthread
    for ((start = 1; start <= starts; start++)); do
        QEMU_LD_PREFIX=/usr/$system "$@" "$work/bits" "$processor,$start" "$rounds" >>"$work/bits.csv"
    done
}
measure x64 ''
measure arm64 aarch64-linux-gnu qemu-aarch64-static
measure arm arm-linux-gnueabihf qemu-arm-static
result=0
bash scripts/wasm.sh speed "$starts" "$rounds" >"$work/wasm" 2>&1 || result=$?
case $result in
    0) grep '^wasm,' "$work/wasm" >>"$work/bits.csv" ;;
    77) echo "bits: without wasm. $(tail -1 "$work/wasm")" >&2 ;;
    *) cat "$work/wasm" && exit 1 ;;
esac
mkdir -p "$output"
cp "$work/bits.csv" "$output/bits.csv"
python3 benchmarks/native/bits.py "$output/bits.csv" "$output/32-bit.md"
