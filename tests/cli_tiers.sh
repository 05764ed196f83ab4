#!/bin/sh
# A second tier of memory through the program: what it says, what a store keeps, what is refused.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() {
    echo "FAIL: $1"
    exit 1
}

cat >study.yaml <<'END'
study: tiers
models: [llama-3.1-8b, deepseek-v2-lite]
chip: {base: b200, memory2_byte: 1 TB, memory2_byte_per_s: 800 GB/s}
plan: {devices: 2}
workload: {context: 131072, tpot: 50 ms}
sweep:
  chip.memory2_kind: [none, lpddr5x, host, hbf]
  chip.memory_byte: [40 GB, 100 GB]
END
"$DSE" sweep study.yaml --db s.db --quiet >sweep.txt
for point in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    "$DSE" eval s.db --point $point >out.txt 2>err.txt || fail "point $point: $(cat err.txt)"
    [ ! -s err.txt ] || fail "point $point is not that of its row: $(cat err.txt)"
done
"$DSE" query s.db --where "chip.memory2_kind = 'lpddr5x' and kv_share2 > 0" --columns kv_share2,weight_share2 \
    --format csv >rows.csv
[ "$(wc -l <rows.csv)" -gt 1 ] || fail 'no cache sits in LPDDR'
"$DSE" query s.db --where "chip.memory2_kind = 'none' and kv_share2 is not null" --columns kv_share2 \
    --format csv >rows.csv
[ "$(wc -l <rows.csv)" -eq 1 ] || fail 'a chip without a second tier has a share there'

tier='--set chip=b200 --set plan.devices=1 --set chip.memory2_kind=lpddr5x --set chip.memory2_byte=10GB'
# shellcheck disable=SC2086
"$DSE" eval $tier --set chip.memory2_byte_per_s=100GB/s --set model=llama-3.1-8b --set plan.weight_share2=1 \
    >out.txt && fail 'a tier that is too small holds the weights'
grep -q 'chip.memory2_byte is too small' out.txt || fail 'it does not say which tier is too small'
# shellcheck disable=SC2086
"$DSE" eval $tier >out.txt 2>err.txt && fail 'a second tier without bandwidth'
grep -q '^.*chip.memory2_byte_per_s: ' err.txt || fail "no reason: $(cat err.txt)"
grep -v '800 GB/s' study.yaml >without.yaml
printf 'chip: {base: b200, memory2_byte: 1 TB}\n' >>without.yaml
"$DSE" sweep without.yaml --dry-run >out.txt 2>err.txt && fail 'an axis of second tiers without bandwidth'
grep -q '^without.yaml:.*: chip.memory2_byte_per_s: a second tier' err.txt || fail "$(cat err.txt)"
