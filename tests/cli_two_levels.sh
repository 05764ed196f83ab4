#!/bin/sh
# The wrapped model of docs/evaluator.md: a tenth of the calls finds the front that the page says.
set -eu
python=/usr/bin/python3
[ -x "$python" ] || { echo 'python3 is missing'; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
PATH=/usr/bin:$PATH
export PATH DSE

"$python" "$DSE_SOURCE/docs/examples/two_levels.py" >table.txt || { cat table.txt; exit 1; }
awk '$1 == "multifidelity" { split($3, least, " "); exit !(least[1] > 0.998) }' table.txt || { cat table.txt; exit 1; }
while IFS= read -r line; do
    grep -qxF -- "$line" "$DSE_SOURCE/docs/evaluator.md" || { echo "docs/evaluator.md does not show: $line"; exit 1; }
done <table.txt

# As a user runs it: the study beside its model.
cp "$DSE_SOURCE/docs/examples/two_levels.yaml" "$DSE_SOURCE/docs/examples/slow_model.py" .
"$DSE" sweep two_levels.yaml --quiet >said.txt
grep -q 'slow_model.py: 80 questions asked, 0 answers known before$' said.txt || { cat said.txt; exit 1; }
