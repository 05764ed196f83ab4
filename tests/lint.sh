#!/bin/sh
# Format, analysis, shell scripts and the live page, with zero warnings: clang-format and clang-tidy
# over every C file (.clang-format, .clang-tidy), shellcheck over every shell script, eslint over the
# scripts of the page (tests/eslint.json), Chromium over its style (tests/browser/lint_css.py).
# `cmake --build --preset dev --target lint` calls it; with file names it looks at these C files only,
# with `page` at the page only.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

tools="$tools clang-format:clang-format clang-tidy:clang-tidy shellcheck:shellcheck eslint:eslint"
wanted="$wanted chromium:chromium python3:python3 libopenmpi-dev:mpicc"
install_missing

status=0

# The scripts of the page are joined as the build joins them, since a name of one file is used in others:
# so a name that no file uses or none defines is found.
page=reports/page
eslint_strictly() {
    NODE_PATH=/usr/share/nodejs eslint --no-eslintrc --config tests/eslint.json --format unix "$@"
}
# listed VARIABLE KIND: the files of a list in CMakeLists.txt; fails if the folder has others.
listed() {
    files=$(sed -n "/^set($1/,/)/ { s/#.*//; s/[()]/ /g; s/set $1//; p; }" CMakeLists.txt |
        xargs -n 1 | sed "s|.*|$page/$2/&.$2|")
    for file in "$page/$2"/*."$2"; do
        printf '%s\n' "$files" | grep -qx "$file" || { echo "$file: not in $1" >&2; return 1; }
    done
    printf '%s\n' "$files"
}
lint_scripts() {
    eslint_strictly --env worker "$page/worker.js" || return 1
    scripts=$(listed page_scripts js) || return 1
    # shellcheck disable=SC2086 # names without blanks
    set -- $scripts
    found=$({ echo '(function () {'; cat "$@"; echo '})();'; } | eslint_strictly --stdin) && return 0
    printf '%s\n' "$found" | awk '
        FILENAME != "-" { file[NR + 1] = FILENAME; line[NR + 1] = FNR; next }
        split($0, at, ":") { sub(/^<text>:[0-9]+/, file[at[2]] ":" line[at[2]]); print }' "$@" -
    return 1
}
lint_page() {
    lint_scripts || status=1
    styles=$(listed page_styles css) || status=1
    if command -v chromium >/dev/null && command -v python3 >/dev/null; then
        # shellcheck disable=SC2086 # names without blanks
        python3 tests/browser/lint_css.py $styles -- "$page/page.html" "$page"/js/*.js || status=1
    else
        echo "lint: no Chromium or no python3: the style of the page is not checked"
    fi
}
finish() {
    [ "$status" -eq 0 ] && echo "lint: no warnings"
    exit "$status"
}
case ${1:-} in
page) lint_page; finish ;;
'') lint_page ;;
esac

# shellcheck disable=SC2046 # names without blanks
[ $# -gt 0 ] || set -- $(find arch base db dse lib reports search tests -name '*.[ch]' | sort)
clang-format --dry-run -Werror "$@" || status=1

# The analyzer sees the program, not its tests, a few files at a time on every core.
printf '%s\n' "$@" | grep '\.c$' | grep -v -e '^tests/' -e '^dse/mpi.c$' | xargs -r -P "$(getconf _NPROCESSORS_ONLN)" -n 4 sh -c '
    clang-tidy --quiet "$@" -- -std=c17 -I. -D_POSIX_C_SOURCE=200809L -DDSE_VERSION=\"\" -DDSE_DATE=\"\" \
        -DDSE_CATALOGUE_DIR=\"\" -DBENCH_CATALOGUE=\"\" 2>/dev/null' lint || status=1

# dse/mpi.c needs the headers of MPI; the checker of its waits does not see that MPI_Test is one.
mpi=$(mpicc --showme:incdirs 2>/dev/null | sed 's/[^ ][^ ]*/-isystem &/g')
case " $* " in *' dse/mpi.c '*)
    # shellcheck disable=SC2086 # options
    [ -z "$mpi" ] || clang-tidy --quiet --checks=-clang-analyzer-optin.mpi.MPI-Checker dse/mpi.c -- -std=c17 -I. $mpi -D_POSIX_C_SOURCE=200809L -DDSE_MPI 2>/dev/null || status=1
    ;;
esac

shellcheck -x -S warning .ci/run packaging/*.sh docs/*.sh dse/*.sh dse/completion/*.bash dse/studies/*.sh tests/*.sh || status=1
finish
