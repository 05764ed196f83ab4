#!/bin/sh
# cmake --install and the Debian packages of this build: complete, and the program runs from there.
set -u
command -v dpkg-shlibdeps >/dev/null && command -v file >/dev/null || { echo 'cli_package: no dpkg-dev or file'; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
build=$(dirname -- "$DSE")
cd "$work" || exit 1
failed=0

complain() { printf 'cli_package: %s\n' "$*"; failed=1; }

(cd "$build" && cpack -G DEB -B "$work/deb") >log.txt 2>&1 || { cat log.txt; exit 1; }
version=$("$DSE" --version)
version=${version#dse }
catalogue=$DSE_CATALOGUE
unset DSE_CATALOGUE

# field FILE NAME: of the package's control file
field() { dpkg-deb -f "$1" "$2"; }
# package NAME: its file; fails if there is none, or if it lacks what every package has
package() {
    found=$(find deb -maxdepth 1 -name "$1_*.deb")
    [ -f "$found" ] || { complain "no package $1: $(ls deb)"; return 1; }
    [ "$(field "$found" Package)" = "$1" ] || complain "$found is called $(field "$found" Package)"
    [ "$(field "$found" Version)" = "$version-1" ] || complain "$1 has version $(field "$found" Version)"
    dpkg-deb -c "$found" | awk '{ print $6 }' | sed 's/^\.//' >"$1.list"
    for file in copyright changelog.Debian.gz; do
        grep -qx "/usr/share/doc/$1/$file" "$1.list" || complain "$1 has no $file"
    done
    grep -e '\.[ch]$' -e '\.db$' "$1.list" | grep -v -e '/usr/include/' -e '/usr/share/doc/' && complain "$1 has what it should not"
    dpkg-deb -x "$found" root
}
# holds NAME PATH...: of the package
holds() {
    name=$1
    shift
    for path; do
        grep -qx -- "$path" "$name.list" || complain "$name lacks $path"
    done
}
# needs NAME REGEX...: dependencies
needs() {
    name=$1
    shift
    depends=$(field "deb/$name"_*.deb Depends)
    for regex; do
        echo ", $depends," | grep -q ", $regex" || complain "$name does not depend on $regex: $depends"
    done
}
package dse || exit 1
package dse-data || exit 1
holds dse /usr/bin/dse /usr/share/bash-completion/completions/dse /usr/share/zsh/vendor-completions/_dse \
    /usr/share/fish/vendor_completions.d/dse.fish /usr/share/man/man1/dse.1.gz \
    /usr/share/man/man5/dse-study.5.gz /usr/share/doc/dse/README.md /usr/share/doc/dse/NOTICE \
    /usr/share/doc/dse/CITATION.cff /usr/share/doc/dse/changelog.gz /usr/share/doc/dse/docs/model.md
for command in $("$DSE" --help | sed -n '/^usage/,/^Exit/s/^  \([a-z]*\) .*/\1/p'); do
    holds dse "/usr/share/man/man1/dse-$command.1.gz"
done
needs dse "dse-data (= $version-1)" 'libc6 (>= ' libsqlite3-0 libyaml-0-2 libpcre2-8-0
package libdse0 && package libdse-dev && package python3-dse || exit 1
needs libdse0 "dse-data (= $version-1)" 'libc6 (>= ' libsqlite3-0 libyaml-0-2 libpcre2-8-0
needs python3-dse python3 'libdse0 (>= '
(cd "$DSE_SOURCE/python/dse" && find . -type f ! -path '*/__pycache__/*' | sort) >own.txt
(cd root/usr/lib/python3/dist-packages/dse && find . -type f | sort) | diff own.txt - || complain "another Python"
needs libdse-dev "libdse0 (= $version-1)"
holds libdse0 "/usr/lib.*/libdse.so.$version" '/usr/lib.*/libdse.so.0'
holds libdse-dev /usr/include/dse.h '/usr/lib.*/libdse.so' '/usr/lib.*/pkgconfig/dse.pc'
[ "$(field deb/dse-data_*.deb Architecture)" = all ] || complain "dse-data is not for all machines"
(cd "$catalogue" && find . -name '*.yaml' | sort) >own.txt
(cd root/usr/share/dse/catalogue && find . -type f | sort) | diff own.txt - || complain "another catalogue"
(cd "$DSE_SOURCE/dse/studies" && find . -name '*.yaml' | sort) >own.txt
(cd root/usr/share/dse/studies && find . -name '*.yaml' | sort) | diff own.txt - || complain "other studies"

# Links between the documents lead to files of the package.
(cd root/usr/share/doc/dse && find . -name '*.md' | while read -r page; do
    grep -o '](\([^)#:]*\)[)#]' "$page" | sed 's/^](//; s/[)#]$//' | sort -u | while read -r link; do
        [ -z "$link" ] || [ -e "${page%/*}/$link" ] || echo "$page: $link"
    done
done) >lost.txt
[ -s lost.txt ] && complain "links that lead nowhere: $(cat lost.txt)"

# The program runs from there, with the catalogue there.
there=$work/root/usr/bin/dse
[ "$("$there" --version)" = "dse $version" ] || complain "the program does not run"
cp root/usr/share/dse/catalogue/chips/h100.yaml root/usr/share/dse/catalogue/chips/only-here.yaml
"$there" list chips | grep -q '^only-here ' || complain "the program has another catalogue"
"$there" eval --set chip=only-here --format json >there.json || complain "eval: status $?"
DSE_CATALOGUE=$catalogue "$DSE" eval --set chip=h100 --format json | sed 's/"h100"/"only-here"/' >here.json
cmp here.json there.json || complain "the installed program has other answers"
gzip -dc root/usr/share/man/man1/dse-sweep.1.gz | cmp - "$build/documents/man/man1/dse-sweep.1" || complain "another page"
"$there" man sweep | cmp - "$build/documents/man/man1/dse-sweep.1" || complain "the page is not of this program"

# prices_like PREFIX: a program that is built as pkg-config says, with the library and catalogue below PREFIX,
# prints what the program prints.
asan=$(nm "$DSE" | grep -q __asan_init && echo '-fsanitize=address,undefined')
prices_like() {
    PKG_CONFIG_PATH=$(dirname "$(find "$1" -name dse.pc)")
    export PKG_CONFIG_PATH
    [ "$(pkg-config --modversion dse)" = "$version" ] || complain "dse.pc: $(pkg-config --modversion dse)"
    # shellcheck disable=SC2046,SC2086 # lists of words
    $CC -o one_point "$DSE_SOURCE/tests/lib/one_point.c" $asan $(pkg-config --cflags --libs dse) >log.txt 2>&1 ||
        { complain "a program with libdse: $(cat log.txt)"; return; }
    LD_LIBRARY_PATH=$(dirname "$(find "$1" -name 'libdse.so.0')") ./one_point chip=only-here >point.json ||
        complain "a program with libdse: status $?"
    cmp point.json there.json || complain "a program with libdse has other answers"
}
if command -v pkg-config >/dev/null; then prices_like "$work/root/usr"; fi

# cmake --install puts the same files elsewhere; those that Debian adds, moves or compresses aside.
DESTDIR=$work/staged cmake --install "$build" --prefix /opt/dse >log.txt 2>&1 || { cat log.txt; exit 1; }
(cd staged/opt/dse && find . -type f -o -type l) | sed 's|^\./||; s|/zsh/site-functions/|/zsh/vendor-completions/|' |
    grep -v -e '/LICENSE$' -e '/D3-LICENCE$' | sort >staged.txt
sed -n 's|^/usr/\(.*[^/]\)$|\1|p' ./*.list | sed 's|\(/man/.*\)\.gz$|\1|; s|^lib/[a-z0-9_]*-linux-gnu/|lib/|' |
    grep -v -e 'doc/[a-z0-9-]*/copyright$' -e 'doc/[a-z0-9-]*/changelog' | sort >packed.txt
sed 's|^lib/[a-z0-9_]*-linux-gnu/|lib/|' staged.txt | sort | diff - packed.txt ||
    complain "cmake --install (<) and the packages (>) differ"
[ -s staged/opt/dse/share/doc/dse/LICENSE ] || complain "cmake --install: no licence"
cp root/usr/share/dse/catalogue/chips/only-here.yaml staged/opt/dse/share/dse/catalogue/chips/
staged/opt/dse/bin/dse list chips | grep -q '^only-here ' || complain "cmake --install: another catalogue"
if command -v pkg-config >/dev/null; then prices_like "$work/staged/opt/dse"; fi
exit "$failed"
