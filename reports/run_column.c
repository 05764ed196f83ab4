#include "reports/run_column.h"

#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"

/* Counts the points of the run with a value of each metric of the store, in one row. */
static int count_values(struct table *out, struct db *db, const struct db_run *run, struct err *err)
{
    struct table known;
    if (db_columns(db, &known, err) != 0)
        return -1;
    char *sql = mem_text("SELECT count(*) AS points");
    for (size_t i = 0; i < known.rows; i++) {
        const char *name = table_text_at(&known, i, "name");
        const struct field *f = field_find(metrics_fields, name);
        if (!f)
            continue;
        char *longer = mem_print("%s, count(point.\"%s\") AS \"%s\"", sql, name, name);
        free(sql);
        sql = longer;
    }
    table_free(&known);
    char *whole = mem_print("%s FROM point WHERE run = %lld", sql, (long long)run->id);
    int rc = db_select(db, whole, NULL, 0, out, err);
    free(sql);
    free(whole);
    return rc;
}

static bool is_met(const struct metric *m, const struct metric_scope *in)
{
    return (!m->needs_calibration || in->calibration) && (!m->needs_engine || in->engine) &&
           (!m->needs_experts || in->experts) && (!m->needs_apart || in->apart) &&
           (!m->needs_memory2 || in->memory2) && (!m->needs_contexts || in->contexts) &&
           (!m->needs_traffic || in->traffic);
}

/* Infers the scope of a run from its metrics: a metric with a value has what it needs; a metric
 * without a value that has what it needs belongs to another phase. */
static struct metric_scope scope_of(const struct table *values)
{
    struct metric_scope scope = {.prices = true, .phases = ~0u};
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct metric *m = metric_of(&metrics_fields.row[i]);
        if (!(table_number_at(values, 0, metrics_fields.row[i].name) > 0))
            continue;
        scope.calibration = scope.calibration || m->needs_calibration;
        scope.engine = scope.engine || m->needs_engine;
        scope.experts = scope.experts || m->needs_experts;
        scope.apart = scope.apart || m->needs_apart;
        scope.memory2 = scope.memory2 || m->needs_memory2;
        scope.contexts = scope.contexts || m->needs_contexts;
        scope.traffic = scope.traffic || m->needs_traffic;
    }
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct metric *m = metric_of(&metrics_fields.row[i]);
        if (is_met(m, &scope) && table_number_at(values, 0, metrics_fields.row[i].name) == 0)
            scope.phases &= ~m->phases;
    }
    return scope;
}

/* 1 yes, 0 no, -1 failed. */
static int has_value(struct db *db, const struct db_run *run, const char *name, struct err *err)
{
    struct table t;
    if (!db_is_column(db, name, strlen(name)))
        return 0;
    char *sql = mem_print("SELECT EXISTS (SELECT 1 FROM point WHERE id >= %lld << %d AND"
                          " id < %lld << %d AND point.\"%s\" IS NOT NULL) AS found",
                          (long long)run->id, POINT_BITS, (long long)run->id + 1, POINT_BITS, name);
    int rc = db_select(db, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    bool found = table_number_at(&t, 0, "found") > 0;
    table_free(&t);
    return found;
}

/* If no point has any metric (no mapping was possible), there is no scope, so nothing is refused.
 */
static int check_value(struct db *db, const struct db_run *run, const struct field *f,
                       struct err *err)
{
    struct table values;
    int has = has_value(db, run, f->name, err);
    if (has != 0)
        return has < 0 ? -1 : 0;
    if (count_values(&values, db, run, err) != 0)
        return -1;
    struct metric_scope scope = scope_of(&values);
    bool any = table_number_at(&values, 0, "tokens_per_s") > 0;
    table_free(&values);
    return any && !metric_exists(f, &scope, err) ? -1 : 0;
}

int run_column(struct db *db, const struct db_run *run, const char *text, size_t length, char **out,
               struct err *err)
{
    char *name = mem_text(text);
    name[length] = '\0';
    int rc = db_column(db, text, length, out, err);
    /* A metric has a column only if some run of the store has the metric. */
    const struct field *f = field_find(metrics_fields, rc == 0 ? *out : name);
    struct err why;
    if (f && check_value(db, run, f, &why) != 0) {
        *err = why;
        if (rc == 0)
            free(*out);
        rc = -1;
    }
    free(name);
    return rc;
}
