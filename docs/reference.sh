#!/bin/sh
# Fills the reference tables of the book from the program: sh docs/reference.sh [FOLDER]
# In each page of FOLDER (default: docs), what stands between a line like
#   <!-- dse list parameters chip -->    (a list; of long ones, one section)
#   <!-- dse man study -->               (the keys of a study)
# and the line <!-- end --> becomes what the program prints now. The program is $DSE, else build/dse.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
dse=${DSE:-$root/build/dse}
folder=${1:-$root/docs}

# A Markdown table without padding.
narrow() { sed '2s/--*/---/g; s/  */ /g'; }

# list WHAT [SECTION]: a list of the program; of the parameters, those of a section. Metrics with a
# range have `_low` and `_high` beside them: these rows become a column.
list() {
    case $1 in
    metrics)
        "$dse" list metrics --format md | narrow | awk -F ' *[|] *' '
            NR > 2 && $2 ~ /_(low|high)$/ { name = $2; sub(/_(low|high)$/, "", name); ranged[name] = 1; next }
            { row[n++] = $0 }
            END {
                print "| metric | unit | better | range | meaning |"
                print "| --- | --- | --- | --- | --- |"
                for (i = 2; i < n; i++) {
                    split(row[i], cell)
                    printf "| `%s` | %s | %s | %s | %s |\n", cell[2], cell[3], cell[4],
                           cell[2] in ranged ? "yes" : "", cell[5]
                }
            }'
        ;;
    *)
        "$dse" list "$1" --format md | narrow | awk -F ' *[|] *' -v section="${2:-}" '
            NR > 2 && section != "" && $2 != section && index($2, section ".") != 1 { next }
            NR > 2 { sub(/^[|] [^ |]+ /, "| `" $2 "` ") }
            { print }'
        ;;
    esac
}

# The list of keys in dse-study(5), whose source are roff requests.
study_keys() {
    echo '| key | meaning |'
    echo '| --- | --- |'
    "$dse" man study | awk '
        /^\.El/ { if (open) print row " |"; exit }
        /^\.It Va/ { if (open) print row " |"; open = 1; sub(/^\.It Va /, ""); gsub(/"/, ""); row = "| `" $0 "` |"; next }
        open { row = row " " $0 }' |
        sed 's/\\-/-/g; s/\\(aq/'"'"'/g; s/\\&//g; s/\\(dq/"/g; s/see PARAMETERS/see [parameters](parameters.md)/
            s/see STRATEGIES/see [search](#search)/'
}

for page in "$folder"/*.md; do
    grep -q '^<!-- dse ' "$page" || continue
    inside=0
    while IFS= read -r line; do
        case $line in
        '<!-- dse '*' -->')
            request=${line#<!-- dse }
            request=${request% -->}
            printf '%s\n\n' "$line"
            # shellcheck disable=SC2086 # words
            case $request in
            'man study') study_keys ;;
            'list '*) list ${request#list } ;;
            *)
                echo "$page: $line: unknown request" >&2
                exit 1
                ;;
            esac
            echo
            inside=1
            ;;
        '<!-- end -->')
            inside=0
            printf '%s\n' "$line"
            ;;
        *) [ "$inside" = 1 ] || printf '%s\n' "$line" ;;
        esac
    done <"$page" >"$page.new"
    mv "$page.new" "$page"
done
