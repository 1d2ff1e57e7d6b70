#!/usr/bin/env bash
# clone, log -p, gc, fsck on this repository.
source "$(dirname "$0")/common.sh"
needs git
export GIT_CONFIG_GLOBAL=/dev/null
same "clone" bash -c "rm -rf '$work/clone' && git clone -q --no-local . '$work/clone' && git -C '$work/clone' rev-parse HEAD"
same "log -p" git log -p --stat -300
same "blame" git blame --porcelain README.md
same "gc" bash -c "git -C '$work/clone' gc -q --aggressive && git -C '$work/clone' fsck"
