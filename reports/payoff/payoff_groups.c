#include "reports/payoff/payoff_groups.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *columns_list(char *const *names, size_t n, const char *leave_out)
{
    char *list = mem_text("");
    for (size_t i = 0; i < n; i++) {
        if (leave_out && !strcmp(names[i], leave_out))
            continue;
        char *longer = mem_print("%s%s\"%s\"", list, *list ? ", " : "", names[i]);
        free(list);
        list = longer;
    }
    return list;
}

/* ---- groups from stored points ---- */

enum { NO_ROW = -1 };

/* Points by the values of some columns, and the best of each number on one side. */
struct numbered {
    uint32_t *of;
    size_t n;
    ptrdiff_t *best; /* row, or NO_ROW */
};

/* Numbers the points by p->by, except `leave_out`, which may be NULL. */
static void number_by(struct numbered *out, const struct payoff *p, const struct points *points,
                      const char *leave_out)
{
    const struct db_values **column = mem_alloc(p->by_n + 1, sizeof *column);
    size_t n = 0;
    for (size_t i = 0; i < p->by_n; i++)
        if (!leave_out || strcmp(p->by[i], leave_out) != 0)
            column[n++] = points_column(points, p->by[i]);
    out->of = mem_alloc(points->read.rows + 1, sizeof *out->of);
    out->n = points_number(out->of, points, column, n);
    out->best = mem_alloc(out->n + 1, sizeof *out->best);
    free(column);
}

static void find_best(struct numbered *x, const struct run_points *from, bool with)
{
    const struct points *p = from->points;
    for (size_t i = 0; i < x->n; i++)
        x->best[i] = NO_ROW;
    for (size_t i = 0; i < p->read.rows; i++) {
        if (!p->feasible[i] || p->has_subject[i] != with || (from->left_out && from->left_out[i]))
            continue;
        ptrdiff_t *best = &x->best[x->of[i]];
        if (*best == NO_ROW || points_before(p, p->value, i, (size_t)*best))
            *best = (ptrdiff_t)i;
    }
}

static void free_numbered(struct numbered *x)
{
    free(x->of);
    free(x->best);
}

/* Adds the group of the best point with an engine, in row `with`. */
static void add_group(struct payoff *p, const struct points *points, size_t with,
                      const struct numbered *controls)
{
    struct payoff_group *g = &p->group[p->n++];
    ptrdiff_t without = controls->best[controls->of[with]];

    g->key = mem_alloc(p->by_n + 1, sizeof *g->key);
    for (size_t i = 0; i < p->by_n; i++) {
        const struct db_values *v = points_column(points, p->by[i]);
        g->key[i] = cell_copy(&v->cell[db_code(v, with)]);
    }
    if (without == NO_ROW) {
        const struct payoff_subject *of = subject_or_engine(p->of);
        char *reason =
            p->always ? mem_print("no design without %s to compare with: sweep %s over none too",
                                  of->one, design_parts[of->part].fields->section)
                      : mem_print("no feasible design without %s to compare with", of->one);
        group_unanswered(g, reason);
        free(reason);
        return;
    }
    g->with_point = points->point[with];
    g->without_point = points->point[without];
    g->p = points->value[with] / points->value[without];
}

/* A winner's row and its point, by which groups are sorted. */
struct winner {
    double point;
    size_t row;
};

static int by_point(const void *a, const void *b)
{
    const struct winner *x = a, *y = b;
    return (x->point > y->point) - (x->point < y->point);
}

void groups_outline(struct payoff *p, const struct run_points *from)
{
    const struct points *points = from->points;
    struct numbered with, without;
    size_t n = 0;
    number_by(&with, p, points, NULL);
    number_by(&without, p, points, subject_or_engine(p->of)->column);
    find_best(&with, from, true);
    find_best(&without, from, false);
    struct winner *winner = mem_alloc(with.n + 1, sizeof *winner);
    for (size_t i = 0; i < with.n; i++)
        if (with.best[i] != NO_ROW)
            winner[n++] = (struct winner){points->point[with.best[i]], (size_t)with.best[i]};
    qsort(winner, n, sizeof *winner, by_point);
    p->group = mem_alloc(n + 1, sizeof *p->group);
    for (size_t i = 0; i < n; i++)
        add_group(p, points, winner[i].row, &without);
    free(winner);
    free_numbered(&with);
    free_numbered(&without);
}

int groups_make(struct payoff *p, const struct run_points *from, struct err *err)
{
    int rc = 0;
    groups_outline(p, from);
    for (size_t i = 0; i < p->n && rc == 0; i++) {
        struct payoff_group *g = &p->group[i];
        if (!g->reason)
            rc = group_fill(g, p, from, err);
    }
    return rc;
}

int groups_by(struct payoff *p, const struct swept *swept, const struct payoff_question *q,
              struct err *err)
{
    const struct split split = {.by = q->by, .over = q->over, .all = true};
    p->by = split_columns(swept, &split, &p->by_n, err);
    return p->by ? 0 : -1;
}
