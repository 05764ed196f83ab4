/* Pareto fronts from a stream of points: each group buffers its points and drops the dominated ones
 * whenever their number has doubled. A dropped point is dominated by a kept one, so the last pass
 * leaves exactly the front. */
#include "reports/front.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "base/pareto.h"
#include "base/text_index.h"
#include "reports/payoff/pool_kind.h"
#include "reports/payoff/swept_columns.h"
#include "reports/run_column.h"

enum { COMPACT_AT = 8192 };

struct goal {
    char *column;
    int sense;
};

/* Points of one group and their objectives, all to be minimised. */
struct group {
    size_t n, room, compact_at;
    double *point, *at;
};

struct front {
    size_t dim, by_n, n, room;
    struct goal goal[PARETO_MOST];
    struct text_index keys; /* of the groups */
    struct group *group;
};

/* Reads an objective like "+tokens_per_s" of `length` characters. */
static int read_goal(struct goal *out, struct db *db, const struct db_run *run, const char *text,
                     size_t length, struct err *err)
{
    size_t sign = *text == '+' || *text == '-';
    const struct field *m;
    char *column;
    if (run_column(db, run, text + sign, length - sign, &column, err) != 0)
        return -1;
    char *goal = mem_print("%.*s%s", (int)sign, text, column);
    int rc = metric_goal(goal, &m, &out->sense, err);
    if (rc == 0)
        out->column = mem_text(m->name);
    free(goal);
    free(column);
    return rc;
}

static int read_objectives(struct front *f, struct db *db, const struct db_run *run,
                           const char *text, struct err *err)
{
    for (const char *at = text;;) {
        at += strspn(at, " ");
        size_t length = strcspn(at, ",");
        struct err inner;
        int rc = f->dim == PARETO_MOST ? fail(&inner, "over %d: give fewer", PARETO_MOST)
                                       : read_goal(&f->goal[f->dim], db, run, at, length, &inner);
        if (rc != 0)
            return fail_as(err, &inner, "--objectives");
        f->dim++;
        at += length;
        if (!*at++)
            return 0;
    }
}

/* The default objectives are throughput and cost; if their columns are missing, the store is
 * damaged.
 */
static void default_objectives(struct front *f)
{
    f->goal[f->dim++] = (struct goal){mem_text("tokens_per_s"), +1};
    f->goal[f->dim++] = (struct goal){mem_text("system_cost_usd"), -1};
}

static void compact(const struct front *f, struct group *g)
{
    bool *keep = mem_alloc(g->n + 1, sizeof *keep);
    size_t kept = 0;

    pareto_front(g->at, g->n, f->dim, keep);
    for (size_t i = 0; i < g->n; i++)
        if (keep[i]) {
            g->point[kept] = g->point[i];
            memmove(g->at + kept++ * f->dim, g->at + i * f->dim, f->dim * sizeof(double));
        }
    free(keep);
    g->n = kept;
    g->compact_at = 2 * kept + COMPACT_AT;
}

static struct group *group_of(struct front *f, const struct table *row)
{
    char *key = mem_text(""), buffer[32];
    for (size_t i = 0; i < f->by_n; i++) {
        const struct cell *c = table_at(row, 0, 1 + i);
        char *longer =
            mem_print("%s\x1f%s", key,
                      c->kind == CELL_TEXT     ? c->text
                      : c->kind == CELL_NUMBER ? number_text(c->number, buffer, sizeof buffer)
                                               : "");
        free(key);
        key = longer;
    }
    size_t number = text_index_number(&f->keys, key);
    free(key);
    if (number < f->n)
        return &f->group[number];
    if (f->n == f->room)
        f->group = mem_grow(f->group, f->room = 2 * f->room + 8, sizeof *f->group);
    f->group[f->n] = (struct group){.compact_at = COMPACT_AT};
    return &f->group[f->n++];
}

static int add_point(void *ctx, const struct table *row)
{
    struct front *f = ctx;
    struct group *g = group_of(f, row);

    if (g->n == g->room) {
        g->room = 2 * g->room + 64;
        g->point = mem_grow(g->point, g->room, sizeof(double));
        g->at = mem_grow(g->at, g->room * f->dim, sizeof(double));
    }
    g->point[g->n] = table_number_at(row, 0, "point");
    for (size_t i = 0; i < f->dim; i++) {
        const struct cell *c = table_at(row, 0, 1 + f->by_n + i);
        g->at[g->n * f->dim + i] = c->kind == CELL_NUMBER ? -f->goal[i].sense * c->number : NAN;
    }
    if (++g->n >= g->compact_at)
        compact(f, g);
    return 0;
}

/* Qualifies the name with its table: SQLite reads an unknown quoted name alone as a text. */
static void append(char **text, const char *before, const char *name)
{
    char *longer = mem_print("%s%spoint.\"%s\"", *text, before, name);
    free(*text);
    *text = longer;
}

