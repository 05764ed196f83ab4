#!/bin/sh
# dse compare: two runs, or two scenarios of a run, side by side; each section against the command
# that answers it for one run.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_compare: %s\n' "$*"; failed=1; }
sql() { "$DSE" query "$1" --format csv --sql "$2" | tail -n +2; }
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || complain "$3: \"$1\", not \"$2\""; }
# section N of the CSV of the last comparison, with its header; column NAME of a section on input
section() { awk -v n="$1" 'BEGIN { RS = "" } NR == n' both.csv; }
column() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'; }
compare() { # FIRST SECOND: writes both.csv
    "$DSE" compare "$1" "$2" --format csv >both.csv 2>err.txt || complain "compare $1 $2: $(cat err.txt)"
}

study() { # NAME TPOT BANDWIDTHS PRICES
    printf '%s\n' "study: $1" 'models: [gpt3-175b, deepseek-r1]' 'plan: {devices: 16}' "workload: {tpot: $2}" \
        'sweep:' '  chip: [h100, b200]' '  engine: [none, duplex]' '  workload.context: [2048, 8192]' \
        "  chip.memory_byte_per_s: [$3]" 'objectives: [+tokens_per_s, -system_cost_usd]' "prices: $4" \
        'scenarios: {fp8: {precision: {weight: fp8, kv: fp8}}}'
}
study a '50 ms' '4 TB/s, 8 TB/s' 2025 >a.yaml
study b '20 ms' '4 TB/s, 6 TB/s, 8000 GB/s' '{hbm3e_usd_per_gb: 25}' >b.yaml
for run in a b; do "$DSE" sweep $run.yaml --db x.db --quiet >/dev/null || complain "sweep $run"; done
"$DSE" sweep a.yaml --db y.db --jobs 1 --quiet >/dev/null || complain "sweep into y.db"

# The same study in two stores.
"$DSE" compare x.db:a y.db --exit-code >out.txt 2>&1
is $? 0 "status of equal runs"
grep -qx 'no difference' out.txt || complain "equal runs: $(cat out.txt)"
compare x.db:a y.db
is "$(section 3; section 5; section 8)" "$(printf '%s\n' 'first,second,designs' \
    'scenario,model,workload_context,change,point,design,tokens_per_s,system_cost_usd,in_the_other' \
    'metric,designs,change,first,second,point_first,point_second')" "sections of equal runs"

# Two studies.
"$DSE" compare x.db:a x.db:b >out.txt 2>&1
is $? 0 "status of runs that differ"
"$DSE" compare x.db:a x.db:b --exit-code >out.txt 2>&1
is $? 1 "status of runs that differ, with --exit-code"
compare x.db:a x.db:b
is "$(section 1 | tail -n +2)" 'base,axis,chip.memory_byte_per_s,"4 TB/s, 8 TB/s","4 TB/s, 6 TB/s, 8 TB/s"
base,parameter,workload.tpot_s,50 ms,20 ms
base,price,prices.hbm3e_usd_per_gb,"15.1 USD, from 10.3 USD to 18 USD",25 USD
,file,prices/2025,there,' "what differs in the study"
is "$(section 2 | tail -n +2)" "$(for verdict in ok memory; do
    echo "$verdict,$(sql x.db "SELECT count(*) FROM point JOIN run ON run.id = point.run WHERE name = 'a' AND verdict = '$verdict'"),$(
        sql x.db "SELECT count(*) FROM point JOIN run ON run.id = point.run WHERE name = 'b' AND verdict = '$verdict'")"
    done; printf '%s\n' all,64,96 'in both,64,64')" "points by verdict"
