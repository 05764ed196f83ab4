#include "reports/payoff/swept_columns.h"

#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool chosen(const char *name)
{
    return !strcmp(name, "plan_tp") || !strcmp(name, "plan_dp") || !strcmp(name, "plan_ep");
}

static bool is_key(const char *name)
{
    return !strcmp(name, "id") || !strcmp(name, "run") || !strcmp(name, "point");
}

static int add_if_swept(struct swept *out, struct db *db, const struct db_run *run,
                        const char *name, const char *unit, struct err *err)
{
    struct table t;
    char *sql = mem_print("SELECT count(*), max(typeof(v) IN ('real', 'integer')) FROM (SELECT "
                          "DISTINCT \"%s\" AS v FROM point WHERE run = %lld)",
                          name, (long long)run->id);
    int rc = db_select(db, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    double values = table_at(&t, 0, 0)->number;
    bool is_number = table_at(&t, 0, 1)->number > 0;
    table_free(&t);
    if (values < 2)
        return 0;
    bool engine = starts(name, "engine"), chip = starts(name, "chip");
    out->column = mem_grow(out->column, out->n + 1, sizeof *out->column);
    out->column[out->n++] = (struct swept_column){.name = mem_text(name),
                                                  .unit = mem_text(unit),
                                                  .is_number = is_number,
                                                  .of_engine = engine,
                                                  .of_hardware = engine || chip,
                                                  .of_workload = !engine && !chip && !chosen(name),
                                                  .chosen = chosen(name),
                                                  .values = (size_t)values};
    char *longer = mem_print("%s%s%s", out->names, *out->names ? ", " : "", name);
    free(out->names);
    out->names = longer;
    return 0;
}

int swept_read(struct swept *out, struct db *db, const struct db_run *run, struct err *err)
{
    struct table known;
    int rc = db_columns(db, &known, err);

    *out = (struct swept){.db = db, .names = mem_text("")};
    if (rc != 0) {
        swept_free(out);
        return -1;
    }
    for (size_t i = 0; i < known.rows && rc == 0; i++) {
        const char *name = table_at(&known, i, 0)->text;
        const struct cell *unit = table_at(&known, i, 1);
        if (!field_find(metrics_fields, name) && !is_key(name))
            rc = add_if_swept(out, db, run, name, unit->kind == CELL_TEXT ? unit->text : "", err);
    }
    table_free(&known);
    if (rc != 0)
        swept_free(out);
    return rc;
}

void swept_free(struct swept *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->column[i].name);
        free(s->column[i].unit);
    }
    free(s->column);
    free(s->names);
    *s = (struct swept){0};
}

const struct swept_column *swept_find(const struct swept *s, const char *name, size_t length)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *own = s->column[i].name;
        size_t k = 0;
        while (k < length && own[k] && (own[k] == name[k] || (own[k] == '_' && name[k] == '.')))
            k++;
        if (k == length && !own[k])
            return &s->column[i];
    }
    return NULL;
}

const struct swept_column *swept_named(const struct swept *s, const char *name, size_t length,
                                       struct err *err)
{
    const struct swept_column *c = swept_find(s, name, length);
    char *column;
    if (c || db_column(s->db, name, length, &column, err) != 0)
        return c;
    if (*s->names)
        fail(err, "\"%s\" is not swept in this run: choose one of %s", column, s->names);
    else
        fail(err, "\"%s\" is not swept in this run: no column is, leave it out", column);
    free(column);
    return NULL;
}
