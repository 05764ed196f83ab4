#!/bin/sh
# The law of folders: which folder may include or call what. Prints violations. Then checks itself on
# small trees with violations, so that a check that finds nothing fails.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

# A room is a folder with its files; a sub-folder without a line of its own belongs to the room that
# contains it. Each room may include itself and the rooms after the colon, whose lines must come
# earlier in the list, so there can be no cycles.
rooms='
base:
arch: base
arch/catalogue: arch base
search/strategies: base
search: search/strategies arch/catalogue arch base
db: base
reports/payoff: db search arch/catalogue arch base
reports/figures: reports/payoff search arch base
reports: reports/payoff reports/figures db arch base
reports/point: reports db search arch/catalogue arch base
reports/page: reports/point reports reports/payoff reports/figures db search search/strategies arch/catalogue arch base
reports/print: reports reports/figures reports/payoff db search arch/catalogue arch base
reports/compare: reports/payoff search db arch/catalogue arch base
dse/validate: search/strategies search reports arch/catalogue arch base
lib: search/strategies search reports/point reports/print reports/payoff reports db arch/catalogue arch base
dse: lib dse/validate search/strategies search reports/page reports/point reports/print reports/compare reports/payoff reports/figures reports db arch/catalogue arch base
tests: dse/validate dse lib search/strategies search reports/page reports/point reports/print reports/compare reports/payoff reports/figures reports db arch/catalogue arch base
'

# law FOLDER...: of the tree in the current folder.
law()
{
    find "$@" -name '*.[ch]' -exec awk -v rooms="$rooms" '
BEGIN {
    n = split(rooms, line, "\n")
    for (i = 1; i <= n; i++)
        if (split(line[i], part, ":") == 2) {
            may[part[1]] = part[1] part[2]
            for (k = split(part[2], above, " "); k > 0; k--)
                if (!(above[k] in may)) {
                    print part[1] ": " above[k] " does not stand above it: rooms have no circles"
                    broken = 1
                }
        }
}
function breaks(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; broken = 1 }
function only(place, names, why) {
    if (FILENAME !~ place && code ~ "(^|[^A-Za-z0-9_.])(" names ")")
        breaks(why)
}
function room_of(path) { # the innermost
    while (sub(/\/[^\/]*$/, "", path) && !(path in may))
        ;
    return path
}
FNR == 1 { room = room_of(FILENAME); comment = 0 }
!comment && /^[ \t]*#[ \t]*include/ {
    path = $0; sub(/^[^"<]*/, "", path)
    own = path ~ /^"/; path = substr(path, 2); sub(/[">].*/, "", path)
    other = room_of(path)
    if (own && path !~ /\//)
        breaks("\"" path "\": paths start at the root, like \"arch/op.h\"")
    else if ((own || other in may) && !index(" " may[room] " ", " " other " "))
        breaks(room "/ may not include \"" path "\"")
    if (path ~ /^sqlite3/ && room != "db" && FILENAME != "tests/bench.c") breaks("only db/ knows SQLite")
    if (path == "yaml.h" && FILENAME != "base/conf_yaml.c") breaks("only base/conf_yaml.c knows libyaml")
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
    only("^search/|^tests/(bench|fail_nth)[.]c$", "pthread_|thrd_", "only search/ has threads")
    only("^(base|db|reports|lib|dse|tests)/",
         "(time|clock|clock_gettime|gettimeofday|getenv|f?open|freopen|s?rand|s?random|getrandom)[ \t]*\\(",
         "arch/ and search/ only compute")
    only("^(base|db|reports|dse|tests)/|^arch/catalogue/catalogue[.]c$", "(opendir|scandir)[ \t]*\\(",
         "of arch/ and search/ only arch/catalogue/catalogue.c lists folders")
}
END { exit broken }
' {} +
}

status=0
law arch base db dse lib reports search tests || status=1

# ---- check of the law itself ----

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# must pass|fail PATH LINE: a tree of one file.
must()
{
    mkdir -p "$(dirname "$2")"
    printf '%s\n' "$3" >"$2"
    if law "${2%%/*}" >found; then how=pass; else how=fail; fi
    [ "$how" = "$1" ] || { echo "the law lets $2 $how with: $3"; status=1; }
    rm "$2"
}

must fail base/x.c '#include "arch/op.h"'
must fail arch/x.c '#include "search/study.h"'
must fail arch/x.c '#include "arch/catalogue/catalogue.h"'
must fail arch/catalogue/x.c '#include "search/study.h"'
must fail search/strategies/x.c '#include "search/study.h"'
must fail search/strategies/x.c '#include "arch/op.h"'
must fail search/x.c '#include "db/db.h"'
must fail search/x.c '#include "reports/payoff/payoff.h"'
must fail db/x.c '#include "search/study.h"'
must fail reports/payoff/x.c '#include "reports/page.h"'
must fail reports/payoff/x.c '#include "reports/figures/svg.h"'
must fail reports/payoff/x.c '#include "dse/command.h"'
must fail reports/figures/x.c '#include "reports/page.h"'
must fail reports/figures/x.c '#include "db/db.h"'
must fail reports/x.c '#include "dse/command.h"'
must fail reports/x.c '#include "reports/page/live_page.h"'
must fail reports/point/x.c '#include "reports/page/live_page.h"'
must fail dse/validate/x.c '#include "dse/command.h"'
must fail dse/validate/x.c '#include "db/db.h"'
must fail dse/x.c '#include "tests/test.h"'
must fail lib/x.c '#include "dse/command.h"'
must pass lib/x.c '#include "reports/payoff/payoff.h"'
must pass dse/x.c '#include "lib/listing.h"'
must fail dse/x.c '#include "op.h"'
must fail arch/x.c '#include <search/study.h>'
must fail dse/x.c '#include <sqlite3.h>'
must fail base/x.c '#include <yaml.h>'
must fail reports/payoff/x.c 'void f(void) { printf("x"); }'
must fail search/strategies/x.c 'int f(void) { return rand(); }'
must fail arch/catalogue/x.c 'void *f(void) { return opendir("x"); }'
must fail reports/x.c 'pthread_t f;'
must pass search/strategies/x.c '#include "base/archive.h"'
must pass search/x.c '#include "search/strategies/strategy.h"'
must pass reports/payoff/x.c '#include "search/study.h"'
must pass reports/x.c '#include "reports/figures/svg.h"'
must pass dse/x.c '#include "dse/validate/check.h"'
must pass arch/x.c 'int f(void) { return 0; } /* rand() */'

rooms='
base: arch
arch: base
'
must fail base/x.c 'int x;'
exit "$status"
