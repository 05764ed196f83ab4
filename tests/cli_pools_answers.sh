#!/bin/sh
# What is asked of a store is answered for systems with pools as for engines: names of designs,
# recommend, compare, the page.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_pools_answers: %s\n' "$*"; failed=1; }
# says FILE TEXT WHAT: the file has the text.
says() { grep -qF -- "$2" "$1" || complain "$3: no \"$2\" in: $(head -n 12 "$1")"; }

cat >pools.yaml <<'Y'
study: pools
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, phase: disaggregated, input: 4096, output: 1024}
plan: {devices: 32}
sweep:
  workload.input: [4096, 65536]
  pools.ffn.chip: [none, h100, h200]
  pools.ffn.devices: [16, auto]
  pools.prefill.chip: [none, h100]
  engine: [none, duplex]
Y
sed 's/study: pools/study: others/; s/h100, h200/h200, rubin/' pools.yaml >others.yaml
for study in pools others; do
    "$DSE" sweep "$study.yaml" --quiet >/dev/null || complain "$study fails"
done

# A design is named with its pools: their chips, and how many devices they have.
"$DSE" payoff pools.db --of pools.ffn --format json >payoff.txt
says payoff.txt "h20 + FFN pool of 10 x h200 + prefill pool of" "the winner of dse payoff"
grep -q "ffn_devices [0-9]" payoff.txt && complain "a count that is auto has a number"
"$DSE" compare pools.db others.db >compare.txt
says compare.txt "h20 + FFN pool of rubin + prefill pool of h100, pools.ffn.devices auto" "a design of dse compare"

# Where a study varies only pools, the report is about them; else about engines first, then about pools.
sed 's/  engine: \[none, duplex\]//; s/study: pools/study: alone/' pools.yaml >alone.yaml
"$DSE" sweep alone.yaml --quiet >/dev/null || complain "alone fails"
"$DSE" report alone.db -o alone.csv >/dev/null
"$DSE" payoff alone.db --of pools.ffn --format csv | sed '/^.$/,$d; /^$/,$d' | cmp -s - alone.csv ||
    complain "the CSV of a report is not that of dse payoff --of pools.ffn"
"$DSE" report pools.db -o pools.md >/dev/null
says pools.md "## An attention engine" "the report"
says pools.md "## An FFN pool" "the report"
says pools.md "## A prefill pool of other chips" "the report"
"$DSE" report pools.db --of pools.prefill -o prefill.md >/dev/null
says prefill.md "A prefill pool of other chips pays" "dse report --of"
grep -q "attention engine" prefill.md && complain "dse report --of pools.prefill is about engines too"
"$DSE" report pools.db --of pools.prefil -o no.md 2>err.txt
[ $? -eq 2 ] && [ ! -e no.md ] || complain "an unknown part is accepted"
says err.txt 'dse report: --of: "pools.prefil" is no part that pays off: one of engine, pools.ffn' "an unknown part"

# How many devices a pool has stands beside its chip, also if the study says auto.
"$DSE" query pools.db --top 1 --format csv | grep -q "ffn_devices,prefill_devices,verdict" ||
    complain "dse query lacks the devices of pools: $("$DSE" query pools.db --top 1 --format csv)"
"$DSE" pareto pools.db --format csv >front.csv
head -n 1 front.csv | grep -q "ffn_devices,prefill_devices,plan_tp" || complain "dse pareto: $(head -n 1 front.csv)"
# The price of a system is that of its main devices and of its pools.
"$DSE" query pools.db --sql "SELECT count(*) AS n FROM point WHERE verdict = 'ok' AND
    (ffn_cost_usd > 0) <> (pools_ffn_chip <> 'none') OR prefill_cost_usd + coalesce(ffn_cost_usd, 0)
    >= system_cost_usd" --format csv | tail -n 1 | grep -q '^0' || complain "the price of pools"
"$DSE" eval pools.db --point 40 >eval.txt
says eval.txt "of that              main devices" "dse eval"

exit "$failed"
