#!/bin/sh
# Pay-offs on several threads: the same bytes as on one, for answers, stop points and pages.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_payoff_jobs: %s\n' "$*"; failed=1; }

cat >study.yaml <<'END'
study: jobs
model: deepseek-r1
chip: b200-paper
precision: {weight: bf16, kv: bf16, math: bf16}
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, ep: 32}
sweep:
  workload.context: [2048, 8192]
  engine: [none, logic-die-r32, logic-die-r128]
  chip.memory_byte_per_s: [8 TB/s, 12 TB/s]
  chip.memory_byte: [96 GB, 192 GB]
END
"$DSE" sweep study.yaml --db s.db --quiet >/dev/null || complain "the sweep fails"

# One answer of many designs: one task, whose parts threads share.
cat >one.yaml <<'END'
study: one
model: deepseek-r1
chip: b200-paper
precision: {weight: bf16, kv: bf16, math: bf16}
workload: {phase: decode, batch: max, tpot: 50 ms, context: 8192}
plan: {devices: 32, tp: auto, dp: auto, ep: 32}
sweep:
  engine: [none, logic-die-r128]
  chip.memory_byte_per_s: {from: 8 TB/s, to: 12 TB/s, steps: 15}
  chip.memory_byte: {from: 128 GB, to: 256 GB, steps: 15}
  chip.link_byte_per_s: {from: 300 GB/s, to: 2100 GB/s, steps: 10}
END
"$DSE" sweep one.yaml --db one.db --quiet >/dev/null || complain "the sweep of one answer fails"

# same WHAT ARGUMENTS...: one and three threads print the same, and something.
same() {
    what=$1
    shift
    "$DSE" "$@" --jobs 1 >one || complain "$what fails on one thread"
    "$DSE" "$@" --jobs 3 >three || complain "$what fails on three threads"
    [ -s one ] && cmp -s one three || complain "$what: $(diff one three | head -n 2)"
}
same "the answer as CSV" payoff s.db --format csv
grep -q ,model, one || complain "no stop point in the answer"
same "the answer with other classes" payoff s.db --runs experts
same "one answer" payoff one.db --format json
grep -q '"verdict"' one || complain "one answer: $(head -c 200 one)"
same "the page" report s.db -o page.html
"$DSE" report s.db -o one.html --jobs 1 >/dev/null && cmp -s one.html page.html ||
    complain "the page depends on threads"
"$DSE" payoff s.db --jobs 0 2>wrong && complain "--jobs 0 is accepted"
grep -q -e '--jobs' wrong || complain "--jobs 0: $(cat wrong)"
exit "$failed"
