/* Two levels of fidelity: a cheap model that prices every candidate, and the caller's expensive
 * one, which is asked only for points that may join its front. The ratio of expensive to cheap
 * outcomes is learnt at the points asked so far (correction.h) and predicts the others, with its
 * uncertainty; so is which points are refused, infeasible by no measure (1 and 0, as in Rasmussen
 * and Williams 2006, section 6.5: feasible below 1/2). Points that join the front even if the
 * prediction is too good are asked for first, points that join it only if the prediction is too bad
 * last, as in the lower confidence bounds of Srinivas et al. 2010 (arXiv:0912.3995). The search is
 * over when none is left. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/strategies/ask_tell.h"
#include "search/strategies/correction.h"

/* Spaces up to LISTED points are candidates as a whole; of larger ones, what a search of the cheap
 * level comes across. The KEPT best are candidates, the last LESSONS answers are learnt from. */
enum { LISTED = 100000, SEARCHED = 25000, KEPT = 5000, LESSONS = 400 };
/* By how much outcomes are taken to be better than predicted, in standard deviations (assumed). */
static const double deviations[] = {-1, -0.5, 0, 0.5, 1, 2};

struct levels {
    struct search *search;
    const struct problem *problem;
    size_t width; /* outcomes of a point */
    bool listed;
    size_t n; /* candidates: their genes and cheap outcomes, and whether they were asked */
    double *genes, *cheap;
    bool *asked;
    size_t lessons, room;
    double *at, *ratio; /* genes of each lesson; log of expensive over cheap of each outcome */
    double *refused;    /* is a lesson refused? 1 or 0 */
    struct correction **correction; /* [width + 1]; the last predicts refusals */
    double *value; /* [(width + 1) * LESSONS * (1 + genes)], for correction_learn */
};

static void *begin(struct search *s)
{
    struct levels *l = mem_alloc(1, sizeof *l);
    l->search = s;
    l->problem = search_problem(s);
    l->width = l->problem->objectives + l->problem->limits;
    l->correction = mem_alloc(l->width + 1, sizeof(struct correction *));
    return l;
}

static const double *genes_of(const struct levels *l, size_t i)
{
    return l->genes + i * l->problem->genes;
}

static const double *cheap_of(const struct levels *l, size_t i)
{
    return l->cheap + i * l->width;
}

/* ---- candidates ---- */

/* Room for `n` candidates. */
static void make_room(struct levels *l, size_t n)
{
    l->genes = mem_grow(l->genes, n * l->problem->genes + 1, sizeof *l->genes);
    l->cheap = mem_grow(l->cheap, n * l->width, sizeof *l->cheap);
}

static void list_space(struct levels *l, size_t size)
{
    const struct problem *p = l->problem;
    make_room(l, size);
    for (; l->n < size; l->n++)
        genes_seek(p->gene, p->genes, l->n, l->genes + l->n * p->genes);
    for (size_t i = 0; i < size; i += SEARCH_BATCH) {
        size_t n = size - i < SEARCH_BATCH ? size - i : SEARCH_BATCH;
        p->cheap(p->cheap_ctx, n, genes_of(l, i), l->cheap + i * l->width);
    }
}

static void search_space(struct levels *l)
{
    struct problem p = *l->problem;
    p.budget = SEARCHED;
    p.stall = 0;
    struct search *inner = search_open(p.objectives < 3 ? &strategy_nsga2 : &strategy_nsga3, &p);
    bool *joined = mem_alloc(SEARCH_BATCH, sizeof *joined);
    const double *genes;
    for (size_t n; (n = search_ask(inner, &genes)) > 0; l->n += n) {
        make_room(l, l->n + n);
        double *cheap = l->cheap + l->n * l->width;
        p.cheap(p.cheap_ctx, n, genes, cheap);
        memcpy(l->genes + l->n * p.genes, genes, n * p.genes * sizeof *genes);
        search_tell(inner, cheap, joined);
        archive_forget(search_front(inner));
    }
    free(joined);
    search_close(inner);
}

struct ranked {
    size_t layer; /* of feasible candidates: the front is 0, the front of the others 1, ... */
    double violation;
    size_t i;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->violation != y->violation)
        return x->violation < y->violation ? -1 : 1;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

