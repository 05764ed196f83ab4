#!/bin/sh
# A call of the system that fails once, at the n-th time: the right answer, or one line and status 1;
# nothing is left behind, and the same command then succeeds. FAULT_STEP: every how many calls (1: all).
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_faults: %s\n' "$*"; failed=1; }
"${CC:-cc}" -shared -fPIC -O1 -o fail.so "$DSE_SOURCE/tests/fail_nth.c" -ldl 2>/dev/null || exit 77

cat >small.yaml <<'S'
study: small
chip: b200
workload: {phase: decode, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
models: [gpt3-175b, deepseek-r1]
sweep:
  engine: [none, duplex]
  workload.context: [2048, 8192]
S
"$DSE" sweep small.yaml --db s.db --quiet >/dev/null || complain "the sweep fails"
for i in 1 2; do "$DSE" sweep small.yaml --shard $i/2 --db p$i.db --quiet >/dev/null; done
points() { "$DSE" query "$1" --columns all --format csv; }
points s.db >right.csv

# fail CALL N ARGUMENT...: runs dse with that fault; 2 if the call was not reached.
fail() {
    rm -f note new.db* page.md*
    what=$1 at=$2
    shift 2
    ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD=$work/fail.so FAIL_CALL=$what FAIL_AT=$at FAIL_NOTE=note \
        "$DSE" "$@" >out.txt 2>err.txt
    is=$?
    [ -e note ] || return 2
    case $is in
    0) ;;
    1) [ "$(wc -l <err.txt)" = 1 ] || complain "$what $at: $*: $(head -c 300 err.txt)" ;;
    *) complain "$what $at: $*: exit $is: $(head -c 300 err.txt)" ;;
    esac
    return 0
}

tried=0
for what in write sync truncate open read; do
    for command in "query s.db --columns all --format csv" "report s.db -o page.md" "check s.db" \
        "sweep small.yaml --db new.db --quiet --jobs 1" "merge new.db p1.db p2.db"; do
        # shellcheck disable=SC2086
        "$DSE" $command >right.txt 2>/dev/null
        rm -f new.db page.md
        at=1
        # shellcheck disable=SC2086
        while fail $what $at $command; do
            tried=$((tried + 1))
            case $command:$is in
            query*:0 | check*:0) cmp -s right.txt out.txt || complain "$what $at: $command: another answer" ;;
            report*:1) [ ! -e page.md ] || complain "$what $at: $command: a page is left" ;;
            merge*:1) [ "$what" = read ] || [ ! -e new.db ] || complain "$what $at: $command: a store is left" ;;
            esac
            [ ! -e page.md.part ] || complain "$what $at: $command: a part is left"
            case $command in
            sweep* | merge*)
                # shellcheck disable=SC2086
                "$DSE" $command >out.txt 2>err.txt || complain "$what $at: $command: not again: $(cat err.txt)"
                points new.db | cmp -s right.csv - || complain "$what $at: $command: other points"
                ;;
            esac
            at=$((at + ${FAULT_STEP:-9}))
        done
    done
done
[ "$tried" -gt 10 ] || complain "only $tried faults"
exit $failed
