#!/usr/bin/env bash
# A virtual machine that has its own heap, and malloc for the rest of it.
source "$(dirname "$0")/common.sh"
needs java
same "version" java -version
same "settings" bash -c 'java -XshowSettings:locale -version 2>&1 | grep -v -i time'
if command -v javac >/dev/null; then
    cat >"$work/Load.java" <<'JAVA'
import java.util.*;
import java.util.stream.*;

public class Load {
    public static void main(String[] args) throws Exception {
        Map<String, Integer> counts = IntStream.range(0, 200000).parallel().mapToObj(i -> "w" + i % 5003)
            .collect(Collectors.toConcurrentMap(w -> w, w -> 1, Integer::sum));
        System.out.println(counts.size() + " " + new TreeMap<>(counts).firstEntry());
        java.util.zip.Deflater deflater = new java.util.zip.Deflater();
        deflater.setInput(new byte[1000000]);
        deflater.finish();
        System.out.println(deflater.deflate(new byte[100000]));
    }
}
JAVA
    same "compile and run" bash -c "javac -d '$work' '$work/Load.java' && java -cp '$work' Load"
fi
