#!/bin/sh
# dse submit without Slurm: the scripts do by hand what they do in a job, and say what is wrong.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_submit: %s\n' "$*"; failed=1; }
points() { "$DSE" query "$1" --columns all --format csv | sed 's/^[0-9]*,[0-9]*,//'; } # less id and run
search=$PATH # for commands, of wrong
# wrong STATUS PATTERN ARGUMENT...: dse submit says one line that matches, and writes nothing.
wrong() {
    status=$1 pattern=$2
    shift 2
    before=$(ls)
    PATH=$search "$DSE" submit "$@" >"$work/out.txt" 2>"$work/err.txt"
    got=$?
    [ "$got" -eq "$status" ] || complain "$*: status $got, not $status"
    [ "$(wc -l <"$work/err.txt")" -eq 1 ] && [ ! -s "$work/out.txt" ] || complain "$*: not one line"
    grep -qE -e "$pattern" "$work/err.txt" || complain "$*: $(cat "$work/err.txt"): not $pattern"
    [ "$(ls)" = "$before" ] || complain "$*: left $(ls)"
}

mkdir bin "it's 100% %a \"odd\" \$HOME"
cd "it's 100% %a \"odd\" \$HOME" || exit 1
name="o'dd %j & *"
cat >"$name.yaml" <<'Y'
study: a study; echo 'no'
model: gpt3-175b
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32, tp: 8, dp: 4}
sweep:
  engine: [none, attacc, duplex]
  workload.context: {from: 1024, to: 65536, steps: 20, scale: log}
Y
"$DSE" sweep "$name.yaml" --db whole.db --quiet >/dev/null || complain "the sweep fails"
points whole.db >whole.csv

# What Slurm's commands are told; sbatch calls the jobs 41 and 42.
cat >../bin/sbatch <<'S'
#!/bin/sh
echo "sbatch $*" >>"$CALLS"
[ -s "$2" ] || [ -s "$4" ] || exit 1
[ ! -e "$CALLS.fail" ] || { echo "sbatch: error: invalid partition" >&2; exit 1; }
case $* in *merge*) echo "42;cluster" ;; *) echo 41 ;; esac
S
printf '#!/bin/sh\necho "scontrol $*" >>"$CALLS"\n' >../bin/scontrol
chmod +x ../bin/sbatch ../bin/scontrol
export CALLS="$work/calls.txt"

before=$(ls)
"$DSE" submit "$name.yaml" --tasks 3 --dry-run >"$work/dry.txt" || complain "--dry-run fails"
[ "$(ls)" = "$before" ] || complain "--dry-run left $(ls)"
PATH=$work/bin:$PATH "$DSE" submit "$name.yaml" --tasks 3 --jobs 2 --sbatch "--partition=short --time=1:00:00" >out.txt ||
    complain "submit fails"
grep -q '60 points: job 41, 3 tasks; then merged into .*: job 42$' out.txt || complain "$(cat out.txt)"
printf '%s\n' "sbatch --parsable array.sh" "sbatch --parsable --kill-on-invalid-dep=yes --dependency=afterok:41 merge.sh" |
    cmp -s - "$CALLS" || complain "sbatch was called with: $(cat "$CALLS")"
array=$name.parts/array.sh
grep -qx '#SBATCH --array=1-3 --cpus-per-task=2' "$array" || complain "the array is not 1-3 with 2 CPUs"
grep -qx '#SBATCH --partition=short --time=1:00:00' "$array" || complain "--sbatch is not in the script"
grep -qx '#SBATCH --job-name=dse-a_study__echo__no_' "$array" || complain "$(grep job-name "$array")"

# The scripts from any folder.
rm -f "$CALLS"
for task in 2 1 3; do
    (cd / && SLURM_ARRAY_TASK_ID=$task SLURM_JOB_ID=7 sh "$OLDPWD/$array") >log.txt 2>&1 ||
        complain "task $task: $(cat log.txt)"
