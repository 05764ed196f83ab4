#!/bin/sh
# What happens around a command: the store is removed while it is written, clocks jump, a killed
# program has left files, the folder is read-only. The right answer, or one line and status 1.
set -u
work=$(mktemp -d) || exit 1
trap 'chmod 755 "$work/still" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_surroundings: %s\n' "$*"; failed=1; }
"${CC:-cc}" -std=gnu17 -shared -fPIC -O1 -o fail.so "$DSE_SOURCE/tests/fail_nth.c" -ldl 2>/dev/null || exit 77

# shellcheck source=tests/small_study.sh
. "$DSE_SOURCE/tests/small_study.sh"
small_study >small.yaml
points() { "$DSE" query "$1" --columns all --format csv; }
"$DSE" sweep small.yaml --db s.db --quiet >/dev/null || complain "the sweep fails"
points s.db >right.csv
for i in 1 2; do "$DSE" sweep small.yaml --shard $i/2 --db p$i.db --quiet >/dev/null; done

# with VARIABLE=VALUE... -- ARGUMENT...: runs dse with that fault.
with() {
    {
        env LD_PRELOAD="$work/fail.so" ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 FAIL_NOTE=note \
            sh -c 'while [ "$1" != -- ]; do export "$1"; shift; done; shift; exec "$DSE" "$@"' with "$@" >out.txt 2>err.txt
    } 2>/dev/null
    is=$?
}
one_line() { [ "$(wc -l <err.txt)" = 1 ] || complain "$1: $(wc -l <err.txt) lines: $(head -c 300 err.txt)"; }

# ---- the store is removed before one of the calls that change it ----
for command in "sweep small.yaml --db new.db --quiet" "merge new.db p1.db p2.db"; do
    # shellcheck disable=SC2086
    with FAIL_CALL=change FAIL_AT=0 -- $command
    n=$(cat note) file=new.db
    # A merge works on another file; after its last change but one that has its name.
    case $command in merge*) file=new.db.part n=$((n - 1)) ;; esac
    for share in 20 35 50 65 80 90 100; do
        rm -f new.db*
        # shellcheck disable=SC2086
        with FAIL_CALL=change FAIL_AT=$((n * share / 100)) FAIL_ON=remove FAIL_REMOVE=$file -- $command
        what="${command%% *}, removed at $share %"
        [ "$is" = 1 ] || complain "$what: exit $is"
        one_line "$what"
        grep -q '^new.db: ' err.txt || complain "$what: $(cat err.txt)"
        for i in new.db*; do [ ! -e "$i" ] || complain "$what: $i is left"; done
    done
done

# ---- clocks that jump by days, forward and back ----
for command in "sweep small.yaml --db new.db --quiet" "merge new.db p1.db p2.db"; do
    rm -f new.db
    # shellcheck disable=SC2086
    with FAIL_CALL=clock -- $command
    [ "$is" = 0 ] || complain "clocks jump: $command: exit $is: $(cat err.txt)"
    points new.db | cmp -s right.csv - || complain "clocks jump: $command: other points"
done
for command in "payoff s.db --jobs 1" "check s.db" "pareto s.db"; do
    # shellcheck disable=SC2086
    "$DSE" $command >right.txt
    # shellcheck disable=SC2086
    with FAIL_CALL=clock -- $command
    [ "$is" = 0 ] || complain "clocks jump: $command: exit $is: $(cat err.txt)"
    cmp -s right.txt out.txt || complain "clocks jump: $command: another answer"
done

# ---- what a killed program has left ----
# A reader comes after it at once: an answer of the points that were safe, or one line.
for at in $(awk -v n="$n" 'BEGIN { for (i = 2; i <= 9; i++) print int(n * i / 10); for (i = n - 3; i <= n; i++) print i }'); do
    rm -f new.db*
    with FAIL_CALL=change FAIL_AT="$at" FAIL_ON=kill -- sweep small.yaml --db new.db --quiet
    [ "$is" = 137 ] || [ "$is" = 0 ] || complain "killed at $at: exit $is"
    "$DSE" query new.db --columns all --format csv >out.txt 2>err.txt
    case $? in
    0) ;;
    1 | 2) one_line "a reader after a kill at $at" && grep -q '^new.db: ' err.txt || complain "a reader after a kill at $at: $(cat err.txt)" ;;
    *) complain "a reader after a kill at $at: $(cat err.txt)" ;;
    esac
    if grep -q 'cannot be written' err.txt; then complain "a reader after a kill at $at: $(cat err.txt)"; fi
    "$DSE" sweep small.yaml --db new.db --quiet >/dev/null 2>err.txt || complain "not again after a kill at $at: $(cat err.txt)"
    points new.db | cmp -s right.csv - || complain "other points after a kill at $at"
