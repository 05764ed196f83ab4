#!/bin/sh
# Reading a store: filters, formats, fronts, pay-off and pages, each held against the points.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_query: %s\n' "$*"; failed=1; }
# sql SELECTION REST: the column, without its header.
sql() { "$DSE" query all.db --sql "SELECT $1 AS v ${2-}" --format csv | tail -n +2; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# SQLite reads JSON too: is the file one JSON value?
json() { is "$(sql "json_valid('$(sed "s/'/''/g" "$1")')")" 1 "$1 is JSON"; }

"$DSE" sweep "$DSE_SOURCE/dse/studies/attention-payoff.yaml" --db all.db --quiet >/dev/null ||
    complain "the study of the quick start fails"
is "$(sql 'count(*)' 'FROM point')" 3402 "points"
is "$(sql 'count(DISTINCT point)' 'FROM point')" 3402 "different points"

is "$("$DSE" query all.db --match 'model=^deepseek' --columns model --format csv | tail -n +2 | sort -u)" deepseek-r1 "--match"
is "$("$DSE" query all.db --where "engine = 'none' AND workload_context > 9000" --columns point --format csv | wc -l)" \
   "$(($(sql "count(*)" "FROM point WHERE engine = 'none' AND workload_context > 9000") + 1))" "--where"
is "$("$DSE" query all.db --sort tokens_per_s:desc --top 1 --columns tokens_per_s --format csv | tail -n 1)" \
   "$(sql 'max(tokens_per_s)' 'FROM point')" "--sort and --top"
is "$("$DSE" query all.db --columns chip.memory_byte --top 1 --format csv | head -n 1)" chip_memory_byte "a path as column"
is "$(sql "count(*)" "FROM point WHERE model REGEXP '^(gpt3|llama).*[bk]$'")" \
   "$(sql "count(*)" "FROM point WHERE model IN ('gpt3-175b', 'llama-4-maverick')")" "REGEXP"

"$DSE" query all.db --top 5 --columns all --format json >rows.json
json rows.json
"$DSE" query all.db --top 3 --format md | grep -q '^| *id *|' || complain "md has no header"
"$DSE" query all.db --top 3 | sed -n 2p | grep -q -- '---' || complain "the table has no rule"

# The parts of a step add up, and what is stored is what eval says of the same point.
sql "count(*)" "FROM point WHERE abs(attention_s + projection_s + ffn_s + expert_s
     + communication_s + other_s - tpot_s) > 1e-9 * tpot_s" | grep -qx 0 || complain "parts do not add up"

# A front by SQL, the long way.
"$DSE" pareto all.db --by model --where "model <> 'gpt3-175b'" --format csv | tail -n +2 | cut -d, -f1 | sort -n >front.txt
sql a.point "FROM point a WHERE a.model <> 'gpt3-175b' AND a.verdict = 'ok' AND NOT EXISTS (SELECT 1 FROM point b
     WHERE b.run = 1 AND b.model = a.model AND b.verdict = 'ok' AND b.tokens_per_s >= a.tokens_per_s
       AND b.system_cost_usd <= a.system_cost_usd
       AND (b.tokens_per_s > a.tokens_per_s OR b.system_cost_usd < a.system_cost_usd))" | sort -n >slow.txt
cmp -s front.txt slow.txt || complain "the front has $(wc -l <front.txt) points, not $(wc -l <slow.txt)"
[ -s front.txt ] || complain "the front is empty"

