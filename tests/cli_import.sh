#!/bin/sh
# dse import writes a valid model file, or nothing on failure.
set -u
configs=$DSE_SOURCE/tests/configs
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/in" && cd "$work/in" || exit 1
failed=0

complain() { printf 'cli_import: %s\n' "$*"; failed=1; }

# wrong STATUS PATTERN ARGUMENT...: dse says one line that matches, and writes nothing.
wrong() {
    status=$1 pattern=$2
    shift 2
    before=$(ls -A)
    "$DSE" "$@" >../out 2>../err
    got=$?
    [ "$got" -eq "$status" ] || complain "dse $*: status $got, not $status"
    [ "$(wc -l <../err)" -eq 1 ] || complain "dse $*: not one line"
    [ ! -s ../out ] || complain "dse $*: something on standard output"
    grep -qE -e "$pattern" ../err || complain "dse $*: $(cat ../err): not $pattern"
    rm -f ../out ../err
    [ "$(ls -A)" = "$before" ] || complain "dse $*: left $(ls -A)"
}

# The imported file prices like the entry of the same name, in the same formats.
priced() {
    "$DSE" eval --set model="$1" --set plan.devices=64 --set precision.weight=fp8 --format json |
        sed '/"model":/d; /"model\..*_weight_byte":/d'
}
for model in deepseek-v3.2 llama-4-maverick qwen2.5-72b; do
    "$DSE" import "$configs/$model.json" -o "$model.yaml" || complain "$model is not imported"
    [ -s "$model.yaml" ] || complain "$model.yaml is empty"
    priced "$model.yaml" >got.json
    priced "$model" >want.json
    grep -q '"tokens_per_s"' got.json || complain "$model.yaml is not priced"
    cmp -s got.json want.json || complain "$model.yaml prices otherwise than the catalogue"
done
printf 'study: mine\nmodel: qwen2.5-72b.yaml\n' >study.yaml
"$DSE" eval study.yaml >/dev/null || complain "a study does not take the file"

# Writes only values that differ from the default, in table order, with the published precision.
"$DSE" import "$configs/deepseek-v2-lite.json" >lite.yaml || complain "nothing on standard output"
grep -vE '^(#|about|source)' lite.yaml >values
cat >want <<'T'
attention: mla
layers: 27
hidden: 2048
heads: 16
kv_lora_rank: 512
qk_rope_dim: 64
qk_nope_dim: 128
v_dim: 128
ffn: 10944
experts: 64
top_k: 6
moe_ffn: 1408
shared_ffn: 2816  # shared experts together
first_dense_layers: 1
vocab: 102400
T
cmp -s values want || complain "lite.yaml: $(diff values want)"
"$DSE" import "$configs/deepseek-v3.json" | grep -q '^# Published as bfloat16, quantised as fp8' ||
    complain "the precision is not said"
"$DSE" import "$configs/deepseek-v2-lite.json" -o same.yaml && cmp -s lite.yaml same.yaml ||
    complain "-o writes something else"
cp "$configs/llama-3.1-8b.json" 'a "b" #c: d.json'
"$DSE" import 'a "b" #c: d.json' -o odd.yaml && "$DSE" eval --set model=odd.yaml >/dev/null ||
    complain "an odd name breaks the file"

# Layers of several kinds are written as a list, which is read again as it was.
for config in "$configs"/kind-*.json; do
    name=$(basename "$config" .json)
    as=
    [ "$name" = kind-new-type ] && as='--as mixtral'
    "$DSE" import "$config" $as -o any.yaml 2>notes || {
        grep -q 'cannot be expressed' notes || complain "$name: $(cat notes)"
        continue
    }
    said=$(sed -n 's/^dse: .* KV cache \([0-9.]*\) B per token.*/\1/p' notes)
    kv=$("$DSE" eval --set model=any.yaml --set plan.devices=1 --set workload.batch=1 --set workload.context=16 \
        --set precision.kv=bf16 --format json | sed -n 's/.*"kv_byte_per_token": \([0-9.]*\),/\1/p')
    [ -n "$said" ] && [ "$said" = "$kv" ] || complain "$name: $said B per token, read again $kv"
