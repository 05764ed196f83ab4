#!/bin/sh
# Runs the examples of the book and writes their output of today into its pages: sh docs/examples.sh [PAGE...]
# The program is $DSE, else build/dse; each page has an empty folder and a terminal of 100 columns. In a page,
#   ```console               is a block of commands, lines that begin with "$ " (one that ends with \ or | goes
#                            on), and their output
#   ```yaml my-chip.yaml     is the contents of that file
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
[ $# -gt 0 ] || set -- "$root"/docs/*.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "${DSE:-$root/build/dse}" "$work/bin/dse"
PATH=$work/bin:$PATH
COLUMNS=100
DSE_CATALOGUE=${DSE_CATALOGUE:-$root/arch/catalogue}
export PATH COLUMNS DSE_CATALOGUE

examples='
/^```/ && !open {
    open = 1
    console = $1 == "```console"
    file = NF > 1 ? $2 : ""
    if (file != "")
        printf "" >file
    print
    next
}
/^```$/ {
    if (file != "")
        close(file)
    open = console = 0
    file = ""
    print
    next
}
console && (more || /^\$ /) {
    print
    command = command (more ? $0 : substr($0, 3)) "\n"
    more = /[\\|]$/
    if (!more) {
        fflush()
        system("{ " command "} 2>&1")
        command = ""
    }
    next
}
console { next }
{
    if (file != "")
        print >file
    print
}'

for page; do
    grep -q '^```console' "$page" || continue
    folder=$(mktemp -d "$work/page.XXXXXX")
    (cd "$folder" && awk "$examples") <"$page" >"$work/new.md"
    cat "$work/new.md" >"$page"
done
