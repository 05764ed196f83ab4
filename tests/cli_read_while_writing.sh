#!/bin/sh
# Reading a store while a sweep writes it: an answer or one line, whatever the moment.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { printf 'cli_read_while_writing: %s\n' "$*"; failed=1; }

cat >long.yaml <<'S'
study: long
models: [gpt3-175b, deepseek-r1]
workload: {phase: decode, batch: max, tpot: 50 ms}
sweep:
  engine: [none, duplex]
  workload.context: {from: 1024, to: 65536, steps: 30}
  chip.memory_byte_per_s: {from: 1 TB/s, to: 40 TB/s, steps: 30}
  chip.memory_byte: {from: 80 GB, to: 600 GB, steps: 30}
objectives: [+tokens_per_s, -system_cost_usd]
S
"$DSE" sweep long.yaml --db long.db --jobs 1 --quiet >sweep.txt 2>&1 &
sweep=$!
rounds=0
while [ "$rounds" -lt 10 ]; do
    for command in "query --top 3" "query --where tokens_per_s>0 --top 3" "pareto --by engine"; do
        # shellcheck disable=SC2086
        {
            set -- $command
            name=$1
            shift
            "$DSE" "$name" long.db "$@" >out.txt 2>err.txt
        }
        is=$?
        case $is in
        0 | 3) ;;
        1 | 2) [ "$(wc -l <err.txt)" = 1 ] && grep -q '^long.db: \|no run\|is not swept in this run' err.txt || complain "$command: exit $is: $(head -c 300 err.txt)" ;;
        *) complain "$command: exit $is: $(head -c 300 err.txt)" ;;
        esac
        grep -q 'fails its checksum' err.txt && complain "$command while the sweep runs: $(head -c 300 err.txt)"
        [ "$is" = 0 ] && answered=1
    done
    rounds=$((rounds + 1))
done
kill -INT "$sweep" 2>/dev/null
wait "$sweep"
is=$?
case $is in 0 | 130) ;; *) complain "the sweep that was read: exit $is: $(head -c 300 sweep.txt)" ;; esac
[ -n "${answered-}" ] || complain "no reader had an answer"

# The readers did no harm: the run counts as many points as the store holds.
done=$("$DSE" query long.db --sql 'SELECT done FROM run' --format csv | tail -n 1)
points=$("$DSE" query long.db --sql 'SELECT count(*) FROM point' --format csv | tail -n 1)
[ "$done" = "$points" ] || complain "$done points are done, $points are there"
"$DSE" check long.db >out.txt 2>&1 || complain "the store that was read: $(head -c 300 out.txt)"
[ "$("$DSE" query long.db --sql 'PRAGMA table_list' --format csv | grep -c point)" -ge 1 ] || complain "no table of points"
exit "$failed"
