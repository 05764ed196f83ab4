#!/bin/sh
# A study of pools gives the same points on one thread and on several, in shards, and after kill -9;
# the pay-off of a prefill pool is that of its points.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_pools_resume: %s\n' "$*"; failed=1; }
# points STORE: every column of every point.
points() { "$DSE" query "$1" --columns all --sort point --format csv; }
sql() { "$DSE" query "$1" --sql "$2" --format csv | tail -n +2 | tr -d '\r'; }

cat >pools.yaml <<'Y'
study: pools
models: [deepseek-r1, llama-3.1-405b]
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, phase: disaggregated, output: 1024}
plan: {devices: 32}
sweep:
  workload.input: [4096, 65536]
  pools.ffn.chip: [none, h100, h200]
  pools.ffn.devices: [16, auto]
  pools.prefill.chip: [none, h100, b200]
  pools.prefill.transfer: [after, layers]
  engine: [none, duplex]
Y
"$DSE" sweep pools.yaml --db one.db --jobs 1 --quiet >/dev/null || complain "the study fails"
points one.db >one.csv
[ "$(wc -l <one.csv)" -eq 289 ] || complain "$(wc -l <one.csv) lines, not 289"
"$DSE" sweep pools.yaml --db many.db --jobs 3 --quiet >/dev/null
points many.db | cmp -s - one.csv || complain "three threads give other points"

for shard in 1 2 3; do
    "$DSE" sweep pools.yaml --db "part$shard.db" --shard "$shard/3" --quiet >/dev/null
done
"$DSE" merge whole.db part1.db part2.db part3.db >/dev/null || complain "the shards do not merge"
points whole.db | cmp -s - one.csv || complain "shards give other points"

# Killed at whatever point it has reached, and resumed until it ends.
for delay in 0.05 0.1 0.2; do
    "$DSE" sweep pools.yaml --db killed.db --jobs 1 --quiet >/dev/null 2>&1 &
    sweep=$!
    sleep "$delay"
    kill -9 "$sweep" 2>/dev/null
    wait "$sweep" 2>/dev/null
done
"$DSE" sweep pools.yaml --db killed.db --quiet >/dev/null || complain "a killed sweep does not resume"
points killed.db | cmp -s - one.csv || complain "a killed sweep has other points"

# P of a prefill pool: best throughput per USD with one over the best without, of all the points.
"$DSE" payoff one.db --of pools.prefill --format csv | tr -d '\r' | sed '/^$/,$d' >payoff.csv
[ "$(wc -l <payoff.csv)" -eq 5 ] || complain "groups of the pay-off: $(cat payoff.csv)"
tail -n +2 payoff.csv | while IFS=, read -r model input p rest; do
    found=$(sql one.db "SELECT max(tokens_per_s / system_cost_usd) FILTER (WHERE pools_prefill_chip <> 'none')
        / max(tokens_per_s / system_cost_usd) FILTER (WHERE pools_prefill_chip = 'none') AS p
        FROM point WHERE model = '$model' AND workload_input = $input AND verdict = 'ok'")
    [ "$(sql one.db "SELECT abs($p - $found) <= 1e-9 * $found AS near")" = 1 ] ||
        echo "P of $model at $input: $p, not $found ($rest)"
done >wrong.txt
[ -s wrong.txt ] && complain "$(cat wrong.txt)"
exit "$failed"
