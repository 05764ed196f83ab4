#!/bin/sh
# A sweep that is killed, interrupted, split or run with another number of threads leaves the same
# points, to the last digit.
set -u
work=$(mktemp -d) || exit 1
trap 'kill "$!" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_resume: %s\n' "$*"; failed=1; }
points() { "$DSE" query "$1" --columns all --format csv | sed 's/^[0-9]*,[0-9]*,//'; } # less id and run
# same DB WHY: the store holds just what the whole run holds.
same() {
    points "$1" >now.csv
    cmp -s whole.csv now.csv || complain "$2: $(wc -l <now.csv) lines, not those $(wc -l <whole.csv) of the whole run"
}

cat >study.yaml <<'Y'
study: resume
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32}
sweep:
  workload.context: [2048, 8192, 32768]
  engine: [none, attacc, duplex]
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 16}
  chip.link_byte_per_s: {from: 100 GB/s, to: 1.8 TB/s, steps: 16, scale: log}
Y

"$DSE" sweep study.yaml --db whole.db --jobs 1 --quiet >/dev/null || complain "the sweep fails"
points whole.db >whole.csv
[ "$(wc -l <whole.csv)" -eq 4609 ] || complain "$(wc -l <whole.csv) lines, not 4609"

"$DSE" sweep study.yaml --db threads.db --jobs 3 --quiet >/dev/null
same threads.db "three threads"
"$DSE" sweep study.yaml --db threads.db --jobs 2 --quiet >/dev/null
same threads.db "a sweep that was done already"

# Killed and interrupted in the middle: a study that takes long enough to be caught there.
sed -e 's/plan: .*/plan: {devices: 32, tp: 8, dp: 4}/' -e 's/steps: 16/steps: 130/' study.yaml >long.yaml
long=304200
column() { "$DSE" query "$1" --columns point,verdict,tokens_per_s --sort point --format csv; }
count() { "$DSE" query "$1" --sql 'SELECT count(*) FROM point' --format csv 2>/dev/null | tail -n 1; }
# stop SIGNAL DB: starts the sweep, stops it once points are committed, prints its status.
stop() {
    "$DSE" sweep long.yaml --db "$2" --jobs 2 --quiet >/dev/null 2>&1 &
    before=$(count "$2")
    until n=$(count "$2"); [ "${n:-0}" -gt "${before:-0}" ]; do sleep 0.02; done
    kill "-$1" $!
    wait $!
    echo $?
}

"$DSE" sweep long.yaml --db long.db --quiet >/dev/null
[ "$(count long.db)" -eq $long ] || complain "$(count long.db) points, not $long"
column long.db >long.csv
status=$(stop KILL killed.db)
[ "$status" -eq 137 ] || complain "status $status, killed too late?"
n=$(count killed.db)
[ "$n" -gt 0 ] && [ "$n" -lt $long ] || complain "$n points of a killed sweep"
# says FILE DB TEXT: one line says what the run lacks; nothing does if TEXT is empty.
says() {
    case $3 in
    '') [ ! -s "$1" ] ;;
    *) [ "$(wc -l <"$1")" -eq 1 ] && grep -q "^$2: run resume: $3, so answers may change: " "$1" ;;
    esac || complain "$2: not \"$3\": $(cat "$1")"
}
"$DSE" query killed.db --top 1 >out.txt 2>err.txt || complain "no answer of an unfinished run"
says err.txt killed.db "$n of $long points are priced"
"$DSE" query killed.db --sql 'SELECT count(*) FROM point' >out.txt 2>err.txt || complain "no SQL on an unfinished run"
says err.txt killed.db "$n of $long points are priced"
"$DSE" query killed.db --where nonsense=1 >out.txt 2>err.txt && complain "accepts a wrong name"
[ "$(wc -l <err.txt)" -eq 1 ] || complain "a wrong name in an unfinished run: $(cat err.txt)"
status=$(stop INT killed.db)
[ "$status" -eq 130 ] || complain "status $status after an interrupt, not 130"
[ "$(count killed.db)" -ge "$n" ] || complain "$(count killed.db) points after $n"
"$DSE" sweep long.yaml --db killed.db --quiet >/dev/null || complain "does not go on after kill and interrupt"
column killed.db | cmp -s long.csv - || complain "kill and interrupt left other points"

for shard in 3 1 2; do
    "$DSE" sweep study.yaml --shard $shard/3 --db part$shard.db --quiet >/dev/null || complain "shard $shard fails"
