#!/bin/sh
# Nothing relies on the position of a row: a copy of the program with reversed tables, structs and
# enums and with additional rows gives the same answers. Compiled once, with -O0.
set -u
root=${DSE_SOURCE:-$(pwd)} dse=${DSE:-$root/build-dev/dse}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
src=$tmp/src
failed=0

# ---- the copy ----

"${CC:-cc}" -O1 -o "$tmp/permute" "$root/tests/permute_tables.c" || exit 1
(cd "$root" && find base arch search db reports lib dse -name '*.[ch]' -not -path '*/wasm/*' -not -path dse/mpi.c) > "$tmp/files"
for file in $(cat "$tmp/files"); do
    mkdir -p "$src/$(dirname "$file")"
    case $file in
    base/sobol.c) cp "$root/$file" "$src/$file" ;; # numbers in the order of their source
    *)
        "$tmp/permute" "$root/$file" "struct metrics" "struct prices" "struct plan" \
            "struct workload" "struct precision" "struct model" "struct chip" "struct engine" \
            "struct search_options" "enum VERDICTS" "enum PHASES" "enum HBM_KINDS" \
            "enum DESIGN_PARTS" "enum BUDGETS" "enum PAYOFF_VERDICTS" "values LIMIT_CAPACITY" \
            "enum TIMINGS" "enum OP_CLASSES" "enum KERNELS" "values UNIT_MAIN" "values RUNS_NEVER" \
            "enum BOUNDS" "enum PLACES" "enum ENGINE_LIMITS" "values STATUS_BUILT" \
            "values ENGINE_BANK" "values ON_OWN" "values OVERLAP_NONE" \
            "values REDUCE_RING" "values EXCHANGE_FLAT" "values SHARED_OVER_EP" \
            "values KV_ROOM_WHOLE" "values PLACE_RANDOM" "values KEEP_ALL" "values AT_MOST" \
            "values POOL_WITHOUT_ENGINE" "enum MEMORIES" "values GATE_NONE" "enum TERMS" \
            "values WINDOW_ALL" "values LINEAR_BY_KEYS" "values MIX_FULL" "values FEED_DENSE" \
            "values REMARK_ASSUMED" "values ACTIVE" "values NEAR" "values NODE_SCALAR" \
            "values CELL_NULL" "values DB_READ" "values MISSES_ADD" "enum KINDS" \
            "values TARGET_NONE" "enum SERVING_PARTS" "values MEAN" "values CLAIM_EQUAL" \
            "enum SIDES" "values COLUMN_NUMBER" "values FORMAT_TABLE" "values SPEED" \
            "values OF_SCENARIO" "values GENE_CATEGORY" "values TREND_UNKNOWN" \
            "values BOUNDS_KEPT" \
            > "$src/$file" || exit 1
        ;;
    esac
done

# Number formats, those of KV caches among themselves.
sed 's/^    NUMBER_BF16,$/    NUMBER_FP8,/; t
     s/^    NUMBER_FP8,$/    NUMBER_BF16,/; t
     s/NUMBER_FP8_BLOCK = KV_NUMBERS/NUMBER_FP4 = KV_NUMBERS/; t
     s/^    NUMBER_FP4,$/    NUMBER_FP8_BLOCK,/' "$src/arch/calibration.h" > "$tmp/turned"
cmp -s "$tmp/turned" "$src/arch/calibration.h" && echo "FAILED: no number formats to turn round" && exit 1
cp "$tmp/turned" "$src/arch/calibration.h"

# insert FILE PATTERN TEXT: puts TEXT behind the first line that matches.
insert() {
    awk -v pattern="$2" -v text="$3" '
        { print } !done && $0 ~ pattern { print text; done = 1 } END { exit !done }
    ' "$src/$1" > "$tmp/inserted" || { echo "FAILED: no line of $1 is like $2" && exit 1; }
    cp "$tmp/inserted" "$src/$1"
}

# Metrics at the start, in the middle and at the end of their struct; nothing fills them.
insert arch/metrics.h '^struct metrics [{]' 'double extra_first;'
insert arch/metrics.h '^    double limit;' 'double extra_middle;'
insert arch/metrics.h '^    double verdict;' 'double extra_last;'
insert arch/metrics.c ' rows\[\] = [{]' 'METRIC(always, extra_first, "s", -1, "Extra."),'
insert arch/metrics.c '^    METRIC\(always, attention_share' 'METRIC(always, extra_last, "s", -1, "Extra."),'
insert arch/metrics.c '^    METRIC\(always, tokens_per_s,' 'METRIC(always, extra_middle, "s", -1, "Extra."),'

# Adds a verdict, a strategy, a kind of attention, a command, parameters and words.
insert arch/metrics.h '^enum verdict [{]' 'VERDICT_EXTRA,'
insert arch/metrics.c ' verdict_kinds\[VERDICTS\] = [{]' '[VERDICT_EXTRA] = {.name = "extra", .why = "extra"},'
sed 's/strategy_random/strategy_extra/; s/"random"/"extra"/' "$src/search/strategies/random.c" \
    > "$src/search/strategies/extra.c"
