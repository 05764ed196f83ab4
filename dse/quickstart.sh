#!/bin/sh
# From a fresh clone to the first answer: installs missing packages, builds, runs the study of when an
# attention engine pays off, and writes its database and page to build/. A second run takes seconds.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

install_missing
build release

study=dse/studies/attention-payoff.yaml
db=build/attention-payoff.db
page=build/attention-payoff.html

# A sweep resumes; results of an older program, catalogue or study are deleted first.
if [ -e "$db" ] && [ -n "$(find build/dse arch/catalogue "$study" -newer "$db")" ]; then
    rm -f "$db" "$db-wal" "$db-shm"
fi
build/dse sweep "$study" --db "$db"
build/dse payoff "$db"
build/dse report "$db" -o "$page"

echo
echo "database  $PWD/$db"
echo "page      $PWD/$page"
echo
echo "To type dse instead of build/dse in this shell:"
echo "  export PATH=\"$PWD/build:\$PATH\""
echo "or install it permanently: cmake --install build --prefix ~/.local"
