#!/bin/sh
# The summary of dse payoff: short, complete, and alone only on a terminal; colour and characters suit the terminal.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_payoff_summary: %s\n' "$*"; failed=1; }

cat >s.yaml <<'END'
study: s
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [8192, 65536]
  engine: [none, duplex, attacc]
END
"$DSE" sweep s.yaml --quiet >/dev/null || complain "the study fails"

# One screen of 80 columns, with the answer, P and certainty of each model, stop points, what to do next.
COLUMNS=80 "$DSE" payoff s.db --summary >summary.txt || complain "--summary fails"
[ "$(wc -l <summary.txt)" -le 24 ] || complain "the summary has $(wc -l <summary.txt) lines"
awk 'length($0) > 80 { exit 1 }' summary.txt || complain "the summary is wider than 80 columns"
for text in 'An attention engine pays for gpt3-175b' '^gpt3-175b .* to .* % .*pays .*attacc' '^deepseek-r1 .*does not pay' \
    '^Stop points' 'dse payoff s.db --details' 'dse report s.db'; do
    grep -q "$text" summary.txt || complain "the summary lacks $text"
done

# It says at which axes an answer could gain by one more step, and nothing where none does.
grep -q 'end of an axis' summary.txt && complain "a border of a study whose chip is fixed"
sed 's/study: s/study: narrow/; s/^  engine:.*/&\n  chip.memory_byte_per_s: [4 TB\/s, 8 TB\/s]/' s.yaml >narrow.yaml
"$DSE" sweep narrow.yaml --quiet >/dev/null || complain "the study narrow fails"
"$DSE" payoff narrow.db --details | sed -n 's/^\([0-9]*\) of \([0-9]*\) answers sit on the border.*/: \1 of \2 answers (chip.memory_byte_per_s)/p' >border.txt
[ -s border.txt ] || complain "narrow has no border"
COLUMNS=200 "$DSE" payoff narrow.db --summary | grep -qF -f border.txt || complain "the summary lacks the border $(cat border.txt)"

# A column of many values splits only if it is named, and the answer says so; one that may choose is not spoken of.
for values in 100 101; do
    sed "s/study: s/study: many/; s/workload.context:.*/workload.context: {from: 2048, to: 4000, steps: $values}/; s/, deepseek-r1//; s/, attacc//; s/auto/8/; s/auto/4/; s/auto/1/" s.yaml >many.yaml
    rm -f many.db
    "$DSE" sweep many.yaml --quiet >/dev/null || complain "the study many fails"
    [ $values = 100 ] && wanted=0 || wanted=1
    for form in --summary --details; do
        COLUMNS=200 "$DSE" payoff many.db $form >many.txt
        is=$(grep -c '^A column of more than 100 values splits only if it is named: --by +workload_context\.$' many.txt)
        [ "$is" -ge "$wanted" ] && [ "$((is > 0))" = "$wanted" ] || complain "$values values: $form says it $is times"
    done
done
COLUMNS=200 "$DSE" payoff many.db --summary --over workload.context | grep -q 'A column of more than' && complain "--over: $(cat many.txt)"

# Where only designs with an engine are feasible there is no P and no verdict: here a pool that holds the cache.
cat >alone.yaml <<'END'
study: alone
models: [llama-3.1-8b, gpt3-175b]
chip: {base: b200-paper, memory_byte: 25 GB}
workload: {batch: 1}
plan: {devices: 16, tp: auto, dp: auto, ep: auto}
sweep:
  workload.context: [8192, 65536]
  engine: [none, lpddr-pim]
END
"$DSE" sweep alone.yaml --quiet >/dev/null || complain "the study alone fails"
COLUMNS=200 "$DSE" payoff alone.db >alone.txt
head -n 1 alone.txt | grep -q 'It does not pay where a design without it is feasible for gpt3-175b\.$' ||
    complain "P in some: $(head -n 1 alone.txt)"
grep -q '^gpt3-175b .* does not pay 1/2 *lpddr-pim *$' alone.txt || complain "some: $(grep '^gpt3' alone.txt | head -n 1)"
COLUMNS=200 "$DSE" payoff alone.db --where 'workload_context > 8192' >alone.txt
head -n 1 alone.txt | grep -q 'An attention engine has no P (no feasible design without it to compare with) for gpt3-175b\.$' ||
    complain "no P: $(head -n 1 alone.txt)"
