#!/bin/sh
# What people read fits the terminal, at any width; a pipe gets whole lines. No line ends in blanks.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_width: %s\n' "$*"; failed=1; }

# widest FILE: the number of characters of its longest line, in any locale.
widest() {
    LC_ALL=C tr -d '\200-\277' <"$1" |
        LC_ALL=C awk '{ if (length($0) > w) w = length($0) } END { print w + 0 }'
}

# fits ARGUMENT...: the lines of dse are as wide as the terminal at most.
fits() {
    for width in 50 80 100 132; do
        COLUMNS=$width "$DSE" "$@" >out.txt 2>err.txt || complain "dse $*: status $?: $(cat err.txt)"
        [ "$(widest out.txt)" -le "$width" ] || complain "dse $*: $(widest out.txt) of $width columns"
        grep -n ' $' out.txt >blank.txt && complain "dse $*: blanks at the end: $(head -n 1 blank.txt)"
    done
    env -u COLUMNS "$DSE" "$@" >whole.txt
    [ "$(tr -s ' \n' '\n' <out.txt | wc -l)" -ge "$(tr -s ' \n' '\n' <whole.txt | wc -l)" ] ||
        complain "dse $*: words are missing"
}

cat >s.yaml <<'END'
study: s
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [8192, 65536]
  engine: [none, duplex, attacc]
  chip.memory_byte_per_s: [8 TB/s, 12 TB/s]
objectives: [+tokens_per_s, -system_cost_usd]
END
"$DSE" sweep s.yaml --quiet >/dev/null || complain "the study fails"
fits eval
fits eval --set engine=duplex --set workload.phase=serving
fits eval --set timing=calibrated --set chip=h100
fits payoff s.db
fits recommend s.db --tokens-per-s 1M --by model
fits recommend s.db --engine attention --by model
fits pareto s.db
exit "$failed"
