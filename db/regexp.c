/* The SQL operator X regexp Y with Perl regular expressions; SQLite calls it as regexp(Y, X). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"
#include "db/private.h"

/* A pattern of a statement, with its last answer: rows that follow each other often have the same
 * text. */
struct pattern {
    struct regex *regex;
    int found;
    size_t length;
    char text[64];
};

static void close_pattern(void *pattern)
{
    struct pattern *p = pattern;
    regex_close(p->regex);
    free(p);
}

static int match(struct pattern *p, const char *text, size_t length, struct err *err)
{
    if (p->found >= 0 && p->length == length && memcmp(p->text, text, length) == 0)
        return p->found;
    int found = regex_match(p->regex, text, length, err);
    p->found = length <= sizeof p->text ? found : -1;
    if (p->found >= 0) {
        p->length = length;
        memcpy(p->text, text, length);
    }
    return found;
}

static void regexp(sqlite3_context *context, int n, sqlite3_value **arg)
{
    (void)n;
    const char *pattern = (const char *)sqlite3_value_text(arg[0]);
    const char *text = (const char *)sqlite3_value_text(arg[1]);
    if (sqlite3_value_type(arg[0]) == SQLITE_NULL || sqlite3_value_type(arg[1]) == SQLITE_NULL)
        return;
    if (pattern == NULL || text == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }

    struct db *db = sqlite3_user_data(context);
    struct pattern *kept = sqlite3_get_auxdata(context, 0), *p = kept;
    int found = -1;
    if (p == NULL) {
        p = mem_alloc(1, sizeof *p);
        p->found = -1;
    }
    if (p->regex != NULL || regex_open(&p->regex, pattern, &db->regex) == 0)
        found = match(p, text, (size_t)sqlite3_value_bytes(arg[1]), &db->regex);
    if (found < 0)
        sqlite3_result_error(context, db->regex.text, -1);
    else
        sqlite3_result_int(context, found);
    if (kept == NULL)
        sqlite3_set_auxdata(context, 0, p, close_pattern);
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