static int read_by(struct front *f, char **columns, const struct swept *swept,
                   const struct front_question *q, struct err *err)
{
    const struct split split = {.by = q->by, .over = q->over};
    char **names = split_columns(swept, &split, &f->by_n, err);
    for (size_t i = 0; names && i < f->by_n; i++)
        append(columns, ", ", names[i]);
    if (!names)
        return -1;
    split_free(names, f->by_n);
    return 0;
}

/* A point and its first objective. */
struct placed {
    double at, point;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = (x->at > y->at) - (x->at < y->at);
    return order ? order : (x->point > y->point) - (x->point < y->point);
}

/* Sorts the points of a group by its first objective, best first, then by point. */
static void sort_points(const struct front *f, struct group *g)
{
    struct placed *p = mem_alloc(g->n + 1, sizeof *p);
    for (size_t i = 0; i < g->n; i++)
        p[i] = (struct placed){g->at[i * f->dim], g->point[i]};
    qsort(p, g->n, sizeof *p, by_place);
    for (size_t i = 0; i < g->n; i++)
        g->point[i] = p[i].point;
    free(p);
}

static bool is_goal(const struct front *f, const char *column)
{
    for (size_t i = 0; i < f->dim; i++)
        if (!strcmp(f->goal[i].column, column))
            return true;
    return false;
}

/* How many devices the pools have whose chip is swept: their parameter may be auto. */
static void append_pool_devices(char **sql, const struct front *f, const struct swept *swept)
{
    size_t n;
    const struct pool_kind *kind = pool_kinds(&n);
    for (size_t i = 0; i < n; i++)
        if (swept_find(swept, kind[i].chip, strlen(kind[i].chip)) && !is_goal(f, kind[i].devices))
            append(sql, ", ", kind[i].devices);
}

/* Reads the rows of all fronts by point id, group by group. */
static int read_rows(struct table *out, const struct front *f, struct db *db,
                     const struct db_run *run, const struct swept *swept, struct err *err)
{
    char *sql = mem_text("SELECT point.\"point\"");
    size_t length = 0, room = 1024, points = 0;
    char *ids = mem_alloc(room, 1);

    for (size_t i = 0; i < swept->n; i++)
        if (!swept->column[i].chosen)
            append(&sql, ", ", swept->column[i].name);
    append_pool_devices(&sql, f, swept);
    char *longer = mem_print("%s, plan_tp, plan_dp, plan_ep", sql);
    free(sql);
    sql = longer;
    for (size_t i = 0; i < f->dim; i++)
        append(&sql, ", ", f->goal[i].column);
    for (size_t g = 0; g < f->n; g++)
        for (size_t i = 0; i < f->group[g].n; i++, points++) {
            if (length + 32 > room)
                ids = mem_grow(ids, room *= 2, 1);
            length += (size_t)snprintf(ids + length, room - length, "%s%.0f", length ? "," : "",
                                       f->group[g].point[i]);
        }
    longer = mem_print("%s FROM json_each('[%s]') AS place JOIN point ON point.id = (%lld << %d | "
                       "place.value) ORDER BY place.key",
                       sql, ids, (long long)run->id, POINT_BITS);
    int rc = db_select(db, longer, NULL, 0, out, err);
    if (rc == 0 && out->rows != points) {
        table_free(out);
        rc = db_gone(db, run, "a point of a front", err);
    }
    free(longer);
    free(sql);
    free(ids);
    return rc;
}

int front_make(struct table *out, struct db *db, const struct db_run *run,
               const struct front_question *q, struct err *err)
{
    const char *objectives = q->objectives, *where = q->where;
    struct front f = {0};
    struct swept swept = {0};
    char *columns = mem_text("");
    int rc = -1;

    if (!objectives)
        default_objectives(&f);
    else if (read_objectives(&f, db, run, objectives, err) != 0)
        goto done;
    if (swept_read(&swept, db, run, err) != 0 || read_by(&f, &columns, &swept, q, err) != 0 ||
        (where && db_check_where(db, where, err) != 0))
        goto done;
    char *sql = mem_print("SELECT point%s", columns);
    for (size_t i = 0; i < f.dim; i++)
        append(&sql, ", ", f.goal[i].column);
    char *whole = mem_print("%s FROM point WHERE run = %lld AND verdict = 'ok'%s%s%s ORDER BY id",
                            sql, (long long)run->id, where ? " AND (" : "", where ? where : "",
                            where ? "\n)" : "");
    rc = db_each(db, whole, NULL, 0, add_point, &f, err);
    free(whole);
    free(sql);
    for (size_t g = 0; g < f.n; g++) {
        compact(&f, &f.group[g]);
        sort_points(&f, &f.group[g]);
    }
    if (rc == 0)
        rc = read_rows(out, &f, db, run, &swept, err);
done:
    for (size_t g = 0; g < f.n; g++) {
        free(f.group[g].point);
        free(f.group[g].at);
    }
    for (size_t i = 0; i < f.dim; i++)
        free(f.goal[i].column);
    free(f.group);
    text_index_free(&f.keys);
    free(columns);
    swept_free(&swept);
    return rc;
}
