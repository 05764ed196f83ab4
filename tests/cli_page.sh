#!/bin/sh
# The live page as a person uses it, in a headless Chromium: pages of a study with engines, a guided
# one without, and one with scenarios; then the tasks of tests/browser/tasks.py.
set -u
# shellcheck source=tests/browser/pages.sh
. "$DSE_SOURCE/tests/browser/pages.sh"

cat >engines.yaml <<'END'
study: engines
models: [gpt3-175b, llama-4-maverick, deepseek-r1]
chip: b200-paper
precision: {weight: bf16, kv: bf16, math: bf16}
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [2048, 8192, 32768, 131072]
  engine: [none, attacc, duplex]
  chip.memory_byte_per_s: [8 TB/s, 12 TB/s, 20 TB/s]
  chip.memory_byte: [96 GB, 192 GB, 288 GB]
  chip.link_byte_per_s: [300 GB/s, 900 GB/s]
objectives: [+tokens_per_s, -system_cost_usd]
END
cat >plain.yaml <<'END'
study: plain
models: [llama-3.1-405b, deepseek-r1]
workload: {phase: decode, context: 8192, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  chip: [h100, b200]
  chip.memory_byte_per_s: {from: 2 TB/s, to: 8 TB/s, steps: 12}
  chip.memory_byte: [48 GB, 96 GB, 192 GB]
objectives: [+tokens_per_s, -power_w]
search: {strategy: nsga2, budget: 120, seed: 3}
END
cat >guided.yaml <<'END'
study: guided
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {phase: decode, context: 8192, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  engine: [none, attacc, duplex]
  chip.memory_byte_per_s: {from: 4 TB/s, to: 20 TB/s, steps: 40}
  chip.memory_byte: [96 GB, 192 GB, 288 GB, 384 GB]
scenarios:
  fp8: {precision: {weight: fp8, kv: fp8, math: fp8}}
  cheap-engine: {prices: {engine_premium: 1, engine_stack_premium_ratio: 0}}
objectives: [+tokens_per_s, -system_cost_usd]
search: {strategy: nsga2, budget: 600, seed: 7}
END
cat >split.yaml <<'END'
study: split
models: [llama-3.1-405b, deepseek-r1]
chip: b200-paper
workload: {phase: disaggregated, input: 8192, output: 1024, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  engine: [none, attacc]
  chip.memory_byte: [192 GB, 288 GB]
END
cat >pools.yaml <<'END'
study: pools
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, phase: disaggregated, output: 1024}
plan: {devices: 32}
sweep:
  workload.input: [4096, 65536]
  pools.ffn.chip: [none, h100, h200]
  pools.ffn.devices: [16, auto]
  pools.prefill.chip: [none, h100]
  engine: [none, duplex]
END
make_pages engines plain guided split pools
for study in engines plain guided split pools; do
    "$DSE" query $study.db --top 100000 --format csv >$study.csv || exit 1
done
"$DSE" payoff engines.db --by model,workload_context,engine --format json >engines.json || exit 1

"$DSE" payoff pools.db --of pools.ffn --by +pools_ffn_chip --format json >pools.json || exit 1

python3 "$DSE_SOURCE/tests/browser/tasks.py" "$work"
status=$?
if [ "$status" -ne 0 ] && [ -n "${KEEP_PICTURES:-}" ]; then cp ./*.png "$KEEP_PICTURES"; fi
exit "$status"
