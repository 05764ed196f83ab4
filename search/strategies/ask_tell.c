/* The loop of ask and tell. Points are accepted once: a hash set of accepted points makes every
 * strategy sample without replacement. Random drawing tries TRIES points, then walks the space in
 * order, so a finite space is always exhausted. */
#include "search/strategies/ask_tell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/strategies/front_progress.h"

enum { BATCH = SEARCH_BATCH, TRIES = 100, CHECKS = 4 };
static const double GROWTH = 1.0001;

/* clang-format off */
const struct strategy *const strategies[] = {
    &strategy_grid,
    &strategy_exact,
    &strategy_random,
    &strategy_sobol,
    &strategy_lhs,
    &strategy_nsga2,
    &strategy_nsga3,
    &strategy_local,
    &strategy_multifidelity,
    NULL,
};
/* clang-format on */

struct search {
    struct problem problem;
    const struct strategy *strategy;
    void *state;
    struct random random;
    struct archive *archive;
    double *genes; /* [BATCH][problem.genes] of the last ask */
    size_t n;
    uint64_t asked;
    struct front_progress progress;
    double volume, grown_at; /* last hypervolume that grew by GROWTH, and after how many points */
    double measured_at;
    const char *over;
    uint64_t *seen; /* hashes of accepted points; a collision only skips a point */
    size_t seen_n, seen_room;
    double next; /* next index to try in order; -1 while random drawing still finds new points */
};

struct word strategy_word(size_t i)
{
    return (struct word){strategies[i] ? strategies[i]->name : NULL, (double)i};
}

const struct strategy *strategy_find(const char *name)
{
    for (size_t i = 0; strategies[i]; i++)
        if (!strcmp(strategies[i]->name, name))
            return strategies[i];
    return NULL;
}

int search_check(const struct strategy *with, const struct problem *p, struct err *err)
{
    if (with->aims && p->objectives == 0)
        return fail(err, "%s needs objectives: write objectives: [+tokens_per_s, ...]", with->name);
    if (with->lists && isinf(genes_size(p->gene, p->genes)))
        return fail(err,
                    "%s cannot search a range without steps: give steps, or choose another "
                    "strategy, like nsga2",
                    with->name);
    return 0;
}

struct search *search_open(const struct strategy *with, const struct problem *p)
{
    struct search *s = mem_alloc(1, sizeof *s);
    s->problem = *p;
    s->strategy = with;
    s->next = -1;
    random_seed(&s->random, p->seed);
    if (p->objectives)
        s->archive = archive_new(p->objectives);
    if (p->objectives <= PARETO_MOST)
        s->progress.dim = p->objectives;
    s->genes = mem_alloc(BATCH * (p->genes + 1), sizeof *s->genes);
    s->state = with->open(s);
    return s;
}

void search_close(struct search *s)
{
    if (!s)
        return;
    s->strategy->close(s->state);
    archive_free(s->archive);
    free(s->genes);
    free(s->seen);
    free(s);
}

static bool stalled(struct search *s)
{
    double asked = (double)s->asked, share;
    if (s->problem.stall <= 0 || !s->progress.dim ||
        asked < s->measured_at + s->problem.stall / CHECKS)
        return false;
    double volume = front_progress_volume(&s->progress, s->archive, &share);
    s->measured_at = asked;
    if (volume > s->volume * GROWTH || volume == 0) {
        s->volume = volume;
        s->grown_at = asked;
    }
    return asked - s->grown_at >= s->problem.stall;
}

size_t search_ask(struct search *s, const double **genes)
{
    double left = s->problem.budget - (double)s->asked;
    size_t most = s->problem.batch && !s->strategy->tell ? s->problem.batch : BATCH;
    *genes = s->genes;
    s->n = 0;
    if (left < 1)
        s->over = "the budget is used up";
    else if (stalled(s))
        s->over = "the hypervolume has stopped growing";
    else if ((s->n = s->strategy->ask(s->state, s->genes,
                                      left < (double)most ? (size_t)left : most)) == 0)
        s->over = "no points are left to try";
    s->asked += s->n;
    return s->n;
}

double search_volume(const struct search *s, double *share)
{
    return front_progress_volume(&s->progress, s->archive, share);
}

const char *search_over(const struct search *s)
{
    return s->over;
}

uint64_t search_number(const struct search *s, size_t i)
{
    const struct problem *p = &s->problem;
    return s->strategy->ranks ? genes_index(p->gene, p->genes, s->genes + i * p->genes)
                              : s->asked - s->n + i;
}

