#!/bin/sh
# examples.sh PAGE...: whether the examples of pages of the book print what the pages show, each page in an
# empty folder on a terminal of 100 columns. Overlooked: how fast a sweep was.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

mkdir "$work/bin"
ln -s "$DSE" "$work/bin/dse"
PATH=$work/bin:$PATH
COLUMNS=100
export PATH COLUMNS
steady() { sed 's/, in [0-9.]* [a-z]*, [0-9.]* [kM]\{0,1\} *points\/s)/)/' "$1"; }

for page; do
    mkdir -p "$work/$page"
    cd "$work/$page" || exit 1
    sh "$DSE_SOURCE/docs/examples.sh" "$DSE_SOURCE/$page" >"$work/out.txt" || failed=1
    [ "$(grep -c '^\$ dse ' "$work/out.txt")" -ge 1 ] || { echo "$page: no commands"; failed=1; }
    steady "$DSE_SOURCE/$page" >"$work/shown.txt"
    steady "$work/out.txt" >"$work/now.txt"
    if ! diff "$work/shown.txt" "$work/now.txt" >"$work/diff.txt"; then
        echo "$page shows another output than the commands: sh docs/examples.sh $page prints it anew"
        head -n 12 "$work/diff.txt"
        failed=1
    fi
done
exit "$failed"
