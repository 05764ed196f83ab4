#!/bin/sh
# The book's questions and answers: every file and command of these pages, from top to bottom.
[ "$(grep -c '^## [0-9]*\. ' "$DSE_SOURCE/docs/cookbook.md")" = 12 ] || { echo 'cli_cookbook: not twelve questions'; exit 1; }
sh "$DSE_SOURCE/tests/examples.sh" cookbook.md payoff-map.md extend.md
