#!/bin/sh
# Every infeasible point has all reasons why it is infeasible, its verdict first or among them.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_reasons: %s\n' "$*"; failed=1; }
count() { "$DSE" query r.db --sql "SELECT count(*) FROM point WHERE $1" --format csv | tail -n 1; }
none() { [ "$(count "$1")" = 0 ] || complain "$(count "$1") points: $1"; }
some() { [ "$(count "$1")" -gt 0 ] || complain "no point: $1"; }

cat >r.yaml <<'YAML'
study: r
models: [gpt3-175b, deepseek-r1]
workload: {tpot: 20 ms}
plan: {devices: 8}
sweep:
  chip: [v100, h100, b200, b300]
  chip.tdp_w: [2 kW, 100 W]
  plan.tp: [8, 5]
  workload.context: [2048, 65536]
  workload.batch: [1, 64, 1024]
constraints: [system_cost_usd <= 300 k, tokens_per_s >= 500, chip.memory_byte >= 100 GB]
YAML
"$DSE" sweep r.yaml --db r.db --quiet >/dev/null
none "(verdict = 'ok') <> (reasons IS NULL)"
none "verdict <> 'ok' AND ', ' || reasons || ', ' NOT LIKE '%, ' || verdict || ', %'"
has() { echo "(', ' || coalesce(reasons, '') || ', ' LIKE '%, $1, %')"; }
none "$(has tpot) <> coalesce(tpot_s > 0.020, 0)"
none "$(has power) <> coalesce(power_limit_ratio > 1, 0)"
none "$(has constraint) <> (coalesce(system_cost_usd > 300e3 OR tokens_per_s < 500, 0) OR chip = 'h100' OR chip = 'v100')"
for pair in "memory tpot" "memory constraint" "memory power" "tpot constraint" "mapping constraint"; do
    some "$(has "${pair% *}") AND $(has "${pair#* }")"
done

# The view counts all of them; `points` are those of the table.
for verdict in memory tpot power constraint mapping; do
    view=$("$DSE" query r.db --sql "SELECT points || ' ' || applies_to FROM verdicts WHERE verdict = '$verdict'" --format csv | tail -n 1)
    [ "$view" = "$(count "verdict = '$verdict'") $(count "$(has $verdict)")" ] || complain "verdicts has $view $verdict"
done

# Readable conditions reach them; tables show them only on demand.
[ "$("$DSE" query r.db --where "reasons ~ power" --columns reasons --format csv | grep -c power)" = "$(count "$(has power)")" ] ||
    complain "--where"
"$DSE" query r.db --top 1 --format csv | grep -q reasons && complain "reasons is a default column"
"$DSE" payoff r.db --by reasons 2>&1 | grep -q 'not swept' || complain "reasons is an axis"
# A limit on what a design lacks does not apply to it; all designs have an area.
cat >r.yaml <<'YAML'
study: r
model: deepseek-r1
precision: {weight: fp8, kv: fp8, math: fp8}
chip: h200
plan: {devices: 16}
sweep: {engine: [none, duplex], pools.ffn.chip: [none, h20]}
constraints: [ffn_devices <= 32, ffn_cost_usd <= 2 M, engine_stack_power_w >= 1, system_area_mm2 <= 30000]
YAML
rm r.db
"$DSE" sweep r.yaml --db r.db --quiet >/dev/null
none "pools_ffn_chip = 'none' AND verdict <> 'ok'"
none "pools_ffn_chip = 'h20' AND verdict <> 'constraint'"
none "system_area_mm2 IS NULL"
none "pools_ffn_chip = 'none' AND abs(system_area_mm2 / (16 * (die_area_mm2 + engine_area_mm2)) - 1) > 1e-12"
sed -i 's/, system_area_mm2.*/]/; s/ffn_devices <= 32/ffn_devices <= 20/' r.yaml
rm r.db
"$DSE" sweep r.yaml --db r.db --quiet >/dev/null
none "pools_ffn_chip = 'none' AND verdict <> 'ok'"
none "pools_ffn_chip = 'h20' AND verdict <> 'constraint'"

exit "$failed"