insert search/strategies/strategy.h '^extern const struct strategy \*const' \
    'extern const struct strategy strategy_extra;'
insert search/strategies/ask_tell.c ' strategies\[\] = [{]' '&strategy_extra,'
sed 's/mixer_gqa/mixer_extra/; s/"gqa"/"extra"/; s/"mha", "mqa"/"extra2"/' "$src/arch/mixer_gqa.c" \
    > "$src/arch/mixer_extra.c"
awk '/^    ROW\(gqa\)/ { print "    ROW(extra) \\" } { print }' "$src/arch/mixer.h" > "$tmp/inserted"
cp "$tmp/inserted" "$src/arch/mixer.h"
insert dse/main.c ' commands\[\] = [{]' '&cmd_extra,'
insert dse/command.h '^#define DSE_COMMAND_H' 'extern const struct command cmd_extra;'
cat > "$src/dse/cmd_extra.c" <<'C'
#include "dse/command.h"
static int run(const struct args *a, struct err *err) { (void)a; (void)err; return 0; }
static const struct option options[] = {{0}};
const struct command cmd_extra = {.name = "extra", .arguments = "", .summary = "extra",
                                  .example = "", .options = options, .run = run};
C
insert arch/chip.h '^struct chip [{]' 'double extra_ratio;'
insert arch/chip.c ' rows\[\] = [{]' '{ FIELD(chip, extra_ratio, "1"), .hi = 9, .init = 1, .doc = "Extra." },'
insert arch/plan.h '^struct workload [{]' 'double extra_tokens;'
insert arch/plan.c ' workload_rows\[\] = [{]' '{ FIELD(workload, extra_tokens, "1"), .hi = 9, .init = 1, .doc = "Extra." },'
# Prices at the front and at the end of their table, with a range to draw from; no formula uses them.
cp -R "$root/arch/catalogue" "$tmp/catalogue"
insert arch/prices.h '^struct prices [{]' 'double extra_front_usd, extra_end_usd;'
insert arch/prices.c ' rows\[\] = [{]' 'PRICE(extra_front_usd, "USD", 0, 9, "Extra."),'
insert arch/prices.c '^    BY_NODE\(WAFER\)' 'PRICE(extra_end_usd, "USD", 0, 9, "Extra."),'
for file in "$tmp"/catalogue/prices/*.yaml; do
    for end in front end; do
        echo "extra_${end}_usd: {low: 1, middle: 2, high: 3, date: 2025, source: extra}" >> "$file"
    done
done
insert arch/op.h '^enum op_class [{]' 'OP_EXTRA,'
sed 's/ op_class_order\[\] = {/&OP_EXTRA, /' "$src/arch/op.h" > "$tmp/ordered"
cp "$tmp/ordered" "$src/arch/op.h"
insert arch/op.c ' op_class_text\[OP_CLASSES\] = [{]' '[OP_EXTRA] = "extra",'
insert arch/op.h '^enum op_unit [{]' 'UNIT_EXTRA,'
insert arch/op.h '^enum kernel [{]' 'KERNEL_EXTRA,'
insert arch/plan.h '^enum [{]$' 'PHASE_EXTRA,'
insert arch/plan.c ' phase_kinds\[PHASES\] = [{]' '[PHASE_EXTRA] = { .name = "extra" },'

# What the build puts into the program for pages: nothing.
{
    echo '#include "reports/page/embedded.h"'
    sed -n 's/^extern \(const struct embedded embedded_[a-z0-9_]*\);.*/\1 = {(const unsigned char *)"", 0};/p' \
        "$src/reports/page/embedded.h"
} > "$src/reports/page/embedded.c"

cat > "$tmp/compile.sh" <<'C'
for file; do
    "${CC:-cc}" -std=c17 -w -O0 -D_POSIX_C_SOURCE=200809L -DDSE_VERSION='"0"' -DDSE_DATE='"2026-01-01"' \
        -DDSE_CATALOGUE_DIR='""' -I. -c "$file" -o "$(echo "$file" | tr / _).o" || exit 255
done
C
# shellcheck disable=SC2038,SC2046 # names without blanks
(cd "$src" && find * -name '*.c' | xargs -P 2 -n 8 sh "$tmp/compile.sh" &&
    "${CC:-cc}" -o "$tmp/dse" *.o $(pkg-config --libs sqlite3 yaml-0.1 libpcre2-8) -lm -lpthread -ldl) || {
    echo "FAILED: the copy does not compile"
    exit 1
}

# ---- questions ----

cd "$tmp" || exit 1

# Lines and JSON members in any order, without what was inserted.
canonical() {
    sed 's/, "extra_[a-z]*": [^,}]*//g; s/"words": "[^"]*"/"words"/; s/, in [0-9.]* s, .*//' "$1" |
        grep -v -i extra | sed 's/, "/\n"/g; s/{"/\n"/g' |
        sed 's/^[[:space:][{]*//; s/[],}[:space:]]*$//; /^$/d' | sort
}

