#!/bin/sh
# What every command does with a store that it cannot read, options that do not go together, and an
# output that cannot be written: one line, and the exit status that belongs to it.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_store: %s\n' "$*"; failed=1; }

# says STATUS PATTERN ARGUMENT...: exits so, with one line that matches.
says()
{
    status=$1 pattern=$2
    shift 2
    "$DSE" "$@" >out.txt 2>err.txt
    got=$?
    [ "$got" = "$status" ] || complain "$*: exit $got, not $status: $(head -c 200 err.txt)"
    [ "$(wc -l <err.txt)" = 1 ] || complain "$*: $(wc -l <err.txt) lines of errors"
    grep -q -- "$pattern" err.txt || complain "$*: no \"$pattern\" in: $(head -c 300 err.txt)"
}

# shellcheck source=tests/small_study.sh
. "$DSE_SOURCE/tests/small_study.sh"
small_study >small.yaml
"$DSE" sweep small.yaml --quiet >/dev/null || complain "the small study fails"

# ---- stores that cannot be read ----
: >empty.db
printf 'not a database, only a text that is long enough to be looked at\n' >text.db
"$DSE" query small.db --sql 'SELECT 1' >/dev/null || complain "a query fails"
cp small.db newer.db
printf '\0\0\0\143' | dd of=newer.db bs=1 seek=60 conv=notrunc 2>/dev/null
head -c 20000 small.db >short.db
for command in query pareto payoff report "recommend --tokens-per-s 1M" "recommend --engine attention"; do
    # shellcheck disable=SC2086
    {
        set -- $command
        name=$1
        shift
        says 1 '^missing.db: cannot be opened: ' "$name" missing.db "$@"
        says 1 '^empty.db: is not a dse database: it is empty' "$name" empty.db "$@"
        says 1 '^text.db: is not a dse database' "$name" text.db "$@"
        says 1 '^newer.db: was made by a newer dse' "$name" newer.db "$@"
        says 1 '^short.db: is damaged' "$name" short.db "$@"
    }
done

if sqlite3 foreign.db 'CREATE TABLE a(b)' 2>/dev/null; then
    "$DSE" check foreign.db >out.txt 2>err.txt
    [ $? = 1 ] || complain "check of a foreign file: another status than 1"
    grep -q '^foreign.db: cannot be repaired: ' err.txt || complain "check of a foreign file: $(cat err.txt)"
fi

# ---- stores with changed bytes: an answer or one line, whatever the bytes are ----
size=$(wc -c <small.db)
for seed in 1 2 3 4 5 6 7 8; do
    cp small.db changed.db
    for at in $(awk -v seed="$seed" -v size="$size" 'BEGIN { srand(seed); for (i = 0; i < 12; i++) print int(rand() * size) }'); do
        printf '\252' | dd of=changed.db bs=1 seek="$at" conv=notrunc 2>/dev/null
    done
    for command in query pareto payoff "report -o page.html" "recommend --tokens-per-s 1M"; do
        # shellcheck disable=SC2086
        {
            set -- $command
            name=$1
            shift
            "$DSE" "$name" changed.db "$@" >out.txt 2>err.txt
        }
        got=$?
        [ "$got" -le 3 ] || complain "seed $seed: $command: exit $got: $(head -c 300 err.txt)"
        [ "$got" = 0 ] || [ "$(wc -l <err.txt)" = 1 ] || complain "seed $seed: $command: $(head -c 300 err.txt)"
    done
done

# ---- options that would have no effect ----
for option in "--run small" "--where 1" "--match model=x" "--columns model" "--sort model" "--top 3"; do
    # shellcheck disable=SC2086
    says 2 "^dse query: ${option%% *}: has no effect with --sql" query small.db $option --sql 'SELECT 1'
