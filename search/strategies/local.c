/* Pareto local search (Paquete, Chiarandini and Stuetzle 2004): starts with an even sample, then
 * tries the neighbours, one axis at a time, of every point that joins the front. Without a feasible
 * point it moves from the least infeasible one. If no neighbour is left, it draws random points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/strategies/strategy.h"

enum { START = 1000, START_SHARE = 10, DRAWS = 100 };
static const double STEP[] = {0.1, 0.01, 0.001};

struct local {
    struct search *search;
    void *even;
    size_t start; /* points of the first sample that are still to come */
    double *todo; /* genes and objectives of points whose neighbours are still to be tried */
    size_t first, n, room;
    double *nearest; /* the least infeasible point, while none is feasible */
    double missed;   /* its violation */
};

static size_t width(const struct local *l)
{
    return search_problem(l->search)->genes + search_problem(l->search)->objectives;
}

static void *begin(struct search *s)
{
    struct local *l = mem_alloc(1, sizeof *l);
    double share = search_problem(s)->budget / START_SHARE;
    l->search = s;
    l->even = strategy_sobol.open(s);
    l->start = share < START ? (size_t)fmax(1, share) : START;
    l->missed = INFINITY;
    l->nearest = mem_alloc(width(l), sizeof *l->nearest);
    return l;
}

static void add_todo(struct local *l, const double *gene, const double *outcome)
{
    const struct problem *p = search_problem(l->search);
    if (l->n == l->room) {
        l->room = 2 * l->room + 64;
        l->todo = mem_grow(l->todo, l->room * width(l), sizeof *l->todo);
    }
    double *to = l->todo + l->n++ * width(l);
    memcpy(to, gene, p->genes * sizeof *to);
    memcpy(to + p->genes, outcome, p->objectives * sizeof *to);
}

/* Points of the current ask. */
struct points {
    double *genes;
    size_t n, most;
};

/* Adds `from` with one gene changed, if there is room and the point is new. */
static void add_neighbour(struct local *l, struct points *out, const double *from, size_t gene,
                          double value)
{
    size_t count = search_problem(l->search)->genes;
    if (out->n == out->most)
        return;
    double *to = out->genes + out->n * count;
    memcpy(to, from, count * sizeof *to);
    to[gene] = value;
    out->n += search_fresh(l->search, to);
}

static void add_neighbours(struct local *l, struct points *out, const double *from)
{
    const struct problem *p = search_problem(l->search);
    for (size_t i = 0; i < p->genes; i++) {
        const struct gene *g = &p->gene[i];
        if (g->kind == GENE_CATEGORY)
            for (size_t v = 0; v < g->n; v++)
                add_neighbour(l, out, from, i, (double)v);
        for (int sign = -1; sign <= 1; sign += 2) {
            double to = from[i] + sign;
            if (g->kind == GENE_ORDERED && to >= 0 && to < (double)g->n)
                add_neighbour(l, out, from, i, to);
            for (size_t k = 0; g->kind == GENE_REAL && k < LEN(STEP); k++) {
                to = from[i] + sign * STEP[k] * random_unit(search_random(l->search));
                add_neighbour(l, out, from, i, fmin(fmax(to, 0), 1));
            }
        }
    }
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct local *l = self;
    const struct problem *p = search_problem(l->search);
    if (l->start) {
        size_t n = strategy_sobol.ask(l->even, genes, most < l->start ? most : l->start);
        l->start = n ? l->start - n : 0;
        return n;
    }
    struct points out = {genes, 0, most};
    while (l->first < l->n && out.n == 0) {
        const double *from = l->todo + l->first++ * width(l);
        if (!archive_dominates(search_archive(l->search), from + p->genes))
            add_neighbours(l, &out, from);
    }
    if (out.n == 0 && isfinite(l->missed))
        add_neighbours(l, &out, l->nearest);
    while (out.n < DRAWS && out.n < most && l->first == l->n &&
           search_draw(l->search, genes + out.n * p->genes))
        out.n++;
    return out.n;
}

static void tell(void *self, size_t n, const double *genes, const double *outcomes)
{
    struct local *l = self;
    const struct problem *p = search_problem(l->search);
    for (size_t i = 0; i < n; i++) {
        const double *outcome = outcomes + i * (p->objectives + p->limits);
        const double *gene = genes + i * p->genes;
        double missed = outcome_violation(p, outcome);
        if (missed == 0 && !archive_dominates(search_archive(l->search), outcome))
            add_todo(l, gene, outcome);
        if (missed < l->missed && missed > 0 && archive_count(search_archive(l->search)) == 0) {
            memcpy(l->nearest, gene, p->genes * sizeof *gene);
            l->missed = missed;
        }
    }
    if (archive_count(search_archive(l->search)))
        l->missed = INFINITY;
}

static void done(void *self)
{
    struct local *l = self;
    strategy_sobol.close(l->even);
    free(l->nearest);
    free(l->todo);
    free(l);
}

const struct strategy strategy_local = {
    .name = "local",
    .doc = "Refines a front by trying the neighbours of its points, one axis at a time.",
    .aims = true,
    .open = begin,
    .ask = ask,
    .tell = tell,
    .close = done};
