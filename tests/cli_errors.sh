#!/bin/sh
# User errors: one line with the place and the remedy, the exit status, and no file left behind.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_errors: %s\n' "$*"; failed=1; }

# wrong STATUS PATTERN ARGUMENT...: dse says one line that matches, and writes nothing.
wrong() {
    status=$1 pattern=$2
    shift 2
    before=$(ls)
    "$DSE" "$@" >out.txt 2>err.txt
    got=$?
    lines=$(wc -l <err.txt)
    [ "$got" -eq "$status" ] || complain "dse $*: status $got, not $status"
    [ "$lines" -eq 1 ] || complain "dse $*: $lines lines, not 1"
    [ ! -s out.txt ] || complain "dse $*: something on standard output"
    grep -qE -e "$pattern" err.txt || complain "dse $*: $(cat err.txt): not $pattern"
    rm -f out.txt err.txt
    [ "$(ls)" = "$before" ] || complain "dse $*: left $(ls)"
}

# study PATTERN LINE...: the study of these lines is refused by sweep and by eval alike.
study() {
    place=$1
    shift
    printf '%s\n' "$@" >wrong.yaml
    wrong 2 "^wrong\.yaml:$place" sweep wrong.yaml
    wrong 2 "^wrong\.yaml:$place" eval wrong.yaml
}

study '[34]:[0-9]+: .*syntax'                            'study: a' 'sweep:' '  workload.context: [1, 2'
study '2:1: modls: .*did you mean "models"'              'study: a' 'modls: [gpt3-175b]'
study '2:13: chip\.memory_bite: .*"chip\.memory_byte"'   'study: a' 'chip: {     memory_bite: 3}'
study '2:18: workload\.tpot: .*not in s: .*10 ms'        'study: a' 'workload: {tpot: 50 GB}'
study '2:17: plan\.devices: 0 is out of range: from 1 '  'study: a' 'plan: {devices: 0}'
study '1:7: study: the name is missing: give one'        'study:' 'chip: b200'
study '2:7: chip: .*"b20".*did you mean "b200"'          'study: a' 'chip: b20'
study '2:28: workload\.context: the axis is empty: '     'study: a' 'sweep: {workload.context:  []}'
study '4:3: workload\.context: .*twice'                  'study: a' 'sweep:' '  workload.context: [1, 2]' '  workload.context: [3]'
study '4:3: workload\.batch: .*twice'                    'study: a' 'sweep:' '  workload.batch: [1, 2]' '  workload.batch: [3]'
study '2:9: .*nothing in the catalogue matches'          'study: a' 'models: /nothing-like-this/'
study '3:3: sweep: .*more than 2\^53: '                  'study: a' 'sweep:' '  chip.memory_byte: {from: 1 GB, to: 2 GB, steps: 1e9}' \
                                                         '  chip.link_byte_per_s: {from: 1 GB/s, to: 2 GB/s, steps: 1e9}'
study '2:.*: a log scale cannot start at 0'              'study: a' 'sweep: {engine.link_byte_per_s: {from: 0, to: 1e12, steps: 3, scale: log}}'
study '2:.*from is not below to: swap them'              'study: a' 'sweep: {workload.context: {from: 9, to: 3, steps: 3}}'
study '2:15: constraints: .*"tpot_s" is not a comparison'   'study: a' 'constraints: [tpot_s]'
study '2:14: objectives: .*did you mean "tpot_s"'        'study: a' 'objectives: [+tpott_s]'
study '2:20: search\.strategy: .*did you mean "grid"'    'study: a' 'search: {strategy: gridd}'
study '2:18: search\.budget: 0 is out of range'          'study: a' 'search: {budget: 0}'
study '2:20: search\.strategy: .*did you mean "nsga2"'   'study: a' 'search: {strategy: nsga}'
study '2:20: search\.strategy: nsga2 needs objectives'   'study: a' 'search: {strategy: nsga2}'
study '3:27: chip\.memory_byte: exact cannot .*: give steps' 'study: a' 'objectives: [+tokens_per_s]' 'sweep: {chip.memory_byte: {from: 1 GB, to: 2 GB}}' 'search: {strategy: exact}'
study '3:18: search\.budget: 3 is less than the 4 '      'study: a' 'sweep: {workload.context: [1, 2, 3, 4]}' 'search: {budget: 3, strategy: grid}'
study '2:.*workload\.placement: has words as values: list them' 'study: a' 'sweep: {workload.placement: {from: random, to: replicated, steps: 3, scale: log}}'
study '2:15: chip: is not a name'                          'study: a' 'sweep: {chip: {from: b200, to: h100, scale: log}}'
study '3:7: keep: exact prices only'                      'objectives: [+tokens_per_s]' 'search: {strategy: exact}' 'keep: all'
study '2:33: constraints: "tpot_s >= 20 ms" contradicts' 'study: a' 'constraints: [tpot_s <= 9 ms,   tpot_s >= 20 ms]'
study '2:.*constraints: .*contradicts'                   'study: a' 'constraints: [tpot_s < 9 ms, tpot_s >= 9 ms]'
study '2:15: constraints: .*excludes every value of plan\.devices' 'study: a' 'constraints: [plan.devices > 4]' 'sweep: {plan.devices: [1, 2, 4]}'
study '2:15: constraints: .*excludes every value of workload\.context' 'study: a' 'constraints: [workload.context >= 1e15]'
study '2:7: keep: .*did you mean "all"'                  'study: a' 'keep: alll'
study '2:35: model\.top_k: 999 of 256'                   'study: a' 'model: {base: deepseek-r1, top_k: 999}'
study '2:8: model: none\.yaml: cannot be read'           'study: a' 'model: none.yaml'
study '2:9: prices: unknown price list'                  'study: a' 'prices: nowhere'
study '1:1: not a study'                                 '- a'

