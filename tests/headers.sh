#!/bin/sh
# Each header compiles alone, and twice, without a warning; functions that are compiled for each width
# of vectors are static and have a name of their own (base/lanes.h).
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

status=0
for header in $(find arch base db dse lib reports search tests -name '*.h' | sort); do
    printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
        ${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -I. \
            -fsyntax-only -x c - || { echo "$header: does not compile alone"; status=1; }
done

vectors=$(find arch base search -name '*.c' -exec grep -h -A1 '^FOR_ALL_VECTORS$' {} + |
    grep -v -e '^FOR_ALL_VECTORS$' -e '^--$')
printf '%s\n' "$vectors" | grep -v '^static ' && { echo 'lanes: not static'; status=1; }
again=$(printf '%s\n' "$vectors" | sed 's/(.*//; s/.*[ *]//' | sort | uniq -d)
[ -z "$again" ] || { echo "lanes: more than one function is called $again"; status=1; }
exit "$status"