void search_tell(struct search *s, const double *outcomes, bool *joined)
{
    const struct problem *p = &s->problem;
    size_t width = p->objectives + p->limits;
    for (size_t i = 0; i < s->n; i++) {
        const double *outcome = outcomes + i * width;
        joined[i] = false;
        if (!s->archive || outcome_violation(p, outcome) > 0)
            continue;
        front_progress_add(&s->progress, outcome);
        joined[i] = archive_offer(s->archive, outcome, search_number(s, i));
    }
    if (s->strategy->tell)
        s->strategy->tell(s->state, s->n, s->genes, outcomes);
}

bool search_failed(const struct search *s)
{
    return s->strategy->failed && s->strategy->failed(s->state);
}

bool search_gave_up(const struct search *s)
{
    return s->strategy->gives_up && s->strategy->gives_up(s->state);
}

uint64_t search_asked(const struct search *s)
{
    return s->asked;
}

double outcome_violation(const struct problem *p, const double *outcome)
{
    double sum = 0;
    for (size_t i = 0; i < p->limits; i++) {
        double excess = outcome[p->objectives + i];
        if (!(excess <= 0))
            sum += isnan(excess) ? INFINITY : excess;
    }
    return sum;
}

const struct problem *search_problem(const struct search *s)
{
    return &s->problem;
}

struct random *search_random(struct search *s)
{
    return &s->random;
}

struct archive *search_front(struct search *s)
{
    return s->archive;
}

const struct archive *search_archive(const struct search *s)
{
    return s->archive;
}

/* Adds a hash to the set; false if it is already in the set. */
static bool add_seen(struct search *s, uint64_t hash)
{
    if (2 * s->seen_n >= s->seen_room) {
        size_t room = s->seen_room ? 2 * s->seen_room : 1024;
        uint64_t *old = s->seen;
        size_t n = s->seen_room;
        s->seen = mem_alloc(room, sizeof *s->seen);
        s->seen_room = room;
        s->seen_n = 0;
        for (size_t i = 0; i < n; i++)
            if (old[i])
                add_seen(s, old[i]);
        free(old);
    }
    size_t i = hash & (s->seen_room - 1);
    for (; s->seen[i]; i = (i + 1) & (s->seen_room - 1))
        if (s->seen[i] == hash)
            return false;
    s->seen[i] = hash;
    s->seen_n++;
    return true;
}

bool search_fresh(struct search *s, double *gene)
{
    uint64_t hash = 1, bits;
    if (s->problem.snap)
        s->problem.snap(s->problem.ctx, gene);
    for (size_t i = 0; i < s->problem.genes; i++) {
        memcpy(&bits, &gene[i], sizeof bits);
        hash = random_mix(hash ^ bits);
    }
    return add_seen(s, hash ? hash : 1);
}

bool search_draw(struct search *s, double *gene)
{
    const struct problem *p = &s->problem;
    double size = genes_size(p->gene, p->genes);
    for (int try = 0; try < TRIES && s->next < 0; try++) {
        for (size_t i = 0; i < p->genes; i++)
            gene[i] = gene_at(&p->gene[i], random_unit(&s->random));
        if (search_fresh(s, gene))
            return true;
    }
    if (isinf(size))
        return false;
    for (s->next = fmax(s->next, 0); s->next < size;) {
        genes_seek(p->gene, p->genes, (uint64_t)s->next++, gene);
        if (search_fresh(s, gene))
            return true;
    }
    return false;
}

double trend_room(double outcome, double dip, bool is_limit)
{
    double of = fabs(outcome) + (is_limit && dip > 0 ? 1 : 0);
    return (TREND_SLACK + dip / (1 - dip)) * of;
}

double gene_at(const struct gene *g, double u)
{
    return g->kind == GENE_REAL ? fmin(u, 1) : fmin(floor(u * (double)g->n), (double)g->n - 1);
}

double genes_size(const struct gene *g, size_t n)
{
    double size = 1;
    for (size_t i = 0; i < n; i++)
        size *= g[i].kind == GENE_REAL ? INFINITY : (double)g[i].n;
    return size;
}

void genes_seek(const struct gene *g, size_t n, uint64_t index, double *gene)
{
    for (size_t i = n; i-- > 0; index /= g[i].n)
        gene[i] = (double)(index % g[i].n);
}

uint64_t genes_index(const struct gene *g, size_t n, const double *gene)
{
    uint64_t index = 0;
    for (size_t i = 0; i < n; i++)
        index = index * g[i].n + (uint64_t)gene[i];
    return index;
}
