#!/bin/sh
# Searches by several ranks of MPI write the same bytes as one process. A lost rank and a signal leave a
# store that resumes; mistakes are said once.
set -u
for tool in mpirun mpicc; do
    command -v $tool >/dev/null || { echo "cli_mpi: $tool is not installed (openmpi-bin, libopenmpi-dev)"; exit 77; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_mpi: %s\n' "$*"; failed=1; }
# shellcheck source=tests/search_study.sh
. "$DSE_SOURCE/tests/search_study.sh"

CC=$CC cmake -S "$DSE_SOURCE" -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 -DDSE_PAGE_MODEL=OFF \
    -DDSE_WERROR=ON -DDSE_MPI=ON >log.txt 2>&1 || { cat log.txt; exit 1; }
cmake --build build --target dse >log.txt 2>&1 || { cat log.txt; exit 1; }
one=$DSE DSE=$work/build/dse

[ "$(id -u)" = 0 ] && root=--allow-run-as-root || root=
# ranks N ARGUMENT...: dse by N ranks.
ranks() {
    n=$1
    shift
    # shellcheck disable=SC2086 # none or one word
    mpirun $root --oversubscribe -n "$n" "$DSE" "$@"
}

# Strategies that ask and tell; exact also has relaxed points; two scenarios.
study nsga2 1500 all >nsga2.yaml
study nsga2 1500 front >front.yaml
study random 1000 feasible >random.yaml
sed -e 's/{from: 1024, to: 65536, scale: log}/[2048, 8192, 32768]/' -e 's/, scale: log}/, steps: 128}/' \
    -e 's/strategy: nsga2, budget: 1500/strategy: exact/' front.yaml >exact.yaml
{ cat nsga2.yaml; printf 'scenarios:\n  short: {workload: {tpot: 20 ms}}\n  long: {workload: {tpot: 80 ms}}\n'; } >scenarios.yaml
for study in nsga2 front random exact scenarios; do
    "$one" sweep $study.yaml --db $study-one.db --jobs 1 --quiet >one.txt || complain "$study: one process fails"
    ranks 4 sweep $study.yaml --db $study.db --quiet >four.txt 2>err.txt || complain "$study: four ranks fail: $(cat err.txt)"
    same $study-one.db $study.db "$study"
    tail -n +2 one.txt >a.txt
    tail -n +2 four.txt >b.txt
    [ $study = scenarios ] || cmp -s a.txt b.txt || complain "$study: reports differ: $(cat four.txt)"
done

# Killed and interrupted in the middle, then by one process without MPI.
study nsga2 60000 all >long.yaml
"$one" sweep long.yaml --db long-one.db --quiet >/dev/null
count() { "$one" query long.db --sql 'SELECT count(*) FROM point' --format csv 2>/dev/null | tail -n 1; }
# rank I: its process.
rank() {
    for pid in $(pgrep -f "$DSE sweep long.yaml"); do
        tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$1" && echo "$pid" && return
    done
}
for signal in KILL USR1; do
    # shellcheck disable=SC2086 # none or one word
    mpirun $root --oversubscribe -n 3 "$DSE" sweep long.yaml --db long.db --quiet >out.txt 2>err.txt &
    mpirun=$!
    before=$(count)
    until n=$(count); [ "${n:-0}" -gt "${before:-0}" ]; do
        kill -0 $mpirun 2>/dev/null || { complain "over before SIG$signal"; break; }
        sleep 0.05
    done
    if [ $signal = KILL ]; then kill -KILL "$(rank 2)"; else kill -USR1 $mpirun; fi
    wait $mpirun && complain "status 0 after SIG$signal"
    case $signal in # mpirun may kill rank 0 before it can say that a rank was lost
    KILL) grep -q 'rank 2 .*Killed' err.txt ;;
    USR1) grep -q '^interrupted: run the same' out.txt ;;
    esac || complain "SIG$signal: $(cat out.txt err.txt)"
done
"$one" sweep long.yaml --db long.db --quiet >/dev/null || complain "does not go on after a lost rank"
same long-one.db long.db "a lost rank"

# wrong PATTERN ARGUMENT...: said once, by rank 0.
wrong() {
    pattern=$1
    shift
    ranks 3 "$@" >out.txt 2>err.txt && complain "dse $*: status 0"
    [ "$(grep -cE -e "$pattern" err.txt)" -eq 1 ] || complain "dse $*: $(cat err.txt)"
}
printf 'study: a\nmodls: [gpt3-175b]\n' >wrong.yaml
sed '/^search/d' nsga2.yaml | sed 's/, scale: log}/, steps: 8}/' >grid.yaml
wrong '^wrong.yaml:2:1: modls' sweep wrong.yaml
wrong '^grid.yaml: a grid has nothing to share between ranks' sweep grid.yaml
{ sed '/^search/d' nsga2.yaml; echo 'search: {evaluator: ./my-sim, budget: 80}'; } >own.yaml
wrong '^own.yaml: search.evaluator: one process asks it' sweep own.yaml
one_mpi=$DSE DSE=$one
ranks 2 sweep nsga2.yaml --db none.db >out.txt 2>err.txt && complain "two processes without MPI: status 0"
grep -q '^dse sweep: several processes, but this dse is built without MPI' err.txt || complain "$(cat err.txt)"
[ ! -e none.db ] || complain "two processes without MPI wrote a store"
DSE=$one_mpi
"$DSE" sweep nsga2.yaml --db alone.db --quiet >/dev/null || complain "one process without mpirun fails"
same nsga2-one.db alone.db "without mpirun"
exit "$failed"
