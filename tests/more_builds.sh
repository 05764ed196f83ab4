#!/bin/sh
# The builds beside that of tests/run.sh: clang's with the quick tests, and gcc's with the thread
# sanitizer with the tests that run threads.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

libraries="$libraries libcmocka-dev:cmocka"
tools="$tools clang:clang patch:patch"
install_missing

build dev-clang
ctest --preset dev-clang -L '^quick$' -j "$(getconf _NPROCESSORS_ONLN)"
build dev-threads
ctest --preset dev-threads -j "$(getconf _NPROCESSORS_ONLN)"
