/* The SQL operator X regexp Y with Perl regular expressions; SQLite calls it as regexp(Y, X). */
#include "base/regex.h"
#include "db/private.h"

static void close_regex(void *regex)
{
    regex_close(regex);
}

static void regexp(sqlite3_context *context, int n, sqlite3_value **arg)
{
    (void)n;
    const char *pattern = (const char *)sqlite3_value_text(arg[0]);
    const char *text = (const char *)sqlite3_value_text(arg[1]);
    if (pattern == NULL || text == NULL)
        return;

    struct db *db = sqlite3_user_data(context);
    struct regex *kept = sqlite3_get_auxdata(context, 0), *regex = kept;
    int found = -1;
    if (regex != NULL || regex_open(&regex, pattern, &db->regex) == 0)
        found = regex_match(regex, text, (size_t)sqlite3_value_bytes(arg[1]), &db->regex);
    if (found < 0)
        sqlite3_result_error(context, db->regex.text, -1);
    else
        sqlite3_result_int(context, found);
    if (kept == NULL && regex != NULL)
        sqlite3_set_auxdata(context, 0, regex, close_regex);
}

/* Uses each table-valued function once, because the authoriser sees its first use as CREATE
 * TABLE. */
int db_allow_select(struct db *db, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_create_function_v2(db->sqlite, "regexp", 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, db,
                                          regexp, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return db_fail(db, code, err);
    int failed = db_prepare(db, &s,
                            "SELECT 1 FROM pragma_table_info, pragma_table_xinfo,"
                            " pragma_table_list, json_each, json_tree",
                            err);
    sqlite3_finalize(s);
    return failed;
}