/* Ranks the next front of the feasible candidates without a layer. Returns its size. */
static size_t rank_layer(const struct levels *l, struct ranked *all, size_t layer)
{
    struct archive *front = archive_new(l->problem->objectives);
    for (size_t i = 0; i < l->n; i++)
        if (all[i].violation == 0 && all[i].layer == SIZE_MAX)
            archive_offer(front, cheap_of(l, i), i);
    size_t n = archive_count(front);
    uint64_t *id = mem_alloc(n, sizeof *id);
    archive_list(front, NULL, id);
    for (size_t i = 0; i < n; i++)
        all[id[i]].layer = layer;
    free(id);
    archive_free(front);
    return n;
}

/* Keeps the best candidates: fronts first, then those that miss limits by least. */
static void keep_best(struct levels *l)
{
    struct ranked *all = mem_alloc(l->n, sizeof *all);
    size_t ranked = 0, layer = 0, n, left = 0, genes = l->problem->genes;
    for (size_t i = 0; i < l->n; i++)
        all[i] = (struct ranked){SIZE_MAX, outcome_violation(l->problem, cheap_of(l, i)), i};
    while (ranked < KEPT && (n = rank_layer(l, all, layer++)) > 0)
        ranked += n;
    qsort(all, l->n, sizeof *all, by_rank);
    while (left < l->n && left < KEPT && isfinite(all[left].violation))
        left++;
    double *kept_genes = mem_alloc(left * genes + 1, sizeof *kept_genes);
    double *kept = mem_alloc(left * l->width + 1, sizeof *kept);
    for (size_t i = 0; i < left; i++) {
        memcpy(kept_genes + i * genes, genes_of(l, all[i].i), genes * sizeof *kept);
        memcpy(kept + i * l->width, cheap_of(l, all[i].i), l->width * sizeof *kept);
    }
    free(all);
    free(l->genes);
    free(l->cheap);
    l->genes = kept_genes;
    l->cheap = kept;
    l->n = left;
    l->asked = mem_alloc(left + 1, sizeof *l->asked);
}

static void list_candidates(struct levels *l)
{
    double size = genes_size(l->problem->gene, l->problem->genes);
    if (size <= LISTED)
        list_space(l, (size_t)size);
    else
        search_space(l);
    keep_best(l);
    l->listed = true;
}

/* ---- predictions ---- */

/* What the ratio of an outcome is about: an objective, or the value over its limit. */
static double measure(const struct levels *l, size_t k, double outcome)
{
    return k < l->problem->objectives ? outcome : 1 + outcome;
}

/* The outcomes of candidate `i` as corrected, `better` deviations to the better side. */
static void predict(const struct levels *l, size_t i, double better, double *out)
{
    for (size_t k = 0; k < l->width; k++) {
        double mean = 0, deviation = 0, cheap = measure(l, k, cheap_of(l, i)[k]);
        if (l->correction[k])
            correction_at(l->correction[k], genes_of(l, i), &mean, &deviation);
        double by = cheap > 0 ? -better * deviation : better * deviation;
        out[k] = cheap * exp(mean + by) - (k < l->problem->objectives ? 0 : 1);
        if (mean + by == 0)
            out[k] = cheap_of(l, i)[k];
    }
}

/* Is candidate `i` refused, as predicted `better` deviations to the better side? */
static bool is_refused(const struct levels *l, size_t i, double better)
{
    double mean, deviation;
    if (!l->correction[l->width])
        return false;
    correction_at(l->correction[l->width], genes_of(l, i), &mean, &deviation);
    return mean - better * deviation > 0.5;
}

static bool all_refused(const struct levels *l)
{
    bool all = true;
    for (size_t i = 0; all && i < l->lessons; i++)
        all = l->refused[i] != 0;
    return all;
}

/* What lesson `i` says of outcome k, or of refusals; NAN: nothing. */
static double said(const struct levels *l, size_t i, size_t k)
{
    return k < l->width ? l->ratio[i * l->width + k] : l->refused[i];
}

static void learn(struct levels *l)
{
    size_t genes = l->problem->genes;
    size_t first = l->lessons > LESSONS ? l->lessons - LESSONS : 0;
    if (!l->value)
        l->value = mem_alloc((l->width + 1) * LESSONS * (genes + 1), sizeof *l->value);
    for (size_t k = 0; k <= l->width; k++) {
        double *value = l->value + k * LESSONS * (genes + 1), *at = value + LESSONS;
        bool differs = false;
        size_t n = 0;
        for (size_t i = first; i < l->lessons; i++) {
            double is = said(l, i, k);
            if (isnan(is))
                continue;
            differs = differs || is != 0;
            memcpy(at + n * genes, l->at + i * genes, genes * sizeof *at);
            value[n++] = is;
        }
        correction_free(l->correction[k]);
        l->correction[k] =
            differs ? correction_learn(&(struct lessons){l->problem->gene, genes, n, at, value})
                    : NULL;
    }
}

