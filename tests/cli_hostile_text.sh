#!/bin/sh
# Names that try to break a terminal, a page, a table or a spreadsheet: refused in one line, or every
# output in every format parses and shows them.
set -u
command -v python3 >/dev/null || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
exec python3 "$DSE_SOURCE/tests/hostile_text.py" "$DSE"
