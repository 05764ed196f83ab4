#!/bin/sh
# A call of the system that fails, once or from then on, while any command runs: the right answer, or
# one line and status 1; nothing is left behind, and the same command then succeeds, with the same
# points. So it does after a kill -9 before a call that changes a file. Each command is tried
# with some of the functions: at ten calls if it only reads, else at one. With FAULTS=N: at N calls of
# every function; with FAULTS=all: at every call, which takes minutes for each command, but with
# memory up to an hour if it writes. FAULT_COMMANDS, FAULT_CALLS: only these. FAULT_STEP=K: with
# FAULTS=all, every K-th call. FAULTS=places: at the first and the last call of each stack of callers.
# FAULTS=0: says how many calls and stacks there are.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_faults: %s\n' "$*"; failed=1; }
"${CC:-cc}" -std=gnu17 -shared -fPIC -O1 -o fail.so "$DSE_SOURCE/tests/fail_nth.c" -ldl 2>/dev/null || exit 77

# ---- what the commands read ----
mkdir in
# shellcheck source=tests/small_study.sh
. "$DSE_SOURCE/tests/small_study.sh"
small_study >in/small.yaml
{ cat in/small.yaml; echo 'store: columns'; } >in/columns.yaml
cat >in/search.yaml <<'S'
study: search
model: gpt3-175b
plan: {devices: 16}
objectives: [+tokens_per_s, -system_cost_usd]
keep: front
sweep:
  engine: [none, duplex]
  chip.memory_byte_per_s: {from: 4 TB/s, to: 8 TB/s}
search: {strategy: nsga2, budget: 32, population: 16}
S
cat >in/pools.yaml <<'S'
study: pools
chip: b200
model: deepseek-r1
workload: {phase: disaggregated, input: 4096, output: 512, batch: max, tpot: 50 ms}
plan: {devices: 32, tp: auto, dp: auto, ep: auto}
pools: {ffn: {devices: auto}, prefill: {devices: auto}}
sweep:
  engine: [none, duplex]
  pools.ffn.chip: [none, h200]
  pools.prefill.chip: [none, h200]
scenarios: {calibrated: {timing: calibrated}, cheap: {prices: {engine_premium: 1}}}
S
cat >in/traffic.yaml <<'S'
study: traffic
model: llama-3.1-70b
chip: h200
timing: calibrated
plan: {devices: 8, tp: 4}
pools: {prefill: {devices: auto}}
workload: {input: 1155, input_cv: 1, output: 211, output_cv: 0.8, requests_per_s: 8, ttft: 500 ms, ttft_percentile: 90, tpot: 50 ms}
sweep: {workload.phase: [serving, disaggregated]}
objectives: [+most_requests_per_s, -system_cost_usd]
S
printf 'model,workload.context,weight\ngpt3-175b,2048,1\ndeepseek-r1,8192,3\n' >in/mix.csv
mkdir -p in/measured/silicon
awk 'BEGIN {
    print "gpu,engine,engine_version,kernel_source,dtype,m,n,k,lat_us"
    for (m = 1; m <= 4096; m *= 8) for (n = 512; n <= 32768; n *= 8) for (k = 1024; k <= 16384; k *= 2)
        printf "h100,x,1,x,bfloat16,%d,%d,%d,%.9g\n", m, n, k, 5 + k / 2500 + m * n * k / 3e8 }' >in/measured/silicon/gemm.csv
