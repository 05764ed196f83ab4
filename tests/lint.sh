#!/bin/sh
# Format, analysis and shell scripts, with zero warnings: clang-format and clang-tidy over every C
# file (.clang-format, .clang-tidy), shellcheck over every script. `cmake --build --preset dev
# --target lint` calls it; with file names it looks at these C files only.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

tools="$tools clang-format:clang-format clang-tidy:clang-tidy shellcheck:shellcheck"
install_missing

status=0
# shellcheck disable=SC2046 # names without blanks
[ $# -gt 0 ] || set -- $(find arch base db dse reports search tests -name '*.[ch]' | sort)
clang-format --dry-run -Werror "$@" || status=1

# The analyzer sees the program, not its tests, a few files at a time on every core.
printf '%s\n' "$@" | grep '\.c$' | grep -v '^tests/' | xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 4 sh -c '
    clang-tidy --quiet "$@" -- -std=c17 -I. -D_POSIX_C_SOURCE=200809L -DDSE_VERSION=\"\" \
        -DDSE_CATALOGUE_DIR=\"\" -DBENCH_CATALOGUE=\"\" 2>/dev/null' lint || status=1

shellcheck -x -S warning .ci/run dse/*.sh dse/studies/*.sh tests/*.sh || status=1
[ "$status" -eq 0 ] && echo "lint: no warnings"
exit "$status"
