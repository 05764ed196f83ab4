#!/bin/sh
# A study's own evaluator: protocol, answers by content, failures, resuming, seeds, scenarios, refusals.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_evaluator: %s\n' "$*"; failed=1; }

# study SEARCH: 120 designs, which a search with these options sweeps.
study() {
    cat <<Y
study: own
model: deepseek-r1
chip: h200
precision: {weight: fp8, kv: fp8, math: fp8}
workload: {batch: 16, context: 8192}
plan: {devices: 16, tp: 1, dp: 16}
sweep:
  chip.memory_byte_per_s: [2 TB/s, 3 TB/s, 4 TB/s, 5 TB/s, 6 TB/s, 8 TB/s]
  chip.link_byte_per_s: [100 GB/s, 200 GB/s, 400 GB/s, 800 GB/s, 1600 GB/s]
  chip.compute_units: [33, 66, 99, 132]
objectives: [+tokens_per_s, -system_cost_usd]
search: {$1}
Y
}
few() { study "$1" | sed 's/^  chip.link.*//; s/^  chip.memory_byte_per_s.*/  chip.memory_byte_per_s: [2 TB\/s, 4 TB\/s, 8 TB\/s]/'; }
sql() { "$DSE" query "$1" --sql "$2" --format csv | tail -n +2; }
points() { sql "$1" 'SELECT * FROM point ORDER BY id'; }
same() { # A B WHY
    points "$1" >a.csv
    points "$2" >b.csv
    [ -s a.csv ] || complain "$3: $1 is empty"
    cmp -s a.csv b.csv || complain "$3: the points are not the same"
}
asked() { if [ -e asked ]; then wc -l <asked | tr -d ' '; else echo 0; fi; }
sweep() { # NAME [OPTION...]: sweeps NAME.yaml into NAME.db
    name=$1
    shift
    "$DSE" sweep "$name.yaml" --db "$name.db" --quiet "$@" >said 2>&1
}
refused() { # TEXT COMMAND...: fails and says so
    text=$1
    shift
    "$@" >said 2>&1 && complain "$*: does not fail"
    grep -qF -- "$text" said || complain "$*: does not say $text: $(cat said)"
}

