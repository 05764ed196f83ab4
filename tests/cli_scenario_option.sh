#!/bin/sh
# --scenario on every command that reads a store or a study, and reports that follow the scenarios.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_scenario_option: %s\n' "$*"; failed=1; }
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || complain "$3: \"$1\", not \"$2\""; }
# column NAME: of a CSV on standard input, up to an empty line.
column() {
    sed '/^$/q' | awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
        NR > 1 && NF { print $at }'
}
names() { column scenario | uniq | tr '\n' ' '; }

cat >study.yaml <<'Y'
study: demo
models: [llama-3.1-8b, gpt3-175b]
chip: b200
plan: {devices: 16, tp: 8, dp: 2}
workload: {batch: 64, context: 8192}
sweep:
  chip.memory_byte_per_s: [4 TB/s, 8 TB/s]
  engine: [none, attacc]
scenarios:
  small: {workload: {context: 1024}}
  fp8: {precision: {weight: fp8, kv: fp8}}
  longer: {sweep: {workload.query_tokens: [1, 64]}}
Y
"$DSE" sweep study.yaml --db s.db --quiet >/dev/null || complain "the sweep fails"

# Every command that reads a store shows only the scenarios that are named.
is "$("$DSE" query s.db --scenario fp8,base --columns scenario --format csv | names)" "base fp8 " "query"
is "$("$DSE" query s.db --scenario fp8 --scenario small --columns scenario --format csv | names)" "small fp8 " "query, repeated"
is "$("$DSE" query s.db --scenario fp8 --where "engine = 'none'" --columns point --format csv | wc -l | tr -d ' ')" 5 "query with --where"
is "$("$DSE" pareto s.db --scenario small --format csv | names)" "small " "pareto"
is "$("$DSE" payoff s.db --scenario fp8 --format csv | names)" "fp8 " "payoff"
is "$("$DSE" payoff s.db --scenario base --format csv | names)" "base " "payoff of the base"
is "$("$DSE" recommend s.db --scenario fp8 --tokens-per-s 1000 --format csv | names)" "fp8 " "recommend"
is "$("$DSE" recommend s.db --scenario fp8 --engine attention --format csv | names)" "fp8 " "recommend --engine"
"$DSE" report s.db --scenario fp8,small -o page.csv >/dev/null || complain "report fails"
is "$(names <page.csv)" "small fp8 " "report"
"$DSE" payoff s.db --flips --scenario base,fp8 --format csv >flips.csv || complain "flips fails"
is "$(names <flips.csv)" "base fp8 " "flips"
# What is shown of a scenario is the same with and without the others.
# The column of query tokens, which only another scenario sweeps, is left out.
"$DSE" payoff s.db --format csv | sed '/^$/q' | sed -n 's/^\(fp8,[^,]*\),1,/\1,/p' >whole.txt
"$DSE" payoff s.db --scenario fp8 --format csv | sed '/^$/q' | grep '^fp8,' >alone.txt
[ -s whole.txt ] || complain "no answer of fp8"
cmp -s whole.txt alone.txt || complain "payoff --scenario changes the answer: $(diff whole.txt alone.txt)"
for command in query pareto payoff report 'recommend --tokens-per-s 1000'; do
    # shellcheck disable=SC2086
    set -- $command
    first=$1
    shift
    "$DSE" "$first" s.db "$@" --scenario fp9 >out.txt 2>err.txt
    is $? 2 "status of $command with an unknown scenario"
    is "$(cat err.txt)" "dse $first: --scenario: \"fp9\": not a scenario of this run: did you mean \"fp8\"?" "message of $command"
done

# Fronts come in the order of the study, scenarios and models too.
is "$("$DSE" pareto s.db --format csv | names)" "base small fp8 longer " "scenarios of pareto"
is "$("$DSE" pareto s.db --scenario small --format csv | column model | uniq | tr '\n' ' ')" "llama-3.1-8b gpt3-175b " "models of pareto"
"$DSE" pareto s.db --scenario base --format csv | column tokens_per_s | head -n 2 | sort -c -g -r 2>/dev/null ||
    complain "a front is not listed from its best throughput"

