#!/usr/bin/env bash
# The tests as a program for Windows, run by wine: some ten minutes. What is said behind windows.sh goes to the tests' program (-namespace
# BitSlab.Tests.Core, for a part). Then the command line: paths with drive letters and backslashes, what it prints, exit codes.
# Left out, since they are of Linux: the listings of code, the drop-in malloc, the benchmarks; and MeasuringTests start the command line, which
# is not published with the tests: it is run here instead.
# Ends with 77 where it cannot be run: no wine, or the runtime's packages cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
name=windows
source scripts/common.sh
wine=$(command -v wine64 /usr/lib/wine/wine64 | head -1)
[ -n "$wine" ] || skip "there is no wine64"
work=$(mktemp -d)
export WINEPREFIX=$work/prefix WINEDEBUG=-all DISPLAY= LC_ALL=C.UTF-8
leave() {
    "$(dirname "$wine")"/wineserver* -k >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap leave EXIT
publish_for win-x64 tests/BitSlab.Tests

# For wine (8.0): without the first the runtime ends when it frees code that it made; without the second a method that was called by reflection and
# throws hangs, the second time.
export DOTNET_EnableWriteXorExecute=0
sed -i 's/"configProperties": {/&\n      "Switch.System.Reflection.ForceEmitInvoke": true,/' "$published/BitSlab.Tests.runtimeconfig.json"
"$wine" "$published/BitSlab.Tests.exe" -noColor -noLogo -namespace- BitSlab.Tests.FastPaths -namespace- BitSlab.Tests.Native -namespace- BitSlab.Tests.Benchmarks \
    -class- BitSlab.Tests.Cli.MeasuringTests "$@"

publish_for win-x64 src/BitSlab.Cli
mkdir -p "$work/traces"
cp traces/sqlite.trace.gz "$work/traces"

# says EXIT_CODE PATTERN ARGUMENT…: the command line ends with it, and prints such a line; in UTF-8, with the line ends of Windows.
says() {
    local code=$1 pattern=$2 result=0
    shift 2
    (cd "$work/traces" && "$wine" "$OLDPWD/$published/BitSlab.Cli.exe" "$@") >"$work/said" 2>&1 </dev/null || result=$?
    if [ "$result" -ne "$code" ] || ! tr -d '\r' <"$work/said" | grep -Eq "$pattern" || ! iconv -f UTF-8 -t UTF-8 "$work/said" >/dev/null; then
        cat "$work/said"
        echo "windows: bitslab $* ended with $result, for $code and a line like $pattern"
        exit 1
    fi
}
says 0 '^[0-9]+\.[0-9]+\.[0-9]+' --version
says 0 'replay' --help
says 0 '^\| sqlite \| bitslab   \| good ' replay "Z:${work//\//\\}\\traces\\sqlite.trace.gz" --verify
says 0 ' 1\.00 × ' replay '.\sqlite.trace.gz' --rounds 2
says 0 ' nativememory .* × ' queue --events 20000 --length 1000 --rounds 2
says 2 '^bitslab: C:\\none\\µ\.trace: no such ' replay 'C:\none\µ.trace'
says 2 '^bitslab: --events must be ' queue --events none
says 2 '^bitslab: .*denied|^bitslab: .*traces' tune sqlite.trace.gz --output '..\traces'
mv "$work/traces/sqlite.trace.gz" "$work/traces/größe 1.trace.gz"
says 0 '^\| größe 1 \| bitslab   \| good ' replay 'größe 1.trace.gz' --verify
echo "windows: the command line does there what it does here"
