#!/bin/sh
# Every stored row can be priced again from the store alone, and every metric is that of the row, to
# the last digit: all phases and timings, mappings that were chosen or given, own files that are gone,
# continuous axes, scenarios, shards that were merged, infeasible rows.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_replay: %s\n' "$*"; failed=1; }

# "name": value, one a line, of the row and of the point priced again.
row() { "$DSE" query "$1" --run "$2" --where "point = $3" --columns all --format json | tr ',' '\n' | tr -d '[]{} '; }
again() { "$DSE" eval "$1" --run "$2" --point "$3" --format json 2>err.txt | sed -n '/"metrics": {/,/}/p' | sed '1d;$d' | tr -d ' ,'; }

# replays DB RUN [STEP]: every STEP-th row of the run.
replays()
{
    rows=0
    for point in $("$DSE" query "$1" --run "$2" --columns point --format csv | awk -v step="${3:-1}" 'NR > 1 && (NR - 2) % step == 0'); do
        rows=$((rows + 1))
        row "$1" "$2" "$point" >row.txt
        again "$1" "$2" "$point" >again.txt
        [ -s again.txt ] || complain "$1, point $point: nothing: $(head -c 300 err.txt)"
        [ -s err.txt ] && complain "$1, point $point: $(head -n 3 err.txt)"
        other=$(grep -Fxv -f row.txt again.txt | head -n 3)
        [ -z "$other" ] || complain "$1, point $point: $other"
    done
    [ "$rows" -gt 0 ] || complain "$1: no rows"
}

sweeps() { "$DSE" sweep "$@" --quiet >out.txt 2>&1 || [ $? = 3 ] || complain "sweep $*: $(head -c 300 out.txt)"; }

# ---- phases and timings, feasible or not ----
for phase in decode prefill serving disaggregated; do
    for timing in ideal simulator calibrated; do
        cat >study.yaml <<Y
study: $phase-$timing
models: [gpt3-175b, deepseek-r1]
chip: h100
workload: {phase: $phase, context: 4096, input: 2048, output: 512, batch: max, tpot: 50 ms}
plan: {devices: 32, pp: auto, cp: auto}
timing: $timing
sweep:
  chip.memory_byte: [20 GB, 80 GB]
  engine: [none, duplex]
  workload.tpot_s: [1 us, 50 ms]
constraints: [system_cost_usd <= 1.5 M]
Y
        sweeps study.yaml --db phases.db
        replays phases.db "$phase-$timing"
    done
done

# ---- axes of the plan and of the engine; a front only ----
cat >axes.yaml <<'Y'
study: axes
model: deepseek-r1
chip: h200
workload: {phase: disaggregated, batch: 256}
plan: {devices: 16, pp: auto}
sweep:
  plan.tp: [auto, 8, 5]
  plan.overlap: [none, two_batch]
  pools.prefill.tp: [plan, auto, 4]
  pools.prefill.engine: [none, same]
  engine: [none, attacc]
  engine.bandwidth_ratio: [4, 9]
Y
sweeps axes.yaml
replays axes.db axes 3
cat >pools.yaml <<'Y'
study: pools
model: deepseek-r1
chip: h200
workload: {phase: disaggregated, input: 4096, tpot: 50 ms}
plan: {devices: 16}
sweep:
  pools.prefill.chip: [none, h20, b200]
  pools.prefill.devices: [share, auto, 16]
  pools.prefill.transfer: [after, layers]
  pools.prefill.link_byte_per_s: [auto, 10 MB/s]
Y
sweeps pools.yaml
replays pools.db pools
cat >front.yaml <<'Y'
study: front
model: deepseek-r1
chip: h200
workload: {tpot: 50 ms}
sweep:
  engine: [none, duplex]
  chip.memory_byte_per_s: {from: 1 TB/s, to: 8 TB/s, steps: 400}
  chip.link_byte_per_s: {from: 100 GB/s, to: 900 GB/s, steps: 40}
