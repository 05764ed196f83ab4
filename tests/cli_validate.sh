#!/bin/sh
# Results of dse validate. The claims of arXiv:2507.15465 need no data; the results of its
# simulator are looked for in $DSE_VALIDATION, else in ../shared/validation beside the project.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
data=${DSE_VALIDATION:-$DSE_SOURCE/../shared/validation}
failed=0

complain() { printf 'cli_validate: %s\n' "$*"; failed=1; }
# holds WHAT LIMIT: every claim that begins with WHAT is within LIMIT percent.
holds() {
    grep "\"what\": \"[^\"]*$1" "$work/claims.json" |
        sed 's/.*"error_percent": \([^,}]*\).*/\1/' |
        awk -v most="$2" '{ seen = 1; if ($1 > most || $1 < -most) bad = 1 } END { exit bad || !seen }' ||
        complain "$1 is off by more than $2 %"
}

"$DSE" validate --format json >"$work/claims.json" || complain "validate fails"
holds 'ridge point of' 2.5
holds 'KV cache of' 2.1
holds 'intensity of MHA' 0.1
holds 'TP 1 over TP 8' 0.1
holds 'largest batch of' 4
holds 'one all-to-all' 8
holds 'throughput of R1 over' 15
holds 'decode, up to' 5
holds 'imbalance of 256' 7.1
holds 'PIM for experts' 4
holds '256 devices over 8 x 32, 2K' 1
holds 'R1: ' 0
holds 'share of .* 128 a device' 3
holds 'batch at which' 0.1
holds 'parameters of R1' 2
holds 'projection of R1' 0
holds 'speed-up per GPU, Qwen3' 5
holds 'micro-batches over' 5
holds 'attention of 16 cubes' 2
holds 'Step-3 on H800, 3A2F' 8
holds 'USD per million tokens, the cheaper GPU' 17
holds 'predicted: tokens/s per die over EP64' 10
# 48A16F loses and 64A16F gains, as published.
grep 'per die over EP64, .*A16F' "$work/claims.json" | grep 'predicted\|fitted' |
    sed 's/.*"published": \([^,]*\), "ours": \([^,]*\),.*/\1 \2/' |
    awk '{ n++; if (($1 - 1) * ($2 - 1) <= 0) bad = 1 } END { exit bad || n != 4 }' ||
    complain "the sign of 48A16F or 64A16F is wrong"
# R1's routers, 0.2 GB, are whole on every device here.
holds 'largest batch, R1 over' 3.2
grep -q 'does not hold' "$work/claims.json" && complain "$(grep 'does not hold' "$work/claims.json")"
for claim in $(seq 28); do
    grep -q "claim $claim, " "$work/claims.json" || complain "claim $claim is not listed"
done
sh "$DSE_SOURCE/tests/model_tables.sh" "$DSE" >"$work/stale.txt" || complain "$(cat "$work/stale.txt")"
"$DSE" validate --data /nonexistent 2>"$work/err.txt" && complain "reads a folder that is not there"
grep -q '^/nonexistent: cannot be read' "$work/err.txt" || complain "$(cat "$work/err.txt")"

if [ ! -r "$data/llmsimulator.csv" ]; then
    echo "no llmsimulator.csv: set DSE_VALIDATION to the folder that has it"
    [ "$failed" -eq 0 ] && exit 77
    exit 1
fi
"$DSE" validate --data "$data" --format csv >"$work/all.csv" || complain "validate --data fails"
# within NAME GROUP FITTED RESULTS MEAN MEDIAN, in percent; then LARGEST, or least RANK
within() {
    grep "^\"*$1\"*,\"*$2\"*,$3," "$work/all.csv" | sed "s/^\"*$1\"*,\"*$2\"*,$3,//" |
        awk -F, -v n="$4" -v mean="$5" -v median="$6" -v most="${7:-inf}" -v rank="${8:-0}" '
        { seen = 1; if ($1 < n || $2 > mean || $3 > median || $4 > most || ($5 != "" && $5 < rank)) { print; bad = 1 } }
        END { exit bad || !seen }' ||
        complain "$1, $2: not at least $4 results, mean $5 %, median $6 %"
}
within 'LLMSimulator, decode' TPOT no 60 0.2 0.2 1
within 'LLMSimulator, decode, skewed experts' TPOT no 12 3 3 3
within 'LLMSimulator, weights and KV cache' bytes no 140 0.1 0.1 0.5
within 'arXiv:2507.19427 Table 6' 'H800 over H20' no 5 1 1 1

if [ -r "$data/silicon/gemm.csv" ]; then
    within 'silicon, GEMM' all no 100 9 9
    within 'silicon, decode attention' all no 100 11 9
    within 'silicon, decode MLA' all no 100 10 9
    within 'silicon, MoE' all no 100 16 9
    within 'silicon, prefill attention' all no 100 10 9
    within 'silicon, prefill MLA' all no 100 10 9
    within 'silicon, collectives' all no 100 14 9
    within 'silicon, serving, TPOT' all no 100 15 9.5 inf 0.95
    within 'silicon, serving, TPOT' 'each chip by its siblings' no 100 14 11
fi
if [ -r "$data/ml_energy.csv" ]; then
    held='ML.ENERGY v3.0, models held out' each='ML.ENERGY v3.0, each model by the others'
    within "$held" 'H100, dense' no 20 12 12
    within "$held" 'H100, experts' no 20 12 12
    within "$held" 'B200, dense' no 20 12 12
    within "$held" 'B200, experts' no 20 12 12
    within "$each" 'H100, experts' no 40 12 12
    within "$each" 'B200, experts' no 40 12 12
fi
if [ -r "$data/measured-power.csv" ] || [ -r "$data/../facts/measured-power.csv" ]; then
    grep -q '^measured-power.csv,"W of a B200-SXM-180GB, DeepSeek R1 in fp8' "$work/all.csv" ||
        complain 'measured-power.csv: DeepSeek R1 is not listed'
    # our power is at most the highest average measured, 0.98 of the limit
    grep '^"measured-power.csv, most"' "$work/all.csv" | sed 's/.*of 128",//' |
        awk -F, '{ seen++; if ($2 > $1 * (1 + 1e-9)) bad = 1 } END { exit bad || seen < 2 }' ||
        complain 'DeepSeek R1 exceeds the power limit'
fi

if [ -r "$data/published_serving.csv" ]; then
    within 'published serving' all no 60 inf 12
    within 'published serving' decode no 8 20 12
    within 'published serving' 'TensorRT-LLM, dense' no 10 6 5
    within 'published serving' 'TensorRT-LLM, all experts' no 20 20 12
    within 'published serving' 'TensorRT-LLM, all' no 30 14 8
    within 'published serving' 'decode of DeepSeek-V3 on H800' no 1 15 15 15
    # what is said of a target is what the numbers say
    grep ',median <= 12,yes$' "$work/all.csv" | grep -q '^published serving,all' || complain 'published serving: target not called met'
fi
exit "$failed"
