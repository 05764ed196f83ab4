/* The values of all metrics of two large runs would not fit into memory, so metrics are read some
 * at a time. A change is relative to the larger of the two values, at most 1 if both have one sign.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "reports/compare/compared_points.h"

enum { NUMBERS_MOST = 1 << 24, METRICS = sizeof(struct metrics) / sizeof(double) };

/* Some metrics of all points of a run. */
struct values {
    size_t metrics, rows;
    double *at; /* [row][metric] */
};

struct metric_change {
    const char *metric;
    size_t designs;     /* that differ */
    double most;        /* largest change */
    double value[RUNS]; /* of that design */
    double point[RUNS];
};

static int take_row(void *ctx, const struct table *row)
{
    struct values *v = ctx;
    for (size_t k = 0; k < v->metrics; k++) {
        const struct cell *c = table_at(row, 0, k);
        v->at[v->rows * v->metrics + k] = c->kind == CELL_NUMBER ? c->number : NAN;
    }
    v->rows++;
    return 0;
}

static int read_values(struct values *out, const struct compared_run *run, size_t rows,
                       const char *const *metric, size_t n, struct err *err)
{
    char *list = mem_text(""), id[32];
    *out = (struct values){.metrics = n, .at = mem_alloc(rows * n + 1, sizeof *out->at)};
    for (size_t k = 0; k < n; k++) {
        char *longer = mem_print("%s%s\"%s\"", list, k ? ", " : "", metric[k]);
        free(list);
        list = longer;
    }
    char *sql = mem_print("SELECT %s FROM point WHERE run = CAST(?1 AS INT) ORDER BY id", list);
    const char *texts[] = {number_text((double)run->run->id, id, sizeof id)};
    int rc = db_each(run->db, sql, texts, 1, take_row, out, err);
    free(sql);
    free(list);
    return rc;
}

static double change_of(double a, double b)
{
    return a == b ? 0 : fabs(a - b) / fmax(fabs(a), fabs(b));
}

static void find_change(struct metric_change *out, const struct compared_points *p,
                        const struct values v[RUNS], size_t metric)
{
    out->most = 0;
    out->designs = 0;
    for (size_t i = 0; i < p->commons; i++) {
        const struct compared_point *x[RUNS];
        double value[RUNS];
        bool feasible = true;
        for (int side = 0; side < RUNS; side++) {
            size_t at = p->common[i].in[side];
            x[side] = &p->run[side].point[at];
            value[side] = v[side].at[at * v[side].metrics + metric];
            feasible = feasible && point_is_feasible(p, x[side]);
        }
        double change = change_of(value[FIRST], value[SECOND]);
        if (!feasible || !(change > 0))
            continue;
        out->designs++;
        if (change <= out->most)
            continue;
        out->most = change;
        for (int side = 0; side < RUNS; side++) {
            out->value[side] = value[side];
            out->point[side] = x[side]->point;
        }
    }
}

static int largest_first(const void *a, const void *b)
{
    const struct metric_change *x = a, *y = b;
    return x->most != y->most ? (x->most < y->most) - (x->most > y->most)
                              : strcmp(x->metric, y->metric);
}

static void write_changes(struct table *out, struct metric_change *change, size_t n)
{
    qsort(change, n, sizeof *change, largest_first);
    for (size_t i = 0; i < n && change[i].most > 0; i++) {
        const struct metric_change *c = &change[i];
        table_text(out, c->metric);
        table_number(out, (double)c->designs);
        table_number(out, c->value[FIRST] != 0 ? c->value[SECOND] / c->value[FIRST] - 1 : NAN);
        for (int side = 0; side < RUNS; side++)
            table_number(out, c->value[side]);
        for (int side = 0; side < RUNS; side++)
            table_number(out, c->point[side]);
    }
}

/* The numeric metrics that both stores have. */
static size_t find_metrics(struct metric_change *out, const struct compared_run run[RUNS])
{
    size_t n = 0;
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        size_t length = strlen(f->name);
        if (!f->only_words && db_is_column(run[FIRST].db, f->name, length) &&
            db_is_column(run[SECOND].db, f->name, length))
            out[n++].metric = f->name;
    }
    return n;
}

int metric_changes(struct table *out, const struct compared_run run[RUNS],
                   const struct compared_points *p, struct err *err)
{
    static const char *const header[] = {"metric", "designs",     "change",      "first",
                                         "second", "point_first", "point_second"};
    struct metric_change *change = mem_alloc(METRICS, sizeof *change);
    size_t n = find_metrics(change, run), rows = p->run[FIRST].n + p->run[SECOND].n + 1;
    size_t together = NUMBERS_MOST / rows > 0 ? NUMBERS_MOST / rows : 1;
    int rc = 0;
    for (size_t from = 0; from < n && rc == 0 && p->commons; from += together) {
        struct values v[RUNS] = {{0}, {0}};
        const char *name[METRICS];
        size_t count = n - from < together ? n - from : together;
        for (size_t k = 0; k < count; k++)
            name[k] = change[from + k].metric;
        for (int side = 0; side < RUNS && rc == 0; side++)
            rc = read_values(&v[side], &run[side], p->run[side].n, name, count, err);
        for (size_t k = 0; k < count && rc == 0; k++)
            find_change(&change[from + k], p, v, k);
        for (int side = 0; side < RUNS; side++)
            free(v[side].at);
    }
    if (rc == 0) {
        table_begin(out, header, LEN(header));
        write_changes(out, change, n);
    }
    free(change);
    return rc;
}
