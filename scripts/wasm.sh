#!/usr/bin/env bash
# The core's tests in 32 bits: in WebAssembly under node. Some minutes: the code is interpreted. In Release only: the interpreter stops at
# an instruction that checked arithmetic takes.
# wasm.sh speed STARTS ROUNDS prints how fast small works are instead, beside the C library's malloc: see benchmarks/native/bits.sh.
# Ends with 77 where it cannot be run: no node, or the packages of the runtime for WebAssembly cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
name=wasm
source scripts/common.sh
command -v node >/dev/null || skip "there is no node"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=(tests/BitSlab.Wasm --artifacts-path "$work")
restore "${project[@]}"
dotnet publish -c Release -v quiet --no-restore "${project[@]}"
app=$work/publish/BitSlab.Wasm/release/wwwroot
cp tests/BitSlab.Wasm/main.mjs "$app"
cd "$app"
if [ "${1:-}" = speed ]; then
    for ((start = 1; start <= $2; start++)); do
        node main.mjs speed "wasm,$start" "$3"
    done
else
    node main.mjs
fi