objectives: [+tokens_per_s, -system_cost_usd]
search: {strategy: exact}
Y
sweeps front.yaml
replays front.db front 9

# ---- continuous axes ----
cat >real.yaml <<'Y'
study: real
models: [deepseek-r1, llama-3.1-405b]
chip: b200
workload: {phase: serving, tpot: 50 ms}
sweep:
  engine: [none, duplex]
  chip.memory_byte_per_s: {from: 1 TB/s, to: 20 TB/s, scale: log}
  workload.input: {from: 100, to: 20000}
objectives: [+tokens_per_s, -power_w]
search: {strategy: nsga2, budget: 300, seed: 7}
Y
sweeps real.yaml
replays real.db real 6

# ---- scenarios ----
cat >scenarios.yaml <<'Y'
study: scenarios
model: deepseek-r1
chip: h200
workload: {tpot: 50 ms}
scenarios:
  fp8: {precision: {weight: fp8, kv: fp8, math: fp8}}
  apart: {workload: {phase: disaggregated}, sweep: {engine: [none, duplex, attacc]}}
sweep:
  engine: [none, duplex]
  workload.tpot_s: [20 ms, 50 ms]
Y
sweeps scenarios.yaml
replays scenarios.db scenarios

# ---- own files, in shards, gone afterwards ----
mkdir own
"$DSE" list chips --format csv >/dev/null || complain "list fails"
catalogue=${DSE_CATALOGUE:-$DSE_SOURCE/arch/catalogue}
sed 's/^memory_byte_per_s:.*/memory_byte_per_s: 5.1 TB\/s/' "$catalogue/chips/h200.yaml" >own/mine.yaml
cp "$catalogue/engines/duplex.yaml" own/engine.yaml
cp "$catalogue/models/mixtral-8x7b.yaml" own/model.yaml
cp "$(ls "$catalogue"/prices/*.yaml | tail -n 1)" own/prices.yaml
cat >own.yaml <<'Y'
study: own
models: [own/model.yaml, gpt3-175b]
prices: own/prices.yaml
workload: {tpot: 50 ms}
timing: calibrated
sweep:
  chip: [own/mine.yaml, h100]
  engine: [none, own/engine.yaml]
  workload.context: [2048, 8192]
Y
sweeps own.yaml --db part1.db --shard 1/2
sweeps own.yaml --db part2.db --shard 2/2
echo '# another text' >>own/prices.yaml
sweeps own.yaml --db other.db --shard 2/2
"$DSE" sweep own.yaml --db part1.db --shard 1/2 2>err.txt && complain "a run goes on with another price list"
grep -q 'part1.db: run own was priced with another version of own/prices.yaml: give another' err.txt || complain "another price list: $(cat err.txt)"
mv own gone
"$DSE" merge wrong.db part1.db other.db 2>err.txt && complain "shards with other prices are merged"
grep -q 'priced with another version of own/prices.yaml' err.txt || complain "other shards: $(cat err.txt)"
"$DSE" merge own.db part1.db part2.db >/dev/null || complain "the shards do not merge"
replays own.db own
"$DSE" payoff own.db --format json >out.txt 2>err.txt || complain "payoff without the files: $(cat err.txt)"
grep -q '"probability": null' out.txt && complain "payoff without the files has no draws"

