#!/bin/sh
# What a gain is made of: p_attention and p_experts, and payoff --runs, against studies whose engines
# run only these classes.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_classes: %s\n' "$*"; failed=1; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# column FILE NAME: the values of a column of the first table, one a line.
column() { sed -e 's/"[^"]*"/text/g' -e '/^$/q' "$1" | awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } NF { print $c }'; }
# rounded: numbers without what rounding leaves in their last digits.
rounded() { awk '/^[-0-9.]/ { printf "%.12g\n", $1; next } { print }'; }

cat >s.yaml <<'END'
study: s
models: [llama-4-maverick, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms, context: 8192}
plan: {devices: 32, tp: 1, ep: 32}
sweep:
  engine: [none, duplex, attacc]
  chip.memory_byte: [192 GB, 288 GB]
END
"$DSE" sweep s.yaml --quiet >/dev/null || complain "the study fails"
"$DSE" payoff s.db --format csv >all.csv
for runs in attention experts; do
    # Only Duplex may run experts.
    [ "$runs" = attention ] && engines='none, duplex, attacc' || engines='none, duplex'
    sed -e "s/engine: .*/engine: [$engines]\n  engine.runs: [$runs]/" -e "s/^study: s/study: $runs/" s.yaml >$runs.yaml
    "$DSE" sweep $runs.yaml --quiet >/dev/null || complain "the study of $runs fails"
    "$DSE" payoff $runs.db --format csv >$runs.csv
    is "$(column all.csv p_$runs)" "$(column $runs.csv payoff)" "P by $runs alone"
    is "$(column $runs.csv p_$runs)" "$(column $runs.csv payoff)" "P by $runs alone where the engine runs nothing else"
done
is "$(column attention.csv p_experts | tr -d '\n')" "" "P by experts that no engine may run"
# S is of core attention, which is no reason where the engine may not run it.
"$DSE" payoff experts.db --details >said.txt
is "$(grep -c 'intensity: experts at [0-9.]* FLOP/B, all that the engine may run, are no slower on the chip (G = 1.000)' said.txt)" 2 \
   "reasons of engines that run experts alone"
"$DSE" payoff s.db --runs experts --details | grep -q 'intensity: experts at' || complain "the reason of --runs experts"
"$DSE" eval --set engine=duplex --set engine.runs=experts | grep -q 'S  *[0-9.]* on core attention, which it may not run$' ||
    complain "S of an engine that runs experts alone"
"$DSE" eval --set engine=duplex | grep -q 'may not run' && complain "Duplex may run core attention"
"$DSE" payoff s.db --runs attention --format csv >like.csv
for name in payoff gain c_star engine_cost_share engine_speedup probability c_max p_median; do
    is "$(column like.csv $name | rounded)" "$(column attention.csv $name | rounded)" "$name of --runs attention"
done
column all.csv p_median | while read -r median; do [ -n "$median" ] || echo none; done | grep -q none && complain "no median"

# A model without attention: what an engine gains is that of its states.
cat >states.yaml <<'END'
study: states
models: [mamba2-2.7b]
chip: a100
workload: {batch: max, context: 4096}
plan: {devices: 1}
sweep: {engine: [none, pimba, duplex]}
END
"$DSE" sweep states.yaml --quiet >/dev/null || complain "the study of states fails"
"$DSE" payoff states.db --format csv >states.csv
is "$(column states.csv payoff)" "$(column states.csv p_state)" "P of a model without attention"
is "$(column states.csv engine_speedup | rounded)" 8 "S of updates of states"
"$DSE" payoff states.db --details | grep -q 'state updates at 0.62[0-9]* FLOP/B: pays with pimba' || complain "the sentence of states"
"$DSE" report states.db -o states.html >/dev/null || complain "the report of states fails"
grep -q 'mamba2-2.7b, state updates' states.html || complain "the roofline of states"

# Classes joined by +, in any order.
is "$("$DSE" eval --set engine=attacc --set engine.runs=experts+attention --format json)" \
   "$("$DSE" eval --set engine=attacc --set engine.runs=both --format json)" "words joined by +"
"$DSE" eval --set engine.runs=attention+expert >/dev/null 2>err.txt
is "$?" 2 "status of a wrong word"
grep -q 'did you mean "experts"' err.txt || complain "$(cat err.txt)"
exit "$failed"
