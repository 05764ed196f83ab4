#!/bin/sh
# A search from outside, over eval --points -, ends with the front of the whole grid and asks for fewer designs.
set -eu
python=/usr/bin/python3
[ -x "$python" ] || { echo 'python3 is missing'; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
examples=$DSE_SOURCE/docs/examples

"$python" "$examples/ask_tell.py" >front.csv 2>said.txt || { cat said.txt; exit 1; }
"$DSE" sweep "$examples/ask_tell.yaml" --db grid.db --quiet >/dev/null
"$DSE" pareto grid.db --format csv >grid.csv
"$python" - <<'END'
import csv
def front(path):
    rows = list(csv.DictReader(open(path)))
    return sorted(tuple(v if k == "engine" else float(v) for k, v in sorted((k.replace(".", "_"), v) for k, v in r.items())
                        if k.startswith("chip_") or k in ("engine", "tokens_per_s", "system_cost_usd")) for r in rows)
mine, grid = front("front.csv"), front("grid.csv")
assert len(mine) > 5, mine
assert mine == grid, f"{len(mine)} designs, not the {len(grid)} of the grid"
END
asked=$(sed -n 's/^asked for \([0-9]*\) of 960 designs.*/\1/p' said.txt)
[ "$asked" -lt 480 ] || { cat said.txt; exit 1; }
grep -qxF "$(cat said.txt)" "$DSE_SOURCE/docs/library.md" || { echo "docs/library.md does not show: $(cat said.txt)"; exit 1; }
