#!/bin/sh
# Searches: the same points for any threads and shards; infeasible points are explained; sensitivity
# is printed and stored.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_search: %s\n' "$*"; failed=1; }
# shellcheck source=tests/search_study.sh
. "$DSE_SOURCE/tests/search_study.sh"

for strategy in random sobol lhs nsga2 nsga3 local; do
    study $strategy 1500 all >$strategy.yaml
    "$DSE" sweep $strategy.yaml --db one.db --jobs 1 --quiet >/dev/null || complain "$strategy fails"
    [ "$(points one.db | wc -l)" -eq 1501 ] || complain "$strategy: $(points one.db | wc -l) lines"
    "$DSE" sweep $strategy.yaml --db three.db --jobs 3 --quiet >/dev/null
    same one.db three.db "$strategy with three threads"
    for shard in 2 1 3; do
        "$DSE" sweep $strategy.yaml --shard $shard/3 --db part$shard.db --quiet >/dev/null
    done
    "$DSE" merge merged.db part1.db part2.db part3.db >/dev/null || complain "$strategy: merge fails"
    same one.db merged.db "$strategy in three shards"
    rm -f ./*.db
done
[ "$(points one.db 2>/dev/null | wc -l)" -eq 0 ] || complain "stores are left"

# keep: feasible and keep: front store subsets of keep: all.
"$DSE" sweep nsga2.yaml --db all.db --quiet >/dev/null
for keep in feasible front; do
    study nsga2 1500 $keep >$keep.yaml
    "$DSE" sweep $keep.yaml --db $keep.db --quiet >/dev/null || complain "keep: $keep fails"
done
"$DSE" query all.db --where "verdict = 'ok'" --columns point,tokens_per_s --sort point --format csv >a.csv
"$DSE" query feasible.db --columns point,tokens_per_s --sort point --format csv | cmp -s a.csv - || complain "keep: feasible keeps others"
"$DSE" pareto all.db --over workload_context,model --where "verdict = 'ok'" --format csv | cut -d , -f 1 | sort >a.csv
[ "$(wc -l <a.csv)" -gt 50 ] || complain "the front has $(wc -l <a.csv) lines"
"$DSE" pareto front.db --over workload_context --format csv | cut -d , -f 1 | sort | cmp -s a.csv - || complain "keep: front is not the front"
for shard in 1 2; do
    "$DSE" sweep front.yaml --shard $shard/2 --db half$shard.db --quiet >/dev/null
done
"$DSE" merge halves.db half1.db half2.db >/dev/null || complain "fronts do not merge"
same front.db halves.db "the front in two shards"

# Without a strategy, the choice is announced; afterwards the nearest miss is reported.
sed '/strategy/d' nsga2.yaml >own.yaml
echo 'search: {budget: 500}' >>own.yaml
"$DSE" sweep own.yaml >out.txt 2>err.txt || complain "no strategy fails"
grep -q 'searching with nsga2' err.txt || complain "does not say what it chose: $(cat err.txt)"
"$DSE" sweep own.yaml --db quiet.db --quiet 2>&1 >/dev/null | grep . && complain "--quiet is not"
grep -q 'exceed "die_area_mm2 <= 1700", nearest: point [0-9]* by .* %, feasible with a limit of' out.txt ||
    complain "no nearest miss: $(cat out.txt)"
limit=$(sed -n 's/.*exceed "die_area_mm2 <= 1700".*limit of \([0-9.]*\) .*/\1/p' out.txt)
point=$(sed -n 's/.*exceed "die_area_mm2 <= 1700", nearest: point \([0-9]*\) .*/\1/p' out.txt)
area=$("$DSE" query own.db --where "point = $point" --columns die_area_mm2 --format csv | tail -n 1)
awk -v a="$limit" -v b="$area" 'BEGIN { exit !(a > 1700 && a / b > 0.99999 && a / b < 1.00001) }' ||
    complain "the nearest miss has $area, not $limit"

sed 's/budget: 500/budget: 100000, stall: 2000/' own.yaml >stall.yaml
"$DSE" sweep stall.yaml --quiet | grep -q 'stopped growing' || complain "a stall is not seen"
sed 's/budget: 500/seconds: 0.3/' own.yaml >timed.yaml
"$DSE" sweep timed.yaml --quiet | grep -q 'the time limit was reached' || complain "seconds do not stop it"

"$DSE" sensitivity own.yaml --points 64 --jobs 1 --format csv >a.csv || complain "sensitivity fails"
"$DSE" sensitivity own.yaml --points 64 --jobs 3 --format csv | cmp -s a.csv - || complain "sensitivity depends on threads"
[ "$(wc -l <a.csv)" -eq 16 ] || complain "sensitivity: $(wc -l <a.csv) lines"
[ "$("$DSE" query own.db --sql 'SELECT count(*) FROM sensitivity' --format csv | tail -n 1)" -eq 15 ] ||
    complain "sensitivity is not kept"
exit "$failed"
