#!/bin/sh
# dse completion: what it offers for the word being typed, and the scripts in their shells.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_completion: %s\n' "$*"; failed=1; }

# offers EXPECTED WORD...: the words that may stand in place of the last one.
offers() {
    expected=$1
    shift
    is=$("$DSE" completion words -- "$@" | cut -f 1 | paste -s -d ' ' -)
    [ "$is" = "$expected" ] || complain "$*: offers \"$is\", not \"$expected\""
}
# has EXPECTED WORD...: offers it among others.
has() {
    expected=$1
    shift
    "$DSE" completion words -- "$@" | cut -f 1 | grep -qxF -- "$expected" || complain "$*: does not offer $expected"
}
has sweep s
offers 'payoff' payo
offers '--help' --h
for command in $("$DSE" --help | sed -n '/^usage/,/^Exit/s/^  \([a-z]*\) .*/\1/p'); do
    has "$command" ''
    has "$command" help ''
    has "$command" man ''
    offers '--help' "$command" --he
    "$DSE" "$command" --help | sed -n '/^example/q; s/^  \(--[a-z-]*\) .*/\1/p' | paste -s -d ' ' - >options.txt
    offers "$(cat options.txt)" "$command" --
done
offers '--format' eval --for
offers 'table csv json md' list chips --format ''
offers '--format=json' list chips --format=j
offers 'json jsonl' query x.db --format js
offers 'cost area power none' payoff x.db --budget ''
offers 'chips' list ch
offers '' list chips ''
offers ':files .db' payoff ''
offers '' payoff x.db ''
offers ':files .yaml :files .db' eval ''
offers ':files .yaml' sweep ''
offers ':files .db' merge all.db one.db ''
offers ':files .db' compare one.db ''
offers '' compare one.db two.db ''
offers ':files .csv' payoff x.db --mix ''
offers ':files' report x.db -o ''
offers ':dirs' calibrate ''
offers 'model=deepseek-v3 model=deepseek-v3.2 :files .yaml' eval --set model=deepseek-v3
offers '--set=engine=attacc :files .yaml' eval --set=engine=at
offers 'engine=none :files .yaml' eval --set engine=no
has 'pools.ffn.chip=none' eval --set pools.ffn.chip=
offers 'timing=ideal' eval --set timing=i
has 'chip.memory_byte=' eval --set chip.mem
has 'workload.context=' eval --set chip=h100 --set workload.cont
has '+tokens_per_s,-system_cost_usd' pareto x.db --objectives +tokens_per_s,-sys
has 'payoff-map' report x.db --figure ''
offers '' no-such ''
offers 'bash' completion b
[ -z "$("$DSE" completion words 2>&1 -- "$(printf 'a\001')" | grep -v 'argument')" ] || complain "a control character"
DSE_CATALOGUE=nowhere "$DSE" completion words -- eval --set model=g >out.txt 2>err.txt
[ $? -eq 1 ] && grep -q 'nowhere.*not found' err.txt || complain "no catalogue: $(cat out.txt err.txt)"
"$DSE" completion tcsh 2>err.txt && complain "tcsh: status 0"
grep -q 'one of bash, zsh, fish' err.txt || complain "tcsh: $(cat err.txt)"

for shell in bash zsh fish; do
    "$DSE" completion "$shell" >script."$shell" || complain "no script for $shell"
    command -v "$shell" >/dev/null || { echo "cli_completion: no $shell: its script is not run"; continue; }
    "$shell" -n script."$shell" || complain "$shell: the script has errors"
done

mkdir bin folder
ln -s "$DSE" bin/dse
touch one.db two.db 'a study.yaml' notes.txt
if command -v bash >/dev/null; then
    cat >try.bash <<'B'
compopt() { printf '%s' "${!#}" >>compopt.txt; } # there is no line to set options of
source script.bash
complete -p dse | grep -q -- '-F _dse' || echo 'bash: not registered'
# replies EXPECTED WORD...: with COMP_WORDS as bash splits them
replies() {
    local expected=$1
    shift
    COMP_WORDS=(dse "$@") COMP_CWORD=$# COMPREPLY=()
    : >compopt.txt
    _dse
    [[ ${COMPREPLY[*]} == "$expected" ]] || echo "bash: $*: \"${COMPREPLY[*]}\", not \"$expected\""
}
replies 'payoff' payo
replies 'table csv json md' list chips --format ''
replies 'json' list chips --format = j
replies 'deepseek-v3 deepseek-v3.2' eval --set model = deepseek-v3
replies 'deepseek-v3 deepseek-v3.2' eval --set = model = deepseek-v3
replies 'deepseek-v3 deepseek-v3.2' eval --set chip = h100 --set model = deepseek-v3
replies 'timing=' eval --set timing
[[ $(<compopt.txt) == *nospace* ]] || echo 'bash: a blank after timing='
replies 'one.db' payoff o
[[ $(<compopt.txt) == *filenames* ]] || echo 'bash: files are not treated as files'
replies 'a study.yaml' sweep a
replies 'folder' calibrate f
B
    PATH=$work/bin:$PATH bash try.bash >out.txt 2>&1
    [ -s out.txt ] && complain "$(cat out.txt)"
fi
if command -v zsh >/dev/null; then
    cat >try.zsh <<'Z'
# The functions of zsh's completion that the script calls, each printing what it is given.
_call_program() { shift; eval "$@" }
compadd() { print -rl -- ${(P)@[-1]} }
_describe() { print -rl -- ${${(P)@[-1]}%%:*} }
_files() { print -r -- files "${@[-1]}" }
compset() { print -r -- compset "${@[-1]}" }
# replies EXPECTED WORD...
replies() {
    local expected=$1 words CURRENT is
    shift
    words=(dse "$@") CURRENT=$(($# + 1))
    is=${(j: :)${(f)"$(source ./script.zsh)"}}
    [[ $is == $expected ]] || print -r -- "zsh: $*: \"$is\", not \"$expected\""
}
replies 'payoff' payo
replies 'table csv json md' list chips --format ''
replies 'model=deepseek-v3 model=deepseek-v3.2 compset *= files (*.yaml)(-.)' eval --set model=deepseek-v3
replies 'timing=' eval --set timing
replies 'compset *= files (*.yaml|*.db)(-.)' eval ''
replies 'compset *= files -/' calibrate ''
Z
    PATH=$work/bin:$PATH zsh -f try.zsh >out.txt 2>&1
    [ -s out.txt ] && complain "$(cat out.txt)"
fi
if command -v fish >/dev/null; then
    HOME=$work XDG_CONFIG_HOME=$work PATH=$work/bin:$PATH fish --no-config -c '
        source script.fish
        complete -C "dse list chips --format "; complete -C "dse eval --set model=deepseek-v3"
        complete -C "dse payoff on"; complete -C "dse calibrate fol"' 2>err.txt | cut -f 1 | paste -s -d ' ' - >out.txt
    [ "$(cat out.txt)" = 'csv json md table model=deepseek-v3 model=deepseek-v3.2 one.db folder/' ] ||
        complain "fish: $(cat out.txt err.txt)"
fi
exit "$failed"
