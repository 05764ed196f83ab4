#!/bin/sh
# The border of a study: which axes limit an answer, and what one more step of each does.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_border: %s\n' "$*"; failed=1; }
is() { [ "$1" = "$2" ] || complain "$3: $(printf %.200s "$1"), not $(printf %.200s "$2")"; }
# member DB NAME: of the only group.
member() {
    "$DSE" payoff "$1" --format json >answer.json
    "$DSE" query "$1" --sql "SELECT json_extract('$(sed "s/'/''/g" answer.json)', '\$.groups[0].$2') AS v" --format csv | tail -n +2
}
# study NAME BANDWIDTHS
study() {
    cat >"$1.yaml" <<END
study: $1
model: llama-2-70b
chip: h100
workload: {batch: max, tpot: 50 ms, context: 4096}
plan: {devices: 8, tp: 8}
sweep:
  engine: [none, duplex]
  chip.memory_byte_per_s: [$2]
  engine.overlap: [0, 0.5, 1]
END
    "$DSE" sweep "$1.yaml" --quiet >/dev/null || complain "the study $1 fails"
}

# Both sides want more bandwidth than the study offers; the study that has it agrees with the step.
study narrow '1 TB/s, 2 TB/s, 3 TB/s'
is "$(member narrow.db at_border)" chip.memory_byte_per_s "the border of a narrow study"
member narrow.db beyond_border | grep -q 'both sides at 3 TB/s, 4 TB/s gains .* with an engine and .* without, P ' ||
    complain "the step: $(member narrow.db beyond_border)"
beyond=$(member narrow.db p_beyond_border)
study wide '1 TB/s, 2 TB/s, 3 TB/s, 4 TB/s'
is "$("$DSE" query wide.db --sql "SELECT abs($beyond - $(member wide.db payoff)) < 1e-9 AS v" --format csv | tail -n +2)" 1 \
    "P beyond the border and P of the study that has it"
# The overlap is 1, the end of its range: physical, so no border.
member narrow.db at_border | grep -q overlap && complain "an overlap of 1 is no border"

# Far beyond what pays, the best is inside the axis.
study inside '1 TB/s, 3 TB/s, 9 TB/s, 200 TB/s'
"$DSE" payoff inside.db | grep -q 'on the border of the study' &&
    complain "an answer inside the axes: $(member inside.db at_border)"
"$DSE" payoff narrow.db | grep -q '1 of 1 answers sit on the border of the study' || complain "no sentence on the border"

# An end where one more step gains too little is no border, although both sides sit on it: the slowest
# link is the cheapest, and one that is 0.1 % slower saves next to nothing.
study small '1 TB/s, 3 TB/s, 9 TB/s, 200 TB/s'
sed 's/^  engine.overlap.*/  chip.link_byte_per_s: [9 TB\/s, 9.01 TB\/s]/; s/small/tiny/' small.yaml >tiny.yaml
"$DSE" sweep tiny.yaml --quiet >/dev/null || complain "the study tiny fails"
is "$(member tiny.db at_border)" "" "the border of a step that gains under 0.5 %"
is "$(member tiny.db beyond_border)" "" "what that step does"

# A limit that nothing feasible lies beyond is physical and named, but no border.
{ cat narrow.yaml; echo 'constraints: [chip.memory_byte_per_s <= 3.2 TB/s]'; } | sed 's/narrow/bounded/' >bounded.yaml
"$DSE" sweep bounded.yaml --quiet >/dev/null || complain "the study bounded fails"
is "$(member bounded.db at_border)" "" "the border of a study whose constraint bounds the axis"
is "$(member bounded.db physical_limit)" \
    '"chip.memory_byte_per_s: both sides at 3 TB/s, 4 TB/s is infeasible (constraint)"' "the named limit"
"$DSE" payoff bounded.db | grep -q '1 of 1 answers sit on an end of an axis beyond which nothing is feasible' ||
    complain "no sentence on the limit"
# If half of the step is feasible and gains, the end is a border.
sed 's/3.2 TB/3.6 TB/; s/bounded/half/' bounded.yaml >half.yaml
"$DSE" sweep half.yaml --quiet >/dev/null || complain "the study half fails"
member half.db beyond_border | grep -q 'both sides at 3 TB/s, 3.5 TB/s gains' || complain "half a step: $(member half.db beyond_border)"

# No answer of a study of the catalogue is at a border; of the largest, at the longest context.
for name in kimi-grey-zone flip-tp flip-draft pool-step3 pool-lamina linear-attention; do
    sed '/^models:.*qwen3-next/,$s/workload.context: .*, /workload.context: [/' "$DSE_SOURCE/dse/studies/$name.yaml" >$name.yaml
    "$DSE" sweep $name.yaml --quiet >/dev/null || complain "the study $name fails"
    "$DSE" payoff $name.db --details >answer.txt || complain "the pay-off of $name fails"
    grep -q '^P: ' answer.txt || complain "$name has no answer"
    grep 'on the border of the study' answer.txt && complain "$name is too narrow"
done
exit "$failed"