# evaluator NAME: a program that notes each question in `asked`, has its id and the tokens_per_s of dse,
# and does what stands on standard input.
evaluator() {
    cat >"$1" <<'S'
#!/bin/sh
after() { rest=${line#*"\"$1\": "}; rest=${rest%%[,\}]*}; }
answer() { printf '{"id": %s, "metrics": {"tokens_per_s": %s}}\n' "$id" "$tokens"; }
while IFS= read -r line; do
    printf '%s\n' "$line" >>asked
    after id; id=$rest
    after tokens_per_s; tokens=$rest
S
    cat >>"$1"
    echo 'done' >>"$1"
    chmod +x "$1"
}
evaluator echo.sh <<'S'
    answer
S
options='command: ./echo.sh, answers: [tokens_per_s]'

# ---- protocol: an evaluator that answers as dse does gives the rows of dse ----
few "strategy: grid" >plain.yaml
few "strategy: grid, evaluator: {$options}" >grid.yaml
sweep plain || complain "plain fails"
sweep grid || complain "grid fails: $(cat said)"
[ "$(asked)" = 12 ] || complain "12 points, $(asked) questions"
values='SELECT id, chip_memory_byte_per_s, chip_compute_units, plan_tp, tokens_per_s, system_cost_usd, verdict FROM point ORDER BY id'
[ "$(sql plain.db "$values")" = "$(sql grid.db "$values")" ] || complain "other values than dse has"
[ "$(sql grid.db 'SELECT DISTINCT evaluated_by FROM point')" = './echo.sh: tokens_per_s' ] ||
    complain "evaluated_by: $(sql grid.db 'SELECT DISTINCT evaluated_by FROM point')"
[ "$(sql grid.db 'SELECT count(*) FROM point WHERE tpot_s IS NOT NULL OR usd_per_mtok IS NOT NULL')" = 0 ] ||
    complain "metrics that the evaluator did not answer have values"
for part in '{"id": 0, "parameters": {"model": "deepseek-r1",' '"chip.memory_byte_per_s": 2000000000000,' '"plan.tp": 1,' \
    '"plan.dp": 16,' '"batch": 16, "dse": {"verdict": "ok", '; do
    head -n 1 asked | grep -qF -- "$part" || complain "the question lacks $part"
done
grep -q 'echo.sh: 12 questions asked, 0 answers known before' said || complain "counts: $(cat said)"

# Bare text is a command, and answers all objectives.
few 'strategy: grid, evaluator: ./echo.sh' >bare.yaml
refused 'answered no number for metrics.system_cost_usd' "$DSE" sweep bare.yaml --db bare.db --quiet
[ -e bare.db ] && complain "an evaluator that never answered leaves a store"

# ---- answers by content ----
rm -f asked
few "strategy: grid, evaluator: {$options, cache: grid.answers.jsonl}" >again.yaml
sweep again || complain "again fails"
[ "$(asked)" = 0 ] || complain "known answers were asked for again: $(asked)"
same grid.db again.db "answers of a file"
sed -i '5d' grid.answers.jsonl # one is lost, and one was cut off by a full disk
printf '{"key": "abc", "answ' >>grid.answers.jsonl
rm again.db
sweep again || complain "a cut line: $(cat said)"
[ "$(asked)" = 1 ] || complain "one answer was lost, $(asked) questions"
same grid.db again.db "a lost answer"
few "strategy: grid, evaluator: {$options, cache: grid.answers.jsonl}" | sed 's/compute_units: \[33,/compute_units: [44,/' >other.yaml
rm -f asked
sweep other || complain "other fails"
[ "$(asked)" = 3 ] || complain "3 of 12 points are new, $(asked) questions"
echo '# changed' >>echo.sh
refused 'was priced with another version of ./echo.sh' "$DSE" sweep grid.yaml --db grid.db --quiet
rm -f asked again.db
sweep again || complain "a changed program: $(cat said)"
[ "$(asked)" = 12 ] || complain "a changed program: 12 points, $(asked) questions"
cp grid.answers.jsonl bad.jsonl
echo 'nonsense' >>bad.jsonl
few "strategy: grid, evaluator: {$options, cache: bad.jsonl}" >bad.yaml
refused "bad.jsonl:$(wc -l <bad.jsonl | tr -d ' '): " "$DSE" sweep bad.yaml --db bad.db --quiet

# ---- failures: each leaves the point with the verdict evaluator, and all others their values ----
evaluator odd.sh <<'S'
    case $id in
    0) answer ;;
    1) echo hello ;;
    2) printf '{"id": 2, "metrics": {"tokens_per_s": NaN}}\n' ;;
    3) printf '{"id": 3, "metrics": {"tokens_per_s": 1e999}}\n' ;;
    4) printf '{"id": 4, "metrics": {}}\n' ;;
    5) printf '{"id": 6, "metrics": {"tokens_per_s": 7}}\n' ;;
    6) printf '{"id": 6, "error": "no licence"}\n' ;;
    7) printf '{"id": 7, "verdict": "broken", "metrics": {"tokens_per_s": 7}}\n' ;;
    8) kill -9 $$ ;;
    9) exit 3 ;;
    10) printf '{"id": 10, "verdict": "memory"}\n' ;;
    11) printf '{"id": 11, "verdict": "ok", "metrics": {"tokens_per_s": 7}}\n{"id": 12}\n' ;;
    esac
S
few 'strategy: grid, evaluator: {command: ./odd.sh, answers: [tokens_per_s], retries: 0}' >odd.yaml
sweep odd || complain "odd fails: $(cat said)"
verdicts=$(sql odd.db 'SELECT verdict FROM point ORDER BY id' | tr '\n' ' ')
[ "$verdicts" = 'ok evaluator evaluator evaluator evaluator evaluator evaluator evaluator evaluator evaluator memory ok ' ] ||
    complain "verdicts: $verdicts"
[ "$(sql odd.db "SELECT count(*) FROM point WHERE verdict = 'evaluator' AND tokens_per_s IS NOT NULL")" = 0 ] ||
    complain "a point without an answer has a value"
