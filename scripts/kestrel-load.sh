#!/usr/bin/env bash
# Kestrel on BitSlab under wrk, 100 connections that are kept alive: at least 10,000 small requests, answers and bodies of 300 KB, connections
# aborted beside them; then all blocks are back, and the memory goes to the operating system by itself. Then requests per second beside the
# framework's own pool, in turn.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v wrk >/dev/null; then
    echo "kestrel-load: skipped, wrk is not installed (apt-get install wrk)"
    exit 0
fi
dotnet build -c Release -v quiet tests/BitSlab.Extensions.Tests
exec artifacts/bin/BitSlab.Extensions.Tests/release/BitSlab.Extensions.Tests -noColor -noLogo -showLiveOutput \
    -explicit only -class BitSlab.Extensions.Tests.AspNetCore.LoadTests