done
grep -q '^layers:$' any.yaml || "$DSE" import "$configs/kind-windows.json" 2>notes | grep -q '^  - {count: 4, mixer: gqa' ||
    complain "no list of layers"

# The hf_quant_config.json beside the file says the formats.
mkdir beside && cp "$configs/llama-3.1-8b.json" beside/config.json
echo '{"quantization": {"quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8", "exclude_modules": ["lm_head"]}}' \
    >beside/hf_quant_config.json
"$DSE" import beside/config.json -o beside.yaml 2>notes || complain "beside: $(cat notes)"
grep -q '^ffn_weight_byte: nvfp4$' beside.yaml && grep -q '^cache_byte: fp8$' beside.yaml ||
    complain "beside.yaml: $(cat beside.yaml)"
echo '{"quantization": ' >beside/hf_quant_config.json
wrong 2 '^beside/hf_quant_config\.json:' import beside/config.json -o x.yaml

# Mistakes.
sed 's/"llama"/"some_new"/; s/LlamaForCausalLM/SomeNewForCausalLM/' "$configs/llama-3.1-8b.json" >new.json
wrong 2 '^new\.json:5:17: model_type: unknown architecture "some_new": give --as TYPE .*perhaps --as llama: one of llama, .*deepseek_v3' import new.json -o x.yaml
wrong 2 '^new\.json:5:17: model_type: no type "lama" for --as: one of llama' import new.json --as lama
"$DSE" import new.json --as llama -o new.yaml 2>notes || complain "--as does not help"
grep -q '^dse: Assumed: what the keys leave open is as in llama' notes || complain "--as is not said"
grep -q '^# Assumed: what the keys leave open is as in llama' new.yaml || complain "new.yaml: --as is not said"

# A key that may change size or cost is not passed over.
sed 's/"num_hidden_layers"/"extra_memory_layers": 4, "num_hidden_layers"/' "$configs/llama-3.1-8b.json" >extra.json
wrong 2 '^extra\.json:[0-9]+:[0-9]+: extra_memory_layers: not understood .*: give --ignore extra_memory_layers to go on' import extra.json -o x.yaml
"$DSE" import extra.json --ignore other --ignore extra_memory_layers -o extra.yaml 2>notes || complain "--ignore does not help"
grep -q '^dse: Assumed: "extra_memory_layers" is ignored' notes || complain "--ignore is not said"
sed '/num_hidden_layers/d' "$configs/llama-3.1-8b.json" >short.json
wrong 2 '^short\.json:1:1: num_hidden_layers: missing: add it' import short.json -o x.yaml
wrong 2 '^short\.json:1:1: num_hidden_layers: missing: add it' import short.json
sed '$d' "$configs/llama-3.1-8b.json" >broken.json
wrong 2 '^broken\.json:[0-9]+:[0-9]+: ' import broken.json -o x.yaml
: >empty.json
wrong 2 '^empty\.json:1:1: model_type: missing' import empty.json
wrong 2 'nowhere\.json: cannot be read' import nowhere.json
wrong 2 'an argument is missing' import
wrong 2 'unknown option --outptu: did you mean --output' import short.json --outptu x

# Output that cannot be written: status 1; an existing file is kept.
good=$configs/llama-3.1-8b.json
mkdir folder
wrong 1 '^nowhere/x\.yaml: cannot be written: ' import "$good" -o nowhere/x.yaml
wrong 1 '^folder: cannot be written: ' import "$good" -o folder
if [ -c /dev/full ]; then
    wrong 1 '^/dev/full: cannot be written: ' import "$good" -o /dev/full
    "$DSE" import "$good" >/dev/full 2>err
    [ "$?" -eq 1 ] || complain "a full standard output is not an error"
fi
echo old >kept.yaml
wrong 2 'missing' import short.json -o kept.yaml
[ "$(cat kept.yaml)" = old ] || complain "a failure changed the file"
"$DSE" import "$good" -o kept.yaml && grep -q '^layers: 32$' kept.yaml || complain "an old file stays"
[ ! -e kept.yaml.part ] || complain "a .part is left"

"$DSE" import --help | grep -q 'dse import config.json -o' || complain "no example"
exit "$failed"
