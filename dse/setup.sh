# shellcheck shell=sh
# Functions that install the packages needed by the build, and that build. Sourced in the project root
# by dse/quickstart.sh and the scripts of tests/.

# DEBIAN-PACKAGE:PKG-CONFIG-NAME of each library, DEBIAN-PACKAGE:COMMAND of each tool,
# DEBIAN-PACKAGE:COMPILER of each sanitizer runtime.
libraries="libsqlite3-dev:sqlite3 libyaml-dev:yaml-0.1 libpcre2-dev:libpcre2-8"
tools="ninja-build:ninja pkg-config:pkg-config"
runtimes=""

# DEBIAN-PACKAGE:COMMAND or DEBIAN-PACKAGE:/FILE of what is installed if possible and done without if
# not: a part of the program or some tests are then left out.
wanted="node-d3:/usr/share/nodejs/d3/dist/d3.min.js"

have_compiler() {
    for compiler in "${CC:-cc}" gcc clang; do
        if echo '#include <stdio.h>' | $compiler -fsyntax-only -x c - 2>/dev/null; then return 0; fi
    done
    return 1
}

# links COMPILER: with the sanitizers?
links() {
    echo 'int main(void) { return 0; }' |
        "$1" -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null
}

have_cmake() { # 3.25 or newer
    cmake --version 2>/dev/null | awk '
        NR == 1 { split($3, v, "."); new = v[1] > 3 || (v[1] == 3 && v[2] >= 25) }
        END { exit !new }'
}

# Prints the Debian packages that are missing.
missing() {
    have_compiler || printf ' gcc libc6-dev'
    have_cmake || printf ' cmake'
    for tool in $tools; do
        command -v "${tool#*:}" >/dev/null || printf ' %s' "${tool%:*}"
    done
    for runtime in $runtimes; do
        links "${runtime#*:}" || printf ' %s' "${runtime%:*}"
    done
    for library in $libraries; do
        pkg-config --exists "${library#*:}" 2>/dev/null || printf ' %s' "${library%:*}"
    done
}

# Can clang make WebAssembly? For the model in the page.
have_wasm() {
    echo '#include <stdlib.h>
int main(void) { return abs(0); }' | clang --target=wasm32-wasi -x c - -o /dev/null 2>/dev/null
}

# Prints the Debian packages that are wanted and not there.
missing_wanted() {
    have_wasm || printf ' clang lld wasi-libc libclang-rt-dev-wasm32'
    for item in $wanted; do
        case ${item#*:} in
        /*) [ -e "${item#*:}" ] ;;
        *) command -v "${item#*:}" >/dev/null ;;
        esac || printf ' %s' "${item%:*}"
    done
}

# Runs a command as root: directly, or by sudo if that needs no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Runs a command without output; prints its output if it fails.
quietly() {
    output=$("$@" 2>&1) || { printf '%s\n' "$output" >&2; return 1; }
}

# apt_install PACKAGE...
apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y \
        --no-install-recommends "$@"
}

install_missing() {
    packages=$(missing)
    extras=$(missing_wanted)
    [ -n "$packages$extras" ] || return 0
    if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
        echo "installing$packages$extras"
        as_root apt-get update >/dev/null 2>&1 || true # old package lists may be enough
        # shellcheck disable=SC2086 # a list of words
        [ -z "$packages" ] || quietly apt_install $packages || true
        for package in $extras; do
            apt_install "$package" >/dev/null 2>&1 || echo "going on without $package"
        done
        packages=$(missing)
    fi
    [ -n "$packages" ] || return 0
    {
        echo "dse cannot be built yet: these are missing (Debian's names; cmake must be 3.25 or newer)"
        echo "    apt-get install --no-install-recommends$packages"
    } >&2
    exit 1
}

# build PRESET: configures and builds; starts with a fresh build folder if the old one belongs to
# another path, generator or compiler.
build() {
    echo "building ($1)"
    cmake --preset "$1" >/dev/null 2>&1 || quietly cmake --fresh --preset "$1" || exit 1
    quietly cmake --build --preset "$1" || exit 1
}
