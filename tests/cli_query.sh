#!/bin/sh
# Reading a store: filters, formats and fronts, each checked against the points.
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
is "$(sql 'count(*)' 'FROM point')" 10080 "points"
is "$(sql 'count(DISTINCT point)' 'FROM point')" 10080 "different points"

is "$("$DSE" query all.db --match 'model=^deepseek' --columns model --format csv | tail -n +2 | sort -u)" deepseek-r1 "--match"
is "$("$DSE" query all.db --where "engine = 'none' AND workload_context > 9000" --columns point --format csv | wc -l)" \
   "$(($(sql "count(*)" "FROM point WHERE engine = 'none' AND workload_context > 9000") + 1))" "--where"
is "$("$DSE" query all.db --sort tokens_per_s:desc --top 1 --columns tokens_per_s --format csv | tail -n 1)" \
   "$(sql 'max(tokens_per_s)' 'FROM point')" "--sort and --top"
is "$("$DSE" query all.db --columns chip.memory_byte --top 1 --format csv | head -n 1)" chip_memory_byte "a path as column"
is "$(sql "count(*)" "FROM point WHERE model REGEXP '^(gpt3|llama).*[bk]$'")" \
   "$(sql "count(*)" "FROM point WHERE model IN ('gpt3-175b', 'llama-4-maverick')")" "REGEXP"

is "$(sql 9007199254740993)$(sql -9223372036854775808)$(sql 9223372036854775807)" \
   9007199254740993-92233720368547758089223372036854775807 "every digit of an integer"
is "$("$DSE" query all.db --where "tpot_s < '20 ms'" 2>&1)" \
   "--where:10: tpot_s is a time (s), not a text: write a number like 50 ms" "a number in quotes"
is "$("$DSE" query all.db --where 'attention_share > 1/2' --columns point --format csv | wc -l)" \
   "$(($(sql 'count(*)' 'FROM point WHERE attention_share > 0.5') + 1))" "a quotient"

"$DSE" query all.db --top 5 --columns all --format json >rows.json
json rows.json
"$DSE" query all.db --top 3 --format md | grep -q '^| *point *| *model *| *chip *| *engine *|' || complain "md has no header"
"$DSE" query all.db --top 3 | sed -n 2p | grep -q -- '---' || complain "the table has no rule"

# The parts of a step add up, and what is stored is what eval says of the same point.
sql "count(*)" "FROM point WHERE abs(attention_s + projection_s + ffn_s + expert_s
     + communication_s + other_s - tpot_s) > 1e-9 * tpot_s" | grep -qx 0 || complain "parts do not add up"

# A path with dots is a column in a condition, but not inside quotes.
is "$("$DSE" query all.db --where "workload.context > 9000 AND engine <> 'workload.context'" --columns point --format csv)" \
   "$("$DSE" query all.db --where "workload_context > 9000" --columns point --format csv)" "--where with dots"

# The first rows of each group, in the order of --sort, groups in the order of their first points.
ranked() {
    "$DSE" query all.db --format csv --sql "SELECT point FROM (SELECT point, row_number() OVER (PARTITION BY $1
        ORDER BY $2, point) AS r, min(point) OVER (PARTITION BY $1) AS g FROM point WHERE $4) WHERE r <= $3 ORDER BY g, r"
}
top() { "$DSE" query all.db --columns point --format csv "$@"; }
is "$(top --top 3 --by model,engine --sort tokens_per_s:desc --where 'tpot_s < 40 ms')" \
   "$(ranked 'model, engine' 'tokens_per_s DESC NULLS LAST' 3 'tpot_s < 0.04')" "--top 3 --by model,engine"
is "$(top --top 700 --by engine --sort engine_speedup)" "$(ranked engine 'engine_speedup NULLS LAST' 700 1)" "--by with NULLs"
is "$(top --top 2 --by workload.context,verdict --sort model:desc --match engine=attacc)" \
   "$(ranked 'workload_context, verdict' 'model DESC' 2 "engine REGEXP 'attacc'")" "--by, sorted by a text"
