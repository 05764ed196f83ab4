#!/bin/sh
# Studies with mistakes: all mistakes are reported in one run, in file order, and no given value is
# silently ignored.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_mistakes: %s\n' "$*"; failed=1; }

# refused PATTERN LINE...: the study of these lines is refused with one line by eval and sweep.
refused() {
    pattern=$1
    shift
    printf '%s\n' "$@" >s.yaml
    for command in eval 'sweep --quiet'; do
        # shellcheck disable=SC2086
        "$DSE" $command s.yaml >out.txt 2>err.txt
        got=$?
        [ "$got" -eq 2 ] || complain "$command $*: status $got, not 2"
        [ ! -s out.txt ] || complain "$command $*: something on standard output"
        [ ! -e s.db ] || complain "$command $*: a store"
        [ "$(wc -l <err.txt)" -eq 1 ] || complain "$command $*: $(cat err.txt)"
        grep -qE -e "^s\.yaml:$pattern" err.txt || complain "$command $*: $(cat err.txt): not $pattern"
    done
}

# taken WHAT LINE...: eval takes the study of these lines and says WHAT.
taken() {
    what=$1
    shift
    printf '%s\n' "$@" >s.yaml
    "$DSE" eval s.yaml >out.txt 2>err.txt || complain "$*: status $?: $(cat err.txt)"
    grep -q -e "$what" out.txt || complain "$*: no $what"
}

# All mistakes, in the order of the file.
cat >many.yaml <<'S'
study: many
objectives: [+tokens_per_sec, -tpot_s, +speed]
chip: {base: b20, memory_bite: 3}
workload: {context: many, tpot: 50}
search: {strategy: gridd, budget: 0}
sweep:
  workload.batch: [1, x, y]
  engine: [none, duplexx]
keep: alll
modle: gpt3-175b
S
for command in eval sweep sensitivity; do
    "$DSE" $command many.yaml >out.txt 2>err.txt
    got=$?
    [ "$got" -eq 2 ] || complain "$command of many mistakes: status $got"
    [ ! -s out.txt ] || complain "$command of many mistakes: output"
    cut -d: -f2,3,4 err.txt | tr -d ' ' | tr '\n' ' ' >places.txt
    want='2:14:objectives 2:40:objectives 3:14:chip 3:19:chip.memory_bite 4:21:workload.context 4:33:workload.tpot 5:20:search.strategy 5:35:search.budget 7:23:workload.batch 7:26:workload.batch 8:18:engine 9:7:keep 10:1:modle '
    [ "$(cat places.txt)" = "$want" ] || complain "$command of many mistakes: $(cat places.txt)"
done

# At most 20, then how many more.
awk 'BEGIN { for (i = 0; i < 50; i++) printf "zz%d_no_such_thing: 1\n", i }' >fifty.yaml
"$DSE" sweep fifty.yaml 2>err.txt
[ "$(wc -l <err.txt)" -eq 21 ] || complain "fifty mistakes: $(wc -l <err.txt) lines"
grep -qE '^fifty\.yaml:20:1: ' err.txt || complain "the twentieth mistake is not shown"
[ "$(tail -n 1 err.txt)" = 'fifty.yaml: and 30 more' ] || complain "fifty mistakes: $(tail -n 1 err.txt)"
head -n 20 fifty.yaml >twenty.yaml
"$DSE" sweep twenty.yaml 2>err.txt
[ "$(wc -l <err.txt)" -eq 20 ] || complain "twenty mistakes: $(wc -l <err.txt) lines"

# A list where a mapping belongs.
refused '1:18: pools\.prefill: is not a mapping' 'pools: {prefill: [8, 9]}'
refused '1:8: chip\.memory: unknown name' 'chip: {memory: [1]}'

printf -- '- 1\n' >list.yaml
"$DSE" eval --set prices=list.yaml 2>err.txt
got=$?
if [ "$got" -ne 2 ] || ! grep -q 'list\.yaml:1:1: the price list is not a mapping' err.txt; then
    complain "a list of prices: status $got: $(cat err.txt)"
fi

# Given twice.
refused '1:21: workload\.context: given twice: 4096 here, other values by the axis at 2:9' \
    'workload: {context: 4096}' 'sweep: {workload.context: [1024, 2048]}'
refused '2:9: engine: given twice: attacc here, other values by the axis at 1:9' \
    'sweep: {engine: [none, duplex]}' 'engine: attacc'
