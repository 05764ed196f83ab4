#!/bin/sh
# Input files from editors and shells: read if the meaning is clear, otherwise refused with one line.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_input: %s\n' "$*"; failed=1; }

# prices WHAT ARGUMENT...: eval says WHAT.
prices() {
    what=$1
    shift
    "$DSE" eval "$@" >out.txt 2>err.txt || complain "eval $*: status $?: $(cat err.txt)"
    grep -q -e "$what" out.txt || complain "eval $*: no \"$what\""
}

# refuses PATTERN ARGUMENT...: status 2, one line that matches, nothing on standard output.
refuses() {
    pattern=$1
    shift
    "$DSE" "$@" >out.txt 2>err.txt
    got=$?
    [ "$got" -eq 2 ] || complain "dse $*: status $got, not 2"
    [ ! -s out.txt ] || complain "dse $*: something on standard output"
    [ "$(wc -l <err.txt)" -eq 1 ] || complain "dse $*: $(wc -l <err.txt) lines, not 1"
    grep -qE -e "$pattern" err.txt || complain "dse $*: $(cat err.txt): not $pattern"
}

# File names without an extension.
catalogue=$DSE_SOURCE/arch/catalogue
cp "$catalogue/models/llama-3.1-8b.yaml" mymodel
cp "$catalogue/models/llama-3.1-8b.yaml" my.model-2
cp "$catalogue/chips/h100.yaml" mychip
cp "$catalogue/engines/duplex.yaml" myengine
prices '^mymodel on 32 x mychip with myengine' --set model=./mymodel --set chip=./mychip --set engine=./myengine
prices '^my.model-2 on' --set model=./my.model-2
printf 'model: ./mymodel\nsweep: {workload.context: [1024, 2048]}\n' >mystudy
prices '^mymodel on' mystudy
"$DSE" sweep mystudy --quiet >out.txt || complain "a study without an ending: status $?"
[ -f mystudy.db ] || complain "no store of a study without an ending"

# A byte order mark, before a study and before a model.
printf '\357\273\277study: s\nmodel: llama-3.1-8b\nchip: h100\nplan: {devices: 1}\nworkload: {context: 4096, batch: 16}\n' >mark.yaml
prices 'TPOT  *7\.085 ms' mark.yaml
{ printf '\357\273\277'; cat mymodel; } >mark-model.yaml
prices '^mark-model on' --set model=./mark-model.yaml

# Pipes.
mkfifo pipe
cat mark.yaml >pipe &
prices 'TPOT  *7\.085 ms' pipe
cat mark.yaml >pipe &
"$DSE" sweep pipe --db pipe.db --quiet >out.txt || complain "a study from a pipe: status $?"
"$DSE" eval /dev/stdin <mark.yaml >out.txt || complain "a study from standard input: status $?"
grep -q '7\.085 ms' out.txt || complain "another study from standard input"
printf 'model\nllama-3.1-8b\n' >pipe &
"$DSE" eval --points pipe >out.txt || complain "a list from a pipe: status $?"

# Files that are not a study.
: >empty.yaml
printf '# nothing\n---\n' >comments.yaml
printf '{}\n' >braces.yaml
refuses '^empty\.yaml:1:1: the study is empty: write'    eval empty.yaml
refuses '^comments\.yaml:.*: the study is empty: write'  sweep comments.yaml
refuses '^braces\.yaml:1:1: the study is empty: write'   sweep braces.yaml
refuses '^\.: cannot be read: Is a directory'            eval .
refuses '^\.: cannot be read: Is a directory'            eval --points .
printf '\377\376c\000h\000' >utf16.yaml
printf 'c\000h\000i\000p\000' >bare16.yaml
printf '\377\376\000\000c\000\000\000' >utf32.yaml
refuses '^utf16\.yaml:1:1: the text is in UTF-16: save it as UTF-8'  eval utf16.yaml
refuses '^bare16\.yaml:1:1: the text is in UTF-16: save it as UTF-8' eval bare16.yaml
refuses '^utf32\.yaml:1:1: the text is in UTF-32: save it as UTF-8'  eval utf32.yaml
printf 'chip: h1\000\n' >nul.yaml
refuses '^nul\.yaml:1:9: control characters are not allowed' eval nul.yaml
if [ "$(id -u)" -ne 0 ]; then # root may read anything
    cp mark.yaml secret.yaml
    chmod a-r secret.yaml
    refuses '^secret\.yaml: cannot be read: Permission denied' eval secret.yaml
