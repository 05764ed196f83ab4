#!/bin/sh
# The pay-off of an FFN pool, and of an engine beside one, checked with SQL on the points of a study
# that sweeps both; how much dearer the pool may be, checked by making it dearer.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_payoff_of: %s\n' "$*"; failed=1; }
# sql DB SELECTION REST: the column, without its header.
sql() { "$DSE" query "$1" --sql "SELECT $2 AS v ${3-}" --format csv | tail -n +2; }
near() { [ "$(sql all.db "abs($1 - $2) <= $3 * abs($2)")" = 1 ] || complain "$4: $1, not $2"; }

cat >study.yaml <<'Y'
study: pools
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms}
plan: {devices: 32}
sweep:
  pools.ffn.chip: [none, h100, h200]
  pools.ffn.devices: [16, 32, auto]
  engine: [none, duplex]
  chip.memory_byte_per_s: [4 TB/s, 5 TB/s]
  workload.context: [4096, 65536]
Y
"$DSE" sweep study.yaml --db all.db --quiet >/dev/null || complain "the study fails"

# P is the best throughput per unit of budget with over the best without, of all the devices.
area="coalesce(system_area_mm2, die_area_mm2 * 32 + engine_area_mm2 * engine_devices)"
for budget in "cost system_cost_usd" "power power_w" "area $area" "none 1"; do
    for of in "pools.ffn pools_ffn_chip" "engine engine"; do
        "$DSE" payoff all.db --of "${of% *}" --budget "${budget%% *}" --format csv |
            sed '/^$/q' >payoff.csv
        for context in 4096 65536; do
            said=$(grep "^$context," payoff.csv | cut -d, -f2)
            value="tokens_per_s / (${budget#* })"
            found=$(sql all.db "max($value) FILTER (WHERE ${of#* } <> 'none')
                / max($value) FILTER (WHERE ${of#* } = 'none')" \
                "FROM point WHERE workload_context = $context AND verdict = 'ok'")
            near "${said:-0}" "${found:-0}" 1e-9 "P of $of at $context, budget ${budget%% *}"
        done
    done
done

# What the answer is about stands in the JSON and in the text.
"$DSE" payoff all.db --of pools.ffn --format json >payoff.json
grep -q '^{"of": "pools.ffn", "budget": "cost"' payoff.json || complain "JSON: $(head -c 80 payoff.json)"
"$DSE" payoff all.db --of pools.ffn --details >text.txt
grep -q '^An FFN pool pays for some workloads' text.txt || complain "text: $(head -n 1 text.txt)"
grep -qi 'with an engine' text.txt && complain "the text is about engines: $(grep -i 'with an engine' text.txt | head -c 200)"
"$DSE" payoff all.db --format json | grep -q '^{"of": "engine"' || complain "the default is not the engine"
# P is 1 between the values of a stop point.
grep -q '"axis": "workload_context", "stops_at": [0-9.]*, "direction": "pays below"' payoff.json ||
    complain "no stop point along the context"

# The pool at the price at which it stops paying: silicon that only costs is added to its chips until
# P is 1. Their price is then price_ratio_max times the first one.
cat >one.yaml <<'Y'
study: one
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, context: 12288}
plan: {devices: 32}
sweep:
  pools.ffn.chip: [none, h100]
  pools.ffn.devices: [16]
Y
"$DSE" sweep one.yaml --quiet >/dev/null || complain "one pool fails"
"$DSE" payoff one.db --of pools.ffn --stop pools.ffn.chip.uncore_mm2=10:600 --format csv >one.csv
ratio=$(sed -n 2p one.csv | tr -d '\r' | sed 's/.*,//')
stop=$(sed -n 's/^pools.ffn.chip.uncore_mm2,\([0-9.]*\),pays below.*/\1/p' one.csv)
[ -n "$stop" ] || complain "no stop point along the price of the pool"
usd() {
    "$DSE" eval one.yaml "$@" --format json | sed -n 's/.*"system_cost_usd": \([0-9.]*\).*/\1/p'
}
main=$(usd --set pools.ffn.chip=none)
cheap=$(usd --set pools.ffn.chip=h100 --set pools.ffn.devices=16)
dear=$(usd --set pools.ffn.chip=h100 --set pools.ffn.devices=16 --set pools.ffn.chip.uncore_mm2="${stop:-10}")
near "(($dear - $main) / ($cheap - $main))" "${ratio:-0}" 1e-4 "how much dearer the pool may be"

# A draft pool: P and what the pool adds to the price, by SQL; without it the main devices draft.
cat >draft.yaml <<'Y'
study: draft
model: llama-3.1-405b
chip: h200
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {tpot: 50 ms, query_tokens: 4, accepted_tokens: 2.8}
plan: {devices: 8}
pools: {draft: {model: llama-3.1-8b}}
sweep:
  pools.draft.chip: [none, h20, h100]
  pools.draft.devices: [1, 2, auto]
  workload.context: [4096, 65536]
Y
"$DSE" sweep draft.yaml --quiet >/dev/null || complain "the draft study fails"
"$DSE" payoff draft.db --of pools.draft --format csv | sed '/^\r*$/q' >payoff.csv
for context in 4096 65536; do
    at="FROM point WHERE workload_context = $context AND verdict = 'ok'"
    value="tokens_per_s / system_cost_usd"
    best="(SELECT max($value) $at AND pools_draft_chip <> 'none')"
    alone="(SELECT max(system_cost_usd) $at AND pools_draft_chip = 'none')"
    "$DSE" query draft.db --sql "SELECT $best / (SELECT max($value) $at AND pools_draft_chip = 'none'),
        system_cost_usd / $alone - 1 $at AND $value = $best" --format csv | tail -n 1 | tr -d '\r' >found
    near "$(sed -n "s/^$context,\([0-9.]*\).*/\1/p" payoff.csv)" "$(cut -d, -f1 found)" 1e-9 \
        "P of a draft pool at $context"
    said=$("$DSE" payoff draft.db --of pools.draft --format json | tr '{' '\n' |
        grep "\"workload_context\": ${context}[,}]" | sed -n 's/.*"engine_cost_share": \([0-9.]*\).*/\1/p' | head -n 1)
    near "${said:-0}" "$(cut -d, -f2 found)" 1e-6 "what a draft pool adds to the price at $context"
done
"$DSE" payoff draft.db --of pools.draft --details | grep -q '^A draft pool does not pay' ||
    complain "a draft pool that does not pay: $("$DSE" payoff draft.db --of pools.draft | head -n 1)"
grep -q '^65536,0\.' payoff.csv || complain "P of a draft pool: $(cat payoff.csv)"

# Questions without an answer.
"$DSE" payoff one.db >none.txt
grep -q "No design of this run has an engine to compare with one without: sweep engine over none" none.txt ||
    complain "no engine: $(head -n 2 none.txt)"
"$DSE" payoff one.db --of pools.prefill >none.txt 2>&1
grep -q "has a prefill pool of other chips to compare with one without: sweep pools.prefill.chip over" none.txt ||
    complain "no prefill pool: $(head -n 2 none.txt)"
sed 's/\[none, h100\]/[h100]/' one.yaml >always.yaml
"$DSE" sweep always.yaml --quiet >/dev/null
"$DSE" payoff always.db --of pools.ffn --format json | grep -q "no design without an FFN pool to compare with: sweep pools.ffn.chip over none too" ||
    complain "without a control: $("$DSE" payoff always.db --of pools.ffn --format json | head -c 300)"
"$DSE" payoff always.db --of pools.ffn | head -n 1 |
    grep -q '^An FFN pool has no P (no design is without it: sweep pools.ffn.chip over none too) for' ||
    complain "the sentence without a control: $("$DSE" payoff always.db --of pools.ffn | head -n 1)"
"$DSE" payoff one.db --of pools.ffn --where 'chip = foo' >none.txt 2>err.txt
[ $? -eq 3 ] && grep -q '^run .*: no feasible point meets the conditions$' err.txt ||
    complain "nothing meets --where: $(cat none.txt err.txt)"
# A shard whose first point alone, without a pool, is priced.
sed 's/^study: .*/study: part/' always.yaml | sed 's/\[h100\]/[none, h100]/' >part.yaml
points=$("$DSE" sweep part.yaml --db whole.db | sed -n 's/.* of \([0-9]*\) points in.*/\1/p')
"$DSE" sweep part.yaml --db part.db --shard "1/$points" --quiet >/dev/null
"$DSE" payoff part.db --of pools.ffn 2>/dev/null |
    grep -q "^No feasible design has an FFN pool among the 1 of $points points that are priced\.$" ||
    complain "a shard without a pool: $("$DSE" payoff part.db --of pools.ffn 2>&1 | head -n 3)"
"$DSE" payoff one.db --of pools.ffm 2>err.txt
[ $? -eq 2 ] && grep -q '"pools.ffm" is no part that pays off: one of engine, pools.ffn' err.txt ||
    complain "an unknown part: $(cat err.txt)"
"$DSE" payoff one.db --of pools.ffn --runs both 2>err.txt
[ $? -eq 2 ] && grep -q 'runs: is about engines' err.txt || complain "--of with --runs: $(cat err.txt)"
exit "$failed"