done
"$DSE" merge merged.db part2.db part3.db part1.db >/dev/null || complain "merge fails"
same merged.db "three shards"
"$DSE" merge merged.db part1.db part2.db part3.db >/dev/null || complain "the second merge fails"
same merged.db "three shards merged twice"
for command in "payoff DB" "pareto DB" "query DB --top 1" "recommend DB --tokens-per-s 1" "report DB -o DB.html" "report DB -o DB.md" "compare whole.db DB"; do
    for db in part1.db merged.db; do
        text=
        [ $db = merged.db ] || text='1536 of 4608 points are priced, those of one shard'
        # shellcheck disable=SC2046
        "$DSE" $(echo "$command" | sed "s/DB/$db/g") >out.txt 2>err.txt || complain "$command: $db: exit $?"
        says err.txt $db "$text"
    done
done
for page in part1.db.html part1.db.md; do
    grep -q '1536 of 4608 points are priced, those of one shard' $page || complain "$page does not say that it is of a shard"
done
grep -q 'are priced, those of' merged.db.html && complain "the page of a whole run speaks of a shard"
rm -f gap.db
"$DSE" merge gap.db part1.db part3.db >/dev/null 2>err.txt && complain "merges shards with a gap"

# Only feasible points, only the front: parts of the whole, whatever the threads.
for keep in feasible front; do
    { cat study.yaml; echo "keep: $keep"; echo 'constraints: [tokens_per_s >= 20000]'
        echo 'objectives: [+tokens_per_s, -system_cost_usd]'; } >$keep.yaml
    "$DSE" sweep $keep.yaml --db $keep.db --jobs 1 --quiet >/dev/null || complain "keep: $keep fails"
    "$DSE" sweep $keep.yaml --db $keep-2.db --jobs 3 --quiet >/dev/null
    points $keep.db >$keep.csv
    points $keep-2.db | cmp -s $keep.csv - || complain "keep: $keep differs with the threads"
    [ "$(wc -l <$keep.csv)" -gt 1 ] || complain "keep: $keep keeps nothing"
    "$DSE" query $keep.db --top 1 2>err.txt >out.txt
    says err.txt $keep.db ''
done
"$DSE" query feasible.db --sql "SELECT count(*) FROM point WHERE verdict <> 'ok' OR tokens_per_s < 20000" --format csv |
    tail -n 1 | grep -qx 0 || complain "keep: feasible keeps what is not"
for keep in feasible front; do
    "$DSE" pareto $keep.db --over model,workload_context --format csv 2>err.txt | cut -d , -f 1 | sort >of-$keep.csv
done
[ "$(wc -l <of-front.csv)" -gt 2 ] || complain "the front is empty"
cmp -s of-front.csv of-feasible.csv || complain "keep: front has another front than keep: feasible"

# Points of a changed study are not mixed with stored points.
sed 's/50 ms/40 ms/' study.yaml >changed.yaml
"$DSE" sweep changed.yaml --db whole.db --quiet >/dev/null 2>err.txt
points whole.db >now.csv
"$DSE" query whole.db --sql "SELECT count(*) FROM point WHERE run = 1" --format csv | tail -n 1 | grep -qx 4608 ||
    complain "a changed study touched the old run"

# Two writers at once: each finishes or fails with a message; no point is lost.
"$DSE" sweep study.yaml --db both.db --quiet >/dev/null 2>first.txt &
"$DSE" sweep study.yaml --db both.db --quiet >/dev/null 2>second.txt
wait $!
"$DSE" sweep study.yaml --db both.db --quiet >/dev/null || complain "two writers broke the store"
same both.db "two writers"

# A full disk (a limit on the size of files): committed points are kept and the sweep resumes.
if (ulimit -f 100) 2>/dev/null; then
    (
        trap '' XFSZ
        ulimit -f 1000 # blocks of 512 bytes
        "$DSE" sweep study.yaml --db full.db --quiet >/dev/null 2>full.txt
    )
    status=$?
    [ "$status" -eq 1 ] || complain "status $status with a full disk, not 1"
    [ "$(wc -l <full.txt)" -eq 1 ] || complain "a full disk: $(cat full.txt)"
    "$DSE" sweep study.yaml --db full.db --quiet >/dev/null || complain "does not go on after a full disk"
    same full.db "after a full disk"
fi
exit "$failed"
