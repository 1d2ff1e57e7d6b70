#!/usr/bin/env bash
# The native libraries for Arm, of 32 bits or of 64 ("arm", the default, or "arm64"): builds them, and runs the tests of this folder on them in qemu.
# Ends with 77 where that cannot be: no qemu, no compiler for Arm, or the IL compiler's package cannot be had.
# Left out are how much memory the process has, since qemu keeps some 170 KiB of each thread that was; and forks between any two instructions, which take the x86
# processor's trap flag. And an x86 machine keeps accesses in an order that an Arm may change: of that this says nothing.
set -euo pipefail
cd "$(dirname "$0")"
processor=${1:-arm}
if [ "$processor" = arm64 ]; then
    system=aarch64-linux-gnu emulator=qemu-aarch64-static
else
    system=arm-linux-gnueabihf emulator=qemu-arm-static
fi
if ! command -v $emulator >/dev/null; then
    echo "native: skipped, there is no $emulator"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
result=0
bash ../../scripts/native.sh "$work" "$processor" >"$work/build" 2>&1 || result=$?
if [ "$result" -ne 0 ]; then
    cat "$work/build"
    exit "$result"
fi
flags=(-O1 -g -Wall -Wextra -Werror)
link=(-L "$work" -Wl,-rpath,"$work" -lpthread)
$system-gcc "${flags[@]}" -std=gnu11 -o "$work/malloc_test" malloc_test.c -lpthread -ldl
$system-gcc "${flags[@]}" -std=gnu11 -fPIC -shared -DLIBRARY -o "$work/libhandler.so" handler_test.c -lpthread
$system-gcc "${flags[@]}" -std=gnu11 -o "$work/handler_test" handler_test.c -lhandler "${link[@]}"
$system-gcc "${flags[@]}" -std=gnu11 -I "$work" -o "$work/shared_test" bitslab_test.c -lbitslab "${link[@]}"
$system-gcc "${flags[@]}" -std=gnu11 -I "$work" -o "$work/static_test" bitslab_test.c "$work/libbitslab.a" -lpthread
export QEMU_LD_PREFIX=/usr/$system
run=(timeout 300 "$emulator")
preload=(-E LD_PRELOAD="$work/libbitslab-malloc.so")
if [ "$processor" = arm ]; then
    shim=../../src/BitSlab.Native/Shim
    $system-gcc "${flags[@]}" -std=gnu11 -I $shim -o "$work/narrow_test" narrow_test.c $shim/narrow.c -lpthread
    "${run[@]}" "$work/narrow_test"
fi
"${run[@]}" "$work/shared_test"
"${run[@]}" "$work/static_test"
"${run[@]}" -E BITSLAB_INVALID_FREE=ignore "$work/static_test"
"${run[@]}" "${preload[@]}" "$work/handler_test"
if command -v $system-g++ >/dev/null; then
    $system-g++ "${flags[@]}" -std=c++17 -o "$work/operators_test" operators_test.cc -lpthread
    "${run[@]}" "$work/operators_test" >"$work/control"
    "${run[@]}" "${preload[@]}" "$work/operators_test"

    # Those of the standard library call malloc, and would pass as well: the names differ by what size_t is.
    operators() { $system-nm -D "$@" | grep -oE '_Z[nd][wal][A-Za-z0-9_]*' | sort -u; }
    missing=$(comm -23 <(operators --undefined-only "$work/operators_test") <(operators --defined-only "$work/libbitslab-malloc.so"))
    if [ -n "$missing" ]; then
        echo "operators that are not in the library:" $missing
        exit 1
    fi
else
    echo "native: operators skipped, there is no $system-g++"
fi
"${run[@]}" "${preload[@]}" "$work/malloc_test" emulated
"${run[@]}" "${preload[@]}" -E BITSLAB_STATS=1 "$work/handler_test" 2>&1 | grep -c '^{"live_blocks":[0-9]*,.*}$' >/dev/null
echo "passed on $processor"
