#!/bin/sh
# Exact keeps the front that the grid keeps, in shards too.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_exact: %s\n' "$*"; failed=1; }
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

study nsga2 1500 front >front.yaml
sed -e 's/{from: 1024, to: 65536, scale: log}/[65536, 8192, 2048]/' -e 's/steps: 16/steps: 40/' \
    -e 's/1.8 TB.s, scale/1.8 TB\/s, steps: 23, scale/' -e 's/, budget: 1500//' front.yaml >lists.yaml
sed 's/nsga2/grid/' lists.yaml >grid.yaml
sed 's/nsga2/exact/' lists.yaml >exact.yaml
"$DSE" sweep grid.yaml --quiet >/dev/null || complain "the grid fails"
"$DSE" sweep exact.yaml --quiet >exact.txt || complain "exact fails"
same grid.db exact.db "exact"
grep -q 'points looked at, 1 in .*; the front is exact' exact.txt || complain "exact: $(cat exact.txt)"
for shard in 1 2; do
    "$DSE" sweep exact.yaml --shard $shard/2 --db exact$shard.db --quiet >/dev/null
done
"$DSE" merge exacts.db exact1.db exact2.db >/dev/null || complain "exact shards do not merge"
same grid.db exacts.db "exact in two shards"
exit "$failed"
