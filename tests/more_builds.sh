#!/bin/sh
# Additional builds: clang with the quick tests, and gcc's thread sanitizer with the tests that use
# threads.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

libraries="$libraries libcmocka-dev:cmocka"
tools="$tools clang:clang patch:patch"
runtimes="libclang-rt-dev:clang"
install_missing

build dev-clang
ctest --preset dev-clang -L '^quick$' -j "$(getconf _NPROCESSORS_ONLN)"
build dev-threads
ctest --preset dev-threads -j "$(getconf _NPROCESSORS_ONLN)"
