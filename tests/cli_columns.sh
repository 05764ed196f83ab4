#!/bin/sh
# A store in columns gives the answers of one in rows: every command, shards, a kill in between.
set -u
work=$(mktemp -d) || exit 1
trap 'kill "$!" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_columns: %s\n' "$*"; failed=1; }

cat >rows.yaml <<'Y'
study: two-forms
models: [gpt3-175b, deepseek-r1]
chip: b200-paper
workload: {batch: max, tpot: 50 ms}
plan: {devices: 32}
sweep:
  workload.context: [2048, 8192, 32768]
  engine: [none, attacc, duplex]
  chip.memory_byte_per_s: {from: 2 TB/s, to: 40 TB/s, steps: 16}
  chip.memory_byte: {from: 40 GB, to: 480 GB, steps: 10}
objectives: [+tokens_per_s, -system_cost_usd]
keep: all
Y
(cat rows.yaml && echo 'store: columns') >columns.yaml
"$DSE" sweep rows.yaml --db rows.db --quiet >/dev/null || complain "the sweep into rows fails"
"$DSE" sweep columns.yaml --db columns.db --quiet >/dev/null || complain "the sweep into columns fails"

# equal DB WHAT ARGUMENT...: the same output for rows.db and DB
equal() {
    db=$1 what=$2
    shift 2
    "$DSE" "$what" rows.db "$@" >rows.out 2>&1
    a=$?
    "$DSE" "$what" "$db" "$@" >columns.out 2>&1
    [ $? -eq $a ] || complain "$what $* of $db: another exit status than with rows"
    sed "s/$db/rows.db/g" columns.out | cmp -s - rows.out || complain "$what $* of $db: another answer than with rows"
}

equal columns.db query --columns all --format csv
equal columns.db query --where 'verdict = ok and tpot_s < 40 ms' --sort tokens_per_s:desc --top 7
equal columns.db query --match model=deepseek --columns point,model,verdict,reasons --format md
equal columns.db query --sql 'SELECT engine, count(*), max(tokens_per_s) FROM feasible GROUP BY engine'
equal columns.db query --sql 'SELECT engine, verdict, model, count(*) FROM point GROUP BY engine, verdict, model'
equal columns.db query --sql 'SELECT * FROM verdicts'
equal columns.db query --sql "SELECT name, unit FROM about ORDER BY name"
equal columns.db pareto
equal columns.db payoff
equal columns.db eval --point 1234
equal columns.db recommend
[ "$(stat -c %s columns.db)" -lt "$(stat -c %s rows.db)" ] || complain "columns take more bytes than rows"

# Other clients see the same points.
cat >other.py <<'P'
import sqlite3
def rows(path, what):
    cursor = sqlite3.connect(path).execute(what)
    return [d[0] for d in cursor.description], cursor.fetchall()
for what in ("SELECT * FROM point WHERE point % 97 = 0 ORDER BY id",
             "SELECT model, engine, verdict, count(*), max(tokens_per_s) FROM point GROUP BY 1, 2, 3",
             "SELECT * FROM verdicts", "SELECT count(*) FROM feasible"):
    if rows("rows.db", what) != rows("columns.db", what):
        print("another client gets another answer:", what)
P
python3 other.py >other.out 2>&1
[ ! -s other.out ] || complain "$(cat other.out)"

# Shards, in any order, and once more.
for i in 1 2 3; do "$DSE" sweep columns.yaml --shard $i/3 --db part$i.db --quiet >/dev/null; done
"$DSE" merge all.db part2.db part3.db part1.db >/dev/null || complain "the merge fails"
equal all.db query --columns all --format csv
"$DSE" merge all.db part1.db part2.db >/dev/null || complain "the second merge fails"
equal all.db query --columns all --format csv

# Killed in between: the same command goes on. --jobs 1 and a study of more points, to be in time.
sed 's/steps: 16/steps: 40/; s/steps: 10/steps: 100/' columns.yaml >large.yaml
"$DSE" sweep large.yaml --db whole.db --quiet >/dev/null
"$DSE" query whole.db --columns all --format csv >whole.csv
for wait in .05 .1 .2 .3; do
    "$DSE" sweep large.yaml --db killed.db --jobs 1 --quiet >/dev/null 2>&1 &
    sleep $wait
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
done
"$DSE" sweep large.yaml --db killed.db --quiet >/dev/null || complain "a killed sweep cannot go on"
"$DSE" query killed.db --columns all --format csv >killed.csv
cmp -s whole.csv killed.csv || complain "a killed sweep leaves other points"

# What does not go together.
refused() {
    "$DSE" "$@" >out 2>err && complain "$*: is accepted"
    [ "$(wc -l <err)" -eq 1 ] && grep -q "$words" err || complain "$*: $(cat err)"
}
sed 's/keep: all/keep: front/' columns.yaml >front.yaml
words='front.yaml:13:8: store: columns cannot lose points, and keep: front does: write store: rows'
refused sweep front.yaml --db front.db
[ ! -e front.db ] || complain "a refused study leaves a store"
(sed 's/keep: all/keep: front/; s/two-forms/a-front/' rows.yaml) >front.yaml
words='columns.db: keeps its points in columns, and keep: front needs rows: give another file'
refused sweep front.yaml --db columns.db
# The first run of a file decides, and the sweep says so where a study asks for the other form.
# said FILE WORDS: what sweeping other.yaml into it says; nothing if WORDS is empty.
said() {
    "$DSE" sweep other.yaml --db "$1" --quiet >out 2>err || complain "another form in $1: $(cat err)"
    printf '%s' "${2:+$1: stores points in $2: give another file
}" | cmp -s - err || complain "another form in $1: \"$(cat err)\", not \"$2\""
}
cp rows.db rows-first.db
cp columns.db columns-first.db
sed 's/two-forms/other/; s/steps: 1.}/steps: 2}/' columns.yaml >other.yaml
said rows-first.db 'rows, as its first run did, not in columns, as the study says'
said columns-first.db ''
sed -i 's/store: columns/store: rows/; s/study: other/study: third/' other.yaml
said columns-first.db 'columns, as its first run did, not in rows, as the study says'
sed -i '/^store/d; s/study: third/study: fourth/' other.yaml
said columns-first.db ''
sed 's/two-forms/another/' columns.yaml >another.yaml
"$DSE" sweep another.yaml --db another.db --quiet >/dev/null
words='another.db: keeps its points in columns, and rows.db in rows: merge them into different files'
refused merge rows.db another.db

exit $failed
