#!/usr/bin/env bash
# CPython's own tests. Those that look at the interpreter's debug output of malloc do not run where a library is preloaded, with any of them.
source "$(dirname "$0")/common.sh"
python=${PYTHON:-$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null || true)}
needs "${python:-python3}"
"$python" -c 'import test.test_json' 2>/dev/null || { echo "$judge: skipped, this Python has no tests"; exit 77; }
# Every object from malloc, not only those above 512 bytes.
export PYTHONMALLOC=malloc PYTHONHASHSEED=1
tests=(test_json test_re test_dict test_list test_bytes test_gc test_zlib test_threading test_subprocess
    test_set test_tuple test_unicode test_int test_float test_array test_bytes test_memoryview test_struct test_pickle test_copy test_deque
    test_heapq test_collections test_itertools test_functools test_generators test_weakref test_io test_tempfile test_sqlite3 test_hashlib)
[ "${1:-}" = quick ] && tests=(test_json test_re test_dict test_list test_gc test_zlib)
for test in "${tests[@]}"; do
    # What the tests themselves print depends on how threads run; what counts is what the framework says of them.
    same "$test" bash -c '"$0" -m unittest -q "$1" 2>&1 | grep -E "^(Ran|OK|FAILED|ERROR|FAIL)"; exit ${PIPESTATUS[0]}' "$python" "test.$test"
done
