/* Columns of `point` by the names that users give them. */
#include "db/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest_name.h"
#include "base/mem.h"

/* The first `length` characters, with '_' for each '.'. */
static char *column_of(const char *text, size_t length)
{
    char *name = mem_text(text);
    name[length] = '\0';
    for (char *c = name; *c; c++)
        if (*c == '.')
            *c = '_';
    return name;
}

static bool is_column(const struct table *known, const char *name)
{
    for (size_t i = 0; i < known->rows; i++)
        if (!strcmp(table_text_at(known, i, "name"), name))
            return true;
    return false;
}

static int not_a_column(const struct table *known, const char *name, struct err *err)
{
    const char **names = mem_alloc(known->rows + 1, sizeof *names);
    for (size_t i = 0; i < known->rows; i++)
        names[i] = table_text_at(known, i, "name");
    const char *near = name_nearest(name, names, known->rows);
    free(names);
    return near ? fail(err, "\"%s\": not a column: did you mean \"%s\"?", name, near)
                : fail(err, "\"%s\": not a column: `dse query DB --columns all` shows them", name);
}

int db_know_columns(struct db *db, struct err *err)
{
    table_free(&db->known);
    return db_select(db, "SELECT name FROM pragma_table_info('point')", NULL, 0, &db->known, err);
}

int db_column(struct db *db, const char *text, size_t length, char **out, struct err *err)
{
    if (db->write && db_know_columns(db, err) != 0) /* a writer adds columns */
        return -1;
    char *name = column_of(text, length);
    int rc = is_column(&db->known, name) ? 0 : not_a_column(&db->known, name, err);
    if (rc == 0)
        *out = name;
    else
        free(name);
    return rc;
}

bool db_is_column(struct db *db, const char *text, size_t length)
{
    struct err ignored;
    char *name = NULL;
    bool is = db_column(db, text, length, &name, &ignored) == 0;
    free(name);
    return is;
}

/* The end of the quoted text or name that starts at `at`. */
static const char *end_of(const char *at)
{
    if (*at == '\'' || *at == '"') {
        const char *close = strchr(at + 1, *at);
        return close ? close + 1 : at + strlen(at);
    }
    if (!isalpha((unsigned char)*at) && *at != '_')
        return at + 1;
    while (isalnum((unsigned char)*at) || *at == '_' || *at == '.')
        at++;
    return at;
}

/* Replaces chip.memory_byte, outside quotes, by chip_memory_byte if that is a column. */
static char *without_dots(const struct table *known, const char *where)
{
    char *out = mem_text(where);
    for (const char *at = where, *end; *at; at = end) {
        end = end_of(at);
        char *name = column_of(at, (size_t)(end - at));
        if (*at != '\'' && *at != '"' && is_column(known, name))
            memcpy(out + (at - where), name, (size_t)(end - at));
        free(name);
    }
    return out;
}

/* What a condition may name. Points to the texts of `known`. Caller frees. */
static struct where_columns columns_of(const struct table *known)
{
    struct where_column *column = mem_alloc(known->rows + 1, sizeof *column);
    for (size_t i = 0; i < known->rows; i++) {
        const char *type = table_text_at(known, i, "type");
        column[i] = (struct where_column){.name = table_text_at(known, i, "name"),
                                          .unit = table_text_at(known, i, "unit"),
                                          .kind = !strcmp(type, "TEXT") ? WHERE_TEXTS
                                                  : *type               ? WHERE_NUMBERS
                                                                        : WHERE_ANY};
    }
    return (struct where_columns){column, known->rows};
}

/* The values that step_rows binds are those of the last condition. */
static void keep_values(struct db *db, struct where *w)
{
    where_free(&db->where);
    db->where = (struct where){.value = w->value, .values = w->values};
    w->value = NULL;
    w->values = 0;
}

void db_bind_where(struct db *db, sqlite3_stmt *s)
{
    int most = sqlite3_bind_parameter_count(s);
    for (size_t i = 0; i < db->where.values && (int)(WHERE_FIRST + i) <= most; i++) {
        const struct where_value *v = &db->where.value[i];
        int at = (int)(WHERE_FIRST + i);
        if (v->kind == VALUE_INTEGER)
            sqlite3_bind_int64(s, at, v->integer);
        else if (v->kind == VALUE_NUMBER)
            sqlite3_bind_double(s, at, v->number);
        else
            sqlite3_bind_text(s, at, v->text, -1, SQLITE_STATIC);
    }
}

/* A condition in SQL that the readable language does not have: as it stands, if SQLite takes it. If
 * SQLite only misses a column, `err` says so, else it keeps what the language misses. */
static int plain_sql(struct db *db, const struct table *known, const char *where, char **out,
                     struct err *err)
{
    static const char unknown[] = "no such column: ";
    struct err inner, why;
    *out = without_dots(known, where);
    int rc = db_check_where(db, *out, &inner);
    const char *name = sqlite3_errmsg(db->sqlite);
    if (rc == 0)
        return 0;
    if (inner.status != STATUS_INPUT)
        *err = inner;
    else if (!strncmp(name, unknown, sizeof unknown - 1) && !strstr(err->text, "not a column")) {
        char *column = mem_text(name + sizeof unknown - 1);
        const char *at = strstr(where, column);
        not_a_column(known, column, &why);
        where_fail(where, at ? (size_t)(at - where) : 0, why.text, err);
        free(column);
    }
    free(*out);
    *out = NULL;
    return -1;
}

int db_where(struct db *db, const char *where, char **out, struct err *err)
{
    struct table known;
    struct err inner;
    struct where w = {.first = WHERE_FIRST};

    *out = NULL;
    if (db_select(db,
                  "SELECT p.name AS name, p.type AS type, coalesce(a.unit, '') AS unit"
                  " FROM pragma_table_info('point') p LEFT JOIN about a ON a.name = p.name"
                  " ORDER BY p.cid",
                  NULL, 0, &known, err) != 0)
        return -1;
    struct where_columns columns = columns_of(&known);
    enum where_result parsed = where_parse(&w, where, columns, err);
    int rc = parsed == WHERE_DONE ? db_check_where(db, w.sql, &inner) : -1;
    if (rc == 0) {
        *out = w.sql;
        w.sql = NULL;
        keep_values(db, &w);
    } else if (parsed == WHERE_FOREIGN)
        rc = plain_sql(db, &known, where, out, err);
    else if (parsed == WHERE_DONE && inner.status == STATUS_INPUT)
        where_fail(where, 0, inner.text, err);
    else if (parsed == WHERE_DONE)
        *err = inner;
    where_free(&w);
    free((void *)columns.column);
    table_free(&known);
    return rc;
}