done
printf 'model,weight\ngpt3-175b,1\n' >mix.csv
says 2 '^--by: "model" is set by the mix: leave it out' payoff small.db --by model --mix mix.csv
says 2 '^dse payoff: --where: has no effect with --mix' payoff small.db --where 1 --mix mix.csv
says 2 '^dse payoff: --stop: has no effect with --map' payoff small.db --stop a --map a,b
says 2 '^dse payoff: --format: has no effect with --output' payoff small.db --map a,b -o m.svg --format csv
for file in x.png x.pdf ./x.svg.gz; do
    says 2 "^dse payoff: -o $file: unknown file ending: give \.svg$" payoff small.db --flips -o $file
    [ ! -e $file ] || complain "$file is written"
done
for option in "--engine attention" "--mix mix.csv"; do
    # shellcheck disable=SC2086
    says 2 "^dse recommend: ${option%% *}: has no effect with --tokens-per-s" recommend small.db --tokens-per-s 1M $option
done
for option in "--tpot 50ms" "--ttft 1s" "--where 1"; do
    # shellcheck disable=SC2086
    says 2 "^dse recommend: ${option%% *}: has no effect with --engine" recommend small.db --engine attention $option
done
says 2 '^--objectives: "timing_error" has no value here: it needs timing: calibrated' pareto small.db --objectives -timing_error

# ---- nothing feasible: what sweep says of the nearest miss, every reader says too ----
for keep in all feasible front; do
    sed "s/^study: small/study: none-$keep/" small.yaml >none.yaml
    printf 'constraints: [system_cost_usd <= 1 k]\nobjectives: [+tokens_per_s, -system_cost_usd]\nkeep: %s\n' "$keep" >>none.yaml
    "$DSE" sweep none.yaml --db "none-$keep.db" --quiet >swept.txt
    [ $? = 3 ] || complain "keep $keep: sweep finds nothing feasible and does not say so"
    grep 'nearest' swept.txt >nearest.txt || complain "keep $keep: sweep names no nearest miss"
    for command in pareto payoff "report -o none.html" "recommend --tokens-per-s 1M"; do
        # shellcheck disable=SC2086
        {
            set -- $command
            name=$1
            shift
            "$DSE" "$name" "none-$keep.db" "$@" >out.txt 2>err.txt
        }
        is=$?
        [ "$is" = 3 ] || complain "keep $keep: $command: exit $is, not 3"
        grep -qF "$(head -n 1 nearest.txt)" err.txt || complain "keep $keep: $command: no nearest miss in: $(cat err.txt)"
    done
    # Results say it too: in a sentence.
    nearest=$(head -n 1 nearest.txt | sed 's/^ *//; s/.*nearest: //')
    for format in table md csv json; do
        "$DSE" payoff "none-$keep.db" --format "$format" 2>err.txt | grep -qF "$nearest" ||
            complain "keep $keep: payoff --format $format: no nearest miss"
    done
    for ending in html md csv; do
        "$DSE" report "none-$keep.db" -o "none.$ending" >out.txt 2>err.txt
        sed 's/&lt;/</g; s/&quot;/"/g' "none.$ending" | grep -qF "$nearest" || complain "keep $keep: report -o none.$ending: no nearest miss"
    done
    # Shards that are merged keep theirs, whole ones and those that grew.
    "$DSE" sweep none.yaml --db part1.db --shard 1/2 --quiet >part1.txt
    "$DSE" sweep none.yaml --db part2.db --shard 2/2 --quiet >part2.txt
    "$DSE" merge both.db part2.db part1.db >out.txt 2>err.txt || complain "keep $keep: merge: $(cat err.txt)"
    "$DSE" merge both.db part1.db part2.db >out.txt 2>err.txt || complain "keep $keep: merge again: $(cat err.txt)"
    "$DSE" pareto both.db >out.txt 2>err.txt
    for part in part1 part2; do
        grep 'nearest' "$part.txt" >nearest.txt
        [ "$(grep -cFf nearest.txt err.txt)" = "$(wc -l <nearest.txt)" ] || complain "keep $keep: merge: not the misses of $part: $(cat err.txt)"
    done
    "$DSE" merge both.db "none-$keep.db" >out.txt 2>err.txt || complain "keep $keep: merge the whole: $(cat err.txt)"
    rm both.db part1.db part2.db
