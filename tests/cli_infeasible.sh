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

# short REASON LIMIT LINE...: the design of these lines lacks the memory LIMIT, for this reason.
short() {
    why=$1 limit=$2
    shift 2
    printf '%s\n' 'study: nearest' "$@" >study.yaml
    "$DSE" eval study.yaml >out.txt 2>&1
    grep -qF "memory: $why" out.txt || complain "not \"$why\": $(cat out.txt)"
    misses "nearest: point 0 needs $limit"
}

# 8 devices hold 81.7 GB of experts each (654 GB); an engine with 0.9 times 80 GB lacks 13.5 %.
pool='model: deepseek-r1
chip: h200
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {batch: 256}
plan: {devices: 8, tp: 1}'
experts='{base: memory-pool, runs: experts, capacity_ratio: 1.9}'
short 'weights of the experts that the engine of pools.ffn runs do not fit in the memory it adds' \
    '13.5 % more memory that the engine of pools.ffn adds (pools.ffn.engine.capacity_ratio)' \
    "$pool" "pools: {ffn: {chip: h100, devices: 8, tp: 1, ep: 8, engine: $experts}}"
short 'weights and activations of pools.ffn do not fit in the memory of its devices' \
    '' "$pool" 'pools: {ffn: {chip: h100, devices: 8, tp: 1, ep: 8}}'
short 'weights and KV cache of the batch do not fit in the memory of the main devices, chip.memory_byte' \
    '' "$(echo "$pool" | sed 's/batch: 256/batch: 65536/')" 'pools: {ffn: {chip: h100, devices: 16, tp: 1, ep: 16}}'

# 142.2 GB of a prompt's weights and activations on 80 GB: an engine that attends holds none of it.
prefill='model: llama-3.1-70b
chip: h100
engine: memory-pool
plan: {devices: 8, tp: 8}
workload: {phase: disaggregated, input: 2048, output: 512, batch: 16}'
for engine in none same; do
    short 'weights and activations of the prefill pool do not fit' \
        '77.7 % more chip.memory_byte, on the devices that prefill' \
        "$prefill" "pools: {prefill: {tp: 1, group: 1, engine: $engine}}"
done
exit "$failed"
