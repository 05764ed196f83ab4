#!/bin/sh
# Scenarios: overlays of a study, in one run of the store, beside the study itself.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_scenarios: %s\n' "$*"; failed=1; }
sql() { "$DSE" query "$1" --format csv --sql "$2" | tail -n +2; }
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || complain "$3: \"$1\", not \"$2\""; }

cat >study.yaml <<'Y'
study: demo
models: [gpt3-175b, llama-3.1-8b]
chip: b200
precision: {weight: bf16}
plan: {devices: 16, tp: 8, dp: 2}
workload: {batch: 64, context: 8192}
sweep:
  chip.memory_byte_per_s: [4 TB/s, 8 TB/s]
  engine: [none, attacc]
objectives: [+tokens_per_s, -system_cost_usd]
scenarios:
  fp8: {precision: {weight: fp8, kv: fp8}}
  serving: {workload: {phase: serving, input: 4096, output: 512}}
  dear-hbm: {prices: {hbm3e_usd_per_gb: 30}}
  one: {engine: attacc, sweep: {chip.memory_byte_per_s: [6 TB/s], workload.context: [1024, 2048]}}
Y
"$DSE" sweep study.yaml --db whole.db --jobs 1 --quiet >out.txt || complain "the sweep fails"
grep -q '^demo: 36 of 36 points in whole.db' out.txt || complain "$(cat out.txt)"
is "$(sql whole.db 'SELECT scenario, count(*), min(point) FROM point GROUP BY 1 ORDER BY 3' | tr '\n' ' ')" \
    "base,8,0 fp8,8,8 serving,8,16 dear-hbm,8,24 one,4,32 " "points by scenario, in the order of the file"

# A scenario gives what a study with its values gives.
# Model, P and its certainty of the groups of a pay-off.
payoffs() {
    sed '/^$/q' | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        NF { print $at["model"], $at["payoff"], $at["payoff_low"], $at["verdict"] }'
}
compare() { # SCENARIO: the scenario of whole.db against alone.yaml
    "$DSE" sweep alone.yaml --db alone.db --quiet >/dev/null || complain "$1 alone fails"
    columns='model, engine, chip_memory_byte_per_s, verdict, batch, tpot_s, tokens_per_s, system_cost_usd, power_w'
    sql whole.db "SELECT $columns FROM point WHERE scenario = '$1' ORDER BY point" >whole.csv
    sql alone.db "SELECT $columns FROM point ORDER BY point" >alone.csv
    cmp -s alone.csv whole.csv || complain "$1 differs from a study with its values: $(diff alone.csv whole.csv)"
    [ -s alone.csv ] || complain "$1: no points"
    "$DSE" payoff alone.db --format csv 2>/dev/null | payoffs >alone.csv
    "$DSE" payoff whole.db --format csv | sed "1n; /^$/q; /^$1,/!d" | payoffs >whole.csv
    cmp -s alone.csv whole.csv || complain "$1: another pay-off than of a study with its values: $(cat whole.csv alone.csv)"
    rm -f alone.db
}
alone() { sed '/^scenarios/,$d' study.yaml; }
alone >alone.yaml
compare base
alone | sed 's/{weight: bf16}/{weight: fp8, kv: fp8}/' >alone.yaml
compare fp8
alone | sed 's/context: 8192/context: 8192, phase: serving, input: 4096, output: 512/' >alone.yaml
compare serving
printf 'base: 2025\nhbm3e_usd_per_gb: 30\n' >dear.yaml
{ alone; echo 'prices: dear.yaml'; } >alone.yaml
compare dear-hbm
alone | sed 's/engine: \[none, attacc\]/workload.context: [1024, 2048]/; s/\[4 TB.*\]/[6 TB\/s]/; s/^chip:/engine: attacc\nchip:/; s/, context: 8192//' >alone.yaml
compare one
"$DSE" payoff whole.db --format csv | head -n 1 | grep -q '^scenario,' || complain "payoff does not split by scenario"
"$DSE" pareto whole.db --format csv | head -n 1 | grep -q '^point,scenario,' || complain "pareto does not split by scenario"
"$DSE" recommend whole.db --tokens-per-s 1000 --format csv | head -n 1 | grep -q '^scenario,' ||
    complain "recommend does not split by scenario"
"$DSE" payoff whole.db --flips >flips.txt || complain "no table of flips"
grep -q '^base, workload_context 8192 ' flips.txt || complain "no base in the table of flips"
"$DSE" payoff whole.db --flips --format csv | head -n 1 | grep -q '^scenario,model,workload_context,engine,payoff,' || complain "flips as csv"
"$DSE" payoff whole.db --format csv | payoffs >payoff.txt
"$DSE" payoff whole.db --flips --format csv | payoffs | cmp -s payoff.txt - || complain "flips differ from the pay-off"
"$DSE" payoff whole.db --flips --format md | grep -q '^| fp8, .*1\.[0-9]* attacc' || complain "flips as md"
"$DSE" payoff whole.db --flips --format md >flips.md
"$DSE" payoff whole.db --flips --format csv | awk -F, 'NR > 1 && $NF != "" { print $4 " (" $NF }' | sort -u | while read -r label; do
    grep -qF "$label" flips.md && grep -qF "$label" flips.txt || echo "$label"
