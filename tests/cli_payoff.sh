#!/bin/sh
# dse payoff and dse recommend: certainty, sensitivity, stop points, maps, mixes, the cheapest system,
# the required engine.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_payoff: %s\n' "$*"; failed=1; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# sql EXPRESSION [REST]: its value.
sql() { "$DSE" query s.db --sql "SELECT $1 AS v ${2-}" --format csv | tail -n +2; }
holds() { is "$(sql "$1")" 1 "$2"; }
# cell FILE LIST COLUMN CONDITION: of the first row of a list in a JSON file, "" for the file itself
# being the list; $a.b names a member in the condition.
cell() {
    list=${2:+$.$2}
    condition=$(printf '%s' "$4" | sed "s/\\$\\([a-z_]*\\)/json_extract(value, '\$.\\1')/g")
    sql "json_extract(value, '\$.$3')" "FROM json_each(json_extract('$(sed "s/'/''/g" "$1")', '${list:-$}')) WHERE $condition LIMIT 1"
}

cat >s.yaml <<'END'
study: s
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [8192, 65536]
  engine: [none, duplex, attacc]
  chip.memory_byte: [96 GB, 192 GB]
  chip.memory_byte_per_s: [8 TB/s, 12 TB/s]
END
"$DSE" sweep s.yaml --quiet >/dev/null || complain "the study fails"

# What cannot be a range is refused, each with its reason.
refused() { # refused WHAT OPTION VALUE
    "$DSE" payoff s.db "$2" "$3" >out.txt 2>err.txt
    is "$?" 2 "$2 $3"
    grep -q -e "$1" err.txt || complain "$2 $3: $(cat err.txt)"
}
refused '"engine" is a word: give a parameter that is a number' --stop engine
refused '"tokens_per_s" is a metric: give a parameter that is a number' --stop tokens_per_s
refused '"workload.phase" is a word: give a parameter that is a number' --map workload.phase,chip.memory_byte
refused 'did you mean "engine.ridge_flop_per_byte"' --map chip.memory_byte,engine.ridge_flop_per_bite

# Certainty and break-even cost.
"$DSE" payoff s.db --format json >groups.json
for model in gpt3-175b deepseek-r1; do
    of="\$model = '$model' AND \$workload_context = 8192"
    p=$(cell groups.json groups payoff "$of") low=$(cell groups.json groups payoff_low "$of")
    high=$(cell groups.json groups payoff_high "$of") sure=$(cell groups.json groups probability "$of")
    holds "$low < $high AND $sure BETWEEN 0 AND 1" "range of P of $model: $low $high $sure"
    holds "abs($(cell groups.json groups c_max "$of") - max(0, $p * (1 + $(cell groups.json groups engine_cost_share "$of")) - 1)) < 1e-5" "c max of $model"
done
gpt="\$model = 'gpt3-175b' AND \$workload_context = 8192"
is "$(cell groups.json groups verdict "$gpt")" pays "AttAcc and Duplex on GPT-3"
is "$(cell groups.json groups verdict "$of")" "does not pay" "AttAcc and Duplex on DeepSeek-R1"
"$DSE" payoff s.db --format csv >again.csv
"$DSE" payoff s.db --format csv | cmp -s again.csv - || complain "the answer differs the second time"

# A stop point along a parameter that is not swept: P crosses 1 there.
"$DSE" payoff s.db --by model --stop workload.query_tokens=1:64 --stop prices.engine_stack_premium_ratio=0.01:30 --format json >stops.json
at=$(cell stops.json stops stops_at "\$model = 'gpt3-175b' AND \$axis = 'workload.query_tokens'")
case $(cell stops.json stops reason "\$model = 'gpt3-175b' AND \$axis = 'workload.query_tokens'") in
?*) ;;
*) complain "a stop whose group pays has no reason" ;;
esac
for side in 0.97 1.03; do
    sed -e "s/batch: max,/batch: max, query_tokens: $(sql "$at * $side"),/" -e 's/^study: s/study: t/' \
        -e 's/gpt3-175b, deepseek-r1/gpt3-175b/' s.yaml >t.yaml
    rm -f t.db
    "$DSE" sweep t.yaml --quiet >/dev/null || complain "the study beside the stop fails"
    "$DSE" payoff t.db --by chip.memory_byte --budget cost --format csv >/dev/null || complain "payoff by a chip's column"
    "$DSE" query t.db --sql "SELECT max(tokens_per_s / system_cost_usd) FILTER (WHERE engine <> 'none') >
        max(tokens_per_s / system_cost_usd) FILTER (WHERE engine = 'none') AS v FROM point WHERE verdict = 'ok'" --format csv | tail -n 1
done >sides.txt
is "$(tr '\n' ' ' <sides.txt)" "1 0 " "pay-off on both sides of $at drafted tokens"
holds "$(cell stops.json stops stops_at "\$model = 'gpt3-175b' AND \$axis = 'prices.engine_stack_premium_ratio'") > 0.5" "a stop along a price"

