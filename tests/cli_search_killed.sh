#!/bin/sh
# A search that is killed or interrupted resumes and finds the same points.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_search_killed: %s\n' "$*"; failed=1; }
points() { "$DSE" query "$1" --columns all --sort point --format csv | sed 's/^[0-9]*,[0-9]*,//'; }
# same A B WHY: both stores hold the same points.
same() {
    points "$1" >a.csv
    points "$2" >b.csv
    [ "$(wc -l <a.csv)" -gt 1 ] || complain "$3: $1 is empty"
    cmp -s a.csv b.csv || complain "$3: $(wc -l <b.csv) lines, not those $(wc -l <a.csv)"
}

study() {
    cat <<Y
study: search
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: 8, dp: 4}
sweep:
  engine: [none, attacc, duplex]
  workload.context: {from: 1024, to: 65536, scale: log}
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 16}
  chip.link_byte_per_s: {from: 100 GB/s, to: 1.8 TB/s, scale: log}
constraints: [die_area_mm2 <= 1700, tokens_per_s >= 2000]
objectives: [+tokens_per_s, -system_cost_usd]
search: {strategy: $1, budget: $2}
keep: $3
Y
}

# Kill it in the middle, repeatedly.
for keep in all front; do
    study nsga2 40000 $keep >long.yaml
    rm -f long.db killed.db
    "$DSE" sweep long.yaml --db long.db --quiet >/dev/null
    count() { "$DSE" query killed.db --sql 'SELECT count(*) FROM point' --format csv 2>/dev/null | tail -n 1; }
    for signal in KILL INT; do
        "$DSE" sweep long.yaml --db killed.db --jobs 2 --quiet >/dev/null 2>&1 &
        before=$(count)
        until n=$(count); [ "${n:-0}" -gt "${before:-0}" ]; do sleep 0.02; done
        kill -$signal $!
        wait $! 2>/dev/null
    done
    "$DSE" sweep long.yaml --db killed.db --quiet >/dev/null || complain "does not go on after a kill"
    same long.db killed.db "killed and resumed, keep: $keep"
done
exit "$failed"