for why in 'answered \"hello\", which is no JSON object' 'answered no number for metrics.tokens_per_s' \
    'answered the id 6 to the question 5' 'answered the error \"no licence\"' \
    'answered the verdict \"broken\", which is none of dse' 'was ended by signal 9' 'ended with status 3 before it answered'; do
    grep -qF -- "$why" odd.answers.jsonl || complain "the file of answers does not say $why"
done
grep -q '9 without an answer: it ' said || complain "the summary hides failures: $(cat said)"
"$DSE" pareto odd.db --format csv | grep -q evaluator && complain "a point without an answer is on the front"

# One that answers no longer ends the sweep; nothing is lost, and the same command goes on.
evaluator licence.sh <<'S'
    [ -e down ] && [ "$id" -gt 7 ] && exit 3
    answer
S
few 'strategy: grid, evaluator: {command: ./licence.sh, answers: [tokens_per_s]}' >licence.yaml
: >down
refused 'has answered none of the last 4 questions: point 8: it ended with status 3' "$DSE" sweep licence.yaml --db licence.db --quiet
[ "$(sql licence.db 'SELECT count(*) FROM point')" = 8 ] || complain "answers before the failure are lost"
rm -f down asked
sweep licence || complain "does not go on after a failure: $(cat said)"
[ "$(asked)" = 4 ] || complain "4 answers were missing, $(asked) questions"
[ "$(sql licence.db "$values")" = "$(sql plain.db "$values")" ] || complain "other values after a failure"

# An error that it tells is not asked for again.
evaluator error.sh <<'S'
    [ "$id" = 5 ] && printf '{"id": 5, "error": "diverged"}\n' || answer
S
few 'strategy: grid, evaluator: {command: ./error.sh, answers: [tokens_per_s]}' >error.yaml
rm -f asked
sweep error || complain "error fails: $(cat said)"
[ "$(asked)" = 12 ] || complain "an error of 12 points: $(asked) questions"
grep -q '1 without an answer: it answered the error "diverged"' said || complain "an error: $(cat said)"
rm -f asked error.db
sweep error || complain "error again fails: $(cat said)"
[ "$(asked)" = 0 ] || complain "a known error is asked for again"
few "strategy: grid, evaluator: {$options, cache: /dev/null}" >null.yaml
refused '/dev/null: is no file' "$DSE" sweep null.yaml --db null.db --quiet

# One that crashes once is asked again.
evaluator once.sh <<'S'
    [ -e crashed ] || { : >crashed; kill -9 $$; }
    answer
S
few 'strategy: grid, evaluator: {command: ./once.sh, answers: [tokens_per_s]}' >once.yaml
rm -f asked
sweep once || complain "once fails: $(cat said)"
[ "$(asked)" = 13 ] || complain "crashed once: $(asked) questions, not 13"
[ "$(sql once.db "$values")" = "$(sql plain.db "$values")" ] || complain "crashed once: other values"
# One that answers a question and ends is started for each.
evaluator single.sh <<'S'
    answer
    exit
S
few 'strategy: grid, evaluator: {command: ./single.sh, answers: [tokens_per_s], retries: 0}' >single.yaml
sweep single || complain "single fails: $(cat said)"
[ "$(sql single.db "$values")" = "$(sql plain.db "$values")" ] || complain "a process for each answer: other values"

# One that hangs is ended, with what it has started.
evaluator hang.sh <<'S'
    if [ "$id" = 2 ]; then
        sleep 1000 &
        echo $! >sleeper
        wait
    fi
    answer
S
few 'strategy: grid, evaluator: {command: ./hang.sh, answers: [tokens_per_s], retries: 0, timeout: 5}' >hang.yaml
sweep hang || complain "hang fails: $(cat said)"
[ "$(sql hang.db 'SELECT verdict FROM point WHERE id % 1000000 = (SELECT min(id) FROM point) % 1000000 + 2')" = evaluator ] ||
    complain "a question without an answer has one"
[ "$(sql hang.db "SELECT count(*) FROM point WHERE verdict = 'ok'")" = 11 ] || complain "a timeout loses other points"
grep -q 'it gave no answer within 5 s' said || complain "timeout: $(cat said)"
tries=0
while kill -0 "$(cat sleeper)" 2>/dev/null && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
[ "$tries" -lt 100 ] || complain "what the evaluator started outlives it"

