#!/usr/bin/env bash
# stress-ng's stressors of malloc and memory: none fails.
source "$(dirname "$0")/common.sh"
needs stress-ng
seconds=${1:-5}
for stressor in malloc stack bigheap brk madvise mmapfork fork pthread tsearch hsearch qsort str bsearch radixsort; do
    LD_PRELOAD=$library timeout 120 stress-ng --$stressor 2 --timeout "$seconds" --metrics-brief --verify --temp-path "$work" >"$work/said" 2>&1 \
        || { echo "$judge: $stressor failed"; tail -20 "$work/said"; exit 1; }
    grep -q 'successful run completed' "$work/said" || { echo "$judge: $stressor"; tail -20 "$work/said"; exit 1; }
    echo "$judge: $stressor ran"
done
