#!/bin/sh
# By how much the nearest design misses a limit: in percent up to 1000 %, then in times the limit.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_infeasible: %s\n' "$*"; failed=1; }

cat >base.yaml <<'END'
study: nearest
model: llama-3.1-8b
chip: h100
plan: {devices: 1}
workload: {batch: 1}
sweep: {workload.context: [1024]}
END
"$DSE" sweep base.yaml --db base.db --quiet >out.txt 2>err.txt || complain "sweep: $(cat err.txt)"
"$DSE" query base.db --columns system_cost_usd,tpot_s --format csv >base.csv
# value COLUMN: its value in the only design.
value() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { print $at[name] }' base.csv; }

# misses WORDS: what the sweep of study.yaml says.
misses() {
    "$DSE" sweep study.yaml --db study.db --quiet >out.txt 2>err.txt
    [ $? = 3 ] || complain "$1: something is feasible: $(cat out.txt err.txt)"
    grep -qF "$1" out.txt || complain "not \"$1\": $(cat out.txt err.txt)"
    rm -f study.db
}

# A limit of the value / (1 + excess) is exceeded by that excess.
while read -r excess words; do
    {
        cat base.yaml
        awk -v v="$(value system_cost_usd)" -v e="$excess" \
            'BEGIN { printf "constraints: [system_cost_usd <= %.12g]\n", v / (1 + e) }'
    } >study.yaml
    misses "nearest: point 0 by $words, feasible with a limit of"
    case $words in *million* | *billion*) continue ;; esac # a TPOT is at least 1 us
    awk -v v="$(value tpot_s)" -v e="$excess" \
        '{ sub(/batch: 1/, sprintf("batch: 1, tpot: %.12g s", v / (1 + e))) } { print }' base.yaml >study.yaml
    misses "nearest: point 0 needs $(echo "$words" | sed 's/ the limit//') more workload.tpot_s"
done <<'END'
0.125 12.5 %
9.5 950 %
10.5 10.5 times the limit
123.4 123 times the limit
1640000 1.64 million times the limit
2.5e9 2.50 billion times the limit
END
exit "$failed"
