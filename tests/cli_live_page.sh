#!/bin/sh
# The live page: its data are those of the store, its policy names what it runs, and it loads nothing.
set -u
command -v python3 >/dev/null || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_live_page: %s\n' "$*"; failed=1; }

# page NAME: a sweep of NAME.yaml and its page, twice.
page() {
    "$DSE" sweep "$1.yaml" --db "$1.db" --quiet >/dev/null || complain "$1: the sweep fails"
    "$DSE" report "$1.db" -o "$1.html" >/dev/null 2>"$1.txt" || complain "$1: $(cat "$1.txt")"
    if grep -q 'without D3' "$1.txt"; then exit 77; fi
    "$DSE" report "$1.db" -o again.html >/dev/null
    cmp -s "$1.html" again.html || complain "$1: the page differs the second time"
    python3 "$DSE_SOURCE/tests/live_page.py" "$DSE" "$1.db" "$1.html" || failed=1
}

cat >engines.yaml <<'S'
study: engines
chip: b200
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
models: [gpt3-175b, deepseek-r1]
sweep:
  engine: [none, duplex]
  workload.context: [2048, 65536]
  chip.memory_byte: [96 GB, 192 GB, 600 GB]
  prices.hbm3e_usd_per_gb: [10, 20]
objectives: [+tokens_per_s, -power_w]
S
page engines

cat >flips.yaml <<'S'
study: flips
chip: b200
model: gpt3-175b
workload: {phase: decode, context: 8192, batch: max, tpot: 50 ms}
sweep: {engine: [none, attacc], chip.memory_byte_per_s: [8 TB/s, 16 TB/s]}
scenarios: {fp8: {precision: {weight: fp8}}}
S
page flips

cat >search.yaml <<'S'
study: search
model: deepseek-r1
workload: {phase: decode, context: 8192, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  chip.memory_byte_per_s: {from: 4 TB/s, to: 20 TB/s}
  chip.memory_byte: {from: 96 GB, to: 480 GB}
objectives: [+tokens_per_s, -system_cost_usd]
search: {strategy: nsga2, budget: 300}
S
page search

cat >pools.yaml <<'S'
study: pools
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, phase: disaggregated, output: 1024}
plan: {devices: 32}
sweep:
  workload.input: [4096, 65536]
  pools.ffn.chip: [none, h100, h200]
  pools.prefill.chip: [none, h100]
  engine: [none, duplex]
S
page pools

# Nothing is loaded, and only what the policy names runs.
found=$(sed '/^<script/,$d' engines.html | grep -oE '(src|href|action|poster)="[^#"]*"' | head -n 3)
[ -z "$found" ] || complain "the page refers to $found"
grep -q "content=\"default-src 'none'; script-src 'sha256-[^ ]*' 'sha256-[^ ]*' 'wasm-unsafe-eval'; style-src 'sha256-" engines.html ||
    complain "no strict policy"
sed -n '/<noscript>$/,/<\/noscript>/p' engines.html | grep -q '<svg' || complain "nothing to see without scripts"

# What is known of the error stands in docs/model.md too.
row() { grep "^| silicon, serving, TPOT  *| $1 " "$DSE_SOURCE/docs/model.md" | grep '| no  *|' | tr -d ' ' | cut -d'|' -f5-7,10; }
has() {
    for value in $(row "$1" | tr '|' ' '); do
        grep -q "[^0-9.]${value}[^0-9.]" "$DSE_SOURCE/reports/page/model_error.c" || complain "$1: $value of docs/model.md is not in model_error.c"
    done
}
[ -n "$(row 'all  ')" ] || complain "no figures in docs/model.md"
has 'all  '
has 'each chip by its siblings'
exit "$failed"
