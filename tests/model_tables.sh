#!/bin/sh
# The tables of docs/model.md are the output of dse validate: model_tables.sh DSE DATA writes them
# again, model_tables.sh DSE compares the rows that need no data (columns may be wider).
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
page=$root/docs/model.md new=$(mktemp)
trap 'rm -f "$new"' EXIT

if [ $# -gt 1 ]; then
    "$1" validate --data "$2" --format md >"$new" || exit 1
    awk -v new="$new" '
        /^## / { inside = $0 == "## Against published results" }
        inside && /^\|/ && !done { while ((getline line < new) > 0) print line; done = 1 }
        !(inside && (/^\|/ || (done && /^$/ && !after))) { print }
        inside && done && !/^\|/ && !/^$/ { after = 1 }
    ' "$page" >"$page.new" && mv "$page.new" "$page"
    exit
fi
squeeze() { grep '^|' | grep -v '^| *-' | sed 's/  */ /g' | sort; }
"$1" validate --format md | sed '/^$/,$d' | squeeze >"$new" || exit 1
squeeze <"$page" | comm -23 "$new" - | head -n 5 | grep . || exit 0
echo "docs/model.md lacks these rows: write it again with tests/model_tables.sh DSE DATA"
exit 1
