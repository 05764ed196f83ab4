#!/bin/sh
# Traffic through the program: what it says, traces, what a store keeps, what is refused.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() {
    echo "FAIL: $1"
    exit 1
}
refuse() { # message, arguments of eval
    want=$1
    shift
    rc=0
    "$DSE" eval "$@" >out.txt 2>err.txt || rc=$?
    [ "$rc" -eq 2 ] && grep -qF "$want" err.txt || fail "$*: $rc, $(cat err.txt)"
    [ ! -s out.txt ] || fail "$*: writes something too"
}

mkdir traces
cat >traces/day.csv <<'END'
arrival_s,model,Input_Tokens,output_tokens,prefix_tokens
0,a,900,120,0
0.4,a,1400,260,512
0.5,b,3200,80,2048
1.3,a,700,310,0
1.9,a,1100,190,512
2.0,b,2600,420,1024
END
sed 's/,/;/g; s/arrival_s/arrival_ms/' traces/day.csv >traces/fast.csv
cat >study.yaml <<'END'
study: day
model: llama-3.1-70b
chip: h200
plan: {devices: 8, tp: 4}
timing: calibrated
workload: {phase: serving, trace: traces/day.csv, ttft: 1 s, ttft_percentile: 90, tpot: 60 ms}
sweep: {plan.devices: [4, 8]}
scenarios:
  own-rate: {workload.requests_per_s: 5}
  fast: {workload.trace: traces/fast.csv}
END
"$DSE" eval study.yaml >out.txt || true
[ "$(grep -c 'requests/s arrive' out.txt)" -eq 3 ] || fail "not every scenario has traffic: $(cat out.txt)"
grep -q '2.5 requests/s arrive (cv 0.689)' out.txt || fail 'the rate is not that of the trace'
grep -q '5 requests/s arrive (cv 0.689)' out.txt || fail 'a rate that the study gives is not used'
grep -q '2500 requests/s arrive' out.txt || fail 'milliseconds are not read as such'
grep -q 'verdict *overload: more requests arrive than are served' out.txt || fail 'no overload'
grep -q 'TTFT  *mean inf, p50 inf' out.txt || fail 'waits under overload are finite'
"$DSE" eval study.yaml --scenario own-rate --format json >out.json
for metric in ttft_p50_s ttft_p99_s tpot_mean_s goodput_per_s most_requests_per_s load_ratio; do
    grep -q "\"$metric\"" out.json || fail "no $metric in the JSON"
done

# A store is complete without the trace, and only runs with traffic have its columns.
"$DSE" sweep study.yaml --db s.db --quiet >sweep.txt || fail "$(cat sweep.txt)"
rm -r traces
for point in 0 1 2 3 4 5; do
    "$DSE" eval s.db --point $point >out.txt 2>err.txt || true
    [ ! -s err.txt ] || fail "point $point is not that of its row: $(cat err.txt)"
done
"$DSE" query s.db --where 'ttft_p90_s < 1 and ttft_p99_s > ttft_p90_s' --columns ttft_p99_s --format csv >rows.csv
[ "$(wc -l <rows.csv)" -gt 1 ] || fail 'no percentiles in the store'
"$DSE" report s.db --out report.html >out.txt 2>&1 || "$DSE" report s.db >out.txt 2>&1 || fail "report: $(cat out.txt)"
sed '/^scenarios/,$d; s/trace: [^,]*, //; s/ttft_percentile: 90, //' study.yaml >plain.yaml
"$DSE" sweep plain.yaml --db plain.db --quiet >out.txt
"$DSE" query plain.db --columns all >columns.txt
! grep -q 'ttft_p99_s' columns.txt || fail 'a run without traffic has its columns'

# What is wrong with a trace is said with its place.
serving='--set workload.phase=serving'
head='input_tokens,output_tokens'
for case in 'a.csv:3:2: "many" is not a number of answer tokens|10,5\n7,many' \
    'a.csv:2:1: "0" is not a number of prompt tokens|0,5\n7,3' 'a.csv:1:1: a trace of one request|10,5'; do
    printf "$head\n${case#*|}\n" >a.csv
    # shellcheck disable=SC2086
    refuse "${case%%|*}" $serving --set workload.trace=a.csv
done
printf 'input_tokens,tokens\n1,2\n3,4\n' >a.csv
refuse 'a.csv:1:1: no column of answer lengths: name it output_tokens' --set workload.trace=a.csv
printf 'input_tokens,prompt_tokens,output_tokens\n1,2,3\n3,4,5\n' >a.csv
refuse 'a.csv:1:2: a second column of the same quantity' --set workload.trace=a.csv
printf 'arrival_s,input_tokens,output_tokens\n2,2,3\n1,4,5\n' >a.csv
refuse 'a.csv:3:1: arrives before the request above it' --set workload.trace=a.csv
printf 'input_tokens,output_tokens,cached_tokens\n2,3,0\n4,5,6\n' >a.csv
refuse 'a.csv:3:3: "6" is not a number of cached tokens' --set workload.trace=a.csv
refuse 'none.csv' --set workload.trace=none.csv
printf 'sweep: {workload.trace: [a.csv]}\n' >b.yaml
refuse 'b.yaml:1:9: workload.trace: a trace gives several values: write a scenario for each' b.yaml
printf 'workload: {trace: [a.csv]}\n' >b.yaml
refuse 'b.yaml:1:19: workload.trace: is not the name of a file' b.yaml

# What has no traffic here.
refuse 'workload.phase: requests that arrive have a prompt and an answer' --set workload.requests_per_s=1
# shellcheck disable=SC2086
refuse 'timing: a measured time' $serving --set workload.requests_per_s=1 --set timing=measured \
    --set workload.measured_tpot_s=0.02
refuse 'a step shared with pools.ffn' --set workload.phase=disaggregated --set workload.requests_per_s=1 \
    --set pools.ffn.chip=h200
