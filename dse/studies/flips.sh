#!/bin/sh
# Runs the study flips, draws its table of verdicts as docs/flips.svg and prints it in Markdown. Needs
# build/dse; the database stays in build/studies/.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
mkdir -p build/studies
db=build/studies/flips.db
rm -f "$db"
build/dse sweep dse/studies/flips.yaml --db "$db" --quiet >/dev/null
build/dse payoff "$db" --flips -o docs/flips.svg >/dev/null
build/dse payoff "$db" --flips --format md
