#!/bin/sh
# The engines of the catalogue: each file states what payoff draws, and the memory that it is
# designed for if that is not the memory of the chip.
set -u
status=0

fail() {
    echo "FAILED: $*"
    status=1
}

for file in "$DSE_SOURCE"/arch/catalogue/engines/*.yaml; do
    name=$(basename "$file" .yaml)
    [ "$name" = none ] && continue
    for key in bandwidth_low_ratio bandwidth_high_ratio ridge_low_ratio ridge_high_ratio \
        efficiency_low_ratio energy_low_ratio energy_high_ratio; do
        grep -q "^$key: [0-9.]*  # ..." "$file" || fail "$name does not state $key with its source"
    done
done
for pair in aim:gddr6 cent:gddr6 lpddr-pim:lpddr5x stratum:3d_dram duplex:hbm; do
    "$DSE" list engines --format csv | grep "^${pair%:*}," | grep -q ",${pair#*:}," ||
        fail "dse list engines does not show the memory of ${pair%:*}"
done

# Memory that an engine adds needs stacks: those of a pool are bought, and in place there are none.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cat >base.yaml <<'Y'
study: k
model: llama-3.1-70b
chip: h200
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {batch: max, tpot: 50 ms}
plan: {devices: 8, tp: auto, dp: auto}
Y
# refused PATTERN LINE: the study with this line is refused by sweep and by eval.
refused() {
    (cat base.yaml && echo "$2") >k.yaml
    for command in sweep eval; do
        "$DSE" $command k.yaml >out.txt 2>&1
        status_is=$?
        [ "$status_is $(wc -l <out.txt) $(grep -c "$1" out.txt)" = '2 1 1' ] ||
            fail "$command $2: $status_is: $(cat out.txt)"
    done
}
in_place='engine.capacity_ratio: above 1, but an engine in place adds no memory: '
few='engine.added_stack_ratio: fewer stacks than hold '
for engine in duplex attacc on-die-r512; do
    refused "$in_place" "engine: {base: $engine, capacity_ratio: 2}"
done
refused "$few" 'engine: {base: memory-pool, added_stack_ratio: 3.9}'
refused "$in_place" 'sweep: {engine: [none, memory-pool, duplex], engine.capacity_ratio: [2]}'
sed -i 's/llama-3.1-70b/deepseek-r1/' base.yaml
refused "pools.ffn.$in_place" 'pools: {ffn: {chip: h200, engine: {base: duplex, capacity_ratio: 2}}}'
# Where axes combine what contradicts, the points say so.
(cat base.yaml && echo 'sweep: {engine: [none, duplex, memory-pool], engine.capacity_ratio: [1, 5, 20]}') >k.yaml
"$DSE" sweep k.yaml --db k.db --quiet >out.txt 2>&1 || fail "sweep: $(cat out.txt)"
"$DSE" query k.db --columns engine,engine_capacity_ratio,verdict --sort point --format csv >out.txt
[ "$(grep -c 'duplex,[0-9]*,package' out.txt) $(grep -c ',ok' out.txt)" = '2 7' ] || fail "axes: $(cat out.txt)"
"$DSE" query k.db --columns system_cost_usd --where 'engine = memory-pool' --sort point --format csv |
    awk 'NR > 2 && !($1 > last * (NR > 3)) { exit 1 } { last = $1 }' || fail "a larger pool is no dearer"
"$DSE" eval k.db --point 4 2>&1 | grep -q 'engine.capacity_ratio: above 1' || fail "a point has no reason"
exit $status
