#!/bin/sh
# The model in the page gives the numbers of the program: random designs, and maps after changes, of
# engines and of pools.
set -u
# shellcheck source=tests/browser/pages.sh
. "$DSE_SOURCE/tests/browser/pages.sh"

cat >many.yaml <<'END'
study: many
models: [gpt3-175b, deepseek-v3.2, deepseek-v4-flash, llama-4-maverick, gpt-oss-120b, kimi-linear-48b-a3b,
         nemotron-3-super-120b-a12b, qwen3-next-80b-a3b, step-3, minimax-m3, longcat-flash, jamba-1.5-mini]
workload: {phase: decode, context: 8192, batch: max, tpot: 100 ms}
plan: {devices: 64, tp: auto, dp: auto, ep: auto}
sweep:
  chip: [b200, h100, mi300x, tpu-v7]
  engine: [none, attacc, duplex, logic-die-r32, memory-pool, pimba]
END
cat >engines.yaml <<'END'
study: engines
models: [gpt3-175b, llama-4-maverick, deepseek-r1]
chip: b200-paper
precision: {weight: bf16, kv: bf16, math: bf16}
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [2048, 16384, 131072]
  engine: [none, attacc, duplex]
  chip.memory_byte_per_s: [8 TB/s, 12 TB/s]
  chip.memory_byte: [96 GB, 192 GB]
constraints: ["power_w <= 1e6"]
END
cat >pools.yaml <<'END'
study: pools
models: [deepseek-r1, llama-3.1-405b]
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, phase: disaggregated, output: 1024}
plan: {devices: 32}
sweep:
  workload.input: [4096, 65536]
  pools.ffn.chip: [none, h200, groq3-lpu]
  pools.ffn.devices: [16, auto]
  pools.prefill.chip: [none, h100]
  engine: [none, duplex]
END
make_pages many engines pools

python3 "$DSE_SOURCE/tests/browser/model_points.py" "$work"