done
(cd / && sh "$OLDPWD/$name.parts/merge.sh") >log.txt 2>&1 || complain "merge: $(cat log.txt)"
[ ! -e "$CALLS" ] || complain "a task that succeeded: $(cat "$CALLS")"
points "$name.db" | cmp -s whole.csv - || complain "the merged store is not that of one run"
wrong 2 ": is there: move it away, or give another --db" "$name.yaml"

# What happened to the sweep decides what happens to the task: a program that ends as it is told.
printf '#!/bin/sh\n%s\n' '[ "$HOW" != killed ] || kill -KILL $$' 'exit "$HOW"' >../bin/ends
chmod +x ../bin/ends
sed "s|^'.*' sweep|'$work/bin/ends' sweep|" "$array" >ends.sh
# ends HOW STATUS REQUEUED RESTARTS: REQUEUED is empty if the task is not queued again.
ends() {
    rm -f "$CALLS"
    HOW=$1 PATH=$work/bin:$PATH SLURM_ARRAY_TASK_ID=1 SLURM_JOB_ID=7 SLURM_RESTART_COUNT=$4 sh ends.sh 2>/dev/null
    got=$?
    [ "$got" -eq "$2" ] || complain "a sweep that ends with $1: status $got, not $2"
    [ "$(cat "$CALLS" 2>/dev/null)" = "${3:+scontrol requeue 7}" ] ||
        complain "a sweep that ends with $1: called $(cat "$CALLS" 2>/dev/null)"
}
ends 0 0 '' 0
ends 3 0 '' 0
ends 1 1 '' 0
ends 2 2 '' 0
ends 130 130 '' 0
ends killed 137 yes 0
ends killed 137 yes 2
ends killed 137 '' 3

# USR1: a sweep commits, ends with 130 and is queued again.
rm -f "$CALLS"
sed -e 's/steps: 20/steps: 4000000/' -e 's/, scale: log//' "$name.yaml" >long.yaml
"$DSE" submit long.yaml --tasks 2 --dry-run | sed '/merge.sh/,$d' >long.sh
mkdir long.parts
PATH=$work/bin:$PATH SLURM_ARRAY_TASK_ID=1 SLURM_JOB_ID=7 sh long.sh >log.txt 2>&1 &
task=$!
rows() { "$DSE" query long.parts/1-of-2.db --sql 'SELECT count(*) FROM point' --format csv 2>/dev/null | tail -n 1; }
until n=$(rows); [ "${n:-0}" -gt 0 ]; do sleep 0.1; done
kill -USR1 $task
wait $task
got=$?
[ "$got" -eq 130 ] || complain "status $got after USR1, not 130: $(cat log.txt)"
grep -qx 'scontrol requeue 7' "$CALLS" || complain "not queued again after USR1"
[ "$(rows)" -gt 0 ] || complain "nothing was committed"
grep -q '^interrupted' log.txt || complain "$(cat log.txt)"

# Mistakes.
cp "$name.yaml" new.yaml
wrong 2 '^dse submit: --tasks: ' new.yaml --tasks 0
wrong 2 '^dse submit: --tasks: ' new.yaml --tasks 1001
wrong 2 '^dse submit: --tasks: 61 tasks for 60 points: give fewer' new.yaml --tasks 61
wrong 2 '^dse submit: --sbatch: --array is set by --tasks' new.yaml --sbatch "--array=1-4"
wrong 2 '^dse submit: --sbatch: has several lines' new.yaml --sbatch "--time=1
echo"
search=/none
wrong 1 '^dse submit: sbatch: not found: ' new.yaml
search=$PATH
{ sed '/context/d' new.yaml; printf '%s\n' '  workload.context: {from: 1024, to: 65536}' \
    'objectives: [+tokens_per_s]' 'search: {strategy: nsga2, budget: 100}'; } >guided.yaml
wrong 2 '^guided.yaml: search.strategy: nsga2 cannot be split' guided.yaml
touch "$CALLS.fail"
PATH=$work/bin:$PATH "$DSE" submit new.yaml >out.txt 2>err.txt
got=$?
[ "$got" -eq 1 ] || complain "status $got when sbatch fails"
grep -q '^dse submit: new.parts/array.sh: sbatch did not take it (status 1)' err.txt || complain "$(cat err.txt)"
exit "$failed"