for run in a b; do
    [ $run = a ] && name=first || name=second
    is "$(section 4 | column $name | awk '{ n += $1 } END { print n }')" \
        "$("$DSE" pareto x.db --run $run --format csv | tail -n +2 | wc -l)" "points on the fronts of $run"
    is "$(section 6 | column value_$name | sort)" "$(sql x.db "SELECT max(tokens_per_s_per_usd) FROM point
        JOIN run ON run.id = point.run WHERE name = '$run' AND verdict = 'ok'
        GROUP BY scenario, model, workload_context" | sort)" "best designs of $run"
    is "$(section 7 | awk -F, -v name=$name 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            { print $1, $2, $3, $4, $at["payoff_" name], $at["verdict_" name] }' | sort)" \
        "$("$DSE" payoff x.db --run $run --by +engine --format csv | sed '/^$/q' | awk -F, '
            NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            NF { print $1, $2, $3, $at["engine"], $at["payoff"], $at["verdict"] }' | sort)" "P of $run"
done
is "$(section 4 | column left | awk '{ n += $1 } END { print n }') $(section 4 | column came | awk '{ n += $1 } END { print n }')" \
    "$(section 5 | grep -c ,left,) $(section 5 | grep -c ,came,)" "designs that left and came"
section 4 | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { for (k = 1; k <= 2; k++) { v = $at["hypervolume_" (k == 1 ? "first" : "second")]; if (!(v > 0 && v < 1)) exit 1 } }' ||
    complain "a hypervolume is no share: $(section 4)"
# The largest change of a metric is that of its two points.
section 8 | awk -F, '$1 == "tokens_per_s" { print $4, $5, $6, $7 }' >change.txt
read -r first second point_first point_second <change.txt
for side in "a $point_first $first" "b $point_second $second"; do
    # shellcheck disable=SC2086
    set -- $side
    is "$(sql x.db "SELECT tokens_per_s FROM point JOIN run ON run.id = point.run WHERE name = '$1' AND point = $2")" \
        "$3" "tokens_per_s of point $2 of run $1"
done

# Engines that cannot be had as stated are labelled, with the limit that most of their points have.
label_of() { # RUN
    echo "limited by $(sql x.db "SELECT engine_limited_by FROM point JOIN run ON run.id = point.run WHERE name = '$1'
        AND verdict = 'ok' AND engine = 'duplex' AND engine_limited_by <> 'none' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")"
}
is "$(section 9)" "$(printf '%s\n' engine,first,second "duplex,$(label_of a),$(label_of b)")" "engines not as stated"
for format in table md; do
    "$DSE" compare x.db:a x.db:b --format $format | grep -A 4 'Engines not as stated' | grep -q 'duplex.*limited by' ||
        complain "$format: no label of an engine"
done
"$DSE" compare x.db:a x.db:b --format json | grep -q '"engine_caveats": \[' || complain "JSON: no label of an engine"

# Swapped runs swap the columns.
section 4 | awk -F, 'NR > 1 { print $4, $5, $6, $7, $8, $9 }' >there.txt
compare x.db:b x.db:a
section 4 | awk -F, 'NR > 1 { print $5, $4, $7, $6, $9, $8 }' >back.txt
cmp -s there.txt back.txt || complain "swapped runs differ otherwise"

# Two scenarios of a run: the scenario is no part of a design.
compare x.db:a/base x.db:a/fp8
is "$(section 1 | tail -n +2)" ',parameter,precision.weight,model,fp8
,parameter,precision.kv,model,fp8' "what a scenario changes"
is "$(section 2 | tail -n 2 | tr '\n' ' ')" 'all,32,32 in both,32,32 ' "points of two scenarios"
is "$(section 3 | tail -n +2)" "memory,ok,$(sql x.db "SELECT count(*) FROM point JOIN run ON run.id = point.run
    WHERE name = 'a' AND scenario = 'base' AND verdict = 'memory'")" "verdicts that changed"