done >missing.txt
[ -s missing.txt ] && complain "flips without a label: $(cat missing.txt)"
"$DSE" payoff whole.db --flips -o flips.svg >/dev/null && grep -q '</svg>' flips.svg || complain "flips as a picture"
"$DSE" query whole.db --top 1 --format csv | head -n 1 | grep -q '^point,scenario,' || complain "query hides the scenario"
"$DSE" report whole.db -o page.html >/dev/null && grep -q 'dear-hbm' page.html || complain "the page hides scenarios"
is "$(sql whole.db "SELECT DISTINCT scenario, precision_weight, workload_phase, workload_input FROM point WHERE
    scenario IN ('base', 'fp8', 'serving')" | tr '\n' ' ')" \
    "base,bf16,decode,1024 fp8,fp8,decode,1024 serving,bf16,serving,4096 " "what a scenario sets is a column"

# Threads, shards, a second start.
ok() { sql whole.db "SELECT count(*) FROM point WHERE verdict = 'ok' AND point < $1"; }
points() { "$DSE" query "$1" --columns all --format csv --sort point | sed 's/^[0-9]*,[0-9]*,//'; }
points whole.db >whole.csv
for i in 3 1 2; do
    "$DSE" sweep study.yaml --shard $i/3 --db part$i.db --jobs 2 --quiet >/dev/null || complain "shard $i fails"
done
"$DSE" merge merged.db part2.db part3.db part1.db >/dev/null || complain "merge fails"
points merged.db | cmp -s whole.csv - || complain "three shards hold other points"
"$DSE" sweep study.yaml --db whole.db --quiet | grep -q "^demo: 36 of 36 points in whole.db, $(ok 36) feasible\$" ||
    complain "a second start prices again"
points whole.db | cmp -s whole.csv - || complain "a second start changes the points"

# shellcheck source=tests/old_store.sh
. "$DSE_SOURCE/tests/old_store.sh"
# Resumes within and between scenarios: the points of a run that stopped after K are gone.
for k in 3 8 20; do
    cp whole.db cut.db
    as_old cut.db || break
    sqlite3 cut.db "DELETE FROM point WHERE point >= $k; UPDATE run SET done = $k, feasible = $(ok $k), ended = ''" 2>/dev/null || break
    "$DSE" sweep study.yaml --db cut.db --quiet >out.txt || complain "does not resume after $k"
    points cut.db | cmp -s whole.csv - || complain "other points after $k"
    grep -q "$(ok 36) feasible ($((36 - k)) now" out.txt || complain "after $k: $(tail -n 1 out.txt)"
done

# A store of an older version, without the column: its points are of the scenario base.
cp whole.db old.db
if as_old old.db && sqlite3 old.db "ALTER TABLE point DROP COLUMN scenario; ALTER TABLE run DROP COLUMN folder" 2>/dev/null; then
    is "$(sql old.db 'SELECT DISTINCT scenario FROM point')" base "scenario of an old store"
    is "$("$DSE" query old.db --where "scenario = 'base'" --columns scenario --top 1 --format csv | tail -n 1)" base "old store, by query"
    "$DSE" merge new.db old.db >/dev/null || complain "an old store cannot be merged"
    is "$(sql new.db 'SELECT DISTINCT scenario FROM point')" base "scenario of a merged old store"
    sed '/^scenarios/,$d; s/^study: .*/study: next/' study.yaml >next.yaml
    "$DSE" sweep next.yaml --db old.db --quiet >/dev/null || complain "no sweep into an old store"
    is "$(sql old.db 'SELECT scenario, count(*) FROM point GROUP BY 1')" "base,44" "points of an old store after a sweep"
fi

# keep: front keeps one front per scenario, also from shards.
{ sed 's/\[4 TB.s, 8 TB.s\]/{from: 2 TB\/s, to: 12 TB\/s, steps: 11}/' study.yaml; echo 'keep: front'; } >front.yaml
"$DSE" sweep front.yaml --db front.db --quiet >/dev/null || complain "keep: front fails"
for i in 1 2; do "$DSE" sweep front.yaml --shard $i/2 --db half$i.db --quiet >/dev/null; done
"$DSE" merge halves.db half2.db half1.db >/dev/null || complain "merge of fronts fails"
points front.db >front.csv
points halves.db | cmp -s front.csv - || complain "the fronts of shards differ"
is "$(sql front.db 'SELECT count(DISTINCT scenario) FROM point')" 5 "scenarios with a front"
{ cat front.yaml; echo 'search: {strategy: exact}'; } >exact.yaml
"$DSE" sweep exact.yaml --db exact.db --quiet >/dev/null || complain "exact fails"
points exact.db | cmp -s front.csv - || complain "exact finds other fronts"