# ---- what cannot be priced again ----
# says STATUS PATTERN ARGUMENT...
says()
{
    status=$1 pattern=$2
    shift 2
    "$DSE" "$@" >out.txt 2>err.txt
    got=$?
    [ "$got" = "$status" ] || complain "$*: exit $got, not $status: $(head -c 200 err.txt)"
    [ "$(wc -l <err.txt)" = 1 ] || complain "$*: $(wc -l <err.txt) lines of errors"
    grep -q -- "$pattern" err.txt || complain "$*: no \"$pattern\" in: $(head -c 300 err.txt)"
}
says 2 'own.db: --point 16: not in run own: give a point from 0 to 15' eval own.db --point 16
says 2 'several runs have it: give --run, one of decode-ideal, ' eval phases.db --point 0
says 2 'no such run: the file has own' eval own.db --point 0 --run none
says 2 'does not keep it (keep: front)' eval front.db --point 0
says 2 'not a whole number\|is not a number' eval own.db --point x
says 2 'has no effect with --point' eval own.db --point 0 --set chip=h100
says 2 'has no effect without --point' eval own.yaml --run own
says 2 'of which store' eval --point 0
says 1 'is not a dse database' eval own.yaml --point 0
"$DSE" eval phases.db --run decode-ideal --point 0 >out.txt 2>err.txt
[ $? = 3 ] || complain "an infeasible row does not exit with 3"
[ -s err.txt ] && complain "an infeasible row: $(cat err.txt)"

# ---- a row that is another now: every metric that differs is listed ----
point=$("$DSE" query front.db --columns point --format csv | sed -n 2p)
version=$("$DSE" --version | head -n 1)
# shellcheck source=tests/old_store.sh
. "$DSE_SOURCE/tests/old_store.sh"
as_old front.db || complain "no sqlite3 to make a store of an older version"
LC_ALL=C sed 's/tpot: 50 ms/tpot: 40 ms/' front.db >changed.db
LC_ALL=C sed "s/dse ${version#dse }/dse $(printf %s "${version#dse }" | tr 0-9 9)/" changed.db >older.db
"$DSE" eval changed.db --point "$point" >out.txt 2>err.txt
[ $? = 1 ] || complain "a row that differs does not exit with 1"
grep -q "^run front: point $point: tokens_per_s: [0-9.e+]* in the store, [0-9.e+]* now\$" err.txt || complain "a row that differs: $(head -n 3 err.txt)"
grep -q 'was made by' err.txt && complain "the same version: $(head -n 1 err.txt)"
"$DSE" eval older.db --point "$point" >out.txt 2>err.txt
[ $? = 1 ] || complain "a row of another version that differs does not exit with 1"
head -n 1 err.txt | grep -q "^run front: was made by dse 9.*; this is dse " || complain "another version: $(head -n 1 err.txt)"
LC_ALL=C sed "s/dse ${version#dse }/dse $(printf %s "${version#dse }" | tr 0-9 9)/" front.db >older.db
"$DSE" eval older.db --point "$point" >out.txt 2>err.txt || complain "a row of another version that is the same does not exit with 0"
[ "$(wc -l <err.txt)" = 1 ] || complain "another version, the same row: $(head -n 3 err.txt)"

# ---- a store of an older version: no files, no mapping of the prefill pool; both are found again ----
as_old phases.db
LC_ALL=C sed 's/tablefilefile/tablefilxfilx/; s/CREATE TABLE file(/CREATE TABLE filx(/; s/prefill_\([tdepc]\)p/prefill_\1x/g' phases.db >old.db
"$DSE" query old.db --sql 'SELECT count(prefill_tp) FROM point, file' >out.txt 2>&1 && complain "the store is not an older one"
for point in 0 5 10 15; do
    "$DSE" eval old.db --run disaggregated-ideal --point "$point" >out.txt 2>err.txt
    got=$?
    [ "$got" = 0 ] || [ "$got" = 3 ] || complain "an older store, point $point: $(head -n 3 err.txt)"
    [ -s err.txt ] && complain "an older store, point $point: $(head -n 3 err.txt)"
    "$DSE" eval old.db --run disaggregated-ideal --point "$point" --format json 2>&1 | grep -v pools.prefill >old.txt
    "$DSE" eval phases.db --run disaggregated-ideal --point "$point" --format json | grep -v pools.prefill >new.txt
    cmp -s old.txt new.txt || complain "an older store, point $point: another mapping: $(diff old.txt new.txt | head -n 4)"
done

exit "$failed"
