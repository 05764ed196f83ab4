#!/bin/sh
# Each header compiles alone, and twice, without a warning.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

status=0
for header in $(find arch base db dse reports search tests -name '*.h' | sort); do
    printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
        ${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -I. \
            -fsyntax-only -x c - || { echo "$header: does not compile alone"; status=1; }
done
exit "$status"