# A mix of one workload is that workload; a map has a picture.
printf 'model,workload.context,weight\ngpt3-175b,8192,2\n' >one.csv
is "$("$DSE" payoff s.db --mix one.csv --format csv | sed -n 2p | cut -d, -f1 | cut -c1-10)" \
   "$(cell groups.json groups payoff "$gpt" | cut -c1-10)" "a mix of one"
printf 'model,workload.context,weight\ngpt3-175b,8192,1\ndeepseek-r1,65536,9\n' >two.csv
"$DSE" payoff s.db --mix two.csv | grep -q 'Over the mix, an attention engine: ' || complain "no answer over a mix"
"$DSE" payoff s.db --by model --where "model = 'gpt3-175b'" --map a,b >/dev/null 2>err.txt && complain "--map with --where"
sed 's/gpt3-175b, deepseek-r1/gpt3-175b/; s/^study: s/study: g/' s.yaml >g.yaml
"$DSE" sweep g.yaml --quiet >/dev/null
"$DSE" payoff g.db --by workload.context --map workload.context=1024:65536,engine.ridge_flop_per_byte=0.1:8 -o map.svg >/dev/null ||
    complain "no map"
grep -q 'stroke-width="2.6"' map.svg || complain "the map has no line"

# A map of every group, however many there are.
printf 'study: groups\nmodel: llama-3.1-8b\nchip: h200\nplan: {devices: 1}\nsweep: {engine: [none, duplex], workload.context: [%s8192]}\n' \
    "$(seq -s ', ' 1000 1000 13000 | sed 's/8000, //'), " >groups.yaml
"$DSE" sweep groups.yaml --quiet >/dev/null
is "$("$DSE" payoff groups.db --map engine.bandwidth_ratio=1.5:8,engine.ridge_flop_per_byte=2:64 --format csv |
    sed 1d | cut -d, -f1 | uniq -c | awk '$1 != 289 { bad++ } END { print NR, bad + 0 }')" "13 0" "groups of a map"

# The cheapest system: no point in the store reaches the throughput for less.
"$DSE" recommend s.db --tokens-per-s 200k --tpot 40ms --by model --format json >cheap.json
for model in gpt3-175b deepseek-r1; do
    of="\$model = '$model'"
    holds "abs($(cell cheap.json '' system_cost_usd "$of") - (SELECT min((CAST(2e5 / tokens_per_s AS INT) + (2e5 / tokens_per_s > CAST(2e5 / tokens_per_s AS INT))) * system_cost_usd)
        FROM point WHERE model = '$model' AND verdict = 'ok' AND tpot_s <= 0.04)) < 1" "the cheapest for $model"
    holds "$(cell cheap.json '' tokens_per_s "$of") >= 2e5 AND $(cell cheap.json '' tpot_s "$of") <= 0.04" "what it serves"
done
is "$("$DSE" recommend s.db --tokens-per-s 200k --by workload.context --format csv |
    awk -F, 'NR > 1 && !seen[$1 $2]++ {printf "%s %s,", $1, $2}')" \
    "8192 gpt3-175b,65536 gpt3-175b,8192 deepseek-r1,65536 deepseek-r1," \
    "groups are not in the order of the study"

# P of recurrent states alone is a column if an engine may run them.
sed -e 's/^study: s/study: state/' -e 's/^models.*/models: [qwen3-next-80b-a3b]/' -e 's/attacc/pimba/' \
    -e '/memory_byte/d' s.yaml >state.yaml
"$DSE" sweep state.yaml --quiet >/dev/null
"$DSE" payoff state.db | grep -q 'experts only  *state only' || complain "no column of states alone"
"$DSE" payoff s.db | grep -q 'experts only  *state only' && complain "a column of states without any"

# A model without core attention: a design with an engine is still one with an engine.
sed -e 's/^study: s/study: ssm/' -e 's/^models.*/models: [mamba2-2.7b]/' -e 's/attacc/pimba/' \
    -e '/memory_byte/d' s.yaml >ssm.yaml
"$DSE" sweep ssm.yaml --quiet >/dev/null
"$DSE" payoff ssm.db --format json >ssm.json
p=$(cell ssm.json groups payoff 'TRUE')
holds "$p > 1 AND $p = $(cell ssm.json groups p_state 'TRUE') AND $(cell ssm.json groups p_attention 'TRUE') < 1" "P of a model of recurrent states"
"$DSE" eval --set model=mamba2-2.7b --set chip=h100 --set engine=pimba --set plan.devices=1 >ssm.txt
grep -q -i nan ssm.txt && complain "nan is printed for a model without core attention"

