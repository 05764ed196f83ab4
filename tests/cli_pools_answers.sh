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

# A misspelt part of a pool is told its right name.
"$DSE" eval --set model=deepseek-r1 --set pools.fnn.chip=h100 2>err.txt
[ $? -eq 2 ] || complain "pools.fnn.chip is accepted"
says err.txt 'unknown name: did you mean "pools.ffn.chip"?' "a misspelt pool"
"$DSE" eval --set model=deepseek-r1 --set pools.ffn.devies=8 2>err.txt
says err.txt 'unknown name: did you mean "pools.ffn.devices"?' "a misspelt parameter of a pool"

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

# dse recommend: the cheapest for each engine and each chip of the pools, by SQL; its devices and the
# price of each pool are those of its point, as often as there are systems.
"$DSE" recommend pools.db --tokens-per-s 1M --format csv | tr -d '\r' >cheapest.csv
head -n 1 cheapest.csv | grep -q "^workload_input,engine,pools_ffn_chip,pools_prefill_chip,systems,devices,ffn_devices,prefill_devices,system_cost_usd," ||
    complain "columns of dse recommend: $(head -n 1 cheapest.csv)"
"$DSE" query pools.db --sql "WITH whole AS (SELECT *, CAST(1e6 / tokens_per_s AS INTEGER) + 1 AS systems
    FROM point WHERE verdict = 'ok'), best AS (SELECT *, min(systems * system_cost_usd) AS usd FROM whole
    GROUP BY workload_input, engine, pools_ffn_chip, pools_prefill_chip)
    SELECT workload_input, engine, pools_ffn_chip, pools_prefill_chip, systems, usd,
    coalesce(systems * ffn_devices, 0) AS ffn, systems * prefill_devices AS prefill,
    coalesce(systems * ffn_cost_usd, 0) AS ffn_usd, systems * prefill_cost_usd AS prefill_usd
    FROM best" --format csv | tr -d '\r' | tail -n +2 |
    awk -F, 'BEGIN { OFS = "," } { for (i = 6; i <= 10; i++) $i = sprintf("%.6g", $i); print }' | sort >sql.txt
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { printf "%s,%s,%s,%s,%d,%.6g,%.6g,%.6g,%.6g,%.6g\n", $1, $2, $3, $4, $at["systems"],
        $at["system_cost_usd"], $at["ffn_devices"], $at["prefill_devices"], $at["ffn_cost_usd"],
        $at["prefill_cost_usd"] }' cheapest.csv | sort >said.txt
cmp -s sql.txt said.txt && [ -s said.txt ] || complain "dse recommend: $(diff sql.txt said.txt | head -n 6)"

# dse compare: P of the pools as dse payoff finds it in each run.
"$DSE" compare pools.db others.db --format json >compare.json
grep -q '"payoff_of": {"pools.ffn": ' compare.json || complain "dse compare lacks the pools"
says compare.txt "P of each FFN pool, by its chip" "dse compare"
"$DSE" compare pools.db others.db --format csv | tr -d '\r' >compare.csv
for side in first:pools second:others; do
    "$DSE" payoff "${side#*:}.db" --of pools.ffn --by +pools_ffn_chip --format csv | tr -d '\r' | sed '/^$/,$d' |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            { printf "%s %s %.9g\n", $at["workload_input"], $at["pools_ffn_chip"], $at["payoff"] }' | sort >own.txt
    awk -F, -v name="payoff_${side%:*}" '
        /^$/ { on = 0 }
        /pools_ffn_chip.*payoff_first/ { for (i = 1; i <= NF; i++) at[$i] = i; on = 1; next }
        on && $at[name] != "" { printf "%s %s %.9g\n", $at["workload_input"], $at["pools_ffn_chip"], $at[name] }' \
        compare.csv | sort >told.txt
    cmp -s told.txt own.txt && [ -s own.txt ] || complain "P of ${side#*:} in dse compare: $(diff told.txt own.txt | head -n 4)"
done

exit "$failed"
