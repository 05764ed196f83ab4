#!/bin/sh
# A prefill pool on another chip: the text of `dse eval`, what is refused, its price in `dse payoff`.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_prefill_pool: %s\n' "$*"; failed=1; }

cat >pool.yaml <<'Y'
study: pool
model: llama-3.1-70b
chip: h100
workload: {phase: disaggregated, input: 8192, output: 1024, tpot: 50 ms}
plan: {devices: 8}
pools: {prefill: {chip: h20}}
sweep:
  engine: [none, duplex]
Y

# says PATTERN ARGUMENT...: the text of eval.
says()
{
    pattern=$1
    shift
    "$DSE" eval pool.yaml "$@" >out.txt 2>&1
    grep -q -- "$pattern" out.txt || complain "$*: no \"$pattern\" in: $(head -n 12 out.txt)"
}
says 'prefill pool  *[0-9.]* x h20 in groups of 8: TP'
says 'prefill sets the pace' --set pools.prefill.devices=4
says 'the link between them sets the pace' --set pools.prefill.link_byte_per_s=1MB/s
says 'sent layer by layer' --set pools.prefill.transfer=layers
says 'weights and activations of the prefill pool do not fit' --set pools.prefill.group=1
says 'pools.prefill.devices is no multiple of pools.prefill.group' --set pools.prefill.devices=6 --set pools.prefill.group=4
says 'pools.prefill.chip: no kernel was measured on chips of its generation' --set timing=calibrated --set pools.prefill.chip=rubin
says 'for prefill with those of' --set timing=calibrated --set chip=b200 --set pools.prefill.chip=h100
says 'workload.phase: this one has no devices that only prefill' --set workload.phase=serving

# A prefix longer than its prompt is refused; of a sweep, the points that have one.
says 'workload.prefix: more tokens than the prompt: give at most workload.input' --set workload.prefix=8193
says 'prefill pool  *[0-9.]* x h20 in groups of 8: TP' --set workload.prefix=8192
says 'give at most workload.context' --set workload.phase=prefill --set pools.prefill.chip=none --set workload.context=5 --set workload.prefix=6
cat >prefix.yaml <<'Y'
study: prefix
model: llama-3.1-70b
chip: h100
workload: {phase: disaggregated, prefix: 2048}
plan: {devices: 8}
sweep:
  workload.input: [1024, 2048, 4096]
Y
"$DSE" sweep prefix.yaml --quiet >out.txt 2>&1 || complain "prefix: $(cat out.txt)"
"$DSE" query prefix.db --columns verdict --sort point --format csv >out.txt
[ "$(sed 1d out.txt | tr '\n' ' ')" = 'mapping ok ok ' ] || complain "prefix: $(cat out.txt)"
"$DSE" eval prefix.db --point 0 2>&1 | grep -q 'workload.prefix: more tokens' || complain 'prefix: no reason'

# P at middle prices is the ratio of the two rows.
"$DSE" sweep pool.yaml --quiet >out.txt 2>&1 || complain "sweep: $(cat out.txt)"
rows=$("$DSE" query pool.db --columns tokens_per_s_per_usd --sort engine --format csv | sed 1d | tr '\n' ' ')
payoff=$("$DSE" payoff pool.db --format csv | sed -n 2p | cut -d, -f1)
# shellcheck disable=SC2086
set -- $rows
awk -v a="$1" -v b="$2" -v p="$payoff" 'BEGIN { exit !(a / b > p * 0.999999999 && a / b < p * 1.000000001) }' ||
    complain "P is $payoff, the rows give $1 / $2"

# A pool that is too small says how much memory it lacks: 141 GB of weights on two devices.
printf 'study: small\nmodel: llama-3.1-70b\nchip: h200\nworkload: {phase: disaggregated}\nplan: {devices: 8}\n%s\n' \
    'sweep: {pools.prefill.chip: [l40s], pools.prefill.group: [2]}' >small.yaml
"$DSE" sweep small.yaml --quiet >out.txt 2>&1
grep -q 'needs [0-9][0-9.]* % more pools.prefill.chip.memory_byte' out.txt || complain "small: $(cat out.txt)"

# Each chip has its own constants, also in a sweep: a point is the same alone.
cat >measured.yaml <<'Y'
study: measured
model: llama-3.1-70b
timing: calibrated
workload: {phase: disaggregated, input: 8192, output: 1024, batch: 16}
plan: {devices: 8}
sweep:
  chip: [h100, b200]
  pools.prefill.chip: [none, h100, b200, h20, rubin]
Y
"$DSE" sweep measured.yaml --quiet >out.txt 2>&1 || complain "calibrated: $(cat out.txt)"
for point in $(seq 0 7); do # 8 and 9 use rubin
    "$DSE" eval measured.db --point "$point" >out.txt 2>&1 || complain "point $point: $(tail -n 3 out.txt)"
done
differ=$("$DSE" query measured.db --columns prefill_s --where 'verdict = ok' --format csv | sed 1d | sort -u | wc -l)
[ "$differ" -eq 3 ] || complain "$differ times of a prefill, not one of each of three chips"

exit "$failed"
