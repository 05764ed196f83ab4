#!/bin/sh
# examples.sh PAGE...: whether the examples of pages of docs/ print what the pages show. Overlooked: how fast
# a sweep was.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

steady() { sed 's/, in [0-9.]* [a-z]*, [0-9.]* [kM]\{0,1\} *points\/s)/)/' "$1"; }

for page; do
    shown=$DSE_SOURCE/docs/$page
    cp "$shown" "$work/$page"
    sh "$DSE_SOURCE/docs/examples.sh" "$work/$page" || failed=1
    grep -q '^\$ dse ' "$shown" || { echo "docs/$page: no commands"; failed=1; }
    steady "$shown" >"$work/shown.txt"
    steady "$work/$page" >"$work/now.txt"
    if ! diff "$work/shown.txt" "$work/now.txt" >"$work/diff.txt"; then
        echo "docs/$page shows another output than its commands: run sh docs/examples.sh"
        head -n 12 "$work/diff.txt"
        failed=1
    fi
done
exit "$failed"
