#!/bin/sh
# Chips and devices of the FFN pool and of the draft pool are axes: every strategy, shards, scenarios and lists of points
# take them, every row can be priced again, and a row without a pool has no numbers of one.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_pools_search: %s\n' "$*"; failed=1; }
points() { "$DSE" query "$1" --columns all --sort point --format csv | sed 's/^[0-9]*,[0-9]*,//'; }
sweeps() { "$DSE" sweep "$@" --quiet >out.txt 2>&1 || complain "sweep $*: $(head -c 300 out.txt)"; }

# holds DB RUN [POOL]: every row is that of the point priced again, and says of a pool only what it has.
holds()
{
    pool=${3:-ffn}
    for point in $("$DSE" query "$1" --columns point --format csv | tail -n +2); do
        "$DSE" query "$1" --run "$2" --where "point = $point" --columns all --format json |
            tr ',' '\n' | tr -d '[]{} ' >row.txt
        "$DSE" eval "$1" --run "$2" --point "$point" --format json 2>err.txt |
            sed -n '/"metrics": {/,/}/p' | sed '1d;$d' | tr -d ' ,' >again.txt
        [ -s again.txt ] && [ ! -s err.txt ] || complain "$1, point $point: $(head -c 300 err.txt)"
        other=$(grep -Fxv -f row.txt again.txt | head -n 3)
        [ -z "$other" ] || complain "$1, point $point: $other"
    done
    [ "$("$DSE" query "$1" --run "$2" --format csv --columns point \
        --where "pools_${pool}_chip = 'none' AND (${pool}_devices IS NOT NULL OR ${pool}_memory_used_byte IS NOT NULL)" |
        wc -l)" -eq 1 ] || complain "$1: rows without a pool have numbers of one"
}

cat >grid.yaml <<'Y'
study: pools
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms}
plan: {devices: 32}
sweep:
  pools.ffn.chip: [none, h100, h200]
  pools.ffn.devices: [16, 24]
  pools.ffn.chip.memory_byte_per_s: {from: 2 TB/s, to: 4 TB/s, steps: 2}
  pools.ffn.runs: [experts, ffn]
  plan.micro_batches: [1, 3]
Y
sweeps grid.yaml
holds grid.db pools
for shard in 1 2 3; do sweeps grid.yaml --shard $shard/3 --db third$shard.db; done
"$DSE" merge merged.db third2.db third1.db third3.db >/dev/null || complain "shards do not merge"
points grid.db >whole.csv
points merged.db >merged.csv
cmp -s whole.csv merged.csv || complain "three shards are not the whole"
[ "$(wc -l <whole.csv)" -eq 49 ] || complain "the grid has $(wc -l <whole.csv) lines"

# Strategies visit designs with and without a pool in turn.
for strategy in random lhs sobol nsga2 nsga3 local; do
    (cat grid.yaml && echo 'objectives: [tokens_per_s, -system_cost_usd]' &&
        echo "search: {strategy: $strategy, budget: 12, seed: 5}") >$strategy.yaml
    sweeps $strategy.yaml
    holds $strategy.db pools
done

# The front of `exact` is that of the grid.
(cat grid.yaml && echo 'objectives: [tokens_per_s, -system_cost_usd]') >all.yaml
(cat all.yaml && echo 'search: {strategy: exact}') >exact.yaml
(cat all.yaml && echo 'keep: front') >front.yaml
sweeps exact.yaml
sweeps front.yaml
points exact.db >exact.csv
points front.db >front.csv
cmp -s exact.csv front.csv || complain "exact: $(wc -l <exact.csv) lines, not those $(wc -l <front.csv) of the grid"

# A scenario may add the pool: the base has the columns too, without numbers.
cat >scenarios.yaml <<'Y'
study: scenarios
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms}
plan: {devices: 32}
scenarios:
  pool: {pools: {ffn: {chip: h100, runs: experts}}}
  either: {sweep: {pools.ffn.chip: [none, h200], pools.ffn.devices: [16, 24]}}
Y
sweeps scenarios.yaml
holds scenarios.db scenarios
[ "$("$DSE" query scenarios.db --format csv --columns scenario,pools_ffn_chip | tail -n +2 | tr '\n' ' ')" = \
    "base,none pool,h100 either,none either,none either,h200 either,h200 " ] ||
    complain "scenarios: $("$DSE" query scenarios.db --format csv --columns scenario,pools_ffn_chip | tr '\n' ' ')"

