#!/usr/bin/env bash
# The SDK builds this project: a runtime, its compilers and servers, each with many threads.
source "$(dirname "$0")/common.sh"
needs dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
build() { dotnet build -c Release --artifacts-path "$work/artifacts" -p:UseSharedCompilation=false src/BitSlab.Traces 2>&1 | grep -E 'error|Warning|Error'; }
export -f build
export work
same "build" bash -c 'rm -rf "$work/artifacts"; build'
same "run" bash -c 'dotnet "$work"/artifacts/bin/BitSlab.Traces/release/BitSlab.Traces.dll; echo $?; dotnet --version'