fi
head -c 17000000 /dev/zero | tr '\0' '\n' >large.yaml
refuses '^large\.yaml: too large: at most 16 MiB' eval large.yaml
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "[" }' >deep.yaml
refuses '^deep\.yaml:1:65: nested too deeply: at most 64 levels' eval deep.yaml
awk 'BEGIN { printf "x: ["; for (i = 0; i < 2000; i++) printf "&a%d 1, ", i; print "]" }' >anchors.yaml
refuses '^anchors\.yaml:1:.*: too many anchors: at most 1000' eval anchors.yaml

# Aliases are read; merge keys and YAML 1.1 number forms are refused with the remedy.
printf 'model: &m llama-3.1-8b\nstudy: *m\n' >alias.yaml
prices '^llama-3.1-8b on' alias.yaml
# line LINE PATTERN: a study of this line is refused.
line() {
    printf '%s\n' "$1" >line.yaml
    refuses "^line\.yaml:$2" eval line.yaml
}
line 'plan: {<<: {tp: 1}}'          '1:8: <<: merge keys are not supported: write out the keys of the other map'
line 'plan: {tp: !!int 8}'          '1:12: tag "tag:yaml.org,2002:int": write the value without it'
line 'plan: {tp: 0x10}'             '1:12: plan\.tp: "0x10" is not a number: write 16'
line 'plan: {tp: 010}'              '1:12: plan\.tp: "010" starts with 0: write 10'
line 'workload: {context: 1_000}'   '1:21: workload\.context: "1_000" is not a number: write 1000'
line 'plan: {tp: true}'             '1:12: plan\.tp: "true" is not a number: write 1'
line 'plan: {tp: ~}'                '1:12: plan\.tp: "~" is not a number: write a value, or leave it out'
line 'workload: {context: 2024-01-01}' '1:21: workload\.context: "2024-01-01" is not in tokens'
line 'workload: {tpot: 50}'         '1:18: workload\.tpot: 50 without a unit is 50 s: did you mean 50 ms'
line 'workload: {ttft: 500}'        '1:18: workload\.ttft: 500 without a unit is 500 s: did you mean 500 ms'
line 'chip: {memory_byte: 192}'     '1:21: chip\.memory_byte: 192 without a unit is 192 B: did you mean 192 GB'
line 'chip: {memory_byte_per_s: 8}' '1:27: .*: 8 without a unit is 8 B/s: did you mean 8 TB/s'
line 'chip: {link_byte_per_s: 900}' '1:25: .*: 900 without a unit is 900 B/s: did you mean 900 GB/s'
line 'chip: {link_latency_s: 2}'    '1:24: .*: 2 without a unit is 2 s: did you mean 2 us'
printf 'workload: {context: 8e3, skew: .5}\n' >line.yaml
prices 'context 8000' line.yaml

# Steps of a range are round numbers that --where finds.
printf 'model: llama-3.1-8b\nsweep: {workload.context: {from: 1024, to: 131072, steps: 8, scale: log}}\n' >log.yaml
"$DSE" sweep log.yaml --quiet >out.txt || complain "a log axis: status $?"
for context in 1024 2048 4096 8192 16384 32768 65536 131072; do
    n=$("$DSE" query log.db --where "workload_context = $context" --format csv | wc -l)
    [ "$n" -eq 2 ] || complain "workload_context = $context: $n lines, not 2"
done

# Long lists and many keys take linear time.
awk 'BEGIN { printf "model: llama-3.1-8b\nsweep: {workload.context: ["
             for (i = 1; i < 100000; i++) printf "%d, ", i; print "1]}" }' >long.yaml
refuses '^long\.yaml:2:[0-9]+: workload\.context: 1 is given twice' eval long.yaml

exit "$failed"
