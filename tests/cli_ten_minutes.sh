#!/bin/sh
# docs/ten-minutes.md: every file and command, from top to bottom.
sh "$DSE_SOURCE/tests/examples.sh" ten-minutes.md