# A strategy searches each scenario.
{ cat front.yaml; echo 'search: {strategy: sobol, budget: 10}'; } | sed 's/^keep.*//' >sobol.yaml
"$DSE" sweep sobol.yaml --db sobol.db --quiet >/dev/null || complain "sobol fails"
is "$(sql sobol.db 'SELECT scenario, count(*) FROM point GROUP BY 1 ORDER BY min(point)' | tr '\n' ' ')" \
    "base,10 fp8,10 serving,10 dear-hbm,10 one,4 " "points of sobol by scenario"

# All mistakes of all scenarios in one run, each at its place; nothing is written.
cat >bad.yaml <<'Y'
study: bad
models: [gpt3-175b]
engin: none
scenarios:
  base: {timing: ideal}
  fp8: {precision: {weight: fp9}, keep: front}
  dear: {prices: {hbm3e_usd_per_g: 25}}
  none: 4
Y
"$DSE" sweep bad.yaml --db bad.db >out.txt 2>err.txt
is $? 2 "status of a bad study"
[ ! -s out.txt ] && [ ! -e bad.db ] || complain "a bad study writes something"
sed 's/: .*//' err.txt | tr '\n' ' ' >places.txt
is "$(cat places.txt)" "bad.yaml:3:1 bad.yaml:5:3 bad.yaml:6:29 bad.yaml:6:35 bad.yaml:7:19 bad.yaml:8:9 " "places of mistakes"
grep -q 'did you mean "prices.hbm3e_usd_per_gb"' err.txt || complain "no nearest price: $(cat err.txt)"
# A mistake of the base is reported once.
printf 'chip: b20\nscenarios: {a: {timing: ideal}, b: {timing: ideal}}\n' >once.yaml
"$DSE" sweep once.yaml --db bad.db 2>err.txt
is "$(wc -l <err.txt | tr -d ' ')" 1 "messages about one mistake"

# eval shows every scenario, or one.
"$DSE" eval study.yaml --set engine=attacc >eval.txt || complain "eval of scenarios fails"
is "$(grep -c '^Scenario ' eval.txt)" 5 "scenarios of eval"
tpot() { sed -n 's/^ *"tpot_s": \([^,]*\),.*/\1/p' | head -n 1; }
is "$("$DSE" eval study.yaml --scenario fp8 --set engine=attacc --set model=gpt3-175b --format json | tpot)" \
    "$("$DSE" eval study.yaml --set precision.weight=fp8 --set precision.kv=fp8 --set engine=attacc --set model=gpt3-175b --format json | tpot)" \
    "tpot of a scenario by eval"
"$DSE" eval study.yaml --scenario fp9 2>err.txt
is $? 2 "status of an unknown scenario"
grep -q 'did you mean "fp8"' err.txt || complain "an unknown scenario: $(cat err.txt)"
"$DSE" eval whole.db --point 9 >eval.txt || complain "a row of a scenario cannot be priced again: $(cat eval.txt)"

# Relative paths start beside the study, also when the store is read again.
mkdir -p sub/more
printf 'base: b200\nmemory_byte: 100 GB\n' >sub/more/my-chip.yaml
printf 'base: more/my-chip.yaml\nmemory_byte_per_s: 5 TB/s\n' >sub/faster.yaml
printf 'base: 2025\nhbm3e_usd_per_gb: 9\n' >sub/cheap.yaml
printf 'study: paths\nmodel: gpt3-175b\nchip: faster.yaml\nplan: {devices: 16}\nprices: cheap.yaml\nsweep: {engine: [none, attacc]}\n' >sub/paths.yaml
"$DSE" sweep sub/paths.yaml --db paths.db --quiet >/dev/null || complain "a chip beside the study is not found"
"$DSE" payoff paths.db --stop prices.hbm3e_usd_per_gb=5:30 >/dev/null || complain "payoff does not find a chip beside the study"
"$DSE" eval sub/paths.yaml --format json >eval.json
grep -q '"chip.memory_byte_per_s": 5000000000000' eval.json && grep -q '"chip.memory_byte": 100000000000' eval.json ||
    complain "a chip over a chip over a chip"
printf 'base: ./loop.yaml\n' >loop.yaml
"$DSE" eval --set chip=./loop.yaml >out.txt 2>err.txt
is $? 2 "status of a file that is its own base"
grep -q 'base' err.txt || complain "a file that is its own base: $(cat err.txt)"
exit "$failed"