# ask NAME COMMAND...: both programs give the same answer, with status 0 or 3 (or 2, if NAME ends in
# "misspelt").
ask() {
    name=$1
    shift
    for who in own copy; do
        program=$dse catalogue=$root/arch/catalogue
        [ $who = copy ] && program=$tmp/dse catalogue=$tmp/catalogue
        (cd $who && DSE_CATALOGUE=$catalogue "$program" "$@") > $who.out 2> $who.err
        status=$?
        echo "exit $status" >> $who.out
        case $name:$status in
        *misspelt:2 | *:0 | *:3) ;;
        *) echo "FAILED: $name: exit $status: $(head -3 $who.err)" && failed=1 ;;
        esac
        canonical $who.out > $who.sorted
        canonical $who.err >> $who.sorted
    done
    cmp -s own.sorted copy.sorted && return
    echo "FAILED: $name: dse $*"
    diff own.sorted copy.sorted | head -6
    failed=1
}

mkdir own copy
cat > study.yaml <<'Y'
models: [llama-3.1-8b, deepseek-v3]
chip: h100
plan: {devices: 16}
workload: {tpot: 40ms}
objectives: [+tokens_per_s, -system_cost_usd]
constraints: [power_w <= 20 kW]
keep: all
sweep:
  chip: [h100, b200]
  chip.hbm: [hbm3e, hbm4]
  engine: [none, duplex, hbm-pim]
  workload.context: [1024, 65536]
  plan.overlap: [none, ideal]
Y
for strategy in exact random nsga2 local; do
    sed "/^keep:/d; s/context: .*/context: [1024, 2048, 4096, 65536]/" study.yaml > $strategy.yaml
    echo "search: {strategy: $strategy, seed: 7$([ $strategy = exact ] || echo ", budget: 40")}" >> $strategy.yaml
    cp $strategy.yaml own/ && cp $strategy.yaml copy/
done
sed 's/^keep: .*/&\ntiming: calibrated/' study.yaml > calibrated.yaml
for who in own copy; do
    cp study.yaml calibrated.yaml $who/
done

ask "dense" eval --format json --set model=llama-3.1-8b --set chip=gb200 --set engine=duplex
ask "MLA" eval --format json --set model=deepseek-v3 --set chip=h100 --set engine=hbm-pim
ask "calibrated" eval --format json --set timing=calibrated --set chip=h100 --set workload.phase=serving
ask "simulated" eval --format json --set timing=simulator --set workload.phase=prefill
ask "disaggregated" eval --set workload.phase=disaggregated --set plan.all_to_all=hierarchical
ask "infeasible" eval --set model=deepseek-v3 --set chip=v100 --set plan.devices=1
for strategy in grid exact random nsga2 local; do
    [ $strategy = grid ] && file=study || file=$strategy
    ask "sweep by $strategy" sweep $file.yaml --db $file.db --quiet
    ask "what $strategy found" query $file.db --format json
done
ask "every column" query study.db --format json --columns all
ask "runs" query study.db --format json --sql "SELECT name, keep, done, feasible FROM run"
ask "pay-off" payoff study.db --by model --format json
ask "calibrated sweep" sweep calibrated.yaml --db calibrated.db --quiet
ask "calibrated pay-off" payoff calibrated.db --by model --format json
ask "pay-off of area" payoff study.db --budget area --format json
ask "front" pareto study.db --by model --format json
ask "recommendation" recommend study.db --tokens-per-s 10k --format json
ask "sensitivity" sensitivity study.yaml --metrics tokens_per_s --format json
for list in models chips engines parameters metrics strategies prices calibrations; do
    ask "list $list" list $list --format json
done
for command in eval sweep query pareto payoff recommend report list merge import sensitivity; do
    ask "help of $command" $command --help
done
ask "metric misspelt" pareto study.db --objectives +tokens_per_sec
ask "value misspelt" eval --set chip.hbm=hbm3e-12x

# ---- what was inserted ----

cd copy || exit 1
export DSE_CATALOGUE="$tmp/catalogue"
"$tmp/dse" eval --set model=llama-3.1-8b --set model.attention=extra --format json > as-extra 2> /dev/null
"$tmp/dse" eval --set model=llama-3.1-8b --format json > as-gqa
grep -v '"model.attention"' as-extra > a && grep -v '"model.attention"' as-gqa > b && cmp -s a b || {
    echo "FAILED: an inserted kind of attention is not what its row says"
    failed=1
}
grep -q '"extra_first": null' as-gqa && grep -q '"extra_last": null' as-gqa || {
    echo "FAILED: a metric that nothing fills is not empty"
    failed=1
}
sed 's/strategy: random/strategy: extra/' random.yaml > extra.yaml
"$tmp/dse" sweep extra.yaml --db extra.db | grep -q 'extra' || {
    echo "FAILED: an inserted strategy does not run"
    failed=1
}
sed 's/^objectives:.*/objectives: [-extra_first]/' random.yaml > metric.yaml
"$tmp/dse" sweep metric.yaml --db metric.db --quiet > out 2>&1
[ $? -le 3 ] || {
    echo "FAILED: an empty metric as an objective: $(cat out)"
    failed=1
}
exit $failed
