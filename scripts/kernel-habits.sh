#!/usr/bin/env bash
# Programs with every check, where the kernel does not behave as on most machines: transparent huge pages always or never, address space or commit
# short, overcommit refused, a container's memory limit, no /proc. Two minutes. What is set for the whole machine needs root and is put back.
# Prints a line for each case; ends with 1 when one fails, with 77 when none could be run.
set -uo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname -s)" != Linux ]; then
    echo "kernel-habits: skipped, this is not Linux"
    exit 77
fi
work=$(mktemp -d)
thp=/sys/kernel/mm/transparent_hugepage/enabled
overcommit=/proc/sys/vm/overcommit_memory
group=
thp_before=$(sed -n 's/.*\[\(.*\)\].*/\1/p' "$thp" 2>/dev/null)
overcommit_before=$(cat "$overcommit" 2>/dev/null)
put_back() {
    [ -z "$thp_before" ] || { echo "$thp_before" >"$thp"; } 2>/dev/null
    [ -z "$overcommit_before" ] || { echo "$overcommit_before" >"$overcommit"; } 2>/dev/null
    [ -z "$group" ] || rmdir "$group"
    rm -rf "$work"
}
trap put_back EXIT
trap 'exit 1' INT TERM

for project in tests/BitSlab.Child src/BitSlab.Cli; do
    dotnet build -c Release -v quiet "$project" -p:NuGetAudit=false --artifacts-path "$work" >"$work/build" || { cat "$work/build"; exit 1; }
done
child=$work/bin/BitSlab.Child/release/BitSlab.Child
command=$work/bin/BitSlab.Cli/release/BitSlab.Cli
run=0 failed=0

# judge NAME COMMAND…: the command checks itself and must end well; what it says is shown where it does not.
judge() {
    local name=$1
    shift
    run=$((run + 1))
    if timeout 120 "$@" >"$work/said" 2>&1; then
        echo "kernel-habits: $name: good"
    else
        failed=$((failed + 1))
        echo "kernel-habits: $name: FAILED"
        tail -15 "$work/said"
    fi
}
skip() { echo "kernel-habits: $1: skipped, $2"; }
figure() { sed -n "s/^$1=//p" "$work/figures"; }

# A million blocks, each checked, in the full reservation of 1 TiB; after all are freed a fortieth of what was resident may be left. Then a recorded
# program, each block checked.
whole() {
    "$child" million default self >"$work/figures" && cat "$work/figures" &&
        [ "$(figure live)" -eq 0 ] && [ "$(figure virtual)" -gt $((1 << 40)) ] && [ "$(figure growth)" -lt $(($(figure full) / 40)) ] &&
        "$command" replay traces/sqlite.trace.gz --verify --trim
}

# Fills what there is, is refused, frees half, has it again; at least so many MiB are to be had.
short() { # short ulimit's-option MiB least-MiB
    (ulimit "$1" $(($2 * 1024)) && DOTNET_GCHeapHardLimit=0x4000000 DOTNET_TieredCompilation=0 "$child" shortage 1024 >"$work/figures") && cat "$work/figures" &&
        [ "$(figure bytes)" -ge $(($3 << 20)) ] && [ "$(figure bytes)" -lt $(($2 << 20)) ] && [ "$(figure again)" -ge $(($(figure bytes) / 10 * 9)) ]
}

# timeout starts programs, not functions.
export -f whole short figure
export work child command

for mode in always never madvise; do
    if { echo "$mode" >"$thp"; } 2>/dev/null; then
        judge "transparent huge pages: $mode" bash -c whole
    else
        skip "transparent huge pages: $mode" "they cannot be set here"
    fi
done
[ -z "$thp_before" ] || { echo "$thp_before" >"$thp"; } 2>/dev/null

for space in 8192 2048 1280; do
    judge "$space MiB of address space" bash -c "short -v $space 60"
done
judge "too little address space for any reservation" "$child" no-space $((32 << 20))
for data in 400 1000; do
    judge "$data MiB of committed memory" bash -c "short -d $data $((data / 2))"
done

if { echo 2 >"$overcommit"; } 2>/dev/null; then
    judge "overcommit refused" bash -c whole
    echo "$overcommit_before" >"$overcommit"
else
    skip "overcommit refused" "it cannot be set here"
fi

# A cgroup of version 2, or of version 1.
limit=$((256 << 20))
for candidate in /sys/fs/cgroup:memory.max /sys/fs/cgroup/memory:memory.limit_in_bytes; do
    folder=${candidate%:*}/bitslab-$$
    if mkdir "$folder" 2>/dev/null; then
        # In a folder that is no cgroup the file would have to be made.
        if [ -f "$folder/${candidate#*:}" ] && { echo "$limit" >"$folder/${candidate#*:}"; } 2>/dev/null; then
            group=$folder
            break
        fi
        rmdir "$folder"
    fi
done
if [ -n "$group" ]; then
    # shellcheck disable=SC2016 # for the shell that joins the group
    judge "a container of 256 MiB" bash -c 'echo $$ >"$1/cgroup.procs" && exec "$2" container "$3"' _ "$group" "$child" "$limit"
else
    skip "a container of 256 MiB" "no memory cgroup can be made here"
fi

# The runtime itself does not start without /proc; a program of native code does.
if ! command -v gcc >/dev/null && ! command -v clang >/dev/null; then
    skip "no /proc" "there is no linker for a program that starts without it"
elif ! unshare -m sh -c 'mount -t tmpfs none /proc' 2>/dev/null; then
    skip "no /proc" "it cannot be hidden here"
elif ! timeout 240 dotnet publish -c Release -v quiet src/BitSlab.Cli -p:NativeCode=true -p:NuGetAudit=false --artifacts-path "$work/native" >"$work/build" 2>&1; then
    skip "no /proc" "the program cannot be published: $(grep -m 1 error "$work/build")"
else
    judge "no /proc" unshare -m sh -c 'mount -t tmpfs none /proc && exec "$0" "$@"' \
        "$work/native/publish/BitSlab.Cli/release/BitSlab.Cli" replay traces/sqlite.trace.gz --verify --trim
fi

[ "$run" -gt 0 ] || exit 77
[ "$failed" -eq 0 ]
