#!/bin/sh
# The law of the folders: who may include whom, and who may call what. Prints what breaks it.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

find arch base db dse reports search tests -name '*.[ch]' -exec awk '
BEGIN {
    may["base"] = "base"
    may["arch"] = "arch base"
    may["search"] = "search arch base"
    may["db"] = "db base"
    may["reports"] = "reports db arch base"
    may["dse"] = "dse search reports db arch base"
    may["tests"] = "tests dse search reports db arch base"
}
function breaks(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; broken = 1 }
function only(place, names, why) {
    if (FILENAME !~ place && code ~ "(^|[^A-Za-z0-9_.])(" names ")")
        breaks(why)
}
FNR == 1 { folder = FILENAME; sub(/\/.*/, "", folder); comment = 0 }
!comment && /^[ \t]*#[ \t]*include/ {
    path = $0; sub(/^[^"<]*/, "", path)
    own = path ~ /^"/; path = substr(path, 2); sub(/[">].*/, "", path)
    room = path; sub(/\/.*/, "", room)
    if (own && room == path)
        breaks("\"" path "\": paths start at the root, like \"arch/op.h\"")
    else if ((own || room in may) && !index(" " may[folder] " ", " " room " "))
        breaks(folder "/ may not include \"" path "\"")
    if (path ~ /^sqlite3/ && folder != "db" && FILENAME != "tests/bench.c") breaks("only db/ knows SQLite")
    if (path == "yaml.h" && FILENAME != "base/conf.c") breaks("only base/conf.c knows libyaml")
    if (path ~ /^pcre2/ && FILENAME != "base/regex.c") breaks("only base/regex.c knows PCRE2")
    next
}
{   # the line without comments, strings and characters
    rest = $0; code = ""
    if (comment && !sub(/^.*\*\//, "", rest)) next
    comment = 0
    while (match(rest, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)+\047|\/[*\/]/)) {
        what = substr(rest, RSTART, 2)
        code = code substr(rest, 1, RSTART - 1) " "
        rest = substr(rest, RSTART + RLENGTH)
        if (what == "//") rest = ""
        if (what == "/*" && (end = index(rest, "*/")) > 0) rest = substr(rest, end + 2)
        else if (what == "/*") { rest = ""; comment = 1 }
    }
    code = code rest; gsub(/->/, ".", code)

    only("^(dse|tests)/",
         "(_?exit|_Exit|quick_exit|v?printf|puts|putchar|perror)[ \t]*\\(|std(out|err)([^A-Za-z0-9_]|$)",
         "only dse/ prints and exits")
    only("^(dse|tests)/|^base/mem[.]c$", "abort[ \t]*\\(", "only base/mem.c aborts")
    only("^search/|^tests/bench[.]c$", "pthread_|thrd_", "only search/ has threads")
    only("^(base|db|reports|dse|tests)/",
         "(time|clock|clock_gettime|gettimeofday|getenv|f?open|freopen|s?rand|s?random|getrandom)[ \t]*\\(",
         "arch/ and search/ only compute")
    only("^(base|db|reports|dse|tests)/|^arch/catalogue[.]c$", "(opendir|scandir)[ \t]*\\(",
         "of arch/ and search/ only arch/catalogue.c lists folders")
}
END { exit broken }
' {} +