done
# Designs with an engine that are infeasible are not "no designs".
sed 's/^study: small/study: one-side/; s/2048, 8192/2048/' small.yaml >one-side.yaml
printf 'constraints: [engine_cost_usd <= 1]\n' >>one-side.yaml
for keep in all feasible; do
    { cat one-side.yaml; printf 'keep: %s\n' "$keep"; } >side.yaml
    rm -f side.db
    "$DSE" sweep side.yaml --db side.db --quiet >out.txt
    "$DSE" payoff side.db >out.txt 2>err.txt
    grep -q '^Designs of this run have an engine, but none of them is feasible' out.txt || complain "keep $keep: engines, none feasible: $(cat out.txt err.txt)"
    "$DSE" payoff small.db --where 'tpot_s < 0' >out.txt 2>err.txt
    [ $? = 3 ] || complain "nothing meets --where: another status"
    grep -q 'none of them meets the conditions' out.txt || complain "no engine meets --where: $(cat out.txt err.txt)"
done

# ---- a missing column: the store is damaged; the message does not blame the user ----
# shellcheck source=tests/old_store.sh
. "$DSE_SOURCE/tests/old_store.sh"
cp small.db old.db
as_old old.db || complain "no sqlite3 to make a store of an older version"
sed 's/system_cost_usd REAL/system_cost_uxd REAL/; s/"system_cost_usd" REAL/"system_cost_uxd" REAL/' old.db >torn.db
if cmp -s old.db torn.db; then complain "no column was renamed"; fi
for command in pareto payoff report "recommend --tokens-per-s 1M"; do
    # shellcheck disable=SC2086
    {
        set -- $command
        name=$1
        shift
        says 1 '^torn.db: is damaged: no such column: .*system_cost_usd' "$name" torn.db "$@"
    }
done

# ---- a pattern that takes too long is no miss ----
"$DSE" query small.db --sql "SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' REGEXP '^(a+)+\$|b\$' AS v" --format csv >out.txt 2>err.txt
case $?:$(tail -n 1 out.txt) in
0:1) ;;
2:*) grep -qF '^(a+)+$|b$: gives up' err.txt || complain "regexp: $(cat err.txt)" ;;
*) complain "regexp: $(cat out.txt err.txt)" ;;
esac

# ---- an output that cannot be written ----
if [ -w /dev/full ]; then
    for command in "query small.db" "pareto small.db" "payoff small.db" "recommend small.db --tokens-per-s 1M" \
        "list chips" "list parameters" "eval" "eval --format json" "sweep small.yaml --dry-run" \
        "sensitivity small.yaml --points 16 --db s.db" "--help" "query --help" "--version"; do
        # shellcheck disable=SC2086
        "$DSE" $command >/dev/full 2>err.txt
        is=$?
        [ "$is" = 1 ] || complain "$command on a full disk: exit $is"
        tail -n 1 err.txt | grep -q '^dse: standard output: cannot be written' || complain "$command on a full disk: $(cat err.txt)"
        # shellcheck disable=SC2086
        "$DSE" $command >&- 2>err.txt
        is=$?
        [ "$is" = 1 ] || complain "$command with its output closed: exit $is"
    done
fi
# A reader that closes the pipe early: no message and no signal.
# gone ARGUMENT...: dse writes into a closed pipe.
mkfifo pipe
gone() {
    exec 3<>pipe 4>pipe 3>&-
    "$DSE" "$@" >&4 2>err.txt
    is=$?
    exec 4>&-
    [ "$is" = 1 ] || complain "a pipe that closes: dse $*: exit $is"
    [ ! -s err.txt ] || complain "a pipe that closes: dse $*: $(cat err.txt)"
}
gone query small.db
gone query small.db --sql 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT i FROM n'
gone list parameters
# The output file is complete although standard output is closed.
gone sweep small.yaml --db gone.db --quiet
[ "$("$DSE" query gone.db --sql 'SELECT count(*) FROM point' --format csv | tail -n 1)" = \
    "$("$DSE" query small.db --sql 'SELECT count(*) FROM point' --format csv | tail -n 1)" ] || complain "a pipe that closes: a store of a part"
