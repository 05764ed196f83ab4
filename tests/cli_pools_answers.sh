#!/bin/sh
# What is asked of a store is answered for systems with pools as for engines: names of designs,
# recommend, compare, the page.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_pools_answers: %s\n' "$*"; failed=1; }
# says FILE TEXT WHAT: the file has the text.
says() { grep -qF -- "$2" "$1" || complain "$3: no \"$2\" in: $(head -n 12 "$1")"; }

cat >pools.yaml <<'Y'
study: pools
model: deepseek-r1
chip: h20
precision: {weight: fp8, kv: fp8, math: fp8, dispatch: fp8}
workload: {tpot: 50 ms, phase: disaggregated, input: 4096, output: 1024}
plan: {devices: 32}
sweep:
  workload.input: [4096, 65536]
  pools.ffn.chip: [none, h100, h200]
  pools.ffn.devices: [16, auto]
  pools.prefill.chip: [none, h100]
  engine: [none, duplex]
Y
sed 's/study: pools/study: others/; s/h100, h200/h200, rubin/' pools.yaml >others.yaml
for study in pools others; do
    "$DSE" sweep "$study.yaml" --quiet >/dev/null || complain "$study fails"
done

# A design is named with its pools: their chips, and how many devices they have.
"$DSE" payoff pools.db --of pools.ffn --format json >payoff.txt
says payoff.txt "h20 + FFN pool of 10 x h200 + prefill pool of" "the winner of dse payoff"
grep -q "ffn_devices [0-9]" payoff.txt && complain "a count that is auto has a number"
"$DSE" compare pools.db others.db >compare.txt
says compare.txt "h20 + FFN pool of rubin + prefill pool of h100, pools.ffn.devices auto" "a design of dse compare"

exit "$failed"