# Devices that draft.
cat >drafts.yaml <<'Y'
study: drafts
model: llama-3.1-70b
chip: h200
precision: {weight: fp8, kv: fp8}
workload: {tpot: 40 ms, query_tokens: 4, acceptance: 0.7}
plan: {devices: 8}
pools: {draft: {model: llama-3.1-8b}}
sweep:
  pools.draft.chip: [none, h20, l40s]
  pools.draft.devices: [2, 4, auto]
  engine: [none, duplex]
Y
sweeps drafts.yaml
holds drafts.db drafts draft
[ "$("$DSE" query drafts.db --where "verdict = ok and draft_s > 0" --columns point --format csv | wc -l)" -eq 13 ] ||
    complain "drafts: $("$DSE" query drafts.db --columns verdict,draft_s --format csv | tr '\n' ' ')"
"$DSE" payoff drafts.db >out.txt 2>&1 || complain "payoff of drafts: $(head -c 300 out.txt)"
"$DSE" report drafts.db -o drafts.html >out.txt 2>&1 || complain "report of drafts: $(head -c 300 out.txt)"

# Engines in the devices of the pool; one that runs no experts has nothing to run there.
cat >engines.yaml <<'Y'
study: engines
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms}
plan: {devices: 16}
pools: {ffn: {runs: experts}}
sweep:
  pools.ffn.chip: [none, h100]
  pools.ffn.engine: [none, duplex, attacc]
  engine: [none, duplex]
Y
sweeps engines.yaml
holds engines.db engines
[ "$("$DSE" query engines.db --format csv --columns pools_ffn_engine,verdict --where "pools_ffn_chip = h100" |
    tail -n +2 | tr '\n' ' ')" = "none,ok none,ok duplex,ok duplex,ok attacc,mapping attacc,mapping " ] ||
    complain "engines: $("$DSE" query engines.db --format csv --columns pools_ffn_engine,verdict | tr '\n' ' ')"
# The pool's engine is labelled where it cannot be had as stated.
sed 's/study: engines/study: labels/; /^  engine:/d; s/\[none, h100\]/[h100]/; s/, attacc\]/]/' engines.yaml >labels.yaml
sweeps labels.yaml
"$DSE" pareto labels.db | grep -q "^Not as stated: duplex (limited by temperature)$" || complain "no label of the pool's engine"
[ "$("$DSE" query engines.db --format csv --columns point --where "ffn_engine_power_w >= 0" | wc -l)" -eq 3 ] ||
    complain "engines: rows with the power of one in the pool"
"$DSE" payoff engines.db >out.txt 2>&1 || complain "payoff beside engines in a pool: $(head -c 300 out.txt)"
"$DSE" payoff engines.db --of pools.ffn >out.txt 2>&1 || complain "payoff of a pool with engines: $(head -c 300 out.txt)"

# A list of points.
cat >list.csv <<'C'
model,chip,plan_devices,pools_ffn_chip,pools_ffn_chip_memory_byte,pools_ffn_devices
deepseek-r1,h20,32,none,,
deepseek-r1,h20,32,h100,120 GB,16
deepseek-r1,h20,32,h200,,auto
C
"$DSE" eval --points list.csv --format csv >list.txt 2>err.txt || complain "a list of points: $(head -c 300 err.txt)"
[ "$(cut -d, -f4 list.txt | tr '\n' ' ')" = "pools_ffn_chip none h100 h200 " ] || complain "a list of points: $(cut -d, -f4 list.txt | tr '\n' ' ')"

# A pool that is too small says so, and how much memory the nearest point lacks counts it.
cat >small.yaml <<'Y'
study: small
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms}
plan: {devices: 32}
pools: {ffn: {chip: h200, devices: 2}}
Y
"$DSE" eval small.yaml >out.txt
grep -q "memory: weights and activations of pools.ffn do not fit in the memory of its devices" out.txt ||
    complain "a small pool: $(grep verdict out.txt)"
"$DSE" sweep small.yaml >out.txt 2>&1
[ $? -eq 3 ] || complain "a study of a small pool: exit $?"
grep -q "needs [0-9.]* % more pools.ffn.chip.memory_byte" out.txt ||
    complain "nearest: $(grep nearest out.txt)"
"$DSE" eval small.yaml --set pools.ffn.tp=3 >out.txt
grep -q "mapping: pools.ffn allows no mapping" out.txt || complain "TP 3 on 2 devices: $(cat out.txt)"
exit "$failed"
