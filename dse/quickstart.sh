#!/bin/sh
# From a fresh clone to the first answer: installs missing packages, builds, runs the study of when an
# attention engine pays off, writes its database and page to build/, shows what becomes of the answer in
# serving and under other conditions, and ends with the answer in short. A second run takes seconds.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

install_missing
build release

db=build/attention-payoff.db
page=build/attention-payoff.html

# run NAME: sweeps a study into build/NAME.db. A sweep resumes; results of an older program, catalogue
# or study are deleted first.
run() {
    if [ -e "build/$1.db" ] && [ -n "$(find build/dse arch/catalogue "dse/studies/$1.yaml" -newer "build/$1.db")" ]; then
        rm -f "build/$1.db" "build/$1.db-wal" "build/$1.db-shm"
    fi
    build/dse sweep "dse/studies/$1.yaml" --db "build/$1.db"
}
run attention-payoff
build/dse report "$db" -o "$page"

echo
run flips >/dev/null
build/dse payoff build/flips.db --flips

echo
build/dse payoff "$db" --summary

echo
echo "database  $PWD/$db"
echo "page      $PWD/$page"
echo
echo "To type dse instead of build/dse in this shell:"
echo "  export PATH=\"$PWD/build:\$PATH\""
echo "or install it permanently: cmake --install build --prefix ~/.local"
echo "Your own chip, model and prices: docs/ten-minutes.md"
