# shellcheck shell=sh
# Sourced by tests that open pages: skips without a browser, and goes to an empty folder, $work.
command -v python3 >/dev/null || exit 77
command -v chromium >/dev/null || command -v chromium-headless-shell >/dev/null || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# make_pages STUDY...: NAME.db and NAME.html of each NAME.yaml. Skips without D3, which makes no page.
make_pages() {
    for study; do
        "$DSE" sweep "$study.yaml" --db "$study.db" --quiet >/dev/null || exit 1
        "$DSE" report "$study.db" -o "$study.html" >/dev/null || exit 1
    done
    grep -q '<script type="application/json" id="data">' "$study.html" || exit 77
}