[ ! -e gone.db-wal ] || complain "a pipe that closes: a journal is left"
gone report small.db -o gone.html
tail -n 1 gone.html | grep -q '</html>' || complain "a pipe that closes: a page of a part"
[ ! -e gone.html.part ] || complain "a pipe that closes: a part is left"

# ---- statements that do not end ----
endless='WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT'
[ "$("$DSE" query small.db --sql "$endless i FROM n" --format csv 2>err.txt | head -n 1)" = i ] || complain "a reader of one line: $(cat err.txt)"
[ ! -s err.txt ] || complain "a reader of one line: $(cat err.txt)"
says 1 '^dse query: --time-limit: stopped after 100 ms: ' query small.db --sql "$endless max(i) FROM n" --time-limit '100 ms'
says 2 '^dse query: --time-limit: "soon" is not a time' query small.db --time-limit soon
for format in csv jsonl; do
    "$DSE" query small.db --sql "$endless i, 'a text' AS t FROM n" --format $format >lines.txt 2>err.txt &
    pid=$!
    while [ ! -s lines.txt ]; do sleep 0.05; done
    kill -INT $pid
    wait $pid
    is=$?
    [ "$is" = 130 ] || complain "Ctrl-C: exit $is"
    [ ! -s err.txt ] || complain "Ctrl-C: $(cat err.txt)"
    tail -n 1 lines.txt | grep -q 'a text"*}*$' || complain "Ctrl-C: a partial line: $(tail -n 1 lines.txt)"
    [ "$(tail -c 1 lines.txt | wc -l)" = 1 ] || complain "Ctrl-C: the last line has no end"
done
"$DSE" query small.db --sql "$endless max(i) FROM n" >lines.txt 2>err.txt &
pid=$!
until grep -Eq '^(SigCgt:.*[2367abef]|State:.*zombie.*)$' /proc/$pid/status; do sleep 0.05; done # catches Ctrl-C, or has ended
sleep 0.5
kill -INT $pid
wait $pid
is=$?
[ "$is:$(wc -c <lines.txt)" = 130:0 ] || complain "Ctrl-C before the first row: exit $is"

# ---- rows are printed as they are found: 400 000 of them in allocations of at most 4 MB ----
many='WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400000) SELECT i, i FROM n'
for format in csv table; do
    last=$(ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=4 "$DSE" query small.db --sql "$many" --format $format | tail -n 1 | tr -s ' ,' ' ')
    case $last in
    *'400000 400000') ;;
    *) complain "many rows as $format: $last" ;;
    esac
done

# ---- no memory: sanitizers count memory by themselves ----
big='SELECT hex(zeroblob(40000000))'
if grep -q __asan_init "$DSE"; then
    ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=16 "$DSE" query small.db --sql "$big" >out.txt 2>err.txt
    is=$?
else
    # shellcheck disable=SC3045 # tried before
    is=$(ulimit -v 100000 && "$DSE" query small.db --sql "$big" >out.txt 2>err.txt; echo $?)
    # Too little for a thread or for anything else: one line that says so.
    printf 'model: llama-3.1-8b\nsweep: {workload.batch: [1, 2]}\n' >tiny.yaml
    for kbyte in 12000 14000 20000; do
        # shellcheck disable=SC3045
        (ulimit -v "$kbyte" && "$DSE" sweep tiny.yaml --db tiny.db >tiny.txt 2>tiny_err.txt) ||
            [ "$(grep -c memory tiny_err.txt)" = "$(wc -l <tiny_err.txt)" ] ||
            complain "a sweep in $kbyte kB: $(cat tiny_err.txt)"
        rm -f tiny.db
    done
fi
[ "$is" = 1 ] || complain "out of memory: exit $is"
tail -n 1 err.txt | grep -q 'out of memory' || complain "out of memory: $(tail -n 3 err.txt)"

exit $failed