# Errors in a user's own file name the line in that file.
printf 'layers: 3\nhiden: 4\n' >mine.yaml
printf 'model: mine.yaml\n' >study.yaml
wrong 2 '^mine\.yaml:2:1: model\.hiden: .*did you mean "hidden"' eval study.yaml
rm mine.yaml study.yaml

wrong 2 'did you mean "chip\.memory_byte"'  eval --set chip.memory_bytes=3GB
wrong 2 'is not PATH=VALUE'                 eval --set chip
wrong 2 'unknown model "nope"'              eval --set model=nope
wrong 2 'unknown command'                   frobnicate
wrong 2 'unknown option --frob'             sweep x.yaml --frob
# Only options that are documented as repeatable are taken twice.
for command in $("$DSE" --help | sed -n '/^example/q; s/^  \([a-z]*\) .*/\1/p'); do
    "$DSE" "$command" --help | sed -n 's/^  \(--[a-z-]*\) [^ ].*  */\1 &/p' | grep -v 'repeatable' >options.txt
    while read -r option _; do
        wrong 2 "^dse $command: $option: given twice: keep one\$" "$command" "$option" 1 "$option=2"
    done <options.txt
done
rm -f options.txt
wrong 2 '^dse payoff: --output: given twice' payoff x.db --flips -o a.svg --output b.svg
"$DSE" eval --set model=llama-3.1-8b --set workload.context=4096 >out.txt || complain "--set is not taken twice"
grep -q 'context 4096' out.txt || complain "the second --set is lost"
rm -f out.txt
wrong 2 'an argument is missing'            sweep
wrong 2 'cannot be read'                    sweep nowhere.yaml
wrong 2 'I/N'                               sweep x.yaml --shard 3/2
wrong 1 'cannot be opened'                  query nowhere.db

printf 'workload.context,note\n1024,a\nmany,b\n' >points.csv
wrong 2 '^points\.csv:3:1: workload\.context: "many" is not in tokens' eval --points points.csv
printf 'workload.context,note\n1024\n' >points.csv
wrong 2 '^points\.csv:2.*cells' eval --points points.csv

