#!/bin/sh
# `exact` finds the front of the grid with any number of threads and in shards, also if it falls
# back to pricing every point in order.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_exact: %s\n' "$*"; failed=1; }
points() { "$DSE" query "$1" --columns all --sort point --format csv | sed 's/^[0-9]*,[0-9]*,//'; }
# same A B WHY: both stores hold the same points.
same() {
    points "$1" >a.csv
    points "$2" >b.csv
    cmp -s a.csv b.csv || complain "$3: $(wc -l <b.csv) lines, not those $(wc -l <a.csv)"
}

# exact WHY STATUS SAYS, the study on standard input
exact() {
    cat >study.yaml
    (cat study.yaml && echo 'search: {strategy: grid}' && echo 'keep: front') >grid.yaml
    (cat study.yaml && echo 'search: {strategy: exact}') >exact.yaml
    rm -f ./*.db
    "$DSE" sweep grid.yaml --quiet >/dev/null
    [ $? -eq "$2" ] || complain "$1: the grid fails"
    "$DSE" sweep exact.yaml --jobs 3 --quiet >exact.txt
    [ $? -eq "$2" ] || complain "$1: exact fails"
    same grid.db exact.db "$1"
    [ "$2" -eq 3 ] || [ "$(wc -l <a.csv)" -gt 1 ] || complain "$1: is empty"
    grep -q "$3; the front is exact" exact.txt || complain "$1: $(cat exact.txt)"
    for shard in 1 2; do
        "$DSE" sweep exact.yaml --shard $shard/2 --jobs 1 --db half$shard.db --quiet >/dev/null
    done
    "$DSE" merge halves.db half1.db half2.db >/dev/null || complain "$1: shards do not merge"
    same grid.db halves.db "$1, in two shards"
    for shard in 1 2 3; do
        "$DSE" sweep grid.yaml --shard $shard/3 --db third$shard.db --quiet >/dev/null
    done
    "$DSE" merge thirds.db third3.db third1.db >/dev/null 2>&1 && complain "$1: a gap is merged"
    "$DSE" merge thirds.db third1.db third2.db >/dev/null || complain "$1: two of three do not merge"
    "$DSE" merge thirds.db third3.db >/dev/null || complain "$1: the last of three does not merge"
    same grid.db thirds.db "$1, by grid in three shards"
    "$DSE" merge thirds.db third1.db third2.db third3.db >/dev/null || complain "$1: merged once only"
    same grid.db thirds.db "$1, by grid in three shards merged twice"
}
bounds='priced [0-9]* of [0-9]* points, 1 in .*'
order='every point in order, because bounds cost more than they save'

# study STEPS AXIS MORE
study() {
    cat <<Y
study: search
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
sweep:
  $2
  workload.context: [65536, 8192, 2048]
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: $1}
  chip.link_byte_per_s: {from: 100 GB/s, to: 1.8 TB/s, steps: $1, scale: log}
objectives: [+tokens_per_s, -system_cost_usd]
$3
Y
}
fixed='plan: {devices: 32, tp: 8, dp: 4}'
limits='constraints: [die_area_mm2 <= 1700, tokens_per_s >= 2000]'

latency='chip.link_latency_s: [0, 1 us, 10 us]'
engines='engine: [none, attacc, duplex]'
study 70 "$latency" "$fixed
$limits" >large.txt
study 15 "$latency" "$fixed
$limits" >small.txt
study 60 "$latency" "$fixed
constraints: [tokens_per_s >= 1e9]" >nothing.txt
# Relaxed designs bound engines, at more effort per point than this grid can save.
study 30 "$engines" "$fixed
$limits" >engines.txt
exact "large" 0 "$bounds" <large.txt
exact "small" 0 "$order" <small.txt
exact "engines" 0 'priced every point in order.*' <engines.txt
exact "met by nothing" 3 "$bounds" <nothing.txt

exact "auto mappings" 0 "$bounds" <<Y
study: search
model: deepseek-r1
workload: {batch: max, tpot: 50 ms, context: 8192}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 60}
  chip.memory_byte: {from: 80 GB, to: 400 GB, steps: 30}
  chip.link_byte_per_s: {from: 100 GB/s, to: 1.8 TB/s, steps: 40, scale: log}
objectives: [+tokens_per_s, -system_cost_usd]
Y
exact "calibrated timing" 0 "$bounds" <<Y
study: search
model: deepseek-r1
chip: h100
timing: calibrated
workload: {batch: max, tpot: 50 ms, context: 8192}
plan: {devices: 32, tp: 1, ep: 32}
precision: {weight: fp8, kv: bf16, math: fp8}
sweep:
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 28}
  chip.memory_byte: {from: 80 GB, to: 400 GB, steps: 28}
  chip.link_byte_per_s: {from: 100 GB/s, to: 1.8 TB/s, steps: 28, scale: log}
objectives: [+tokens_per_s, -system_cost_usd]
Y
exit "$failed"
