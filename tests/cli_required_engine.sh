#!/bin/sh
# Every answer of dse recommend --engine against brute force: tests/required_engine.py.
set -u
command -v python3 >/dev/null || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
python3 "$DSE_SOURCE/tests/required_engine.py" "$DSE"
