#!/bin/sh
# A store that was cut or changed: every command gives the answer of the whole store, or one line and
# status 1. `dse check` says what is lost, and --repair prices it again, bit for bit.
# DAMAGE_VARIANTS: how many damaged stores are tried.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_damage: %s\n' "$*"; failed=1; }
# shellcheck source=tests/old_store.sh
. "$DSE_SOURCE/tests/old_store.sh"

# shellcheck source=tests/small_study.sh
. "$DSE_SOURCE/tests/small_study.sh"
{ small_study; echo '  chip.memory_byte_per_s: {from: 4 TB/s, to: 12 TB/s, steps: 8}'; } >small.yaml
"$DSE" sweep small.yaml --db whole.db --quiet >/dev/null || complain "the sweep fails"
size=$(wc -c <whole.db)
{ cat small.yaml; echo 'store: columns'; } >columns.yaml
"$DSE" sweep columns.yaml --db columns.db --quiet >/dev/null || complain "the sweep into columns fails"

# ---- commands ----
# ask NAME: runs one of the commands on t.db; its answer is in answer.NAME.
ask() {
    case $1 in
    query) "$DSE" query t.db --columns all --format csv ;;
    pareto) "$DSE" pareto t.db --by engine --format csv ;;
    payoff) "$DSE" payoff t.db --format csv ;;
    report) "$DSE" report t.db -o page.md && cat page.md ;;
    recommend) "$DSE" recommend t.db --tokens-per-s 1M --format csv ;;
    eval) "$DSE" eval t.db --point 17 --format json ;;
    merge)
        rm -f all.db
        "$DSE" merge all.db t.db && "$DSE" query all.db --columns all --format csv
        ;;
    esac >"answer.$1" 2>err.txt
}
commands="query pareto payoff report recommend eval merge"
for form in columns whole; do
    cp $form.db t.db
    for command in $commands; do
        ask "$command" || complain "$form: $command: $(cat err.txt)"
        cp "answer.$command" "right.$command"
        mv "answer.$command" "right.$form.$command"
    done
done

# ---- every command, many damaged stores ----
# flip FILE OFFSET BIT
flip() {
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    # shellcheck disable=SC2059
    printf "\\$(printf %03o $((byte ^ 1 << $3)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
# draws SEED N LIMIT: N random numbers.
draws() { awk -v s="$1" -v n="$2" -v m="$3" 'BEGIN { srand(s); for (i = 0; i < n; i++) print int(rand() * m) }'; }

refused=0
variant=0
while [ "$variant" -lt "${DAMAGE_VARIANTS:-24}" ]; do
    variant=$((variant + 1))
    form=whole
    [ $((variant % 2)) = 0 ] || form=columns
    cp $form.db t.db
    bytes=$(wc -c <t.db)
    case $((variant % 3)) in
    0) head -c "$(draws $variant 1 "$bytes")" $form.db >t.db ;;
    1) flip t.db "$(draws $variant 1 "$bytes")" $((variant / 3 % 8)) ;;
    2) for at in $(draws $variant 12 "$bytes"); do flip t.db "$at" $((at % 8)); done ;;
    esac
    for command in $commands; do
        ask "$command"
        is=$?
        if [ "$is" = 0 ]; then
            cmp -s "right.$form.$command" "answer.$command" || complain "variant $variant: $command: another answer"
        else
            refused=$((refused + 1))
            [ "$is" = 1 ] || complain "variant $variant: $command: exit $is: $(head -c 300 err.txt)"
            [ "$(wc -l <err.txt)" = 1 ] || complain "variant $variant: $command: $(head -c 300 err.txt)"
        fi
        [ "$command" != merge ] || [ "$is" = 0 ] || [ ! -e all.db ] || complain "variant $variant: a refused merge leaves its output"
    done
done
[ "$refused" -gt "$variant" ] || complain "only $refused of $((7 * variant)) questions were refused"

# ---- check and repair ----
# same DB WHY: the store holds what the whole one holds, and is whole.
same() {
    "$DSE" query "$1" --columns all --format csv | cmp -s right.query - || complain "$2: other points"
    "$DSE" check "$1" --all >out.txt 2>err.txt || complain "$2: not whole: $(cat out.txt err.txt)"
    tail -n 1 out.txt | grep -qx "$1: is whole" || complain "$2: $(cat out.txt)"
}
cp whole.db t.db
same t.db "untouched"
grep -q '^  64 rows priced again: all the same' out.txt || complain "check --all: $(cat out.txt)"

