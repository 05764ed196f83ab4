#!/bin/sh
# Makes the pictures of the live page that README.md and docs/ show: sh docs/pictures.sh
# With a folder: every view at 400, 1280 and 2560 pixels, and the page in dark, to that folder.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

tools="$tools chromium:chromium python3:python3"
install_missing
build release

db=build/attention-payoff.db
page=build/attention-payoff.html
build/dse sweep dse/studies/attention-payoff.yaml --db "$db" --quiet >/dev/null
build/dse report "$db" -o "$page" >/dev/null
if [ $# -gt 0 ]; then
    python3 tests/browser/pictures.py "$page" "$1" all
else
    python3 tests/browser/pictures.py "$page" docs/pictures
fi
