#!/bin/sh
# The book: tables are what the program prints now, links lead somewhere, and the contents name every page.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

complain() { printf 'cli_book: %s\n' "$*"; failed=1; }

# Filled again, the pages are as they were; a page with another number would not be.
cp -R "$DSE_SOURCE/docs" "$work/docs"
sh "$DSE_SOURCE/docs/reference.sh" "$work/docs" || complain "reference.sh fails"
for page in "$DSE_SOURCE"/docs/*.md; do
    cmp -s "$page" "$work/docs/${page##*/}" ||
        complain "docs/${page##*/}: run sh docs/reference.sh: $(diff "$page" "$work/docs/${page##*/}" | head -n 4)"
done
# shellcheck disable=SC2016 # backquotes of Markdown
sed 's/^\(| `chip.memory_byte` | B | \)[^|]*/\1 7 /' "$DSE_SOURCE/docs/parameters.md" >"$work/docs/parameters.md"
cmp -s "$DSE_SOURCE/docs/parameters.md" "$work/docs/parameters.md" && complain "no row of chip.memory_byte to change"
sh "$DSE_SOURCE/docs/reference.sh" "$work/docs"
cmp -s "$DSE_SOURCE/docs/parameters.md" "$work/docs/parameters.md" || complain "a changed table is not filled again"

# Every name of the lists stands in the pages.
for list in parameters layers models chips engines prices strategies; do
    "$DSE" list "$list" --format csv | sed '1d; s/,.*//' | while read -r name; do
        grep -qF "| \`$name\` |" "$DSE_SOURCE"/docs/*.md || echo "$name"
    done >"$work/lost.txt"
    [ -s "$work/lost.txt" ] && complain "$list without a row: $(head -n 3 "$work/lost.txt")"
done

# anchors PAGE: the links that headings have on GitHub; a second equal one ends with -1.
anchors() {
    awk '/^```/ { code = !code } !code && /^#+ /' "$1" |
        sed 's/^#* //; s/`//g' | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g' |
        awk '{ print n[$0]++ ? $0 "-" n[$0] - 1 : $0 }'
}
for page in "$DSE_SOURCE"/README.md "$DSE_SOURCE"/CONTRIBUTING.md "$DSE_SOURCE"/docs/*.md; do
    folder=$(dirname "$page")
    awk '/^```/ { code = !code } !code' "$page" | grep -o '](\([^) ]*\))' | sed 's/^](//; s/)$//' | while read -r link; do
        file=${link%%#*}
        case $link in
        *://*) continue ;;
        esac
        target=$page
        [ -z "$file" ] || target=$folder/$file
        [ -e "$target" ] || { echo "${page#"$DSE_SOURCE"/}: $link"; continue; }
        case $link in
        *'#'*) anchors "$target" | grep -qxF -- "${link#*#}" || echo "${page#"$DSE_SOURCE"/}: $link" ;;
        esac
    done >"$work/lost.txt"
    [ -s "$work/lost.txt" ] && complain "links to nothing: $(cat "$work/lost.txt")"
done

# said TEXT COLUMN WHAT CHIPS: docs/trust.md has an error of a table of docs/model.md, as TEXT formats it.
said() {
    text=$(sed 's/  */ /g' "$DSE_SOURCE/docs/model.md" | awk -F ' [|] ' -v row="| $3 | $4 | no |" -v at="$2" -v text="$1" '
        index($0, row) == 1 { sub(/^[|] /, ""); printf text, $at; exit }')
    grep -qF -- "${text:-no row}" "$DSE_SOURCE/docs/trust.md" || complain "docs/trust.md: $3, $4: not $text, as in model.md"
}
mean=5 median=6
said 'GEMM %.1f %%' $mean 'silicon, GEMM' all
said 'decode attention %.0f %%' $mean 'silicon, decode attention' all
said 'MLA %.0f %%' $mean 'silicon, decode MLA' all
said 'MoE %.0f %%' $mean 'silicon, MoE' all
said 'prefill %.0f and ' $mean 'silicon, prefill attention' all
said ' and %.0f %%, collectives' $mean 'silicon, prefill MLA' all
said 'collectives %.0f %% |' $mean 'silicon, collectives' all
said 'mean %.1f %%' $mean 'silicon, serving, TPOT' all
said 'median %.1f %%, rank' $median 'silicon, serving, TPOT' all
said 'DeepSeek-R1 in serving** (%.0f %%)' $mean 'silicon, serving, TPOT' deepseek-r1
said 'GEMM %.1f %%' $mean 'silicon, GEMM' 'each chip by its siblings'
said 'decode attention %.0f %%' $mean 'silicon, decode attention' 'each chip by its siblings'
said 'MoE %.0f %%' $mean 'silicon, MoE' 'each chip by its siblings'
said 'mean %.1f %%' $mean 'silicon, serving, TPOT' 'each chip by its siblings'
said 'median %.1f %%, mean' $median 'published serving' all
said 'mean %.1f %%; prefill' $mean 'published serving' all
said 'prefill %.0f %% |' $mean 'published serving' prefill
said 'median %.1f %% (target' $median 'published serving' 'TensorRT-LLM, all experts'
said '%+.0f %% |' $mean 'published serving' 'decode of DeepSeek-V3 on H800'

for page in "$DSE_SOURCE"/docs/*.md; do
    name=${page##*/}
    [ "$name" = README.md ] || grep -qF "($name)" "$DSE_SOURCE/docs/README.md" || complain "docs/README.md lacks $name"
done
exit "$failed"
