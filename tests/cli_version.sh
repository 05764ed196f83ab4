#!/bin/sh
# One version, and its date: of the program, the changelog, the citation, the manual and the library.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$DSE_SOURCE" || exit 1
failed=0

complain() { printf 'cli_version: %s\n' "$*"; failed=1; }
is() { [ "$1" = "$2" ] || complain "$3: $1, not $2"; }

program=$("$DSE" --version)
version=${program#dse }
echo "$version" | grep -qx '[0-9]*\.[0-9]*\.[0-9]*' || complain "dse --version prints $program"
is "$(sed -n 's/^## \([0-9].*\) - .*/\1/p' CHANGELOG.md | head -n 1)" "$version" "CHANGELOG.md"
is "$(sed -n 's/^version: //p' CITATION.cff)" "$version" "CITATION.cff"
date=$(sed -n "s/^## $version - //p" CHANGELOG.md)
is "$(sed -n 's/^date-released: "\(.*\)"/\1/p' CITATION.cff)" "$date" "the date in CITATION.cff"
is "$("$DSE" man | sed -n 's/^\.Dd //p')" "$(LC_ALL=C date -d "$date" '+%B %-d, %Y')" "the date of the manual"
is "$("$DSE" man | sed -n 's/^\.Os "\(.*\)"/\1/p')" "$program" "the manual"

# The keys that the format of citations requires (cff-version 1.2.0).
is "$(sed -n 's/^cff-version: //p' CITATION.cff)" 1.2.0 "cff-version"
for key in message title authors; do
    grep -q "^$key:" CITATION.cff || complain "CITATION.cff lacks $key"
done
is "$(sed -n 's/^license: //p' CITATION.cff)" Apache-2.0 "the licence in CITATION.cff"
if command -v python3 >/dev/null && python3 -c 'import yaml' 2>/dev/null; then
    python3 -c 'import sys, yaml; d = yaml.safe_load(open("CITATION.cff")); sys.exit(not isinstance(d["authors"], list))' ||
        complain "CITATION.cff is not read"
fi

# The file says what no one has to: the version stands once in the build.
grep -rn --include=CMakeLists.txt --include='*.cmake' --include='*.in' -F "$version" . 2>/dev/null |
    grep -v '/build' >"$work/places"
is "$(grep -c . "$work/places")" 1 "places with the version: $(cat "$work/places")"
exit "$failed"
