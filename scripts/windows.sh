#!/usr/bin/env bash
# The tests as a program for Windows, run by wine: some minutes. What is said behind windows.sh goes to the tests' program (-namespace
# BitSlab.Tests.Core, for a part). Then the command line: paths with drive letters and backslashes, its encoding, its exit codes.
# Left out, since they are of Linux: the listings of x64 code, the drop-in malloc, and the benchmarks beside C allocators.
# Ends with 77 where it cannot be run: no wine, or the runtime's packages for Windows cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
name=windows
source scripts/common.sh
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || true)
[ -n "$wine" ] || skip "there is no wine64"
work=$(mktemp -d)
trap 'WINEPREFIX=$work/prefix "${wine%64}server" -k 2>/dev/null || true; rm -rf "$work"' EXIT
publish_tests win-x64

# Without that setting the runtime ends in wine when it frees dynamic code: wine 8 refuses to unmap what was mapped twice.
export WINEPREFIX=$work/prefix WINEDEBUG=-all DISPLAY= DOTNET_EnableWriteXorExecute=0