# Pay-off P by SQL: the best tokens per USD with an engine over the best without.
"$DSE" payoff all.db --format csv | sed '/^$/q' >payoff.csv
[ "$(wc -l <payoff.csv)" -gt 21 ] || complain "pay-off has $(wc -l <payoff.csv) lines"
for model in gpt3-175b deepseek-r1; do
    said=$(grep "^$model,8192," payoff.csv | cut -d, -f3)
    found=$(sql "max(tokens_per_s / system_cost_usd) FILTER (WHERE engine <> 'none')
                 / max(tokens_per_s / system_cost_usd) FILTER (WHERE engine = 'none')" "FROM point WHERE model = '$model' AND workload_context = 8192 AND verdict = 'ok'")
    is "$(sql "abs($said - $found) < 1e-9 * $found")" 1 "pay-off of $model at 8192: $said, by SQL $found"
done
"$DSE" payoff all.db --by model,engine --format json >payoff.json
json payoff.json
grep -q '"stops_at": [0-9]' payoff.json || complain "no stop point between grid values"

# A stop point is one: beside it (whole batches make P jump by 1 %) the verdict turns. Duplex on DeepSeek-R1
# over the context; both sides bought anew by the sweep of a finer grid around it.
stop=$(grep '"engine": "duplex", "axis": "workload_context"' payoff.json | sed 's/.*"stops_at": \([0-9.]*\).*/\1/' | head -n 1)
sed -e "s/workload.context: .*/workload.context: [$(sql "CAST($stop * 0.9 AS INT)"), $(sql "CAST($stop * 1.1 AS INT)")]/" \
    -e 's/engine: .*/engine: [none, duplex]/' -e 's/^models:.*/model: deepseek-r1/' \
    "$DSE_SOURCE/dse/studies/attention-payoff.yaml" >near.yaml
"$DSE" sweep near.yaml --db near.db --quiet >/dev/null || complain "the study near the stop fails"
"$DSE" payoff near.db --format csv | sed '/^$/q' | tail -n +2 | cut -d, -f2 >near.txt
is "$("$DSE" query near.db --sql "SELECT ($(sed -n 1p near.txt) < 1) <> ($(sed -n 2p near.txt) < 1) AS v" --format csv | tail -n 1)" 1 \
   "pay-off around the stop at $stop: $(tr '\n' ' ' <near.txt)"

# The page: the same bytes twice, in all four forms, no number that is none.
sed -e 's/workload.context: .*/workload.context: [8192, 65536]/' -e 's/engine: .*/engine: [none, duplex]/' \
    -e '/chip.link_byte_per_s/d' "$DSE_SOURCE/dse/studies/attention-payoff.yaml" >small.yaml
"$DSE" sweep small.yaml --db small.db --quiet >/dev/null || complain "the small study fails"
for form in html svg csv md; do
    "$DSE" report small.db -o page.$form >/dev/null || complain "no $form"
    [ -s page.$form ] || complain "$form is empty"
    grep -qiE '[^a-z](nan|inf)[^a-z]' page.$form && complain "$form has nan or inf"
done
"$DSE" report small.db -o again.html >/dev/null
cmp -s page.html again.html || complain "the page differs the second time"
grep -q 'An attention engine pays for' page.html || complain "the page has no answer"
grep -qE '(src|href)="https?:' page.html && complain "the page needs the network"
[ "$(grep -o '<svg' page.html | wc -l)" -eq "$(grep -o '</svg>' page.html | wc -l)" ] || complain "an svg is not closed"
for model in gpt3-175b llama-4-maverick deepseek-r1; do
    grep -q "$model" page.html || complain "the page does not name $model"
done

# Names that HTML or SQL could trip over.
printf "study: \"a<b> & 'c'\"\nmodel: gpt3-175b\nsweep: {engine: [none, attacc], workload.context: [1024, 4096]}\n" >odd.yaml
"$DSE" sweep odd.yaml --db odd.db --quiet >/dev/null || complain "an odd name fails"
"$DSE" report odd.db -o odd.html >/dev/null || complain "no page for an odd name"
grep -q 'a<b>' odd.html && complain "the page does not escape names"
"$DSE" query odd.db --run "a<b> & 'c'" --top 1 --format csv | tail -n 1 | grep -q ',ok,' || complain "--run with an odd name"

# A study without any engine and without workloads to compare has a page too, and no pay-off.
printf 'study: plain\nmodel: gpt3-175b\nsweep: {chip: [h100, b200]}\n' >plain.yaml
"$DSE" sweep plain.yaml --quiet >/dev/null || complain "a study of chips fails"
"$DSE" report plain.db -o plain.html >/dev/null || complain "no page for a study of chips"
"$DSE" payoff plain.db >/dev/null || complain "no pay-off for a study of chips"
[ "$("$DSE" pareto plain.db --format csv | wc -l)" -gt 1 ] || complain "no front for a study of chips"

for list in models chips engines parameters metrics strategies prices; do
    "$DSE" list $list --format json >list.json || complain "dse list $list"
    json list.json
done
exit "$failed"
