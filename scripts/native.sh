#!/usr/bin/env bash
# Builds the runtime-free libraries from the core's C# and a shim in C: libbitslab.so and libbitslab.a with bitslab.h, and libbitslab-malloc.so for
# LD_PRELOAD, into artifacts/native or the folder that is given. For x86-64 with AVX2 and BMI (processors since 2013), or as the second argument says
# for arm64 or arm (32 bits, hard float, from version 7). Needs gcc beside the SDK, for Arm that which compiles for it.
# Ends with 77 where it cannot be built: no gcc, or the IL compiler's package cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${1:-artifacts/native}")
name=native
source scripts/common.sh
processor=${2:-x64}
instructions=()
case $processor in
    x64) gcc=gcc instructions=(--instruction-set:x86-64-v3) ;;
    arm64) gcc=aarch64-linux-gnu-gcc ;;
    arm) gcc=arm-linux-gnueabihf-gcc ;;
    *) echo "native: x64, arm64 or arm, not $processor" && exit 1 ;;
esac
command -v $gcc >/dev/null || skip "there is no $gcc"
echo '#include <stdlib.h>' | $gcc -x c -c -o /dev/null - 2>/dev/null || skip "$gcc has no headers of the C library"
[ "$(uname -sm)" = "Linux x86_64" ] || skip "it is built on Linux on x86-64 so far"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=(src/BitSlab.Native -p:WithCompiler=true --artifacts-path "$work")
restore "${project[@]}"
dotnet build -c Release -v quiet --no-restore "${project[@]}"
property() { dotnet msbuild src/BitSlab.Native -p:WithCompiler=true -p:ArtifactsPath="$work" -getProperty:"$1"; }
compiler=$(property NuGetPackageRoot)$(property CompilerPath)
mkdir -p "$target"

# No runtime: the assembly is its own System. What a scan of the whole program would find out is known.
"$compiler" "$work/bin/BitSlab.Native/release/BitSlab.Native.dll" -o:"$work/core.o" --systemmodule:BitSlab.Native \
    --targetos:linux --targetarch:$processor "${instructions[@]}" -O --nativelib --noscan

# With unwind tables: C++ exceptions of a new handler pass through.
for source in shim narrow bitslab malloc; do
    $gcc -O2 -g -Wall -Wextra -Werror -std=gnu11 -fPIC -fexceptions -fvisibility=hidden -ftls-model=initial-exec \
        -c "src/BitSlab.Native/Shim/$source.c" -o "$work/$source.o"
done
link=($gcc -shared -Wl,--no-undefined -Wl,-z,now -Wl,-z,relro)
"${link[@]}" -Wl,-soname,libbitslab.so -o "$target/libbitslab.so" "$work"/{shim,narrow,bitslab,core}.o
"${link[@]}" -Wl,-z,initfirst -Wl,-soname,libbitslab-malloc.so -o "$target/libbitslab-malloc.so" "$work"/{shim,narrow,bitslab,malloc,core}.o
rm -f "$target/libbitslab.a"
ar rcs "$target/libbitslab.a" "$work"/{shim,narrow,bitslab,core}.o
cp src/BitSlab.Native/include/bitslab.h "$target"
echo "native: $target"