/* ---- asking ---- */

/* A set of candidates with their outcomes, of which some are asked for. */
struct choice {
    size_t n, width;
    uint64_t *id;
    double *at;  /* [n][width]: each objective and its logarithm */
    double *gap; /* distance to the nearest point of the front or candidate asked for */
};

static struct choice choice_of(const struct archive *front, size_t objectives)
{
    struct choice c = {.n = archive_count(front), .width = 2 * objectives};
    c.id = mem_alloc(c.n + 1, sizeof *c.id);
    c.at = mem_alloc(c.n * c.width + 1, sizeof *c.at);
    c.gap = mem_alloc(c.n + 1, sizeof *c.gap);
    double *outcome = mem_alloc(c.n * objectives + 1, sizeof *outcome);
    archive_list(front, outcome, c.id);
    for (size_t i = 0; i < c.n * objectives; i++) {
        c.at[2 * i] = outcome[i];
        c.at[2 * i + 1] = outcome[i] != 0 ? log(fabs(outcome[i])) : 0;
    }
    free(outcome);
    for (size_t i = 0; i < c.n; i++)
        c.gap[i] = INFINITY;
    return c;
}

static void choice_free(struct choice *c)
{
    free(c->id);
    free(c->at);
    free(c->gap);
}

/* Objectives may differ in scale: each counts in units of its range among the choice. */
static void near_to(struct choice *c, const double *scale, const double *to)
{
    for (size_t i = 0; i < c->n; i++) {
        double sum = 0;
        for (size_t k = 0; k < c->width; k++) {
            double d = (c->at[i * c->width + k] - to[k]) * scale[k];
            sum += d * d;
        }
        c->gap[i] = fmin(c->gap[i], sum);
    }
}

static double *scales_of(const struct choice *c)
{
    double *scale = mem_alloc(c->width, sizeof *scale);
    for (size_t k = 0; k < c->width; k++) {
        double least = INFINITY, most = -INFINITY;
        for (size_t i = 0; i < c->n; i++) {
            least = fmin(least, c->at[i * c->width + k]);
            most = fmax(most, c->at[i * c->width + k]);
        }
        scale[k] = most > least ? 1 / (most - least) : 0;
    }
    return scale;
}

/* Asks for a candidate, unless it was accepted before. */
static void take(struct levels *l, size_t i, double *genes, size_t *n)
{
    double *to = genes + *n * l->problem->genes;
    memcpy(to, genes_of(l, i), l->problem->genes * sizeof *to);
    l->asked[i] = true;
    *n += search_fresh(l->search, to);
}

/* Takes up to `most` candidates of a front, each the farthest from the front that is known and from
 * those taken before it. */
static void take_spread(struct levels *l, const struct archive *front, double *genes, size_t most,
                        size_t *n)
{
    const struct archive *known = search_archive(l->search);
    struct choice c = choice_of(front, l->problem->objectives),
                  have = choice_of(known, l->problem->objectives);
    double *scale = scales_of(&c);
    for (size_t i = 0; i < have.n; i++)
        near_to(&c, scale, have.at + i * c.width);
    for (size_t left = c.n; left > 0 && *n < most; left--) {
        size_t far = 0;
        for (size_t i = 1; i < c.n; i++)
            if (c.gap[i] > c.gap[far])
                far = i;
        take(l, c.id[far], genes, n);
        near_to(&c, scale, c.at + far * c.width);
        c.gap[far] = -1;
    }
    free(scale);
    choice_free(&c);
    choice_free(&have);
}

/* The front of the candidates that join the front as predicted, `better` deviations to the better
 * side. */
static struct archive *promising(const struct levels *l, double better)
{
    struct archive *front = archive_new(l->problem->objectives);
    double *at = mem_alloc(l->width, sizeof *at);
    for (size_t i = 0; i < l->n; i++) {
        if (l->asked[i] || is_refused(l, i, better))
            continue;
        predict(l, i, better, at);
        if (outcome_violation(l->problem, at) == 0 &&
            !archive_dominates(search_archive(l->search), at))
            archive_offer(front, at, i);
    }
    free(at);
    archive_forget(front);
    return front;
}