printf 'workload.context,plan.devices\n4096,8\n8192,16\n' >in/points.csv
cat >in/ask.yaml <<'S'
study: ask
chip: h200
model: deepseek-r1
plan: {devices: 32}
sweep: {chip.compute_units: [66, 132]}
objectives: [+tokens_per_s]
search: {strategy: grid, evaluator: {command: ./answer.sh, answers: [tokens_per_s], cache: known.jsonl}}
S
cat >in/answer.sh <<'S'
#!/bin/sh
while IFS= read -r line; do
    id=${line#*'"id": '}
    printf '{"id": %s, "metrics": {"tokens_per_s": %s}}\n' "${id%%,*}" "${ANSWER-8}"
done
S
chmod +x in/answer.sh
cp "$DSE_SOURCE/tests/configs/deepseek-v3.json" in/config.json
(
    cd in || exit 1
    "$DSE" sweep small.yaml --db s.db --quiet >/dev/null || exit 1
    "$DSE" sweep columns.yaml --db c.db --quiet >/dev/null || exit 1
    "$DSE" sweep pools.yaml --db pools.db --quiet >/dev/null || exit 1
    for i in 1 2; do
        "$DSE" sweep small.yaml --shard $i/2 --db p$i.db --quiet >/dev/null || exit 1
        "$DSE" sweep columns.yaml --shard $i/2 --db q$i.db --quiet >/dev/null || exit 1
    done
    ANSWER=7 "$DSE" sweep ask.yaml --db ask.db --quiet >/dev/null || exit 1
    cp p1.db grown.db
    for page in 3 4 5 6 7 8; do # the first whose loss can be mended
        cp s.db cut.db
        printf x | dd of=cut.db bs=1 seek=$((page * 16384 - 6000)) conv=notrunc 2>/dev/null
        cp cut.db tried.db
        "$DSE" check tried.db --repair >/dev/null 2>&1 && break
    done
    rm -f tried.db*
    for at in 300 1000 2000 3000 4000; do # the first that takes a row, which can be mended
        cp s.db torn.db
        printf xxxxxxxxxxxxxxxx | dd of=torn.db bs=1 seek=$((65536 - at)) conv=notrunc 2>/dev/null
        cp torn.db tried.db
        "$DSE" check tried.db --repair 2>&1 | grep -q 'is repaired' && break
    done
    rm -f tried.db*
    sed 's/^study: small/&\nconstraints: [tokens_per_s >= 1e15]/' small.yaml >none.yaml
    "$DSE" sweep none.yaml --db none.db --quiet >/dev/null 2>&1
    [ $? = 3 ]
) || complain "the studies fail"
mkdir bin
printf '#!/bin/sh\necho 7\n' >bin/sbatch
printf '#!/bin/sh\ncat\n' >bin/rsvg-convert
chmod +x bin/sbatch bin/rsvg-convert
PATH=$work/bin:$PATH

# NAME | what it reads | what it makes | its arguments; _ in an argument is a blank. A store is judged
# by its points, a file by its bytes, and a command that makes nothing by what it prints.
cat >commands <<'S'
sweep|small.yaml|new.db|sweep small.yaml --db new.db --quiet --jobs 1
sweep-columns|columns.yaml|new.db|sweep columns.yaml --db new.db --quiet --jobs 2
sweep-search|search.yaml|new.db|sweep search.yaml --db new.db --quiet --jobs 1
sweep-evaluator|ask.yaml answer.sh known.jsonl|new.db|sweep ask.yaml --db new.db --quiet --jobs 1
sweep-pools|pools.yaml|new.db|sweep pools.yaml --db new.db --quiet --jobs 1
sweep-traffic|traffic.yaml|new.db|sweep traffic.yaml --db new.db --quiet --jobs 1
merge|p1.db p2.db|new.db|merge new.db p1.db p2.db
merge-columns|q1.db q2.db|new.db|merge new.db q2.db q1.db
merge-into|grown.db p2.db|grown.db|merge grown.db p2.db
repair|cut.db|cut.db|check cut.db --repair --jobs 1
repair-rows|torn.db|torn.db|check torn.db --repair --jobs 1
check|s.db||check s.db --jobs 1
query|s.db||query s.db --columns all --format csv
query-columns|c.db||query c.db --columns all --format csv
sql|s.db||query s.db --sql SELECT_model,count(*)_FROM_point_WHERE_model_REGEXP_'r1'_GROUP_BY_model
sql-columns|c.db||query c.db --sql SELECT_engine,dies,count(*),sum(batch)_FROM_point_WHERE_verdict='ok'_GROUP_BY_engine,dies
where|s.db||query s.db --where model_~_^deepseek_and_tpot.s_<_50_ms_or_engine_in_(none)
pareto|s.db||pareto s.db --by engine
pareto-none|none.db||pareto none.db
payoff-none|none.db||payoff none.db --jobs 1
report-none|none.db|page.csv|report none.db -o page.csv --jobs 1
payoff|s.db||payoff s.db --details --jobs 1
payoff-map|s.db|map.svg|payoff s.db --by model --map workload.context,engine.ridge_flop_per_byte -o map.svg --jobs 1
payoff-mix|s.db mix.csv||payoff s.db --mix mix.csv --stop prices.engine_premium=1:100 --format json --jobs 1
payoff-pools|pools.db||payoff pools.db --details --of pools.ffn --stop prices.hbm3e_usd_per_gb --jobs 1
flips|pools.db|flips.svg|payoff pools.db --flips -o flips.svg --jobs 1
report|s.db|page.html|report s.db -o page.html --jobs 1
report-csv|s.db|page.csv|report s.db -o page.csv --jobs 1
report-pools|pools.db|page.html|report pools.db -o page.html --jobs 1
report-columns|c.db|page.md|report c.db -o page.md --jobs 1
figure-pdf|pools.db|f.pdf|report pools.db --figure tornado -o f.pdf --jobs 1
figure|s.db|f.svg|report s.db --figure payoff-map -o f.svg --jobs 1
recommend|s.db||recommend s.db --tokens-per-s 1M
recommend-engine|s.db||recommend s.db --engine attention
compare|s.db c.db||compare s.db c.db
eval|||eval --set model=deepseek-r1 --set engine=duplex --format json
eval-point|s.db||eval s.db --point 3
eval-points|points.csv||eval --points points.csv
eval-stream|points.csv||eval --points -
import|config.json|model.yaml|import config.json -o model.yaml
submit|small.yaml||submit small.yaml --tasks 2
sensitivity|small.yaml|sens.db|sensitivity small.yaml --points 16 --db sens.db --jobs 1
watch|s.db||watch s.db
list|||list parameters
list-models|||list models
help|||sweep --help
man|||man sweep
completion|||completion bash
words|||completion words -- eval --set model=deep
calibrate|measured||calibrate measured --chips h100
validate|||validate
S
calls="write space short_write read short_read sync truncate open lock map unlink file_open file_read file_write file_close rename folder folder_read stat program thread memory change"

# do_command [VARIABLE=VALUE...]: the command in `at`, where `fresh` has put what it reads.
do_command() {
    (
        cd at || exit 9
        set -f
        n=$#
        IFS=$newline
        for word in $words; do set -- "$@" "$word"; done
        while [ "$n" -gt 0 ]; do
            export "${1?}"
            shift
            n=$((n - 1))
        done
        [ "$name" != eval-stream ] || exec <points.csv
        exec "$DSE" "$@" >../out.txt 2>../err.txt
    )
}
# What is read, and nothing else.
fresh() {
    rm -rf at
    mkdir at
    # shellcheck disable=SC2086
    [ -z "$reads" ] || (cd in && exec cp -r -- $reads ../at/)
}
is_fresh() {
    for i in at/*; do
        case " $reads " in *" ${i#at/} "*) ;; *) return 1 ;; esac
    done
    for i in $reads; do cmp -s "in/$i" "at/$i" || return 1; done
}
# content FILE: what matters of what a command makes.
content() {
    case $1 in
    sens.db) "$DSE" query "at/$1" --sql 'SELECT * FROM sensitivity' --format csv ;;
    *.db) "$DSE" query "at/$1" --columns all --format csv ;;
    *) cat "at/$1" ;;
    esac
}
# What lies there after a failure but was not read, nor is a store whose points are safe.
left_over() {
    find at -type f | while read -r i; do
        i=${i#at/}
        case " $reads " in *" ${i%%/*} "*) continue ;; esac
        case $name:$i in
        sweep*:new.db* | sensitivity:sens.db* | merge-into:grown.db-* | repair*:*.db*) ;;
        submit:*) ;; # its folder of parts, used when it is asked again
        *-shm | *-wal | *.part | merge*:new.db) case $call in unlink | stat) ;; *) echo "$i" ;; esac ;; # stat: whose is it?
        *) echo "$i" ;;
        esac
    done
}

# The same command, as if nothing had happened. Of one that was killed, nothing is left then.
again() {
    do_command A=1
    [ $? = "$status" ] || complain "$what: not again: $(head -c 300 err.txt)"
    if [ -z "$makes" ]; then
        cmp -s "right/$name" out.txt || complain "$what: another answer, when tried again"
        return
    fi
    content "$makes" 2>&1 | cmp -s "right/$name" - || complain "$what: another $makes, when tried again"
    left=$(find at -name '*-wal' -o -name '*-shm' -o -name '*.part' -o -name '*.repair')
    [ -z "$left" ] || complain "$what: is left: $left"
}

tried=0
# try CALL AT [FAIL_ON=1 or kill]
try() {
    call=$1 at=$2
    shift 2
    fresh
    : >note
    # shellcheck disable=SC2086
    { do_command $preload FAIL_CALL="$call" FAIL_AT="$at" "$@"; } 2>/dev/null
    is=$?
    [ -s note ] || return 0
    tried=$((tried + 1))
    what="$name: $call $at $*"
    case $is in
    "$status")
        [ "$status" = 0 ] || cmp -s "right/$name.err" err.txt || complain "$what: another reason"
        if [ -z "$makes" ]; then
            cmp -s "right/$name" out.txt || complain "$what: another answer"
        else
            content "$makes" 2>&1 | cmp -s "right/$name" - || complain "$what: another $makes"
        fi
        ;;
    1)
        [ "$(wc -l <err.txt)" = 1 ] || [ "$status" != 0 ] || complain "$what: $(wc -l <err.txt) lines: $(head -c 300 err.txt)"
        left=$(left_over)
        [ -z "$left" ] || complain "$what: is left: $left: $(head -c 200 err.txt)"
        [ -z "$makes" ] || is_fresh || again
        ;;
    137) is_fresh || again ;;
    *) complain "$what: exit $is: $(head -c 300 err.txt)" ;;
    esac
}

newline='
'
preload="LD_PRELOAD=$work/fail.so ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 FAIL_NOTE=$work/note"

# try_each CALL STEP: at every STEP-th call, or those of the file `places`, in one run until the
# command writes.
try_each() {
    fresh
    : >note
    # shellcheck disable=SC2086
    do_command $preload FAIL_CALL="$1" FAIL_AT="$2" FAIL_ON=each FAIL_RIGHT="$work/right/$name" FAIL_STATUS="$status" ${makes:+FAIL_MAKES=1} ${places:+"FAIL_PLACES=$work/places"}
    is=$?
    [ $is = "$status" ] || complain "$name: $1: exit $is: $(head -c 300 err.txt)"
    if [ -n "$makes" ]; then content "$makes" 2>&1; else cat out.txt; fi |
        cmp -s "right/$name" - || complain "$name: $1: another answer after the faults"
    call=$1 left=$(left_over)
    [ -z "$left" ] || [ "$left" = "$whole" ] || complain "$name: $1: is left: $left"
    cp note notes
    while read -r what; do
        case $what in
        tried*) tried=$((tried + ${what#tried })) ;;
        *' on: signal 14'*) try "$1" "${what%% *}" FAIL_ON=1 ;;
        *': signal 14'* | *': alone')
            n=${what%%:*}
            try "$1" "$n"
            [ $((n % 3)) != 0 ] || try "$1" "$n" FAIL_ON=1
            ;;
        *) complain "$name: $1 $what" ;;
        esac
    done <notes
    grep -q '^tried' notes || complain "$name: $1: it did not end"
}

# ---- every command, every function ----
faults=${FAULTS:-1} step=${FAULT_STEP:-1}
turn=0
# Every tenth function after the last, all of them in turn.
is_chosen() {
    turn=$((turn + 1))
    [ -n "${FAULTS-}" ] || [ $((turn % 10)) = 0 ]
}
mkdir right
exec 3<commands
while IFS='|' read -r name reads makes arguments <&3; do
    case " ${FAULT_COMMANDS:-$name} " in *" $name "*) ;; *) continue ;; esac
    case $name in sql | sql-columns | where) blank=' ' ;; *) blank=_ ;; esac
    words=$(printf %s "$arguments" | tr ' _' "\n$blank")
    fresh
    do_command A=1
    status=$? call='' whole=$(left_over)
    case $name:$status in *:0) ;; *-none:3) cp err.txt "right/$name.err" ;; *) complain "$name: exit $status: $(head -c 300 err.txt)" ;; esac
    if [ -n "$makes" ]; then content "$makes" >"right/$name"; else cp out.txt "right/$name"; fi
    for call in ${FAULT_CALLS:-$calls}; do
        in_one='' places=''
        case ${FAULTS-$name:$call} in 0 | places | words:memory | calibrate:memory | calibrate:stat | list-models:folder_read | sweep-evaluator:stat) places=yes ;; esac
        case $name:$call in
        submit:* | merge-into:* | *:change) ;;
        *:memory) in_one=yes ;;
        *) [ -n "$makes" ] || in_one=yes ;;
        esac
        is_chosen || [ -n "$places" ] || continue
        fresh
        : >note
        # shellcheck disable=SC2086
        do_command $preload FAIL_CALL="$call" FAIL_AT=0
        [ $? = "$status" ] || complain "$name: $call: fails without a fault: $(head -c 300 err.txt)"
        n=$(cat note)
        if [ -n "$places" ]; then
            fresh
            # shellcheck disable=SC2086
            do_command $preload FAIL_CALL="$call" FAIL_AT=0 FAIL_ON=places
            sort -nu note >places
        fi
        [ "$faults" != 0 ] || { echo "$name: $call: $n calls, $(($(wc -l <note) / 2)) stacks"; continue; }
        if [ -n "$in_one" ]; then
            [ "$n" = 0 ] || try_each "$call" "$(awk -v n="$n" -v m="${FAULTS:-10}" -v k="$step" 'BEGIN { print m == "all" ? k : n < m ? 1 : int(n / m) }')"
            continue
        fi
        [ -n "$places" ] || awk -v n="$n" -v m="$faults" -v k="$step" -v s="$name$call" 'BEGIN {
            if (m == "all" || m >= n) { for (i = 1; i <= n; i += m == "all" ? k : 1) print i; exit }
            for (i = 1; i <= length(s); i++) h = (h * 31 + index("abcdefghijklmnopqrstuvwxyz_-", substr(s, i, 1))) % 1000
            for (i = 0; i < m; i++) print 1 + int((i + h / 1000) * n / m) }' >places
        while read -r at <&4; do
            if [ "$call" = change ]; then
                try "$call" "$at" FAIL_ON=kill
                continue
            fi
            try "$call" "$at"
            [ $((at % 3)) != 0 ] || try "$call" "$at" FAIL_ON=1
        done 4<places
    done
done
[ "$tried" -gt 10 ] || [ "$faults" = 0 ] || complain "only $tried faults"
echo "cli_faults: $tried faults"
exit $failed
