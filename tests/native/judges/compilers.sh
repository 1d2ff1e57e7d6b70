#!/usr/bin/env bash
# gcc and g++ on real files: the same objects, and the same messages.
source "$(dirname "$0")/common.sh"
needs gcc
compile() { "$@" -o "$work/object" && sha256sum <"$work/object"; }
export -f compile
export work
for file in src/BitSlab.Native/Shim/*.c tests/native/*.c; do
    same "$(basename "$file")" bash -c 'compile gcc -O2 -g -Wall -c -I src/BitSlab.Native/include "$1"' compile "$file"
done
if command -v g++ >/dev/null; then
    same "operators_test.cc" bash -c 'compile g++ -O2 -g -c tests/native/operators_test.cc'
    printf '#include <regex>\n#include <map>\n#include <functional>\n#include <iostream>\nint main() { std::regex r("a+"); std::map<int, std::function<int(int)>> m; return m.size(); }\n' >"$work/large.cc"
    same "templates" bash -c 'compile g++ -O2 -c "$work/large.cc"'
    printf 'int main() { return no_such_name; }\n' >"$work/wrong.cc"
    same "errors" bash -c 'compile g++ -c "$work/wrong.cc"'
fi
