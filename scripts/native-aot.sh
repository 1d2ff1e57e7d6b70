#!/usr/bin/env bash
# The sample samples/NativeAot as native code: published without a warning of the trimmer or the native compiler, it prints what it prints under
# the JIT. Skipped where there is no C compiler to link with, or the native compiler's package cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
    echo "native-aot: skipped, there is no linker (clang or gcc)"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=(samples/NativeAot --artifacts-path "$work")
result=0
# Without the audit, which needs the source even where all packages are at hand.
timeout 120 dotnet restore -p:_IsPublishing=true -p:NuGetAudit=false "${sample[@]}" >"$work/restore" 2>&1 || result=$?
if [ "$result" -eq 124 ] || grep -Eq 'error (NU1301|NU110[0-3].*ILCompiler)' "$work/restore"; then
    echo "native-aot: skipped, the native compiler's package cannot be had. $(grep -m 1 error "$work/restore" || true)"
    exit 0
elif [ "$result" -ne 0 ]; then
    cat "$work/restore"
    exit 1
fi
dotnet publish -c Release -v quiet --no-restore "${sample[@]}"
"$work/publish/NativeAot/release/NativeAot" >"$work/native"
dotnet "$work/bin/NativeAot/release/NativeAot.dll" >"$work/jit"
diff "$work/jit" "$work/native"
echo "native-aot: $(stat -c %s "$work/publish/NativeAot/release/NativeAot") bytes of native code print what the JIT's code prints"
