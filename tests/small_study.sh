# shellcheck shell=sh
# Sourced by shell tests.

# small_study: a study of eight points, in a moment.
small_study() {
    cat <<'S'
study: small
chip: b200
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
models: [gpt3-175b, deepseek-r1]
sweep:
  engine: [none, duplex]
  workload.context: [2048, 8192]
S
}
