#!/bin/sh
# dse submit on a real Slurm of one node: an array of 16 with one task killed, one stopped by USR1 and
# one requeued gives the points of one run; a failed task cancels the merge, and submitting again resumes.
set -u
work=$(mktemp -d) || exit 1
# shellcheck source=tests/slurm.sh
. "$DSE_SOURCE/tests/slurm.sh"
end() { slurm_stop; rm -rf "$work"; }
trap end EXIT
trap 'exit 1' HUP INT TERM
why=$(slurm_missing) && { echo "cli_slurm: $why"; exit 77; }
PATH=$PATH:/usr/sbin:/sbin
cd "$work" || exit 1
failed=0

complain() { printf 'cli_slurm: %s\n' "$*"; failed=1; }
points() { "$DSE" query "$1" --columns all --format csv | sed 's/^[0-9]*,[0-9]*,//'; } # less id and run
# same STUDY: both its stores hold the same points.
same() {
    points "$1.db" | cmp -s "$1.csv" - || complain "$1.db has not the points of one run"
}
# whole STUDY: its points by one run.
whole() {
    "$DSE" sweep "$1.yaml" --db "$1-whole.db" --quiet >/dev/null || complain "the sweep fails"
    points "$1-whole.db" >"$1.csv"
}
# submit ARGUMENT...: sets the numbers of both jobs.
submit() {
    "$DSE" submit "$@" >out.txt 2>&1 || { complain "submit $*: $(cat out.txt)"; exit 1; }
    array=$(sed -n 's/.*points: job \([0-9]*\),.*/\1/p' out.txt)
    merge=$(sed -n 's/.*: job \([0-9]*\)$/\1/p' out.txt)
}
# show FIELD JOB: JobState or Restarts.
show() { scontrol show job "$2" | sed -n "s/.*$1=\([^ ]*\).*/\1/p" | head -n 1; }
# until_over JOB: until it has left the queue.
until_over() {
    while :; do
        case $(show JobState "$1") in PENDING | RUNNING | COMPLETING) sleep 0.3 ;; *) break ;; esac
    done
}
# catch: stops a sweep that writes its store, of a task not caught before; its pid and task. Fails once
# all jobs are over.
caught=' '
catch() {
    while [ "$(show JobState "$merge")" = PENDING ]; do
        for pid in $(pgrep -f 'sweep --shard [0-9]+/16 --db long.parts'); do
            [ "$(readlink "/proc/$pid/cwd")" = "$work" ] || continue
            task=$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | sed -n 's|/16$||p')
            case $caught in *" $task "*) continue ;; esac
            [ -s "long.parts/$task-of-16.db-wal" ] && kill -STOP "$pid" 2>/dev/null || continue
            sleep 0.1
            grep -q '^State:.T' "/proc/$pid/status" 2>/dev/null || continue
            caught="$caught$task "
            return 0
        done
    done
    [ "$(show JobState "$merge")" = COMPLETED ] || { complain "the merge: $(cat long.parts/merge.log)"; exit 1; }
    same long
    [ "$failed" = 0 ] || exit 1
    echo "cli_slurm: the tasks were over before enough of them could be stopped:$caught"
    exit 77
}

cat >long.yaml <<'Y'
study: long
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {tp: auto, dp: auto, ep: auto, pp: auto, cp: auto}
sweep:
  workload.context: {from: 1024, to: 131072, steps: 64, scale: log}
  plan.devices: [32, 64, 128, 256]
  engine: [none, attacc, duplex]
  chip.link_byte_per_s: [100 GB/s, 300 GB/s, 900 GB/s, 1.8 TB/s]
  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 8}
Y
sed -e 's/study: long/study: short/' -e 's/steps: 64/steps: 2/' long.yaml >short.yaml
whole long
whole short
[ "$(wc -l <long.csv)" -eq 49153 ] || complain "$(wc -l <long.csv) lines, not 49153"

slurm_start "$work/slurm" 2 || { complain "Slurm does not start"; exit 1; }
submit long.yaml --tasks 16
catch
killed=$task
kill -KILL "$pid"
catch
stopped=$task
scancel --signal=USR1 --batch "${array}_$task" & # may last until the array is over
until grep -q '^ShdPnd:.*[2367abef]..$' "/proc/$pid/status"; do sleep 0.1; done # USR1 waits for it
kill -CONT "$pid"
catch
requeued=$task
scontrol requeue "${array}_$task"
kill -CONT "$pid" 2>/dev/null
until_over "$merge"
[ "$(show JobState "$merge")" = COMPLETED ] || complain "the merge: $(show JobState "$merge"): $(cat long.parts/merge.log)"
for task in $(seq 16); do
    restarts=$(show Restarts "${array}_$task")
    case " $killed $stopped $requeued " in # Slurm may need more than one
    *" $task "*) [ "$restarts" -ge 1 ] ;;
    *) [ "$restarts" = 0 ] ;;
    esac || complain "task $task: $restarts restarts"
done
grep -q '^Killed' "long.parts/$killed.log" || complain "killed: $(cat "long.parts/$killed.log")"
grep -qE '^interrupted|^User defined' "long.parts/$stopped.log" || complain "stopped: $(cat "long.parts/$stopped.log")"
grep -q 'DUE TO JOB REQUEUE' "long.parts/$requeued.log" || complain "requeued: $(cat "long.parts/$requeued.log")"
same long

# A store that cannot be written fails one task; nothing is merged. Submitting again resumes.
mkdir -p short.parts/2-of-4.db
submit short.yaml --tasks 4
until_over "$merge"
[ ! -e short.db ] || complain "merged without part 2"
[ "$(show JobState "$merge")" = CANCELLED ] || complain "the merge after a failed task: $(show JobState "$merge")"
rmdir short.parts/2-of-4.db
submit short.yaml --tasks 4
until_over "$merge"
same short
[ "$(grep -c 'points in' short.parts/1.log)" -eq 2 ] || complain "task 1: $(cat short.parts/1.log)"
exit "$failed"