# An axis of one study that the other fixes; a file that changed; prices as axes; a search.
printf '%s\n' 'base: b200' >my.yaml
printf '%s\n' 'study: c' 'model: gpt3-175b' 'chip: my.yaml' 'plan: {devices: 16}' 'sweep: {workload.context: [2048, 8192]}' >c.yaml
"$DSE" sweep c.yaml --quiet >/dev/null || complain "sweep c"
printf '%s\n' 'base: b200' 'memory_byte_per_s: 7 TB/s' >my.yaml
printf '%s\n' 'study: c' 'model: gpt3-175b' 'chip: my.yaml' 'plan: {devices: 16}' 'workload: {context: 8192}' \
    'sweep: {prices.hbm3e_usd_per_gb: [15.1, 20, 30]}' >d.yaml
"$DSE" sweep d.yaml --quiet >/dev/null || complain "sweep d"
compare c.db d.db
is "$(section 1 | tail -n +2)" 'base,parameter,chip.memory_byte_per_s,7.7 TB/s,7 TB/s
base,axis,workload.context,"2048 tokens, 8192 tokens",8192 tokens
base,axis,prices.hbm3e_usd_per_gb,"15.1 USD, from 10.3 USD to 18 USD","15.1 USD, 20 USD, 30 USD"
,file,chips/my.yaml,one text,another text' "a file that changed and axes of one study"
is "$(section 2 | tail -n 2 | tr '\n' ' ')" 'all,2,3 in both,1,1 ' "the design that both have"
printf '%s\n' 'study: s' 'model: gpt3-175b' 'plan: {devices: 16}' 'objectives: [+tokens_per_s, -system_cost_usd]' 'sweep:' \
    '  engine: [none, duplex]' '  chip.memory_byte_per_s: {from: 4 TB/s, to: 8 TB/s}' \
    'search: {strategy: nsga2, budget: 48, population: 16}' >s.yaml
"$DSE" sweep s.yaml --quiet >/dev/null || complain "a search"
cp s.db t.db
"$DSE" compare s.db t.db >out.txt || complain "compare of a search"
grep -qx 'no difference' out.txt || complain "a search and its copy: $(cat out.txt)"
"$DSE" compare s.db x.db:a/base >/dev/null || complain "a search and a grid"

# Names of runs and of files may contain colons.
printf '%s\n' 'study: "a:b/c"' 'model: gpt3-175b' 'plan: {devices: 16}' 'sweep: {engine: [none, duplex]}' >colon.yaml
for file in colon.db colon:b.db; do
    "$DSE" sweep colon.yaml --db $file --quiet >/dev/null || complain "sweep into $file"
    "$DSE" compare "$file:a:b/c" "$file:a:b/c/base" >out.txt 2>err.txt || complain "$file: $(cat err.txt)"
    grep -qx 'no difference' out.txt || complain "a run with a colon in its name: $(cat out.txt)"
done
"$DSE" compare colon:b.db colon.db >out.txt 2>err.txt || complain "a file with a colon: $(cat err.txt)"

# Formats and mistakes.
"$DSE" compare x.db:a x.db:b --format md | grep -q '^| verdict' || complain "no Markdown"
"$DSE" compare x.db:a x.db:b --format json | grep -q '"same": false' || complain "no JSON"
refused() { # STATUS TEXT ARGUMENT...
    status=$1 text=$2
    shift 2
    "$DSE" compare "$@" >out.txt 2>err.txt
    is $? "$status" "compare $*"
    grep -qF -- "$text" err.txt || complain "compare $*: $(cat err.txt), not $text"
    [ -s out.txt ] && complain "compare $*: prints $(cat out.txt)"
}
refused 2 'x.db: run a has several scenarios: name one, x.db:a/base' x.db:a/fp8 x.db:a
refused 2 'x.db: run a: "fp9": not a scenario of this run: did you mean "fp8"?' x.db:a/fp9 x.db:a/base
refused 2 'no such run' x.db:nowhere x.db:a
refused 1 'nowhere.db: cannot be opened' nowhere.db:a x.db:a
refused 2 'dse compare: --objectives:' x.db:a x.db:b --objectives +nothing

[ $failed -eq 0 ] && echo "cli_compare: all as expected"
exit $failed
