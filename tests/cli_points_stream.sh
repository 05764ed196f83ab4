#!/bin/sh
# eval --points -: a driver asks row by row; each row is answered before the next is read, in order,
# with the bytes of a list; a mistake is answered in its place.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_points_stream: %s\n' "$*"; failed=1; }

# A driver that asks the next row only after the answer to the last: blocks if nothing is flushed.
mkfifo ask tell
talk() { # ANSWER-LINES-BEFORE-THE-FIRST-ROW, rows on standard input
    exec 4>ask 5<tell
    printf '%s' "$2" >&4
    for _ in $1; do IFS= read -r line <&5 && printf '%s\n' "$line"; done
    while IFS= read -r row; do
        printf '%s\n' "$row" >&4
        IFS= read -r line <&5 && printf '%s\n' "$line"
    done
    exec 4>&- 5<&-
}
cat >rows.csv <<'END'
id,model,chip,plan.devices,workload.context,workload.batch
"a ""quoted"" id",llama-3.1-8b,h100,1,4096,16
b,llama-3.1-8b,h100,1,8192,16
c,llama-3.1-8b,h200,1,,16
END
"$DSE" eval --points - <ask >tell 2>err.txt &
sed 1d rows.csv | talk header "$(head -n 1 rows.csv)
" >talked.csv
wait $! || complain "CSV: status $?: $(cat err.txt)"
"$DSE" eval --points rows.csv >list.csv || complain "list: status $?"
cmp list.csv talked.csv || complain "CSV: other bytes than a list"

cat >rows.jsonl <<'END'
{"id": 1, "model": "llama-3.1-8b", "chip": "h100", "plan.devices": 1, "workload.context": 4096, "workload.batch": 16}
{"id": 2, "model": "llama-3.1-8b", "chip": "h100", "plan.devices": 1, "workload.context": "8 kx", "workload.batch": 16}
{"id": 3,
{"id": 4, "model": null, "workload.context": 8192}
{"id": 5, "mdel": 1}
{"id": [6]}
7
{"id": 8, "model": "llama-3.1-8b", "chip": "h100", "plan.devices": 1, "workload.context": 8192, "workload.batch": 16}
END
"$DSE" eval --points - <ask >tell 2>err.txt &
talk '' '' <rows.jsonl >talked.jsonl
wait $!
got=$?
[ "$got" -eq 2 ] || complain "JSON with mistakes: status $got, not 2"
[ ! -s err.txt ] || complain "JSON: $(cat err.txt)"
[ "$(wc -l <talked.jsonl)" -eq 8 ] || complain "JSON: $(wc -l <talked.jsonl) answers to 8 rows"
answer() { # LINE PATTERN
    sed -n "$1p" talked.jsonl | grep -qE -e "$2" || complain "answer $1: $(sed -n "$1p" talked.jsonl | cut -c 1-200): not $2"
}
answer 1 '^\{"id": 1, "model": "llama-3.1-8b", .*"workload.context": 4096, .*"verdict": "ok", .*"tpot_s": 0.00708533.*"chosen_tp": 1, .*"reason": ""'
answer 2 '^\{"id": 2, .*"8 kx", .*"error": "-:2:[0-9]+: workload.context: .*"\}$'
answer 3 '^\{"error": "-:3:[0-9]+: .*JSON"\}$'
answer 4 '^\{"id": 4, "model": null, "workload.context": 8192, "verdict": '
answer 5 '^\{"id": 5, "mdel": 1, "error": "-:5:[0-9]+: mdel: .*model.*"\}$'
answer 6 '^\{"error": "-:6:[0-9]+: id: is no single value'
answer 7 '^\{"error": "-:7:1: not an object'
answer 8 '"tpot_s": 0.00964949'

# The form of the answers can be chosen.
sed -n '1p;8p' rows.jsonl | "$DSE" eval --points - --format csv >out.csv 2>err.txt || complain "JSON to CSV: status $?: $(cat err.txt)"
[ "$(wc -l <out.csv)" -eq 3 ] || complain "JSON to CSV: $(wc -l <out.csv) lines"
"$DSE" eval --points - --format jsonl <rows.csv >out.jsonl || complain "CSV to JSON: status $?"
[ "$(wc -l <out.jsonl)" -eq 3 ] || complain "CSV to JSON: $(wc -l <out.jsonl) lines"

# refused PATTERN ANSWERS FORMAT TEXT: one line on standard error, status 2, ANSWERS lines before it.
refused() {
    # shellcheck disable=SC2059
    printf "$4" | "$DSE" eval --points - --format "$3" >out.txt 2>err.txt
    got=$?
    [ "$got" -eq 2 ] || complain "$4: status $got, not 2"
    [ "$(wc -l <out.txt)" -eq "$2" ] || complain "$4: $(wc -l <out.txt) lines, not $2"
    [ "$(wc -l <err.txt)" -eq 1 ] || complain "$4: $(cat err.txt)"
    grep -qE -e "^$1" err.txt || complain "$4: $(cat err.txt): not $1"
}
refused '-:3:2: workload.context: ' 2 csv 'model,workload.context\nllama-3.1-8b,8192\n,x\n,4096\n'
refused '-:3: the row has 3 cells: write 2' 2 csv 'model,workload.context\nllama-3.1-8b,8192\n,1,2\n'
refused '-:1:1: mdel: unknown name: did you mean "model"' 0 csv 'mdel,workload.context\nllama-3.1-8b,8192\n'
refused '-:2:1: other keys' 2 csv '{"workload.context": 8192}\n{"chip": "h100"}\n'
refused '-: the input is empty' 0 csv ''
refused 'dse eval: --format: --points - answers row by row: give csv or jsonl' 0 md 'chip\nh100\n'
exit "$failed"
