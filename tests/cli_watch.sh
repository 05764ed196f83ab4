#!/bin/sh
# dse watch: sees a sweep grow, and ends with it. Waits for states, never for a time.
set -u
work=$(mktemp -d) || exit 1
trap 'kill -CONT ${sweep-} 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_watch: %s\n' "$*"; failed=1; }

cat >w.yaml <<'END'
study: w
models: [gpt3-175b, deepseek-r1]
workload: {phase: decode, batch: max, tpot: 50 ms}
sweep:
  engine: [none, duplex]
  workload.context: [2048, 8192]
  chip.memory_byte_per_s: {from: 1 TB/s, to: 40 TB/s, steps: 200}
  chip.memory_byte: {from: 80 GB, to: 600 GB, steps: 200}
objectives: [+tokens_per_s, -system_cost_usd]
search: {strategy: sobol, budget: 20000, seed: 1}
END

# begin: starts the sweep and stops it after its first commit, at $at points.
begin() {
    rm -f w.db*
    "$DSE" sweep w.yaml --jobs 1 --quiet >sweep.txt 2>&1 &
    sweep=$!
    at=0
    while [ "$at" = 0 ] && kill -0 "$sweep" 2>/dev/null; do
        at=$("$DSE" query w.db --sql 'SELECT done FROM run' --format csv 2>/dev/null | tail -n +2)
        at=${at:-0}
    done
    kill -STOP "$sweep"
    at=$("$DSE" query w.db --sql 'SELECT done FROM run' --format csv | tail -n +2)
}

# watch: starts it and waits for its first line.
watch() {
    "$DSE" watch w.db >watch.txt 2>err.txt &
    watch=$!
    while [ ! -s watch.txt ] && kill -0 "$watch" 2>/dev/null; do :; done
}

begin
[ "$at" -lt 20000 ] || complain "the sweep was over before it could be watched"
"$DSE" watch w.db --once >once.txt || complain "--once: status $?"
[ "$(wc -l <once.txt)" = 1 ] && grep -q "^$at of 20000 points (.* %), .*best tokens_per_s .*; front [0-9]*, hypervolume 0\." once.txt ||
    complain "--once prints $(cat once.txt)"
watch
kill -CONT "$sweep"
wait "$watch" || complain "watch: status $?: $(cat err.txt)"
wait "$sweep" || complain "the sweep: $(cat sweep.txt)"
grep -q "^$at of 20000 points" watch.txt || complain "the first state is $(head -n 1 watch.txt)"
tail -n 1 watch.txt | grep -q '^20000 of 20000 points (100.0 %), .* points/s, ' || complain "the last state is $(tail -n 1 watch.txt)"
[ "$(sort -u watch.txt | wc -l)" = "$(wc -l <watch.txt)" ] || complain "a line without a change"

# Its front and best values are those of the store.
front=$("$DSE" pareto w.db --over model,workload.context --objectives +tokens_per_s,-system_cost_usd --format csv | tail -n +2 | wc -l)
"$DSE" watch w.db --once | grep -q "; front $front," || complain "front: $front points, not $("$DSE" watch w.db --once)"
"$DSE" check w.db >out.txt 2>&1 || complain "the store that was watched: $(cat out.txt)"

# The sweep is interrupted: so is the watch.
begin
watch
kill -INT "$sweep"
kill -CONT "$sweep"
wait "$watch"
[ "$?" = 130 ] && tail -n 1 watch.txt | grep -q '^the sweep has stopped' || complain "an interrupted sweep: $(tail -n 1 watch.txt)"
wait "$sweep"

# A line per scenario; a run without a feasible point; mistakes.
printf 'study: s\nmodel: gpt3-175b\nsweep: {chip: [h100, b200], plan.tp: [8]}\nplan: {devices: 8}\nscenarios: {fp8: {precision: {weight: fp8}}}\n' >s.yaml
"$DSE" sweep s.yaml --quiet >/dev/null
"$DSE" watch s.db | grep -q '; base: best .*; fp8: best ' || complain "scenarios: $("$DSE" watch s.db)"
printf 'study: n\nmodel: gpt3-175b\nsweep: {chip: [h100, b200]}\nconstraints: [tpot_s <= 1 us]\n' >n.yaml
"$DSE" sweep n.yaml --quiet >/dev/null
"$DSE" watch n.db >out.txt
[ "$?" = 3 ] && grep -q 'none feasible' out.txt || complain "nothing feasible: $(cat out.txt)"
"$DSE" watch missing.db >out.txt 2>err.txt
[ "$?" = 1 ] && [ "$(wc -l <err.txt)" = 1 ] || complain "a missing store: $(cat err.txt)"
"$DSE" watch s.db --run none 2>err.txt
[ "$?" = 2 ] && grep -q 'no such run' err.txt || complain "a missing run: $(cat err.txt)"
exit "$failed"
