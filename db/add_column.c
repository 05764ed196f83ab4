/* Columns that a table lacks. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "db/private.h"

int db_has_column(struct db *db, const char *schema, const char *table, const char *name,
                  struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_prepare(db, &s, "SELECT 1 FROM pragma_table_info(?1, ?2) WHERE name = ?3 COLLATE NOCASE",
                   err) != 0)
        return -1;
    sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, schema, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, name, -1, SQLITE_STATIC);
    int there = db_step(db, s, err);
    sqlite3_finalize(s);
    return there;
}

int db_add_column(struct db *db, const char *table, const char *name, const char *type,
                  struct err *err)
{
    int there = db_has_column(db, "main", table, name, err);
    if (there != 0)
        return there < 0 ? -1 : 0;

    char *column = db_quote(name);
    char *sql = mem_print("ALTER TABLE main.%s ADD COLUMN %s %s", table, column, type);
    int failed = db_exec(db, sql, err);
    free(sql);
    free(column);
    return failed;
}

/* ---- many columns of `point` ---- */

static bool is_known(const struct table *known, const char *name)
{
    for (size_t i = 0; i < known->rows; i++)
        if (!strcasecmp(table_text_at(known, i, "name"), name))
            return true;
    return false;
}

/* The columns, each "BEFORE"NAME" TYPE"AFTER". Caller frees. */
static char *columns_sql(const struct db_column *columns, size_t n, const struct table *known,
                         const char *before, const char *after)
{
    char *sql = mem_text("");
    for (size_t i = 0; i < n; i++) {
        if (is_known(known, columns[i].name))
            continue;
        char *name = db_quote(columns[i].name);
        char *longer = mem_print("%s%s%s %s%s", sql, before, name,
                                 columns[i].texts != NULL ? "TEXT" : "REAL", after);
        free(name);
        free(sql);
        sql = longer;
    }
    return sql;
}

int db_add_columns(struct db *db, const struct db_column *columns, size_t n, struct err *err)
{
    /* Each ALTER TABLE makes SQLite read all of the schema twice: an empty table is made anew. */
    static const char question[] =
        "SELECT name, sql, EXISTS(SELECT 1 FROM main.point) AS filled"
        " FROM pragma_table_info('point', 'main'),"
        " (SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = 'point')";
    struct table known;
    if (db_select(db, question, NULL, 0, &known, err) != 0)
        return -1;
    bool anew = known.rows > 0 && table_number_at(&known, 0, "filled") == 0;
    char *added = columns_sql(columns, n, &known,
                              anew ? ", " : "ALTER TABLE main.point ADD COLUMN ", anew ? "" : ";");
    const char *old = anew ? table_text_at(&known, 0, "sql") : "";
    char *sql = anew ? mem_print("DROP TABLE main.point; %.*s%s)", (int)strlen(old) - 1, old, added)
                     : mem_text(added);
    int failed = *added != '\0' ? db_exec(db, sql, err) : 0;
    free(sql);
    free(added);
    table_free(&known);
    return failed;
}