done
# Locks and shared memory of a program that is no more.
cp s.db old.db
head -c 32768 /dev/urandom >old.db-shm
: >old.db-wal
points old.db 2>err.txt | cmp -s right.csv - || complain "stale shared memory: $(cat err.txt)"
cp s.db old.db
head -c 9000 /dev/urandom >old.db-wal
points old.db 2>err.txt | cmp -s right.csv - || complain "a stale journal: $(cat err.txt)"
echo 'a part' >page.md.part
"$DSE" report s.db -o page.md >/dev/null 2>err.txt || complain "a stale part: $(cat err.txt)"
[ ! -e page.md.part ] || complain "a stale part is left"

# ---- a name that is no regular file keeps its kind ----
"$DSE" payoff s.db --flips -o right.svg >/dev/null
"$DSE" report s.db -o right.md >/dev/null
mkfifo pipe pipe.md
for command in "payoff s.db --flips -o pipe" "report s.db -o pipe.md"; do
    pipe=${command##* }
    case $pipe in *.md) right=right.md ;; *) right=right.svg ;; esac
    cat "$pipe" >got &
    # shellcheck disable=SC2086
    "$DSE" $command >/dev/null 2>err.txt || complain "a pipe: $command: $(cat err.txt)"
    if [ -p "$pipe" ]; then wait $!; else complain "a pipe: $command: it is a file now" && kill $!; fi
    cmp -s $right got || complain "a pipe: $command: other text"
done
mkdir far
for what in old new; do
    [ $what = new ] || echo old >far/$what.svg
    ln -s far/$what.svg $what.svg
    "$DSE" payoff s.db --flips -o $what.svg >/dev/null 2>err.txt || complain "a link to an $what file: $(cat err.txt)"
    [ -L $what.svg ] || complain "a link to an $what file is replaced"
    cmp -s right.svg far/$what.svg || complain "a link to an $what file: its file has other text"
done
# A copy of /dev/full; a file system may refuse it.
if mknod full c 1 7 2>/dev/null; then
    "$DSE" payoff s.db --flips -o full >out.txt 2>err.txt
    [ $? = 1 ] || complain "a device: status is not 1"
    grep -q '^full: cannot be written: ' err.txt && one_line "a device" || complain "a device: $(cat err.txt)"
    [ -c full ] || complain "a device is a file now"
fi
[ -z "$(find . -name '*.part')" ] || complain "left: $(find . -name '*.part')"

# ---- names that no store can have ----
long=$(printf '%0250d' 0).db # its journal has no name
for name in "$(printf 'a\nb.db')" "$long"; do
    "$DSE" sweep small.yaml --quiet --db "$name" >out.txt 2>err.txt && complain "a store is called $name"
    one_line "a store called $name"
    [ ! -s out.txt ] || complain "a store called $name: $(cat out.txt)"
    [ ! -e "$name" ] || complain "$name is left"
done

# ---- a folder that cannot be written ----
as_nobody=
if [ "$(id -u)" = 0 ]; then as_nobody="setpriv --reuid=65534 --clear-groups --"; fi
mkdir still
cp s.db p1.db p2.db small.yaml still/
chmod 755 "$work"
chmod 555 still
# shellcheck disable=SC2086
if $as_nobody "$DSE" --version >/dev/null 2>&1; then
    for command in "query s.db --columns all --format csv" "pareto s.db" "payoff s.db --jobs 1" "recommend s.db --tokens-per-s 1M" \
        "check s.db" "compare s.db s.db" "eval s.db --point 3"; do
        # shellcheck disable=SC2086
        "$DSE" $command >right.txt
        # shellcheck disable=SC2086
        (cd still && $as_nobody "$DSE" $command) >out.txt 2>err.txt || complain "read-only folder: $command: $(cat err.txt)"
        cmp -s right.txt out.txt || complain "read-only folder: $command: another answer"
    done
    for command in "sweep small.yaml --db new.db --quiet" "merge new.db p1.db p2.db" "report s.db -o page.html" "payoff s.db --flips -o f.svg"; do
        # shellcheck disable=SC2086
        (cd still && $as_nobody "$DSE" $command) >out.txt 2>err.txt
        is=$?
        [ "$is" = 1 ] || complain "read-only folder: $command: exit $is"
        one_line "read-only folder: $command"
        grep -q ': Permission denied' err.txt || complain "read-only folder: $command: $(cat err.txt)"
    done
    [ "$(find still -type f | wc -l)" = 4 ] || complain "read-only folder: $(find still -type f)"
fi
exit $failed