# lost PATTERN: check refuses t.db with a matching line, and repairs it.
lost() {
    "$DSE" check t.db >out.txt 2>err.txt
    [ $? = 1 ] || complain "check finds t.db whole: no $1"
    grep -q -- "$1" out.txt || complain "check: no \"$1\" in: $(cat out.txt)"
    [ "$(cat err.txt)" = "t.db: is not whole: dse check --repair t.db prices what is lost again" ] || complain "check: $(cat err.txt)"
    "$DSE" check t.db --repair >out.txt 2>err.txt || complain "repair: $(cat out.txt err.txt)"
    same t.db "repaired: $1"
    rm -f t.db.damaged
}
page=16384
pages=$((size / page))
points=$(sqlite3 whole.db "SELECT pageno FROM dbstat WHERE name = 'point' AND pagetype = 'leaf' LIMIT 1 OFFSET 1" 2>/dev/null)
cp whole.db t.db
flip t.db $(((${points:-$pages} - 1) * page + 5000)) 3
lost ' are lost$'
head -c $((size - 5000)) whole.db >t.db
lost "pages, of which 1 are missing or fail their checksum: $pages"
head -c $((size - 2 * page)) whole.db >t.db
lost "is damaged"

# What an earlier repair kept is not overwritten.
head -c $((size - 5000)) whole.db >t.db
cp t.db cut.db
echo kept >t.db.damaged
"$DSE" check t.db --repair >out.txt 2>err.txt
[ $? = 2 ] || complain "repair beside t.db.damaged: $(cat out.txt err.txt)"
[ "$(cat err.txt)" = "t.db.damaged: is there already, and the damaged file would be kept there: move or remove it" ] ||
    complain "repair beside t.db.damaged: $(cat err.txt)"
[ "$(cat t.db.damaged)" = kept ] || complain "repair overwrites t.db.damaged"
cmp -s t.db cut.db || complain "repair changes t.db although it refuses"
rm t.db.damaged

# Another program's writes are noticed, and its file can be read by it.
if sqlite3 --version >/dev/null 2>&1; then
    [ "$(sqlite3 whole.db 'PRAGMA integrity_check; SELECT count(*) FROM point')" = "$(printf 'ok\n64')" ] ||
        complain "sqlite3 does not read the store"
    cp whole.db t.db
    sqlite3 t.db "UPDATE point SET tokens_per_s = 1 WHERE point = 5"
    ask query && complain "a changed value is an answer"
    grep -q 'another program has written into the store' err.txt || complain "a changed value: $(cat err.txt)"
    lost 'another program has written'
    cp whole.db t.db
    sqlite3 t.db "DELETE FROM point WHERE point BETWEEN 20 AND 30"
    lost 'another program has written'
    # A link to the store: the store is repaired, and the link stays one.
    cp whole.db real.db
    ln -s real.db link.db
    sqlite3 real.db "DELETE FROM point WHERE point BETWEEN 20 AND 30"
    "$DSE" check link.db --repair >out.txt 2>err.txt || complain "a link: $(cat err.txt)"
    [ -L link.db ] || complain "a link: is no link any more"
    "$DSE" check real.db --all >/dev/null 2>err.txt || complain "a link: the store: $(cat err.txt)"
    "$DSE" check real.db.damaged >/dev/null 2>&1 && complain "a link: the damaged file is not kept"
    # Right rows with an index of a user: only the checksums are missing.
    cp whole.db t.db
    sqlite3 t.db "CREATE INDEX mine ON point(tpot_s)"
    lost 'another program has written'
    [ "$(sqlite3 t.db "SELECT count(*) FROM sqlite_master WHERE name = 'mine'")" = 1 ] || complain "a user's index is gone"
    grep -q damaged out.txt && complain "an index is damage: $(cat out.txt)"

    # Stores of older versions have no checksums, but their rows are counted.
    cp whole.db t.db
    as_old t.db
    for command in $commands; do
        ask "$command" || complain "an older store: $command: $(cat err.txt)"
        cmp -s "right.$command" "answer.$command" || complain "an older store: $command: another answer"
    done
    same t.db "an older store"
    grep -q 'without checksums' out.txt || complain "an older store: $(cat out.txt)"
    sqlite3 t.db "DELETE FROM point WHERE point = 17"
    for command in $commands; do
        ask "$command" && complain "an older store without point 17: $command answers"
        grep -q 'is damaged: .*dse check --repair t.db$' err.txt || complain "an older store without point 17: $command: $(cat err.txt)"
    done
    for command in 'compare t.db whole.db' 'compare whole.db t.db --exit-code' 'query t.db --sql SELECT(1)' 'sweep small.yaml --quiet --db t.db'; do
        # shellcheck disable=SC2086
        "$DSE" $command >out.txt 2>err.txt
        [ $? = 1 ] && [ ! -s out.txt ] || complain "an older store without point 17: $command: $(cat out.txt)"
        [ "$(cat err.txt)" = 't.db: is damaged: run small has 63 of 64 points: run dse check --repair t.db' ] ||
            complain "an older store without point 17: $command: $(cat err.txt)"
    done
    lost 'point 17 is lost'
fi
exit $failed
