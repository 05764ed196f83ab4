#!/bin/sh
# dse man: a page for each command, made from the tables, without warnings of mandoc and man.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

complain() { printf 'cli_man: %s\n' "$*"; failed=1; }

"$DSE" man -o pages || complain "the pages are not written: status $?"
commands=$("$DSE" --help | sed -n '/^usage/,/^Exit/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -gt 15 ] || complain "few commands: $commands"
# plain: text without escapes and fonts.
plain() { sed 's/\\-/-/g; s/\\(aq/'"'"'/g; s/|\\:/|/g; s/\\&//g; s/\\(dq/"/g; s/\\(ga/`/g; s/\\(ti/~/g; s/\\(ha/^/g' "$1"; }
for command in $commands; do
    page=pages/man1/dse-$command.1
    [ -s "$page" ] || { complain "$page is missing"; continue; }
    "$DSE" man "$command" | cmp -s - "$page" || complain "dse man $command is not $page"
    grep -q "^\.It Xr dse-$command 1" pages/man1/dse.1 || complain "dse(1) lacks $command"
    plain "$page" | tr -d '\n ' >page.txt
    # Every option and its text, as --help shows them.
    "$DSE" "$command" --help | sed -n '/^example/q; s/^  \(--[a-z-]*\) .*/\1/p' | while read -r option; do
        plain "$page" | grep -q "^\.It Fl ${option#-}\( \|\$\)" || echo "$command $option"
    done >lost.txt
    [ -s lost.txt ] && complain "options without a place: $(cat lost.txt)"
    example=$("$DSE" "$command" --help | sed '1,/^example:/d' | tr -d '\n ')
    grep -qF -- "$example" page.txt || complain "$page lacks the example"
done
[ "$(find pages -type f | wc -l)" = $(($(echo "$commands" | wc -w) + 2)) ] || complain "other pages: $(find pages)"
"$DSE" man | cmp -s - pages/man1/dse.1 || complain "dse man is not dse(1)"

# The page of studies: every parameter, metric, strategy, and key that the reader knows.
plain pages/man5/dse-study.5 >study.txt
for list in parameters metrics strategies; do
    "$DSE" list "$list" --format csv | sed '1d; s/,.*//' | while read -r name; do
        grep -qxF ".It Va \"$name\"" study.txt || echo "$name"
    done >lost.txt
    [ -s lost.txt ] && complain "$list without a place: $(cat lost.txt)"
done
printf 'study: x\nqqqq: 1\n' >s.yaml
known=$("$DSE" sweep s.yaml 2>&1 | sed -n "s/.*one of \(.*\), or a parameter's path.*/\1/p" | tr -d ,)
[ -n "$known" ] || complain "the reader does not say which keys it knows"
for key in $known; do
    sed '/^.Sh EXAMPLES/q' study.txt | grep -q "^\.It Va \"\(.*, \)\{0,1\}${key}[\",]" || complain "no key $key in dse-study(5)"
done

# refused STATUS TEXT ARGUMENT...
refused() {
    expected=$1 text=$2
    shift 2
    "$DSE" man "$@" >out.txt 2>err.txt
    is=$?
    [ "$is" = "$expected" ] || complain "man $*: status $is"
    grep -q -- "$text" err.txt || complain "man $*: $(cat err.txt)"
    [ -s out.txt ] && complain "man $*: prints something"
}
refused 2 'did you mean sweep' swep
refused 2 'leave sweep out' sweep -o pages
: >file
refused 1 'cannot be made' -o file/pages
grep -q "^\.Os \"$("$DSE" --version)\"" pages/man1/dse.1 || complain "the page says another version"

if command -v mandoc >/dev/null; then
    # Two remarks of style are not ours: what the foot of the page shows, and pages that are not installed.
    mandoc -Tlint pages/man1/* pages/man5/* |
        grep -v -e 'operating system explicitly specified' -e 'referenced manual not found' >warnings.txt
    [ -s warnings.txt ] && complain "mandoc: $(head -n 5 warnings.txt)"
else
    echo 'cli_man: no mandoc: not linted'
fi
if command -v man >/dev/null; then
    for page in pages/man1/* pages/man5/*; do
        MANROFFSEQ='' LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>warnings.txt >text.txt
        [ -s warnings.txt ] && complain "man $page: $(head -n 5 warnings.txt)"
        [ "$(wc -l <text.txt)" -gt 15 ] || complain "man $page shows $(wc -l <text.txt) lines"
    done
else
    echo 'cli_man: no man: pages are not shown'
fi
exit "$failed"
