#!/usr/bin/env bash
# Builds the native libraries and runs the tests of this folder on them; with --judges also those judges that take a few seconds. Ends with 77 where
# the libraries cannot be built.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
result=0
bash ../../scripts/native.sh "$work" >"$work/build" 2>&1 || result=$?
if [ "$result" -ne 0 ]; then
    cat "$work/build"
    exit "$result"
fi
preload="$work/libbitslab-malloc.so"
flags=(-O1 -g -Wall -Wextra -Werror)
gcc "${flags[@]}" -std=gnu11 -o "$work/malloc_test" malloc_test.c -lpthread -ldl
gcc "${flags[@]}" -std=gnu11 -o "$work/fork_test" fork_test.c -lpthread
gcc "${flags[@]}" -std=gnu11 -fPIC -shared -DLIBRARY -o "$work/libhandler.so" handler_test.c -lpthread
gcc "${flags[@]}" -std=gnu11 -o "$work/handler_test" handler_test.c -L "$work" -lhandler -Wl,-rpath,"$work" -lpthread
gcc "${flags[@]}" -std=gnu11 -I "$work" -o "$work/shared_test" bitslab_test.c -L "$work" -lbitslab -Wl,-rpath,"$work" -lpthread
gcc "${flags[@]}" -std=gnu11 -I "$work" -o "$work/static_test" bitslab_test.c "$work/libbitslab.a" -lpthread
"$work/shared_test"
"$work/static_test"
BITSLAB_INVALID_FREE=ignore "$work/static_test"
LD_PRELOAD=$preload "$work/malloc_test"
echo "passed malloc"

LD_PRELOAD=$preload "$work/handler_test"

# At each fifth instruction: what has to be seen whole is changed over more. By hand at every one: without the number.
LD_PRELOAD=$preload timeout 200 "$work/fork_test" 5
if command -v g++ >/dev/null; then
    g++ "${flags[@]}" -std=c++17 -o "$work/operators_test" operators_test.cc -lpthread
    "$work/operators_test" >"$work/control"
    LD_PRELOAD=$preload "$work/operators_test"
else
    echo "native: operators skipped, there is no g++"
fi

# Options of the environment: a bad one is told, a limit holds, statistics come at the end.
LD_PRELOAD=$preload BITSLAB_MEMORY_LIMIT=12x bash -c : 2>&1 | grep -c '^bitslab: a BITSLAB_ variable cannot be read' >/dev/null
LD_PRELOAD=$preload BITSLAB_STATS=1 cat /dev/null 2>&1 | grep -c '^{"live_blocks":[0-9]*,.*}$' >/dev/null
if LD_PRELOAD=$preload BITSLAB_MEMORY_LIMIT=20M bash -c 'x=$(head -c 30000000 /dev/zero | tr "\0" x)' 2>/dev/null; then
    echo "a limit of 20 MiB did not hold"
    exit 1
fi
echo "passed options"

if [ "${1:-}" = --judges ]; then
    for judge in perl sqlite compilers node java memcached; do
        BITSLAB_LIBRARY=$preload bash judges/$judge.sh || [ $? -eq 77 ]
    done
    BITSLAB_LIBRARY=$preload bash judges/python.sh quick || [ $? -eq 77 ]
fi
