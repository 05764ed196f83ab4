/* Columns of `point` by the names that users give them. */
#include "db/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
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

int db_column(struct db *db, const char *text, size_t length, char **out, struct err *err)
{
    struct table known;
    if (db_columns(db, &known, err) != 0)
        return -1;
    char *name = column_of(text, length);
    int rc = is_column(&known, name) ? 0 : not_a_column(&known, name, err);
    table_free(&known);
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

int db_where(struct db *db, const char *where, char **out, struct err *err)
{
    static const char unknown[] = "no such column: ";
    struct table known;
    struct err inner, why;

    if (db_columns(db, &known, err) != 0)
        return -1;
    *out = without_dots(&known, where);
    int rc = db_check_where(db, *out, &inner);
    const char *name = sqlite3_errmsg(db->sqlite);
    if (rc != 0 && inner.status == STATUS_INPUT && !strncmp(name, unknown, sizeof unknown - 1)) {
        char *column = mem_text(name + sizeof unknown - 1);
        not_a_column(&known, column, &why);
        fail(err, "--where \"%.400s\": %s", where, why.text);
        free(column);
    } else if (rc != 0)
        *err = inner;
    table_free(&known);
    if (rc != 0) {
        free(*out);
        *out = NULL;
    }
    return rc;
}
