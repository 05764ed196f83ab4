#!/bin/sh
# What a run with keep: front can answer, and what it says it cannot.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_front: %s\n' "$*"; failed=1; }
# study KEEP: both chips, with an engine and without.
study() {
    cat >"$1.yaml" <<END
study: $1
model: llama-3.1-70b
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {batch: max, tpot: 50 ms}
plan: {devices: 8}
sweep: {chip: [h100, h200], engine: [none, duplex]}
objectives: [+tokens_per_s, -system_cost_usd]
keep: $1
END
    "$DSE" sweep "$1.yaml" --quiet >/dev/null || complain "the study $1 fails"
}
# column FILE NAME: its value in the first row.
column() { "$DSE" query all.db --format csv --sql "SELECT json_extract('$(cat "$1")', '\$.groups[0].$2')" | tail -n 1; }

# The control, an h200, is not on the front: payoff names it, and all that follows from it.
for keep in front all; do
    study $keep
    "$DSE" payoff $keep.db --format json >$keep.json 2>$keep.txt || complain "payoff of $keep fails"
    "$DSE" report $keep.db -o $keep.md >/dev/null || complain "the report of $keep fails"
done
for name in payoff gain c_max engine_cost_share price_ratio_max; do
    [ "$(column front.json $name)" = "$(column all.json $name)" ] || complain "$name depends on what is kept"
done
column front.json without | grep -q '^"*h200' || complain "the control is $(column front.json without)"

says='keep: front has kept only the front of all points together'
for command in payoff pareto 'recommend --tokens-per-s 39k'; do
    # shellcheck disable=SC2086
    "$DSE" $command front.db >/dev/null 2>err.txt
    grep -qF "front.db: run front: $says" err.txt || complain "$command: $(cat err.txt)"
    # shellcheck disable=SC2086
    "$DSE" $command all.db >/dev/null 2>err.txt
    [ -s err.txt ] && complain "$command of all points: $(cat err.txt)"
done
"$DSE" query front.db >/dev/null 2>err.txt
[ -s err.txt ] && complain "query: $(cat err.txt)"
grep -qF "$says" front.md || complain "the report does not say it"
grep -qF "$says" all.md && complain "the report of all points says it"

sed '/^objectives/d' front.yaml >without.yaml
"$DSE" sweep without.yaml >/dev/null 2>err.txt
[ $? -eq 2 ] || complain "keep: front without objectives is accepted"
grep -q '^without.yaml:7:7: keep: a front needs objectives: write objectives: ' err.txt || complain "$(cat err.txt)"
[ -e without.db ] && complain "a refused study is stored"
exit "$failed"
