#!/bin/sh
# The Python package: its tests with Debian's python3 without other packages, and with numpy and pandas
# where they are installed. A sanitized library needs the runtime of its sanitizer before it is loaded.
set -eu
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3) || { echo 'python3 is missing'; exit 77; }
library=$(dirname "$DSE")/libdse.so
preload=
case ${DSE_SANITIZE:-} in
'') ;;
address*)
    for name in libasan.so libclang_rt.asan-x86_64.so libclang_rt.asan.so; do
        preload=$("${CC:-cc}" -print-file-name="$name")
        case $preload in /*) break ;; esac
    done
    case $preload in
    /*) ;;
    *) echo "no runtime of ${CC:-cc} -fsanitize=$DSE_SANITIZE to load"; exit 77 ;;
    esac
    ;;
*) echo "python3 cannot load a library with -fsanitize=$DSE_SANITIZE"; exit 77 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# The program has its own sanitizer.
printf '#!/bin/sh\nunset LD_PRELOAD\nexec "%s" "$@"\n' "$DSE" >program
chmod +x program

# run OPTION...: the interpreter keeps memory until it ends, which is no leak of the library.
run() {
    env PYTHONPATH="$DSE_SOURCE/python" PYTHONDONTWRITEBYTECODE=1 PYDEVD_DISABLE_FILE_VALIDATION=1 \
        DSE_LIBRARY="$library" DSE="$work/program" DSE_PROGRAM="$work/program" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" ${preload:+LD_PRELOAD="$preload"} "$python" "$@"
}
tests() {
    run "$@" -m unittest discover -s "$DSE_SOURCE/python/tests" -t "$DSE_SOURCE/python"
}
echo '== without other packages'
tests -S # no site-packages
if "$python" -c 'import numpy, pandas' 2>/dev/null; then
    echo '== with numpy and pandas'
    tests
else
    echo 'numpy or pandas is missing: not tested with them'
fi
