#!/bin/sh
# The recipes of CONTRIBUTING.md: each patch is applied to a copy of the project, which is built and
# run; the page says how many files each touches.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

complain() { printf 'cli_recipes: %s\n' "$*"; failed=1; }
command -v patch >/dev/null || { echo 'cli_recipes: patch is not installed'; exit 77; }

mkdir "$work/copy"
cd "$DSE_SOURCE" || exit 1
cp -R CMakeLists.txt arch base db dse lib packaging reports search "$work/copy" || exit 1
recipes=$PWD/tests/recipes page=$PWD/CONTRIBUTING.md

cd "$work/copy" || exit 1
unset DSE_CATALOGUE
dse=$work/build/dse
CC=$CC cmake -S . -B ../build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 -DDSE_PAGE_MODEL=OFF \
    -DDSE_WERROR=ON >../log.txt 2>&1 || { cat ../log.txt; exit 1; }

for recipe in metric strategy parameter command layer; do
    patch -p1 -s --no-backup-if-mismatch <"$recipes/$recipe.patch" >../log.txt 2>&1 ||
        complain "$recipe.patch does not apply: $(cat ../log.txt)"
    files=$(sed -n 's|^+++ b/||p' "$recipes/$recipe.patch")
    count=$(echo "$files" | wc -l)
    grep -q "tests/recipes/$recipe.patch.*: $count files\{0,1\}" "$page" ||
        complain "CONTRIBUTING.md does not say that $recipe.patch touches $count files"
    cmake --build ../build --target dse >../log.txt 2>&1 ||
        { cat ../log.txt; complain "$recipe.patch does not build"; exit 1; }
done

cat >../study.yaml <<'Y'
study: recipes
model: gpt3-175b
chip: b200-paper
plan: {devices: 32, tp: 8, dp: 4}
workload: {batch: max, tpot: 50 ms}
sweep:
  chip.media_mm2: [0, 100]
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s}
  workload.context: {from: 1024, to: 65536, scale: log}
objectives: [+batch_per_device, -die_area_mm2]
search: {strategy: halton, budget: 300}
Y
cd "$work" || exit 1
sql() { "$dse" query study.db --sql "$1" --format csv | tail -n 1; }

"$dse" list metrics | grep -q '^batch_per_device ' || complain "the metric is not listed"
"$dse" list strategies | grep -q '^halton ' || complain "the strategy is not listed"
"$dse" list parameters | grep -q '^chip.media_mm2 ' || complain "the parameter is not listed"
"$dse" --help | grep -q '^  verdicts ' || complain "the command is not listed"
"$dse" verdicts --help | grep -q '^usage: dse verdicts DB' || complain "the command has no help"

# One search uses the new metric, strategy and parameter.
"$dse" sweep study.yaml --db study.db --quiet >/dev/null || complain "the search fails"
[ "$(sql 'SELECT count(*) FROM point')" = 300 ] || complain "not 300 points: $(sql 'SELECT count(*) FROM point')"
[ "$(sql 'SELECT count(*) FROM point WHERE batch_per_device <> batch / 32')" = 0 ] ||
    complain "the metric is not what it says"
[ "$(sql 'SELECT count(DISTINCT chip_media_mm2) FROM point')" = 2 ] || complain "the parameter is not swept"
"$dse" pareto study.db --format csv >front.csv || complain "no front"
[ "$(wc -l <front.csv)" -gt 2 ] || complain "the front has $(wc -l <front.csv) lines"
"$dse" verdicts study.db --format csv | grep -q '^ok,' || complain "the command does not count"

# The parameter adds its area; the layer caches 8.5 heads of 128 numbers in each of 32 layers.
metric() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" eval.json | head -n 1; }
"$dse" eval --set chip=b200 --format json >eval.json
before=$(metric die_area_mm2)
"$dse" eval --set chip=b200 --set chip.media_mm2=50 --format json >eval.json
awk -v a="$before" -v b="$(metric die_area_mm2)" 'BEGIN { exit !(b > a + 40) }' ||
    complain "the parameter adds no area: $before, then $(metric die_area_mm2)"
sed 's/^attention: gqa/attention: gta/' copy/arch/catalogue/models/llama-3.1-8b.yaml >gta.yaml
"$dse" eval --set model=./gta.yaml --format json >eval.json || complain "the layer is not priced"
[ "$(metric kv_byte_per_token)" = 69632 ] || complain "the layer caches $(metric kv_byte_per_token) bytes, not 69632"
printf 'study: g\nmodel: ./gta.yaml\nsweep: {timing: [ideal, simulator]}\n' >gta-study.yaml
"$dse" sweep gta-study.yaml --dry-run >out.txt 2>err.txt
is=$?
[ "$is" = 2 ] || complain "a timer without operators for the layer, second of its axis: exit $is"
grep -q 'timing: the simulator has no operators for attention gta' err.txt || complain "$(cat err.txt)"
exit "$failed"
