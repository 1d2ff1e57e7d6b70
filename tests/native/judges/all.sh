#!/usr/bin/env bash
# All judges, one after the other; what is not installed is skipped.
set -uo pipefail
cd "$(dirname "$0")"
failed=0
for judge in *.sh; do
    case $judge in common.sh | all.sh) continue ;; esac
    begin=$SECONDS
    bash "$judge"
    case $? in
        0) echo "$judge: good, $((SECONDS - begin)) s" ;;
        77) ;;
        *) echo "$judge: FAILED"; failed=1 ;;
    esac
done
exit $failed