# One that cannot be run, or never answers, ends the sweep, and nothing is written.
few 'strategy: grid, evaluator: {command: ./absent.sh, answers: [tokens_per_s]}' >absent.yaml
refused 'absent.yaml:12:37: search.evaluator: ./absent.sh cannot be run: No such file' "$DSE" sweep absent.yaml --db absent.db --quiet
few 'strategy: grid, evaluator: {command: no-such-simulator, answers: [tokens_per_s]}' >absent.yaml
refused 'no-such-simulator cannot be run' "$DSE" sweep absent.yaml --db absent.db --quiet
few 'strategy: grid, evaluator: {command: "exit 3", answers: [tokens_per_s]}' >never.yaml
refused 'has not answered a single question: point 0: it ended with status 3' "$DSE" sweep never.yaml --db never.db --quiet
[ -e absent.db ] || [ -e never.db ] && complain "a sweep that fails leaves a store"

# ---- multifidelity: the same points with the same seed, in any way ----
rm -f asked
study "budget: 24, evaluator: {$options}" >one.yaml
study "budget: 24, evaluator: {$options, processes: 4}" >four.yaml
sweep one --jobs 1 || complain "one fails: $(cat said)"
n=$(sql one.db 'SELECT count(*) FROM point')
{ [ "$(asked)" = "$n" ] && [ "$n" -le 24 ]; } || complain "a budget of 24: $n points, $(asked) questions"
sweep four --jobs 4 || complain "four fails: $(cat said)"
same one.db four.db "threads and processes"
cp one.yaml seed.yaml
sweep seed --seed 2 || complain "seed fails"
[ "$(points one.db)" != "$(points seed.db)" ] || complain "another seed gives the same points"
study "evaluator: {$options}" >share.yaml
sweep share || complain "share fails: $(cat said)"
[ "$(sql share.db 'SELECT count(*) FROM point')" = 12 ] || complain "a tenth of 120 points is $(sql share.db 'SELECT count(*) FROM point')"
"$DSE" sweep share.yaml --db shown.db 2>&1 | grep -q 'asks ./echo.sh for 12 points' || complain "does not say how much it asks for"
# dse is right here, so the whole front of the grid is found, and then no more is asked.
study 'strategy: grid' >all.yaml
sweep all || complain "all fails"
front() { "$DSE" pareto "$1" --format csv | sed '1d; s/^[0-9]*,//' | sort; }
front all.db >front.csv
front one.db >found.csv
{ [ "$(wc -l <front.csv)" -gt 5 ] && cmp -s front.csv found.csv; } ||
    complain "with the truth as cheap level, $(comm -12 front.csv found.csv | wc -l) of the $(wc -l <front.csv) designs of the front"

# Other strategies ask too.
for strategy in random sobol lhs nsga2 local; do
    study "strategy: $strategy, budget: 16, evaluator: {$options, cache: one.answers.jsonl}" >$strategy.yaml
    sweep $strategy || complain "$strategy fails: $(cat said)"
    [ "$(sql $strategy.db 'SELECT count(*) FROM point')" = 16 ] || complain "$strategy: not 16 points"
done

# ---- killed, it goes on, and asks for nothing that it knows ----
evaluator slow.sh <<'S'
    sleep 0.1
    answer
S
for search in "budget: 24" "strategy: grid"; do
    study "$search, evaluator: {command: ./slow.sh, answers: [tokens_per_s], cache: whole.jsonl}" | sed '/chip.link/d' >whole.yaml
    study "$search, evaluator: {command: ./slow.sh, answers: [tokens_per_s]}" | sed '/chip.link/d' >killed.yaml
    rm -f asked whole.db killed.db whole.jsonl killed.answers.jsonl
    sweep whole || complain "whole fails: $(cat said)"
    n=$(asked)
    rm -f asked
    for signal in KILL INT; do
        "$DSE" sweep killed.yaml --db killed.db --quiet >/dev/null 2>&1 &
        before=$(asked)
        while kill -0 $! 2>/dev/null && [ "$(asked)" -lt $((before + 6)) ]; do sleep 0.02; done
        kill -$signal $!
        wait $! 2>/dev/null
    done
    sweep killed || complain "does not go on after a kill: $(cat said)"
    same whole.db killed.db "killed and resumed, $search"
    [ "$(asked)" -le $((n + 2)) ] || complain "$search: two ends, $n points, but $(asked) questions"
