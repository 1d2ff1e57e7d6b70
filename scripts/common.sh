# What the scripts of this folder share. They source it with their "$name" set and, but for skip, "$work": a folder for what is thrown away.

# skip WHY: ends with a line that says so, and with 77.
skip() {
    echo "$name: skipped, $*"
    exit 77
}

# restore ARGUMENT…: what `dotnet restore` takes. Skips where packages cannot be had.
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

# publish_for PLATFORM PROJECT: as a program with the runtime beside it; "$published" is where. Below the root, which the tests look for.
publish_for() {
    local options=("$2" -p:RuntimeIdentifier="$1" -p:SelfContained=true -p:ErrorOnDuplicatePublishOutputFiles=false --artifacts-path "artifacts/$1")
    restore "${options[@]}"
    dotnet publish -c Release -v quiet --no-restore "${options[@]}"
    published=artifacts/$1/publish/$(basename "$2")/release_$1
}