is "$(top --top 1 --by point | wc -l | tr -d ' ')" 10081 "a group for each point"
is "$(top --top 2 --by model --where 'point < 0')" point "no groups"
"$DSE" query all.db --by model >/dev/null 2>err.txt && complain "--by without --top"
grep -q '^dse query: --by: has no effect without --top' err.txt || complain "$(cat err.txt)"
"$DSE" query all.db --top 1 --by modell >/dev/null 2>err.txt
grep -q '^dse query: --by: "modell": not a column: did you mean "model"' err.txt || complain "$(cat err.txt)"

# One object a line.
"$DSE" query all.db --top 3 --columns all --format jsonl >rows.jsonl
is "$(wc -l <rows.jsonl | tr -d ' ')" 3 "lines of jsonl"
while IFS= read -r line; do
    printf '%s' "$line" >line.json
    json line.json
done <rows.jsonl
"$DSE" list chips --format jsonl >/dev/null 2>err.txt
grep -q '^dse list: --format: jsonl is for dse query: give table|csv|json|md' err.txt || complain "jsonl: $(cat err.txt)"

# The readable form keeps the same rows as SQL, in every command that takes it.
same() { is "$("$DSE" query all.db --where "$1" --columns point --format csv)" \
            "$("$DSE" query all.db --sql "SELECT point FROM point WHERE $2 ORDER BY id" --format csv)" "--where $1"; }
same "tpot_s < 50 ms and engine in (none, duplex)" "tpot_s < 0.05 AND engine IN ('none', 'duplex')"
same "model ~ ^deep and not (engine = none or workload.context > 9 k)" \
     "model LIKE 'deep%' AND NOT (engine = 'none' OR workload_context > 9000)"
same "tokens_per_s / system_cost_usd > 1e-3 and verdict = ok" "tokens_per_s / system_cost_usd > 1e-3 AND verdict = 'ok'"
same "CASE WHEN tpot_s < 0.05 THEN 1 END" "tpot_s < 0.05"
for command in "pareto all.db" "recommend all.db --tokens-per-s 1k"; do
    # shellcheck disable=SC2086
    is "$("$DSE" $command --format csv --where "model ~ gpt3 and tpot_s < 50 ms and engine in (none, duplex)")" \
       "$("$DSE" $command --format csv --where "model REGEXP 'gpt3' AND tpot_s < 0.05 AND (engine = 'none' OR engine = 'duplex')")" \
       "$command --where"
done
# The column of an axis that a later run adds comes after the metrics in the store; it is shown too.
printf 'study: first\nsweep: {workload.context: [1024, 2048]}\n' >first.yaml
printf 'study: second\nsweep: {chip.link_domain: [8, 72]}\n' >second.yaml
"$DSE" sweep first.yaml --db two.db --quiet >/dev/null && "$DSE" sweep second.yaml --db two.db --quiet >/dev/null || complain "two runs"
is "$("$DSE" query two.db --run second --format csv | head -n 1 | grep -o 'chip_link_domain.*verdict' | cut -d, -f1)" chip_link_domain "an added axis"
is "$("$DSE" query two.db --run second --format csv | head -n 1 | grep -c workload_context)" 0 "an axis of another run"

# Computes a front in SQL for comparison.
"$DSE" pareto all.db --by model --over workload_context --where "model <> 'gpt3-175b'" --format csv | tail -n +2 | cut -d, -f1 | sort -n >front.txt
sql a.point "FROM point a WHERE a.model <> 'gpt3-175b' AND a.verdict = 'ok' AND NOT EXISTS (SELECT 1 FROM point b
     WHERE b.run = 1 AND b.model = a.model AND b.verdict = 'ok' AND b.tokens_per_s >= a.tokens_per_s
       AND b.system_cost_usd <= a.system_cost_usd
       AND (b.tokens_per_s > a.tokens_per_s OR b.system_cost_usd < a.system_cost_usd))" | sort -n >slow.txt
cmp -s front.txt slow.txt || complain "the front has $(wc -l <front.txt) points, not $(wc -l <slow.txt)"
[ -s front.txt ] || complain "the front is empty"

for list in models chips engines parameters metrics strategies prices; do
    "$DSE" list $list --format json >list.json || complain "dse list $list"
    json list.json
done
exit "$failed"
