#!/bin/sh
# libdse exports what lib/dse.h declares and lib/libdse.map lists, and nothing else; a program that knows
# only the header and the library compiles as C and as C++, and works.
set -eu
library=$(dirname "$DSE")/libdse.so
command -v nm >/dev/null || { echo 'nm is missing'; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

grep -v '^ \*' "$DSE_SOURCE/lib/dse.h" | sed -n 's/^[a-z].*[ *]\(dse_[a-z_]*\)(.*/\1/p' | sort -u >"$dir/declared"
sed -n 's/^ *\(dse_[a-z_]*\);$/\1/p' "$DSE_SOURCE/lib/libdse.map" | sort -u >"$dir/listed"
nm -D --defined-only "$library" | sed -n 's/.* T \([A-Za-z_0-9]*\)@.*/\1/p' | sort -u >"$dir/exported"
[ "$(wc -l <"$dir/listed")" -ge 18 ] || { echo 'the list of symbols is short'; exit 1; }
diff "$dir/listed" "$dir/declared" || { echo 'libdse.map and dse.h differ'; exit 1; }
diff "$dir/listed" "$dir/exported" || { echo 'the library exports something else'; exit 1; }
nm -D --defined-only "$library" | grep -v -e ' A DSE_' -e '@@DSE_' && { echo 'symbols without a version'; exit 1; }

cat >"$dir/use.c" <<'C'
#include <dse.h>
#include <stdio.h>
int main(void)
{
    dse_error error;
    dse_catalogue *catalogue;
    if (dse_catalogue_open(&catalogue, "/nonexistent", &error) == DSE_DONE)
        return 1;
    puts(error.text);
    return error.status != DSE_FAILED && error.status != DSE_INPUT;
}
C
cp "$dir/use.c" "$dir/use.cpp"
for source in use.c use.cpp; do
    compiler=${CC:-cc}
    [ "$source" = use.c ] || { command -v c++ >/dev/null || continue; compiler=c++; }
    "$compiler" ${DSE_SANITIZE:+"-fsanitize=$DSE_SANITIZE"} -I"$DSE_SOURCE/lib" "$dir/$source" \
        -o "$dir/use" -Wall -Wextra -Werror "$library" -Wl,-rpath,"$(dirname "$library")"
    "$dir/use" | grep -q nonexistent || { echo "$source: no message"; exit 1; }
done

# The example of docs/library.md prints what the page shows.
page=$DSE_SOURCE/docs/library.md
# shellcheck disable=SC2016 # the quotes are those of Markdown
sed -n '/^```c$/,/^```$/p' "$page" | grep -v '^```' >"$dir/example.c"
# shellcheck disable=SC2016
awk '/^    cc / { after = 1 } /^```$/ && after { if (open++) exit; next } open' "$page" >"$dir/shown"
${CC:-cc} ${DSE_SANITIZE:+"-fsanitize=$DSE_SANITIZE"} -I"$DSE_SOURCE/lib" "$dir/example.c" -o "$dir/example" \
    -Wall -Wextra -Werror "$library" -Wl,-rpath,"$(dirname "$library")"
"$dir/example" >"$dir/printed"
diff "$dir/shown" "$dir/printed" || { echo 'docs/library.md shows something else'; exit 1; }
