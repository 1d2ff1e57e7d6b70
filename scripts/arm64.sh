#!/usr/bin/env bash
# The tests as a program for Linux on Arm64, run by qemu: some ten minutes. What is said behind arm64.sh goes to the tests' program
# (-namespace BitSlab.Tests.Core, for a part). Qemu on x86 does not change the order of accesses as an Arm may: tests/BitSlab.Explorer does.
# Left out, since they are of x64 or of measuring: the listings of code, the drop-in malloc (tests/native/emulated.sh arm64), the benchmarks;
# MeasuringTests start the command line, which is not published with the tests; and PrefaultTests and AddressSpaceTests, since qemu says yes to
# advice on pages, and does nothing, and a limit of address space would be its own.
# Needs qemu-user-static and gcc-aarch64-linux-gnu (for its C library) from Debian's packages, and programs for Arm64 registered with the kernel,
# which is done here for the time of the run where it may be.
# Ends with 77 where it cannot be run.
set -euo pipefail
cd "$(dirname "$0")/.."
name=arm64
source scripts/common.sh
emulator=$(command -v qemu-aarch64-static) || skip "there is no qemu-aarch64-static"
[ -e /usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1 ] || skip "there is no C library for Arm64 (gcc-aarch64-linux-gnu)"
work=$(mktemp -d)
registry=/proc/sys/fs/binfmt_misc
registered=
leave() {
    [ -z "$registered" ] || echo -1 >"$registry/$registered"
    rm -rf "$work"
}
trap leave EXIT

# Tests start programs.
if ! grep -qs "$emulator" $registry/*; then
    [ -e $registry/register ] || mount -t binfmt_misc none $registry 2>/dev/null || true
    { echo ':bitslab-arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:'"$emulator:F" >$registry/register; } 2>/dev/null ||
        skip "programs for Arm64 are not registered with the kernel, and cannot be"
    registered=bitslab-arm64
fi

# The runtime wants this library; its package is taken apart, not installed.
mkdir -p "$work"/apt/{lists,archives}/partial
apt=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$work/apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$work/apt" -o APT::Sandbox::User=root)
(cd "$work" && apt-get -qq "${apt[@]}" update && apt-get -qq "${apt[@]}" download libssl3 && dpkg -x libssl3_*.deb libssl) >"$work/said" 2>&1 || skip "libssl3 for Arm64 cannot be had. $(tail -1 "$work/said")"
publish_for linux-arm64 tests/BitSlab.Tests

# Without the first setting the runtime writes code through another mapping than it runs it from: qemu does not see that code has changed. Qemu's own
# tables take 8 bytes and more of memory for each page that is reserved: so of address space there is 128 GiB in all, and 16 for the garbage collector.
export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu LD_LIBRARY_PATH=$work/libssl/usr/lib/aarch64-linux-gnu
export DOTNET_EnableWriteXorExecute=0 DOTNET_GCRegionRange=0x400000000 QEMU_RESERVED_VA=0x2000000000 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
"$published/BitSlab.Tests" -noColor -noLogo -namespace- BitSlab.Tests.FastPaths -namespace- BitSlab.Tests.Native -namespace- BitSlab.Tests.Benchmarks \
    -class- BitSlab.Tests.Cli.MeasuringTests -class- BitSlab.Tests.Memory.PrefaultTests -class- BitSlab.Tests.Memory.AddressSpaceTests "$@"
