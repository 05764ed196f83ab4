#!/bin/sh
# Builds the dev preset and runs tests. The last line says how many passed and failed.
#   sh tests/run.sh [all]      every test
#   sh tests/run.sh quick      the quick ones, in less than a minute of CPU time
#   sh tests/run.sh NAME...    these only, such as test_pareto or cli_eval
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

libraries="$libraries libcmocka-dev:cmocka"
tools="$tools patch:patch sqlite3:sqlite3"
wanted="$wanted chromium:chromium python3:python3 python3-numpy:/usr/lib/python3/dist-packages/numpy python3-pandas:/usr/lib/python3/dist-packages/pandas python3-nbclient:/usr/lib/python3/dist-packages/nbclient python3-ipykernel:/usr/lib/python3/dist-packages/ipykernel poppler-utils:pdftotext mandoc:mandoc man-db:man zsh:zsh fish:fish dpkg-dev:dpkg-shlibdeps file:file"
wanted="$wanted slurm-wlm:sbatch munge:/usr/sbin/munged openmpi-bin:mpirun libopenmpi-dev:mpicc"
install_missing
build dev

names=$(ctest --preset dev -N | sed -n 's/^ *Test *#[0-9]*: //p')
case ${1:-all} in
all) set -- ;;
quick) set -- --label-regex '^quick$' ;;
*)
    for name; do
        printf '%s\n' "$names" | grep -qx -- "$name" && continue
        printf 'tests/run.sh: %s: unknown test: give all, quick or names of these\n' "$name" >&2
        printf '%s\n' "$names" >&2
        exit 2
    done
    set -- --tests-regex "^($(echo "$*" | tr ' ' '|'))\$"
    ;;
esac

results=build-dev/results.xml
rm -f "$results"
status=0
times >build-dev/times.before
ctest --preset dev -j "$(getconf _NPROCESSORS_ONLN)" --output-junit results.xml "$@" || status=$?
times >build-dev/times.after

# The second line of `times` is the CPU time of child processes: 0m1.25s 0m0.50s
awk -F '[ms ]+' 'FNR == 2 { s = $1 * 60 + $2 + $3 * 60 + $4 - s }
    END { printf "CPU time of the tests: %.0f s\n", s }' build-dev/times.before build-dev/times.after

# The first tag of the results contains the counts: tests="9" failures="0" disabled="0" skipped="0".
count() { sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$results" | head -n 1; }
failed=$(count failures)
skipped=$(($(count skipped) + $(count disabled)))
passed=$(($(count tests) - failed - skipped))
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
exit "$status"