# Stores: not a store, damaged, from a newer version, cannot be created.
printf 'study: good\nmodel: gpt3-175b\nsweep: {workload.context: [1024, 2048]}\n' >good.yaml
"$DSE" sweep good.yaml --quiet >/dev/null || complain "the good study fails"
echo hello >text.db
wrong 1 '^text\.db: is not a dse database' sweep good.yaml --db text.db
wrong 1 '^text\.db: is not a dse database' query text.db
[ "$(cat text.db)" = hello ] || complain "text.db was changed"
head -c 3000 good.db >cut.db
wrong 1 '^cut\.db: is damaged' query cut.db
wrong 1 'cannot be opened' sweep good.yaml --db nowhere/x.db
wrong 2 '^--where:1: "tpot": not a column: did you mean "tpot_s"' query good.db --where 'tpot ~ 3'
wrong 2 '^--where:1: "speed": not a column: ' pareto good.db --where 'speed > 3'
wrong 2 '^--where:10: tpot_s is a time .s.: 50 W is not, write ' query good.db --where 'tpot_s < 50 W'
wrong 2 '^--where:9: ~ .: at character 1: missing closing parenthesis' query good.db --where "model ~ '('"
wrong 2 '^--where:2: ";" is not expected here: ' query good.db --where '1; DELETE FROM point'
wrong 2 '^--where:2: "." is not expected here: ' query good.db --where '1) OR (1'
# Options without effect together with, or without, another option.
printf 'study: dry\nsweep: {workload.context: [1024, 2048]}\n' >dry.yaml
wrong 2 '^dse sweep: --db: has no effect with --dry-run' sweep dry.yaml --dry-run --db dry.db
wrong 2 '^dse sweep: --jobs: has no effect with --dry-run' sweep dry.yaml --dry-run --jobs 2
wrong 2 '^dse validate: --every: has no effect without --data' validate --every
wrong 2 '^dse eval: --format: a single point is printed as text or json' eval --format csv
wrong 2 '^dse query: --match: "modell": not a column: did you mean "model"' query good.db --match modell=gpt
wrong 2 '^dse query: --sort: "tpott_s": not a column: did you mean "tpot_s"' query good.db --sort tpott_s:desc
wrong 2 '^dse query: --columns: "tpott_s": not a column: did you mean "tpot_s"' query good.db --columns model,tpott.s
wrong 2 '^--where:1: "tpott_s": not a column: did you mean "tpot_s"' query good.db --where 'tpott_s < 1'
wrong 2 '^--objectives: "tpott_s": not a column: did you mean "tpot_s"' pareto good.db --objectives=-tpott_s
for command in pareto payoff 'recommend --tokens-per-s 1M'; do
    # shellcheck disable=SC2086
    { set -- $command; name=$1; shift; }
    wrong 2 '^--by: "modell": not a column: did you mean "model"' "$name" good.db "$@" --by modell
    wrong 2 '^--by: "tpot_s" is not swept in this run: ' "$name" good.db "$@" --by tpot_s
    wrong 2 '^--where:1: "tpott_s": not a column: did you mean "tpot_s"' "$name" good.db "$@" --where 'tpott_s < 1'
done
wrong 2 '^--by: "enginee": not a column: did you mean "engine"' payoff good.db --by +enginee
# A metric that no point of the run has: the message says what it needs. good.db: decode, ideal timing.
for option in '--sort ttft_s' '--columns model,ttft_s' '--match ttft_s=1'; do
    # shellcheck disable=SC2086
    wrong 2 '^dse query: --[a-z]*: "ttft_s" has no value here: it needs workload.phase: prefill' query good.db $option
done
wrong 2 '^--objectives: "ttft_s" has no value here: it needs workload.phase: prefill' pareto good.db --objectives=-ttft_s
wrong 2 '^--objectives: "timing_error" has no value here: it needs timing: calibrated' pareto good.db --objectives=-timing_error
wrong 2 '^dse sensitivity: --metrics: "ttft_s" has no value here: it needs workload.phase: prefill' sensitivity dry.yaml --metrics ttft_s
rm dry.yaml
wrong 2 '^dse query: --match: .: at character 1: missing closing parenthesis' query good.db --match 'model=('
wrong 2 '^dse query: --match: .: at character 1' query good.db --where 'verdict = none' --match 'model=('
wrong 2 'a query only reads' query good.db --sql 'DELETE FROM point'
wrong 2 'is not a format' query good.db --format xml
wrong 1 'cannot be written' report good.db -o nowhere/page.html
wrong 2 'give .html' report good.db -o page.pdf

# SQLite keeps user_version in bytes 60-63 of the file.
cp good.db newer.db
printf '\000\000\003\347' | dd of=newer.db bs=1 seek=60 conv=notrunc 2>/dev/null
wrong 1 '^newer\.db: was made by a newer dse \(schema 999\)' query newer.db
wrong 1 '^newer\.db: was made by a newer dse \(schema 999\)' sweep good.yaml --db newer.db

# A store that may only be read takes no second run. (root may write anything)
if [ "$(id -u)" -ne 0 ]; then
    chmod a-w good.db
    printf 'study: other\nmodel: gpt3-175b\n' >other.yaml
    wrong 1 '^good\.db: ' sweep other.yaml --db good.db
fi
exit "$failed"