# Stop points are searched along the axes of each scenario.
"$DSE" payoff s.db --runs attention --format json >runs.json || complain "payoff --runs fails"
"$DSE" query s.db --format csv --sql "SELECT DISTINCT json_extract(value, '\$.scenario') AS v FROM
    json_each('$(sed "s/'/''/g" runs.json)', '\$.stops') WHERE json_extract(value, '\$.axis') = 'workload_query_tokens'" |
    tail -n +2 | grep -qx longer || complain "no stop along the axis of a scenario: $(cat runs.json)"

# A mix must fit every scenario, not only the base.
printf 'model,weight\nllama-3.1-8b,1\ngpt3-175b,1\n' >mix.csv
"$DSE" payoff s.db --mix mix.csv >/dev/null || complain "a mix that fits is refused"
sed 's/^  longer.*/  other: {sweep: {engine: [none, duplex]}}/' study.yaml >other.yaml
"$DSE" sweep other.yaml --db other.db --quiet >/dev/null || complain "the sweep of another study fails"
printf 'engine,weight\nattacc,1\n' >engine.csv
"$DSE" payoff other.db --mix engine.csv >/dev/null 2>err.txt
is $? 2 "status of a mix that a scenario lacks"
grep -q '^engine.csv: scenario other: "attacc" is not a value of engine' err.txt || complain "the mix: $(cat err.txt)"

# sensitivity and eval price the scenario that is named; all, or base in lists and JSON, if none is.
share() { "$DSE" sensitivity study.yaml --db e.db --points 16 --metrics tokens_per_s --format csv "$@" | column axis | tr '\n' ' '; }
is "$(share --scenario base)" "model chip.memory_byte_per_s engine " "axes of the base"
"$DSE" sensitivity study.yaml --db e.db --points 16 --metrics tokens_per_s --format csv >all.csv || complain "sensitivity fails"
is "$(names <all.csv)" "base small fp8 longer " "scenarios of sensitivity"
for name in base small fp8 longer; do
    is "$(sed -n "s/^$name,//p" all.csv)" "$("$DSE" sensitivity study.yaml --db e.db --points 16 --metrics tokens_per_s \
        --scenario $name --format csv | tail -n +2)" "sensitivity of $name"
done
is "$("$DSE" query e.db --format csv --sql 'SELECT DISTINCT study FROM sensitivity ORDER BY 1' | tail -n +2 | tr '\n' ' ')" \
    "demo demo/fp8 demo/longer demo/small " "stored effects"
is "$(share --scenario longer)" "model workload.query_tokens chip.memory_byte_per_s engine " "axes of a scenario"
"$DSE" sensitivity study.yaml --scenario longest 2>err.txt
is $? 2 "status of sensitivity with an unknown scenario"
grep -q 'did you mean "longer"' err.txt || complain "sensitivity: $(cat err.txt)"

tpot() { "$DSE" eval study.yaml --set model=gpt3-175b --set engine=none --set chip.memory_byte_per_s=8TB/s --format json "$@" | sed -n 's/^ *"tpot_s": \([^,]*\),.*/\1/p'; }
printf 'model,Scenario,chip.memory_byte_per_s\ngpt3-175b,,8 TB/s\ngpt3-175b,fp8,8 TB/s\ngpt3-175b, small ,8 TB/s\n' >points.csv
list() { "$DSE" eval study.yaml --points points.csv "$@" | column tpot_s | tr '\n' ' '; }
is "$(list)" "$(tpot) $(tpot --scenario fp8) $(tpot --scenario small) " "a column of scenarios"
is "$(list --scenario fp8)" "$(tpot --scenario fp8) $(tpot --scenario fp8) $(tpot --scenario small) " "--scenario where a row names none"
printf 'model,scenario\ngpt3-175b,fp8\ngpt3-175b,fp9\ngpt3-17b,none\n' >points.csv
"$DSE" eval study.yaml --points points.csv >out.txt 2>err.txt
is $? 2 "status of a list with an unknown scenario"
is "$(sed 's/: .*//' err.txt | tr '\n' ' ')" "points.csv:3:2 points.csv:4:2 " "places of unknown scenarios"
grep -q 'scenario: "fp9".*did you mean "fp8"' err.txt || complain "a list: $(cat err.txt)"
exit "$failed"
