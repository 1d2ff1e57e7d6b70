#!/usr/bin/env bash
# Records what the JIT makes of the fast paths: docs/fast-paths/*.asm, and counts.csv, which a test holds them to.
# To be run, and its diff to be read, with a change to the fast paths. Needs x64 and the .NET SDK.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname -m)" != x86_64 ]; then
    echo "scripts/fast-paths.sh: the listings are of x64 code; this machine is $(uname -m)" >&2
    exit 2
fi

dotnet build -c Release tests/BitSlab.Child
dotnet artifacts/bin/BitSlab.Child/release/BitSlab.Child.dll fast-paths-record docs/fast-paths
cat docs/fast-paths/counts.csv