# An engine that its place cannot cool is labelled in the short answer and beside the hardware.
printf 'study: label\nmodel: llama-4-maverick\nchip: b200\nworkload: {batch: max, tpot: 50 ms}\nplan: {devices: 32}\nsweep: {engine: [none, duplex]}\n' >label.yaml
"$DSE" sweep label.yaml --quiet >/dev/null
"$DSE" payoff label.db | grep -q '^Not as stated: duplex (limited by temperature)$' || complain "the short answer does not label duplex"
"$DSE" pareto label.db | grep -q '^Not as stated: duplex (limited by temperature)$' || complain "the front does not label duplex"
"$DSE" pareto label.db --where 'engine = none' | grep -q '^Not as stated' && complain "a front without duplex labels it"
"$DSE" recommend label.db --tokens-per-s 100k --format csv >label.csv
grep -q '^duplex.*; limited by temperature"$' label.csv || complain "hardware with duplex: $(cat label.csv)"
grep '^none' label.csv | grep -q limited && complain "hardware without an engine is labelled"

"$DSE" recommend s.db --tokens-per-s 200k --tpot 1us >/dev/null 2>&1
is "$?" 3 "status where nothing serves"

# The required engine: attention of higher intensity needs a higher ridge point and gains less.
"$DSE" recommend g.db --engine attention --by workload.context --format json >want-gpt.json
sed 's/gpt3-175b, deepseek-r1/deepseek-r1/; s/^study: s/study: r/' s.yaml >r.yaml
"$DSE" sweep r.yaml --quiet >/dev/null
"$DSE" recommend r.db --engine attention --by workload.context --format json >want-r1.json
of="\$workload_context = 8192 AND \$bandwidth_ratio = 4"
holds "$(cell want-r1.json '' ridge_at_10_percent "$of") > 20 * $(cell want-gpt.json '' ridge_at_10_percent "$of")" "ridge points asked for"
holds "$(cell want-r1.json '' most_cost_share "$of") < $(cell want-gpt.json '' most_cost_share "$of")" "what it may cost"

# Sampled values do not form groups: the two sides would never share one.
printf 'study: d\nmodel: gpt3-175b\nsweep: {engine: [none, duplex], workload.context: {from: 1024, to: 65536, scale: log}}\nsearch: {strategy: sobol, budget: 400}\n' >d.yaml
"$DSE" sweep d.yaml --quiet >/dev/null || complain "a continuous axis fails"
is "$("$DSE" payoff d.db --format csv | sed '/^$/q' | wc -l)" 3 "groups of a drawn context (header, one, blank)"

# As data --details adds each engine alone: one may have a stop point that the best of all has not.
cat >engines.yaml <<'END'
study: engines
model: deepseek-r1
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {batch: max, tpot: 30 ms}
plan: {devices: 8, tp: auto, dp: auto, ep: auto}
chip: b200
sweep: {workload.context: [8192, 65536], engine: [none, duplex, logic-die-r128]}
END
"$DSE" sweep engines.yaml --quiet >/dev/null || complain "a study of two engines fails"
"$DSE" payoff engines.db --format csv >best.csv || complain "payoff --format csv fails"
"$DSE" payoff engines.db --details --format csv >each.csv || complain "payoff --details --format csv fails"
awk -v RS= -v ORS='\n\n' 'NR <= 4' each.csv | sed '$d' | cmp -s - best.csv || complain "--details changes the other parts"
is "$(awk -v RS= 'NR == 5' each.csv | grep -c ',duplex,')" 2 "answers of one engine in CSV"
awk -v RS= 'NR == 6' each.csv | grep -q '^,duplex,workload_context,[0-9.]*,pays above,' ||
    complain "stop points of one engine in CSV: $(awk -v RS= 'NR == 6' each.csv)"
"$DSE" payoff engines.db --details --format json >each.json || complain "payoff --details --format json fails"
grep -q '"engine_stops": \[' each.json || complain "stop points of one engine in JSON"

# Mistakes.
wrong() {
    pattern=$1
    shift
    "$DSE" "$@" >out.txt 2>err.txt
    is "$?" 2 "status of dse $*"
    is "$(wc -l <err.txt)" 1 "lines of dse $*"
    grep -qE "$pattern" err.txt || complain "dse $*: $(cat err.txt)"
    [ ! -s out.txt ] || complain "dse $* prints"
}
printf 'model,workload.context\ngpt3-175b,8192\n' >no-weight.csv
printf 'model,workload.contxt,weight\ngpt3-175b,8192,1\n' >name.csv
printf 'model,weight\ngpt3-175,1\n' >model.csv
wrong 'no-weight.csv:1:1: .*weight' payoff s.db --mix no-weight.csv
wrong 'name.csv:2:2: workload.contxt: .*did you mean' payoff s.db --mix name.csv
wrong 'model.csv: "gpt3-175" is not a value of model' payoff s.db --mix model.csv
wrong '\-\-stop engine.rigde: .*did you mean' payoff s.db --stop engine.rigde
wrong 'is empty: give FROM:TO' payoff s.db --stop engine.overlap
wrong 'needs two axes' payoff s.db --map workload.context
wrong 'both axes are' payoff s.db --map workload.context,workload_context
wrong 'either --tokens-per-s' recommend s.db
wrong 'is not in 1/s|not a number|write a number' recommend s.db --tokens-per-s many
wrong '"nobody" is not|one of attention' recommend s.db --engine nobody
exit "$failed"
