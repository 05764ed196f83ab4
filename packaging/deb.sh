#!/bin/sh
# Makes the Debian packages of this version, in the folder given (default: build-deb), with the
# distribution's compiler flags. Installs what is missing, as the quick start does.
#   sh packaging/deb.sh [FOLDER]
set -eu
out=$(realpath -m -- "${1:-$(dirname -- "$0")/../build-deb}")
CDPATH='' cd -- "$(dirname -- "$0")/.."
. dse/setup.sh

tools="$tools dpkg-dev:dpkg-shlibdeps file:file"
install_missing
CFLAGS="$(dpkg-buildflags --get CFLAGS) $(dpkg-buildflags --get CPPFLAGS)"
LDFLAGS=$(dpkg-buildflags --get LDFLAGS)
export CFLAGS LDFLAGS
quietly cmake -S . -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    -DDSE_CATALOGUE_DIR=/usr/share/dse/catalogue
quietly cmake --build "$out" --target dse libdse documents
cd "$out"
quietly cpack -G DEB
ls -1 "$out"/*.deb
