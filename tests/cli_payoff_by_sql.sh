#!/bin/sh
# The pay-off of a study checked with SQL on its points, and a stop point with a finer sweep.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_payoff_by_sql: %s\n' "$*"; failed=1; }
# sql SELECTION REST: the column, without its header.
sql() { "$DSE" query all.db --sql "SELECT $1 AS v ${2-}" --format csv | tail -n +2; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# SQLite reads JSON too: is the file one JSON value?
json() { is "$(sql "json_valid('$(sed "s/'/''/g" "$1")')")" 1 "$1 is JSON"; }

# With less bandwidth to choose from, so that an engine crosses 1 on DeepSeek-R1, and shorter axes.
sed -e 's|memory_byte_per_s: .*|memory_byte_per_s: [6 TB/s, 8 TB/s, 10 TB/s]|' \
    -e 's|memory_byte: .*|memory_byte: [96 GB, 192 GB, 288 GB]|' \
    -e 's|link_byte_per_s: .*|link_byte_per_s: [450 GB/s, 900 GB/s, 1800 GB/s]|' \
    "$DSE_SOURCE/dse/studies/attention-payoff.yaml" >study.yaml
"$DSE" sweep study.yaml --db all.db --quiet >/dev/null ||
    complain "the study of the quick start fails"

# Pay-off P by SQL: the best tokens per USD with an engine over the best without.
"$DSE" payoff all.db --format csv | sed '/^$/q' >payoff.csv
[ "$(wc -l <payoff.csv)" -gt 21 ] || complain "pay-off has $(wc -l <payoff.csv) lines"
for model in gpt3-175b deepseek-r1; do
    said=$(grep "^$model,8192," payoff.csv | cut -d, -f3)
    found=$(sql "max(tokens_per_s / system_cost_usd) FILTER (WHERE engine <> 'none')
                 / max(tokens_per_s / system_cost_usd) FILTER (WHERE engine = 'none')" "FROM point WHERE model = '$model' AND workload_context = 8192 AND verdict = 'ok'")
    is "$(sql "abs($said - $found) < 1e-9 * $found")" 1 "pay-off of $model at 8192: $said, by SQL $found"
done
"$DSE" payoff all.db --by model,engine --over workload.context --format json >payoff.json
json payoff.json
grep -q '"stops_at": [0-9]' payoff.json || complain "no stop point between grid values"

# P crosses 1 at a stop point: it is below 1 at one end of the interval from 10 % below to 10 % above
# it, and above 1 at the other. Here for logic-die-r128 on DeepSeek-R1 along the context, in a finer sweep.
stop=$(grep '"engine": "logic-die-r128", "axis": "workload_context"' payoff.json | sed 's/.*"stops_at": \([0-9.]*\).*/\1/' | head -n 1)
sed -e "s/workload.context: .*/workload.context: [$(sql "CAST($stop * 0.9 AS INT)"), $(sql "CAST($stop * 1.1 AS INT)")]/" \
    -e 's/engine: .*/engine: [none, logic-die-r128]/' -e 's/^models:.*/model: deepseek-r1/' \
    study.yaml >near.yaml
"$DSE" sweep near.yaml --db near.db --quiet >/dev/null || complain "the study near the stop fails"
"$DSE" payoff near.db --format csv | sed '/^$/q' | tail -n +2 | cut -d, -f2 >near.txt
is "$("$DSE" query near.db --sql "SELECT ($(sed -n 1p near.txt) < 1) <> ($(sed -n 2p near.txt) < 1) AS v" --format csv | tail -n 1)" 1 \
   "pay-off around the stop at $stop: $(tr '\n' ' ' <near.txt)"
exit "$failed"