/* While no point is feasible, candidates of the cheap front and any others in equal parts. */
static size_t ask_anywhere(struct levels *l, double *genes, size_t most)
{
    size_t n = 0, half = (most + 1) / 2;
    struct archive *front = promising(l, 0);
    take_spread(l, front, genes, half, &n);
    archive_free(front);
    for (size_t tries = 0; n < most && tries < 100 * most; tries++) {
        size_t i = random_below(search_random(l->search), l->n);
        if (!l->asked[i])
            take(l, i, genes, &n);
    }
    return n;
}

/* Without a feasible point: those that miss the limits by least. */
static size_t ask_nearest(struct levels *l, double *genes, size_t most)
{
    size_t n = 0;
    double *at = mem_alloc(l->width, sizeof *at);
    while (n < most) {
        size_t nearest = l->n;
        double least = INFINITY;
        for (size_t i = 0; i < l->n; i++) {
            if (l->asked[i])
                continue;
            predict(l, i, 0, at);
            double violation = outcome_violation(l->problem, at);
            if (violation < least) {
                least = violation;
                nearest = i;
            }
        }
        if (nearest == l->n)
            break;
        take(l, nearest, genes, &n);
    }
    free(at);
    return n;
}

static size_t ask_promising(struct levels *l, double *genes, size_t most)
{
    size_t n = 0;
    for (size_t k = 0; k < LEN(deviations) && n == 0; k++) {
        struct archive *front = promising(l, deviations[k]);
        take_spread(l, front, genes, most, &n);
        archive_free(front);
    }
    return n;
}

static size_t draw(struct levels *l, double *genes, size_t most)
{
    size_t n = 0;
    while (n < most && search_draw(l->search, genes + n * l->problem->genes))
        n++;
    return n;
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct levels *l = self;
    if (!l->problem->cheap)
        return draw(l, genes, most);
    if (!l->listed)
        list_candidates(l);
    size_t batch = l->problem->batch ? l->problem->batch : 1;
    if (l->lessons == 0 && l->n > 0) {
        size_t least = 2 * l->problem->genes + 2, first = batch > least ? batch : least;
        double half = l->problem->budget / 2; /* which may be infinite */
        if ((double)first > half)
            first = half > 1 ? (size_t)half : 1;
        return ask_anywhere(l, genes, first < most ? first : most);
    }
    most = batch < most ? batch : most;
    if (all_refused(l) && l->n > 0)
        return ask_anywhere(l, genes, most);
    learn(l);
    size_t n = ask_promising(l, genes, most);
    if (n == 0 && archive_count(search_archive(l->search)) == 0)
        n = ask_nearest(l, genes, most);
    return n;
}

static void tell(void *self, size_t n, const double *genes, const double *outcomes)
{
    struct levels *l = self;
    size_t width = l->width, count = l->problem->genes;
    if (!l->problem->cheap)
        return;
    double *cheap = mem_alloc(n * width, sizeof *cheap);
    l->problem->cheap(l->problem->cheap_ctx, n, genes, cheap);
    if (l->lessons + n > l->room) {
        l->room = 2 * (l->lessons + n);
        l->at = mem_grow(l->at, l->room * count + 1, sizeof *l->at);
        l->ratio = mem_grow(l->ratio, l->room * width, sizeof *l->ratio);
        l->refused = mem_grow(l->refused, l->room, sizeof *l->refused);
    }
    memcpy(l->at + l->lessons * count, genes, n * count * sizeof *genes);
    for (size_t i = 0; i < n * width; i++) {
        size_t k = i % width;
        double ratio = measure(l, k, outcomes[i]) / measure(l, k, cheap[i]);
        l->ratio[l->lessons * width + i] = ratio > 0 && isfinite(ratio) ? log(ratio) : NAN;
    }
    for (size_t i = 0; i < n; i++)
        l->refused[l->lessons + i] = !isfinite(outcome_violation(l->problem, outcomes + i * width));
    l->lessons += n;
    free(cheap);
}

static void done(void *self)
{
    struct levels *l = self;
    for (size_t k = 0; k <= l->width; k++)
        correction_free(l->correction[k]);
    free(l->correction);
    free(l->value);
    free(l->genes);
    free(l->cheap);
    free(l->asked);
    free(l->at);
    free(l->ratio);
    free(l->refused);
    free(l);
}

const struct strategy strategy_multifidelity = {
    .name = "multifidelity",
    .doc = "For a study with an evaluator: asks it only for points that may be on its front, as "
           "dse predicts with a correction learnt from its answers. The default there.",
    .aims = true,
    .open = begin,
    .ask = ask,
    .tell = tell,
    .close = done};
