#!/bin/sh
# One point and lists of points: every setting takes effect; one output row per input row.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_eval: %s\n' "$*"; failed=1; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# value FILE NAME: the first value of that name in JSON, one to a line.
value() { sed -n "s/^ *\"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$1" | head -n 1; }
near() { # near A B RATIO WHAT
    awk -v a="$1" -v b="$2" -v r="$3" 'BEGIN { exit !(a - b <= r * b && b - a <= r * b && b != 0) }' ||
        complain "$4: $1, not $2"
}

"$DSE" eval >text.txt || complain "no defaults"
grep -q 'TPOT' text.txt || complain "the text has no TPOT"
grep -q 'latency limit: none)' text.txt || complain "no limit: $(grep requests text.txt)"
"$DSE" eval --set workload.tpot=50ms | grep -q 'latency [0-9]*)' || complain "no batch for a limit"
if [ -e /dev/full ]; then
    "$DSE" eval >/dev/full 2>err.txt && complain "a full disk: status 0"
    grep -q '^dse: standard output: cannot be written: No space left' err.txt || complain "a full disk: $(cat err.txt)"
fi
"$DSE" eval --format json >default.json || complain "no JSON"

# Units: the same value however it is written.
for bytes in 192GB '192 GB' 192e9 0.192TB 192000000000; do
    "$DSE" eval --set chip=b200-paper --set chip.memory_byte="$bytes" --format json >unit.json
    is "$(value unit.json chip_memory_byte)$(value unit.json chip.memory_byte)" 192000000000 "$bytes"
done

# KV bytes per token over all layers, BF16: 2 x layers x kv heads x head size x 2 bytes, from the
# models' published configurations; for MLA layers x (latent + rope) x 2 bytes.
while read -r model bytes; do
    "$DSE" eval --set model=$model --set chip=b200-paper --set plan.devices=32 --format json >kv.json
    is "$(value kv.json kv_byte_per_token)" "$bytes" "KV per token of $model"
done <<'T'
gpt3-175b 4718592
llama-3.1-405b 516096
llama-4-maverick 196608
deepseek-r1 70272
kimi-k2 70272
qwen2.5-72b 327680
T

# A point that does not fit is a result with its numbers, and status 3.
"$DSE" eval --set model=gpt3-175b --set plan.devices=1 --set workload.batch=1 --format json >small.json
is "$?" 3 "the status of a model that does not fit"
is "$(value small.json verdict)" memory "the verdict of a model that does not fit"
[ "$(value small.json tpot_s)" != null ] || complain "no TPOT beside the verdict"
near "$(value small.json weight_byte)" 350e9 0.02 "175 G weights of 2 bytes"

"$DSE" eval --set model=gpt3-175b --set workload.tpot=1us --set workload.batch=16 --set plan.devices=8 --set plan.tp=8 --format json >late.json
is "$?,$(value late.json verdict)" 3,tpot "a latency no chip can meet"

# A list: order kept, empty cells default, other columns passed through, bad plans are rows too.
cat >points.csv <<'T'
label,model,engine,workload.context,plan.tp,plan.dp
"a, first",gpt3-175b,none,8192,8,4
second,gpt3-175b,attacc,8192,8,4
third,deepseek-r1,,2048,1,32
T
"$DSE" eval --points points.csv --set chip=b200-paper --set plan.devices=32 >rows.csv || complain "no list"
is "$(wc -l <rows.csv)" 4 "lines of the list"
sed -n 2p rows.csv | grep -q '^"a, first",' || complain "a quoted label is not passed through"
sed -n 4p rows.csv | grep -q '^third,' || complain "the order is not kept"
column() { # column NAME LINE of rows.csv, of which only labels have commas
    sed 's/"a, first"/first/' rows.csv | awk -F, -v name="$1" -v line="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR == line + 1 { print $at }'
}
for i in 1 2; do
    "$DSE" eval --set model=gpt3-175b --set engine="$(column engine $i)" --set workload.context=8192 \
        --set plan.devices=32 --set plan.tp=8 --set plan.dp=4 --set chip=b200-paper --format json >one.json
    is "$(column tpot_s $i)" "$(value one.json tpot_s)" "row $i as a point of its own"
done
"$DSE" eval --points points.csv --set chip=b200-paper --set plan.devices=32 --format json >rows.json || complain "no list as JSON"
is "$(grep -c '"verdict"' rows.json)" 3 "objects of the list"

# The rows of a step add up to it: seconds in JSON; in the text percent, which are rounded.
for timing in ideal calibrated 'measured --set workload.measured_tpot_s=60ms'; do
    for overlap in none two_batch; do
        set -- --set timing=$timing --set workload.phase=serving --set plan.overlap=$overlap
        "$DSE" eval "$@" --format json >step.json
        near "$(sed -n 's/.*"time_s": \([^,]*\), "bound".*/\1/p' step.json | awk '{ s += $1 } END { printf "%.17g", s }')" \
            "$(value step.json tpot_s)" 1e-9 "rows of a step, $timing, overlap $overlap"
        "$DSE" eval "$@" | awk '/operator of a step/ { in_table = 1 } /^$/ { in_table = 0 }
            in_table { for (i = 2; i < NF; i++) if ($i ~ /^-?[0-9]+\.[0-9]$/ && $(i + 1) ~ /^(compute|memory|link|host|none)$/) s += $i }
            END { exit !(s > 99 && s < 101) }' || complain "percent of a step, $timing, overlap $overlap"
    done
done

# Study, then --set on top; the same bytes again.
printf 'study: s\nmodel: deepseek-r1\nchip: {base: h100, memory_byte: 96 GB}\nplan: {devices: 64}\nworkload: {context: 4096, batch: max, tpot: 50 ms}\n' >s.yaml
"$DSE" eval s.yaml --format json >s.json
is "$(value s.json chip_memory_byte)$(value s.json chip.memory_byte)" 96000000000 "a value over the catalogue's"
"$DSE" eval s.yaml --set chip.memory_byte=141GB --format json >set.json
is "$(value set.json chip_memory_byte)$(value set.json chip.memory_byte)" 141000000000 "--set over the study"
"$DSE" eval s.yaml --format json | cmp -s s.json - || complain "the same study gives other bytes"

for command in "" eval sweep query pareto payoff report list merge import validate; do
    "$DSE" $command --help >help.txt 2>err.txt || complain "$command --help: status $?"
    [ -s err.txt ] && complain "$command --help on standard error"
    grep -q '^example' help.txt || complain "$command --help has no example"
done
"$DSE" --version | grep -q '^dse [0-9]' || complain "no version"
exit "$failed"
