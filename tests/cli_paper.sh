#!/bin/sh
# The studies of the paper's figures and tables run and write data and figures.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

complain() { printf 'cli_paper: %s\n' "$*"; failed=1; }

for study in "$DSE_SOURCE"/dse/studies/paper/*.yaml; do
    name=$(basename "$study" .yaml)
    "$DSE" sweep "$study" --db "$work/$name.db" >"$work/out.txt" 2>&1 || complain "$name: $(cat "$work/out.txt")"
    "$DSE" query "$work/$name.db" --columns verdict --format csv >"$work/$name.csv" || complain "$name has no data"
    grep -q '^ok' "$work/$name.csv" || complain "$name: no point is feasible"
    "$DSE" report "$work/$name.db" -o "$work/$name.html" >"$work/out.txt" 2>&1 || complain "$name: $(cat "$work/out.txt")"
    grep -q '<svg' "$work/$name.html" || complain "$name has no picture"
done
for number in 2 3 6 8 9 10 11 12 13 14; do
    ls "$DSE_SOURCE"/dse/studies/paper/*figure* | sed 's/.*figure//' | tr -c '0-9' '\n' | grep -qx "$number" ||
        complain "figure $number has no study"
done

# Every figure of the paper is drawn from its study.
"$DSE" list figures --format csv | awk -F, '/dse\/studies\/paper/ { print $1, $NF }' >"$work/figures.txt"
[ "$(wc -l <"$work/figures.txt")" -ge 12 ] || complain "few figures"
while read -r figure study; do
    db=$work/$(basename "$study" .yaml).db
    "$DSE" report "$db" --figure "$figure" -o "$work/$figure.svg" >"$work/out.txt" 2>&1 || complain "$figure: $(cat "$work/out.txt")"
    [ "$(grep -c '<path\|<rect' "$work/$figure.svg")" -gt 10 ] || complain "$figure is empty"
    [ "$(wc -l <"$work/$figure.csv")" -gt 4 ] || complain "$figure has no data"
done <"$work/figures.txt"
exit "$failed"