refused '1:8: model: given twice: gpt3-175b here, other values by the axis at 2:1' \
    'model: gpt3-175b' 'models: [llama-3.1-8b, llama-2-70b]'
refused '1:21: workload\.context: given twice: 99999 here' \
    'workload: {context: 99999}' 'sweep: {workload.context: {from: 1024, to: 2048}}'
refused '1:25: workload\.tpot_s: given twice, at 1:12 too' 'workload: {tpot: 1 ms,  tpot_s: 2 ms}'
refused '2:1: workload\.context: given twice, at 1:12 too' 'workload: {context: 1}' 'workload.context: 2'
mkdir v1 v2
printf 'base: h100\n' | tee v1/c.yaml >v2/c.yaml
refused '1:27: chip: v2/c\.yaml is called c, as another one is: rename one$' 'sweep: {chip: [v1/c.yaml, v2/c.yaml]}'
refused '1:27: chip: v1/c\.yaml is given twice: keep one' 'sweep: {chip: [v1/c.yaml, v1/c.yaml]}'
# A base value that is also a value of the axis is allowed.
taken 'context 2048' 'model: llama-3.1-8b' 'engine: none' 'workload: {context: 8192}' \
    'sweep: {workload.context: [2048, 8192], engine: [none, duplex]}'
# So is auto or max, which leaves the choice to the axis.
taken 'TP 2, DP 4' 'model: llama-3.1-8b' 'plan: {devices: 8, tp: auto, dp: auto}' \
    'workload: {batch: max}' 'sweep: {plan.tp: [2], workload.batch: [8, 16]}'
taken 'TP 2, DP 4' 'model: llama-3.1-8b' 'plan: {devices: 8, tp: 2}' 'engine: none' \
    'workload: {tpot: none}' 'sweep: {engine: [duplex, attacc], workload.tpot: [50 ms, 1 s]}'
refused '1:17: precision\.kv: given twice: bf16 here' \
    'precision: {kv: bf16}' 'sweep: {precision.kv: [fp8, fp4]}'
# --set replaces an axis.
printf 'model: llama-3.1-8b\nsweep: {workload.context: [2048, 8192]}\n' >s.yaml
"$DSE" eval s.yaml --set workload.context=4096 | grep -q 'context 4096' || complain "--set beside an axis is lost"

# Metrics that no point of the study has.
refused '1:15: constraints: "ttft_s" has no value here: it needs workload\.phase: ' 'constraints: [ttft_s <= 1 s]'
refused '1:15: constraints: "timing_error" has no value here: it needs timing: calibrated' 'constraints: [timing_error < 1]'
refused '1:14: objectives: "tpot_s_high" has no value here: it needs timing: calibrated' 'objectives: [-tpot_s_high, -system_cost_usd]' 'sweep: {workload.context: [1024, 2048]}'
refused '1:14: objectives: "ttft_s" has no value here: it needs workload\.phase: ' 'objectives: [-ttft_s]'
refused '1:15: constraints: 50 without a unit is 50 s: did you mean 50 ms' 'constraints: [tpot_s <= 50]'
taken 'verdict  *ok' 'constraints: [ttft_s <= 1 s]' 'workload: {phase: prefill, context: 128, batch: 1}' 'model: llama-3.1-8b'
printf 'model: llama-3.1-8b\nchip: h100\nplan: {devices: 1}\ntiming: calibrated\nobjectives: [-tpot_s_high, -system_cost_usd]\nsweep: {workload.context: [1024, 2048]}\n' >c.yaml
"$DSE" sweep c.yaml --quiet >out.txt || complain "an objective of calibrated timing: status $?"

# An impossible mapping has a reason.
printf 'model: llama-3.1-8b\nplan: {devices: 3, tp: 3, dp: 1, ep: 1}\nsweep: {workload.context: [1024, 2048]}\n' >tp.yaml
"$DSE" sweep tp.yaml --dry-run >out.txt || complain "a dry run without a mapping: status $?"
grep -q -e '-> mapping: plan\.tp does not divide the heads, ' out.txt || complain "dry run: $(cat out.txt)"
"$DSE" sweep tp.yaml --quiet >out.txt
[ $? -eq 3 ] || complain "a sweep without a mapping: status not 3"
grep -q 'point 0: plan\.tp does not divide the heads' out.txt || complain "sweep: $(cat out.txt)"
"$DSE" eval tp.yaml >out.txt
grep -q 'mapping: plan\.tp does not divide the heads' out.txt || complain "eval: $(cat out.txt)"

exit "$failed"
