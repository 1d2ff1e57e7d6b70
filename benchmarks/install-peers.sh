#!/usr/bin/env bash
# Installs the C allocators that the benchmarks measure beside BitSlab, from the packages of Debian or Ubuntu.
# Without them the benchmarks run too: they say who is missing.
set -euo pipefail

packages=(libmimalloc2.0 libtcmalloc-minimal4 libjemalloc2)

fail() {
    echo "install-peers: $1" >&2
    exit 2
}

command -v apt-get > /dev/null || fail "there is no apt-get here; install mimalloc, tcmalloc and jemalloc by other means (packages on Debian: ${packages[*]})"
[ "$(id -u)" -eq 0 ] || fail "apt-get needs root; run: sudo $0"

apt-get update -q
for package in "${packages[@]}"; do
    # One by one: a release that has no such package still gets the others.
    apt-get install -q -y --no-install-recommends "$package" || echo "install-peers: $package was not installed" >&2
done
