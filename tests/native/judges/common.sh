# Sourced by each judge: a program's exit status and output have to be the same with LD_PRELOAD as without, but for times, ids and addresses.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
judge=$(basename "$0" .sh)
library=${BITSLAB_LIBRARY:-$PWD/artifacts/native/libbitslab-malloc.so}
[ -f "$library" ] || { echo "$judge: $library is missing: bash scripts/native.sh"; exit 1; }
work=$(mktemp -d)
cleanup() { rm -rf "$work"; }
trap cleanup EXIT

needs() {
    for program; do
        command -v "$program" >/dev/null || { echo "$judge: skipped, there is no $program"; exit 77; }
    done
}

mask() {
    sed -E 's/0x[0-9a-fA-F]+/ADDRESS/g; s/[0-9]+([.,][0-9]+)? ?(ns|us|ms|s|sec|secs|seconds|min)\b/TIME/g; s/[0-9]+:[0-9]+:[0-9.]+/TIME/g; s/\b(pid|PID|process)[ :=]*[0-9]+/\1/g' "$1"
}

# Runs a command with the library, with whatever has to be set for it alone.
preloaded() { LD_PRELOAD=$library "$@"; }

# same NAME COMMAND...: both ways, and compares.
same() {
    local name=$1 plain=0 with=0
    shift
    timeout 300 "$@" >"$work/plain" 2>&1 </dev/null || plain=$?
    LD_PRELOAD=$library timeout 300 "$@" >"$work/with" 2>&1 </dev/null || with=$?
    if [ "$plain" -ne "$with" ]; then
        echo "$judge: $name ended with $with, without the library with $plain"
        tail -20 "$work/with"
        exit 1
    fi
    if ! diff <(mask "$work/plain") <(mask "$work/with") >"$work/diff"; then
        echo "$judge: $name printed something else"
        head -20 "$work/diff"
        exit 1
    fi
    echo "$judge: $name is the same (status $plain, $(wc -c <"$work/with") bytes)"
}

# A control: the library is in the process, or the comparison says nothing.
is_in() {
    grep -q "$(basename "$library")" "/proc/$1/maps" || { echo "$judge: the library is not in process $1"; exit 1; }
}
