#!/bin/sh
# payoff, pareto, recommend and report split by model and workload unless --mix or --over says otherwise.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_split: %s\n' "$*"; failed=1; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# head_of FILE: the header of the first table; rows FILE: its number of rows.
header() { sed -n 1p "$1"; }
rows() { sed '/^$/q' "$1" | grep -c . | awk '{ print $1 - 1 }'; }

cat >s.yaml <<'END'
study: s
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {tpot: 50 ms}
plan: {devices: 32, tp: 8, ep: auto}
sweep:
  workload.context: [2048, 8192]
  workload.batch: [64, 128]
  engine: [none, duplex]
  chip.memory_byte: [192 GB, 288 GB]
END
"$DSE" sweep s.yaml --quiet >/dev/null || complain "the study fails"

"$DSE" payoff s.db --by model --format csv >one.csv
case $(header one.csv) in model,workload_context,workload_batch,payoff*) ;; *) complain "columns of --by model: $(header one.csv)" ;; esac
is "$(rows one.csv)" 8 "groups of --by model"
"$DSE" payoff s.db --by workload.batch --format csv >two.csv
case $(header two.csv) in workload_batch,model,workload_context,payoff*) ;; *) complain "columns of --by batch: $(header two.csv)" ;; esac
"$DSE" payoff s.db --over workload.batch,workload.context --format csv >three.csv
is "$(rows three.csv)" 2 "groups over batch and context"

"$DSE" pareto s.db --format csv >front.csv
is "$(cut -d, -f2,3,4 front.csv | tail -n +2 | sort -u | wc -l)" 8 "fronts"
"$DSE" pareto s.db --over model,workload.context,workload.batch --format csv >front.csv
is "$(grep -c gpt3 front.csv)" 0 "GPT-3 on a front over all models"
"$DSE" recommend s.db --tokens-per-s 10k --by model --format csv >cheap.csv
is "$(rows cheap.csv)" 16 "cheapest systems: a row per workload and engine"
# Only the model and the workload split recommend: of two numbers of devices the cheaper is chosen.
cat >devices.yaml <<'END'
models: [llama-3.1-70b, deepseek-r1]
chip: h200
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {batch: max}
sweep: {plan.devices: [8, 32], workload.context: [8192, 65536], engine: [none, duplex]}
END
"$DSE" sweep devices.yaml --quiet >/dev/null
"$DSE" recommend devices.db --tokens-per-s 10k --format csv >cheap.csv 2>err.txt
is "$(rows cheap.csv)" 8 "cheapest systems: a row per model, context and engine"
is "$(header cheap.csv | cut -d, -f1-3)" model,workload_context,engine "what splits recommend"
[ -s err.txt ] && complain "recommend says: $(cat err.txt)"
# What no design answers is named.
limit=$("$DSE" query devices.db --format csv --columns "tpot_s" --where "model = llama-3.1-70b" --sort tpot_s --top 1 | tail -n 1)
"$DSE" query devices.db --format csv --where "tpot_s <= $limit" --columns model | tail -n +2 | sort -u >left.txt
"$DSE" recommend devices.db --tokens-per-s 10k --tpot "$limit s" --format csv >cheap.csv 2>err.txt ||
    complain "recommend with a limit fails: $(cat err.txt)"
is "$(tail -n +2 cheap.csv | cut -d, -f1 | sort -u)" "$(cat left.txt)" "models within the limit"
grep -q '^run devices: no feasible point of deepseek-r1, workload_context 8192 meets the conditions$' err.txt ||
    complain "a model without an answer: $(cat err.txt)"

"$DSE" report s.db --over workload.batch -o page.csv >/dev/null
is "$(rows page.csv)" 4 "groups of a page"

# A mix sets model and context; the batch still splits, and --by adds the engine.
printf 'model,workload.context,weight\ngpt3-175b,2048,1\ndeepseek-r1,8192,2\n' >mix.csv
"$DSE" payoff s.db --mix mix.csv --by engine --format csv >mix.out
case $(header mix.out) in engine_group,workload_batch,payoff*) ;; *) complain "columns of a mix: $(header mix.out)" ;; esac
is "$(rows mix.out)" 2 "groups of a mix"
printf 'model,workload.context,workload.batch,weight\ngpt3-175b,2048,64,1\ndeepseek-r1,8192,64,2\n' >fixed.csv
is "$("$DSE" payoff s.db --mix fixed.csv --format csv | sed -n 2p | cut -d, -f1)" "$(sed -n 2p mix.out | cut -d, -f3)" "P of the mix at batch 64"

# Nothing is left to choose in a column of one value: --over takes it.
printf 'study: one\nmodel: llama-3.1-8b\nchip: h100\nsweep: {engine: [none, duplex], workload.context: [1024, 8192]}\n' >one.yaml
"$DSE" sweep one.yaml --db one.db --quiet >out.txt 2>err.txt || complain "sweep of one model: $(cat err.txt)"
for command in payoff pareto; do
    "$DSE" "$command" one.db --format csv >plain.csv
    for column in model chip model,chip; do
        "$DSE" "$command" one.db --over "$column" --format csv >over.csv 2>err.txt || complain "$command --over $column: $(cat err.txt)"
        cmp -s plain.csv over.csv || complain "$command --over $column of one value changes the answer"
    done
done
"$DSE" payoff one.db --over model,workload.context --format csv >over.csv
is "$(rows over.csv)" 1 "groups over the model, which is fixed, and the context"

# wrong PATTERN ARGUMENTS
wrong() {
    pattern=$1
    shift
    "$DSE" "$@" >out.txt 2>err.txt
    is "$?" 2 "status of dse $*"
    grep -q -e "$pattern" err.txt || complain "dse $*: $(cat err.txt)"
    [ ! -s out.txt ] || complain "dse $* prints"
}
wrong '--over: "workload_contxt": .*did you mean' payoff s.db --over workload.contxt
wrong '--over: "model" is in --by too: keep one' pareto s.db --by model --over model
wrong '--by: "workload_context" is set by the mix: leave it out' payoff s.db --mix mix.csv --by workload.context
wrong '--over: "tpot_s" is not swept' payoff one.db --over tpot_s
exit "$failed"
