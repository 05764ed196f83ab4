#!/bin/sh
# Imported configurations equal the catalogue's models, and what is wrong with one is said. The
# files in tests/configs hold the numbers of the config.json that each model's publisher has at
# huggingface.co (deepseek-ai, moonshotai, meta-llama, Qwen, mistralai, zai-org, openai).
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
configs=$DSE_SOURCE/tests/configs
cd "$work" || exit 1
failed=0

complain() { printf 'cli_import: %s\n' "$*"; failed=1; }
parameters() { "$DSE" eval --set "model=$1" --format json | grep '^    "model\.'; }

for config in "$configs"/*.json; do
    name=$(basename "$config" .json)
    "$DSE" import "$config" -o "$name.yaml" >/dev/null || complain "$name is not imported"
    parameters "$name" >catalogue.txt
    parameters "./$name.yaml" >imported.txt
    [ "$(wc -l <catalogue.txt)" -ge 28 ] || complain "$name has $(wc -l <catalogue.txt) parameters"
    cmp -s catalogue.txt imported.txt || complain "$name: $(diff catalogue.txt imported.txt)"
    "$DSE" import "$config" >again.yaml
    cmp -s again.yaml "$name.yaml" || complain "$name differs on standard output"
done

# wrong STATUS PATTERN ARGUMENT...
wrong() {
    status=$1 pattern=$2
    shift 2
    "$DSE" import "$@" >out.txt 2>err.txt
    got=$?
    [ "$got" -eq "$status" ] || complain "$*: status $got, not $status"
    [ "$(wc -l <err.txt)" -eq 1 ] || complain "$*: $(wc -l <err.txt) lines"
    [ ! -s out.txt ] || complain "$*: something on standard output"
    grep -qE -e "$pattern" err.txt || complain "$*: $(cat err.txt): not $pattern"
    [ ! -e out.yaml ] || complain "$*: a file is left"
}

sed 's/"llama"/"mamba"/; s/LlamaFor/MambaFor/' "$configs/llama-2-70b.json" >mamba.json
wrong 2 '^mamba\.json:5:17: model_type: unknown architecture "mamba": one of llama, ' mamba.json -o out.yaml
grep -v kv_lora_rank "$configs/deepseek-v3.json" >partial.json
wrong 2 '^partial\.json:1:1: kv_lora_rank: missing: add it, as model\.kv_lora_rank is read' partial.json -o out.yaml
sed 's/"hidden_size": 8192/"hidden_size": "wide"/' "$configs/llama-2-70b.json" >typed.json
wrong 2 '^typed\.json:6:18: hidden_size: "wide"' typed.json -o out.yaml
head -c 100 "$configs/llama-2-70b.json" >cut.json
wrong 2 '^cut\.json:[0-9]+:[0-9]+: ' cut.json -o out.yaml
wrong 2 '^nowhere\.json: cannot be read' nowhere.json
wrong 1 '^none/out\.yaml: cannot be written' "$configs/llama-2-70b.json" -o none/out.yaml

# Escapes and tabs as JSON allows them; keys that mean nothing to us.
printf '{"model_type":"llama","architectures":["LlamaForCausalLM"],"_name_or_path":"a\\/b\\u00e9",\n\t"hidden_size":4096,"intermediate_size":14336,"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"vocab_size":128256,"rope_scaling":{"factor":8.0,"x":[1,{"y":null}]},"eos_token_id":[1,2]}' >odd.json
"$DSE" import odd.json -o odd.yaml >/dev/null || complain "odd.json is not imported"
parameters ./odd.yaml >imported.txt
parameters llama-3.1-8b | cmp -s - imported.txt || complain "odd.json is not llama-3.1-8b"
exit "$failed"
