# shellcheck shell=sh
# Sourced by shell tests.

# as_old DB: makes it a store of an older version, whose pages have no checksums, so that sqlite3 may
# change it. Fails if there is no sqlite3.
as_old() {
    rm -f "$1.old"
    sqlite3 "$1" ".clone $1.old" >/dev/null 2>&1 &&
        sqlite3 "$1.old" "PRAGMA application_id = 1685284129; PRAGMA user_version = 1" && mv "$1.old" "$1"
}
