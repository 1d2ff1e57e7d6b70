# For the scripts of this folder, which source it and say who they are: name=….

# skip WHY: with a line, and the exit code that means it.
skip() {
    echo "$name: skipped, $*"
    exit 77
}

# restore ARGUMENT…: of `dotnet restore`. Skips where packages cannot be had; "$work" is a folder.
restore() {
    local result=0
    # Without the audit, which needs the source even where all packages are at hand.
    timeout 120 dotnet restore -p:NuGetAudit=false "$@" >"$work/restore" 2>&1 || result=$?
    if [ "$result" -eq 124 ] || grep -Eq 'error (NU1301|NU110[0-3])' "$work/restore"; then
        skip "packages cannot be had. $(grep -m 1 error "$work/restore" || true)"
    elif [ "$result" -ne 0 ]; then
        cat "$work/restore"
        exit 1
    fi
}
