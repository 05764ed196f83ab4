#include "dse/check.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

/* Hundredths of a percent are enough to read. */
static double percent(double ratio)
{
    return round(1e4 * ratio) / 100;
}

void check_row(struct check *c, const char *source, const char *what, struct pair pair,
               const char *why)
{
    table_text(&c->rows, source);
    table_text(&c->rows, what);
    table_number(&c->rows, pair.published);
    table_number(&c->rows, pair.ours);
    table_number(&c->rows, percent(pair.ours / pair.published - 1));
    table_text(&c->rows, why);
}

void tally_add(struct tally *t, struct pair pair)
{
    if (t->n == t->room)
        t->pair = mem_grow(t->pair, t->room = t->room ? 2 * t->room : 64, sizeof *t->pair);
    t->pair[t->n++] = pair;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A value and whose it is. */
struct ranked {
    double value;
    size_t of;
};

/* Ranks from 1; equal values share their mean rank. */
static void ranks(double *rank, const double *value, size_t n)
{
    struct ranked *r = mem_alloc(n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){value[i], i};
    qsort(r, n, sizeof *r, by_value);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && r[j].value == r[i].value; j++)
            ;
        for (size_t k = i; k < j; k++)
            rank[r[k].of] = ((double)(i + j) + 1) / 2;
    }
    free(r);
}

/* Spearman's rank correlation. */
static double rank_correlation(const struct tally *t)
{
    double *of[2] = {mem_alloc(t->n, sizeof(double)), mem_alloc(t->n, sizeof(double))};
    double *value = mem_alloc(t->n, sizeof *value), mean = ((double)t->n + 1) / 2;
    double both = 0, one = 0, two = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < t->n; i++)
            value[i] = side ? t->pair[i].ours : t->pair[i].published;
        ranks(of[side], value, t->n);
    }
    for (size_t i = 0; i < t->n; i++) {
        double x = of[0][i] - mean, y = of[1][i] - mean;
        both += x * y;
        one += x * x;
        two += y * y;
    }
    free(of[0]);
    free(of[1]);
    free(value);
    return both / sqrt(one * two);
}

void check_summary(struct check *c, const char *source, const char *group, const char *fitted,
                   struct tally *t)
{
    enum { RANKED = 5 }; /* fewer say nothing */
    double mean = 0, inside = 0, spans = 0;
    if (!t->n)
        return;
    double *error = mem_alloc(t->n, sizeof *error);
    for (size_t i = 0; i < t->n; i++) {
        const struct pair *p = &t->pair[i];
        error[i] = fabs(p->ours / p->published - 1);
        mean += error[i] / (double)t->n;
        spans += !isnan(p->low);
        inside += p->published >= p->low && p->published <= p->high;
    }
    qsort(error, t->n, sizeof *error, by_value);
    table_text(&c->summary, source);
    table_text(&c->summary, group);
    table_text(&c->summary, fitted);
    table_number(&c->summary, (double)t->n);
    table_number(&c->summary, percent(mean));
    table_number(&c->summary, percent(error[t->n / 2]));
    table_number(&c->summary, percent(error[t->n - 1]));
    table_number(&c->summary, t->n >= RANKED ? percent(rank_correlation(t)) / 100 : NAN);
    table_number(&c->summary, spans > 0 ? percent(inside / spans) : NAN);
    free(error);
    free(t->pair);
    *t = (struct tally){0};
}

bool check_file(const struct check *c, const char *name, char **path)
{
    *path = mem_print("%s/%s", c->dir, name);
    if (access(*path, F_OK) == 0)
        return true;
    free(*path);
    *path = NULL;
    return false;
}