done

# ---- scenarios, constraints ----
rm -f asked
few "strategy: grid, evaluator: {$options}" >scenarios.yaml
echo 'scenarios: {long: {workload: {context: 32768}}}' >>scenarios.yaml
sweep scenarios || complain "scenarios fails: $(cat said)"
[ "$(sql scenarios.db 'SELECT scenario, count(*) FROM point GROUP BY scenario' | tr '\n' ' ')" = 'base,12 long,12 ' ] ||
    complain "scenarios: $(sql scenarios.db 'SELECT scenario, count(*) FROM point GROUP BY scenario')"
[ "$(asked)" = 24 ] || complain "two scenarios of 12 points: $(asked) questions"
evaluator seven.sh <<'S'
    tokens=7
    [ "$id" = 3 ] && tokens=5
    answer
S
few 'strategy: grid, evaluator: {command: ./seven.sh, answers: [tokens_per_s]}' >limits.yaml
echo 'constraints: [tokens_per_s >= 6]' >>limits.yaml
sweep limits || complain "limits fails: $(cat said)"
[ "$(sql limits.db 'SELECT verdict, count(*) FROM point GROUP BY verdict ORDER BY 1' | tr '\n' ' ')" = 'constraint,1 ok,11 ' ] ||
    complain "a constraint on an answer: $(sql limits.db 'SELECT verdict, tokens_per_s FROM point')"

# ---- what would price again with dse is refused; what only reads works; nothing else runs the program ----
why='its points are answers of "./echo.sh"'
refused "$why" "$DSE" payoff one.db
refused "$why" "$DSE" report one.db
refused "$why" "$DSE" recommend one.db --engine attention
refused "$why" "$DSE" eval one.db --point 3
refused "$why" "$DSE" compare one.db one.db
refused 'search.evaluator: tasks cannot share its answers' "$DSE" submit grid.yaml --dry-run
refused 'search.evaluator' "$DSE" sweep one.yaml --shard 1/2 --db part.db
"$DSE" check one.db >said 2>&1 || complain "check fails: $(cat said)"
grep -qF 'rows are answers of ./echo.sh: not priced again' said || complain "check: $(cat said)"
"$DSE" merge merged.db one.db >said 2>&1 || complain "merge fails: $(cat said)"
rm -f asked
"$DSE" sweep one.yaml --dry-run >/dev/null 2>&1 || complain "--dry-run fails"
"$DSE" eval one.yaml --set chip.memory_byte_per_s=4e12 >/dev/null 2>&1
[ "$(asked)" = 0 ] || complain "--dry-run or eval asks the evaluator"

# ---- mistakes ----
mistake() { # SEARCH TEXT
    few "$1" >wrong.yaml
    "$DSE" sweep wrong.yaml --db wrong.db --quiet >said 2>&1
    [ $? = 2 ] || complain "$1: the status is not 2"
    grep -qF -- "$2" said || complain "$1: $(cat said)"
    [ -e wrong.db ] && complain "$1: leaves a store"
}
mistake 'strategy: multifidelity' 'search.strategy: multifidelity needs two models'
mistake 'strategy: exact, evaluator: ./echo.sh' 'search.strategy: exact has no bounds of an evaluator'
mistake 'evaluator: {command: ./echo.sh, answers: [tokens_per_sec]}' 'did you mean "tokens_per_s"?'
mistake 'evaluator: {command: ./echo.sh, answers: [verdict]}' 'verdict'
mistake 'evaluator: {command: ./echo.sh, answers: [tpot_s, tpot_s]}' 'tpot_s is given twice'
mistake 'evaluator: {answers: [tpot_s]}' 'command is missing'
mistake 'evaluator: {command: ./echo.sh, retry: 3}' 'search.evaluator.retry: unknown name'
mistake 'evaluator: {command: ./echo.sh, retries: -1}' 'search.evaluator.retries'
mistake 'evaluator: [./echo.sh]' 'search.evaluator'
exit "$failed"
