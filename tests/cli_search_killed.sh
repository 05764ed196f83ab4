#!/bin/sh
# A search that is killed or interrupted resumes and finds the same points.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_search_killed: %s\n' "$*"; failed=1; }
# shellcheck source=tests/search_study.sh
. "$DSE_SOURCE/tests/search_study.sh"

# Kill it in the middle, repeatedly.
for keep in all front; do
    study nsga2 40000 $keep >long.yaml
    rm -f long.db killed.db
    "$DSE" sweep long.yaml --db long.db --quiet >/dev/null
    count() { "$DSE" query killed.db --sql 'SELECT count(*) FROM point' --format csv 2>/dev/null | tail -n 1; }
    for signal in KILL INT; do
        "$DSE" sweep long.yaml --db killed.db --jobs 2 --quiet >/dev/null 2>&1 &
        before=$(count)
        until n=$(count); [ "${n:-0}" -gt "${before:-0}" ]; do sleep 0.02; done
        kill -$signal $!
        wait $! 2>/dev/null
    done
    "$DSE" sweep long.yaml --db killed.db --quiet >/dev/null || complain "does not go on after a kill"
    same long.db killed.db "killed and resumed, keep: $keep"
done
exit "$failed"
