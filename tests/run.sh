#!/bin/sh
# Builds the dev preset and runs every test. The last line says how many passed and failed.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

libraries="$libraries libcmocka-dev:cmocka"
install_missing
build dev

results=build-dev/results.xml
rm -f "$results"
status=0
ctest --preset dev -j "$(getconf _NPROCESSORS_ONLN)" --output-junit results.xml || status=$?

# The first tag of the results has the counts: tests="9" failures="0" disabled="0" skipped="0".
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