grep -q '^gpt3-175b .* no answer' alone.txt || complain "no answer: $(grep '^gpt3' alone.txt | head -n 1)"
grep -q '^  gpt3-175b: nothing feasible to compare with lpddr-pim$' alone.txt || complain "$(grep '^  gpt3' alone.txt)"
grep -q 'P inf' alone.txt && complain "P inf"

# Without draws nothing speaks of them.
"$DSE" payoff s.db --where 'tpot_s < 10 s' >undrawn.txt
grep -q 'of 1000$\|1000 draws\|sure:' undrawn.txt && complain "--where: draws: $(cat undrawn.txt)"
grep -q 'nothing was drawn' undrawn.txt || complain "--where: does not say that nothing was drawn"

# P and certainty are those of the groups, from the least to the most.
"$DSE" payoff s.db --format json >groups.json
range() { # range MODEL COLUMN FORMAT SCALE
    "$DSE" query s.db --format csv --sql "SELECT CASE WHEN a = b THEN a ELSE a || ' to ' || b END AS v FROM (SELECT
        printf('$3', min(json_extract(value, '\$.$2')) * $4) AS a, printf('$3', max(json_extract(value, '\$.$2')) * $4) AS b
        FROM json_each(json_extract('$(sed "s/'/''/g" groups.json)', '\$.groups')) WHERE json_extract(value, '\$.model') = '$1')" |
        tail -n +2
}
for model in gpt3-175b deepseek-r1; do
    grep -qE "^$model +$(range "$model" payoff %.2f 1) +$(range "$model" probability %.0f 100) %" summary.txt ||
        complain "$model: $(range "$model" payoff %.2f 1), $(range "$model" probability %.0f 100) % in $(grep "^$model" summary.txt)"
done

# A pipe gets the summary, then the details; --details only these; --stop evaluates more, so it shows all.
"$DSE" payoff s.db --summary >summary.txt
"$DSE" payoff s.db --details >details.txt
{ cat summary.txt; echo; cat details.txt; } >both.txt
"$DSE" payoff s.db | cmp -s - both.txt || complain "a pipe does not get the summary and the details"
for text in 'c max' 'best without (control)' 'regime' 'why it stops' '^Stop points'; do
    grep -q "$text" details.txt || complain "the details lack $text"
done
"$DSE" payoff s.db --summary --details >/dev/null 2>&1
[ "$?" = 2 ] || complain "--summary with --details"
"$DSE" payoff s.db --summary --stop workload.context >/dev/null 2>stop.err
[ "$?" = 2 ] || complain "--summary with --stop"

# A study without engines says so once.
printf 'study: plain\nmodel: gpt3-175b\nsweep: {chip: [h100, b200]}\n' >plain.yaml
"$DSE" sweep plain.yaml --quiet >/dev/null
[ "$("$DSE" payoff plain.db | wc -l)" = 1 ] || complain "plain: $("$DSE" payoff plain.db)"

# Only cells that are cut have a mark; it suits the locale.
cut_mark() { COLUMNS=30 LC_ALL=$1 "$DSE" list chips; }
cut_mark C | LC_ALL=C grep -q '~$' || complain "no ASCII mark in the C locale"
cut_mark C | LC_ALL=C grep -q '[^ -~]' && complain "not ASCII in the C locale"
if [ "$(LC_ALL=C.UTF-8 locale charmap 2>/dev/null)" = UTF-8 ]; then
    cut_mark C.UTF-8 | grep -q '…$' || complain "no mark in a UTF-8 locale"
fi

# On a terminal: the summary alone, in colour unless NO_COLOR or TERM says otherwise.
command -v script >/dev/null || exit "$failed"
on_terminal() { # on_terminal VARIABLE=VALUE...
    env "$@" script -qec "stty cols 80; '$DSE' payoff s.db" /dev/null </dev/null | tr -d '\r'
}
COLUMNS=80 "$DSE" payoff s.db --summary >summary.txt
on_terminal TERM=dumb NO_COLOR= | cmp -s - summary.txt || complain "a dumb terminal does not get the summary"
on_terminal TERM=xterm NO_COLOR=1 | cmp -s - summary.txt || complain "NO_COLOR is not honoured"
escape=$(printf '\033')
on_terminal TERM=xterm NO_COLOR= >coloured.txt
grep -q "${escape}\[36mgpt3-175b.*${escape}\[0m$" coloured.txt || complain "no colour on a terminal"
sed "s/${escape}\[[0-9]*m//g" coloured.txt | cmp -s - summary.txt || complain "colour changes the text"
"$DSE" payoff s.db | grep -q "$escape" && complain "colour in a pipe"
exit "$failed"
