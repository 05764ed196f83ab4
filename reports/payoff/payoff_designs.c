/* Every design of the restricted study is priced once. A design's hardware is a mixed-radix number
 * over the hardware axes, and only the best mapping and workload values of each hardware are kept,
 * so later prices and times choose among hardware. Invariant: no hardware that runs the workload is
 * left out, however far behind it is at middle values: prices may favour it. */
#include "reports/payoff/payoff_designs.h"

#include <stdlib.h>
#include <string.h>

#include "arch/precision.h"
#include "arch/step_pool.h"
#include "base/mem.h"
#include "reports/payoff/best_designs.h"
#include "reports/payoff/restricted_study.h"
#include "search/axis.h"

/* The best design of each hardware for each job of a choice. */
struct gathered {
    struct restricted *restricted; /* per job */
    struct chosen_design **best;   /* [job][hardware] */
    const struct design_choice *choice;
    const struct mix_job *jobs;
    size_t n_jobs, hardware;
    bool without_engine; /* a mix: also price each design without its engine */
    struct gathering *room;
};

/* The engine's place among those with ranges of their own. */
static size_t find_ranged(struct comparison *c, const struct engine *e, const char *name)
{
    const struct ranged_engine r = {
        name,
        {e->bandwidth_low_ratio, e->ridge_low_ratio, e->efficiency_low_ratio, e->energy_low_ratio},
        {e->bandwidth_high_ratio, e->ridge_high_ratio, 1, e->energy_high_ratio}};
    if (!memcmp(&r.low, &r.high, sizeof r.low))
        return RANGED_MOST;
    for (size_t i = 0; i < c->n_ranged; i++)
        if (!strcmp(c->ranged[i].name, name))
            return i;
    if (c->n_ranged == RANGED_MOST)
        return RANGED_MOST;
    c->ranged[c->n_ranged] = r;
    return c->n_ranged++;
}

bool rivals_have(const struct rivals *r, size_t hardware)
{
    size_t i = 0;
    while (i < r->n && r->hardware[i] != hardware)
        i++;
    return i < r->n;
}

void rivals_add(struct rivals *r, size_t hardware)
{
    if (r->n < RIVALS_MOST && !rivals_have(r, hardware))
        r->hardware[r->n++] = hardware;
}

static enum side side_of(const struct chosen_design *b)
{
    return b->with ? WITH : WITHOUT;
}

static void add_candidate(struct comparison *out, const struct gathered *g, size_t hardware)
{
    const struct chosen_design *first = &g->best[0][hardware];
    enum side side = side_of(first);
    struct candidate *k = &out->side[side][out->n[side]++];
    struct cursor *c = &g->room->cursor;

    *k = (struct candidate){.point = first->index,
                            .hardware = hardware,
                            .ffn_engine = {.capacity_ratio = 1}, /* none */
                            .jobs = g->n_jobs,
                            .job = mem_alloc(g->n_jobs, sizeof *k->job)};
    cursor_move(c, &g->restricted[0].study, first->index);
    choice_restrict(&c->design, g->choice);
    k->chip = k->pool_chip = c->design.chip;
    if (chip_is_there(&c->design.prefill_chip))
        k->pool_chip = c->design.prefill_chip;
    if (design_shares_steps(&c->design)) {
        const struct design pool = design_of_pool(&c->design, step_pool_part(&c->design));
        k->ffn_chip = pool.chip;
        if (engine_is_there(&pool.engine))
            k->ffn_engine = pool.engine;
    }
    for (size_t i = 0; i < g->n_jobs && design_shares_steps(&c->design); i++)
        k->ffn_devices =
            fmax(k->ffn_devices, step_pool_planned(&c->design, &g->best[i][hardware].pools));
    k->subject = design_name(&c->design, subject_or_engine(g->choice->of)->part);
    k->engine = k->pool_engine = c->design.engine;
    k->devices = k->engine_devices = c->design.plan.devices;
    if (c->design.pools.prefill_engine == POOL_WITHOUT_ENGINE)
        k->pool_engine.bandwidth_ratio = 0;
    k->precision = precision_settled(&c->design.precision, &c->design.model);
    k->chip_name = c->design.chip_name;
    k->engine_name = c->design.engine_name;
    k->ranged = find_ranged(out, &k->engine, k->engine_name);
}

/* Throughput of a job on the hardware of a candidate without its engine. */
static void price_without_engine(struct job *job, const struct gathered *g, size_t i,
                                 uint64_t index)
{
    struct cursor *c = &g->room->cursor;
    const struct study *s = &g->restricted[i].study;
    struct metrics m;
    cursor_seek(c, s, index);
    choice_restrict(&c->design, g->choice);
    subject_remove(subject_or_engine(g->choice->of), &c->design);
    evaluate(&c->design, &s->prices, &m, NULL);
    cursor_seek(c, s, index);
    if (m.verdict == VERDICT_OK)
        job->no_engine_tokens_per_s = m.tokens_per_s;
}

/* Fills job i of n candidates, whose hardware is in `of`. */
static void fill_jobs(struct candidate *const candidate[], const size_t *of, size_t n,
                      const struct gathered *g, size_t i)
{
    struct job **job = mem_alloc(n + 1, sizeof(struct job *));
    const struct chosen_design **chosen = mem_alloc(n + 1, sizeof(struct chosen_design *));
    for (size_t k = 0; k < n; k++) {
        job[k] = &candidate[k]->job[i];
        chosen[k] = &g->best[i][of[k]];
    }
    chosen_designs_split(job, chosen, n,
                         &(struct splitting){.study = &g->restricted[i].study,
                                             .choice = g->choice,
                                             .room = g->room,
                                             .weight = g->jobs[i].weight});
    for (size_t k = 0; k < n && g->without_engine; k++)
        price_without_engine(job[k], g, i, chosen[k]->index);
    free(chosen);
    free(job);
}

/* Tokens per second and unit of budget over all jobs; 0 if one is infeasible. */
static double value_over_jobs(const struct gathered *g, size_t hardware)
{
    double s = 0, weights = 0;
    for (size_t i = 0; i < g->n_jobs; i++) {
        if (!g->best[i][hardware].feasible)
            return 0;
        s += g->jobs[i].weight / g->best[i][hardware].value;
        weights += g->jobs[i].weight;
    }
    return weights / s;
}

/* Marks the hardware that runs the workload, or only the best of each side, and counts it. */
static void find_competitive(bool *kept, size_t n[SIDES], const struct gathered *g)
{
    double most[SIDES] = {0, 0};
    bool best_only = g->choice->middle && g->n_jobs == 1;
    double least = best_only ? NEARLY_BEST : 0;
    double *value = mem_alloc(g->hardware, sizeof *value);
    for (size_t h = 0; h < g->hardware; h++) {
        enum side side = side_of(&g->best[0][h]);
        value[h] = value_over_jobs(g, h);
        most[side] = fmax(most[side], value[h]);
    }
    for (size_t h = 0; h < g->hardware; h++) {
        enum side side = side_of(&g->best[0][h]);
        kept[h] = value[h] > 0 && value[h] >= least * most[side];
        n[side] += kept[h];
    }
    free(value);
}

static void keep_competitive(struct comparison *out, const struct gathered *g)
{
    size_t room[SIDES] = {0}, n = 0;
    bool *kept = mem_alloc(g->hardware, sizeof *kept);
    find_competitive(kept, room, g);
    for (int side = 0; side < SIDES; side++)
        if (room[side] > 0)
            out->side[side] = mem_alloc(room[side], sizeof *out->side[side]);
    struct candidate **candidate =
        mem_alloc(room[WITH] + room[WITHOUT] + 1, sizeof(struct candidate *));
    size_t *of = mem_alloc(room[WITH] + room[WITHOUT] + 1, sizeof *of);
    for (size_t h = 0; h < g->hardware; h++) {
        enum side side = side_of(&g->best[0][h]);
        if (!kept[h])
            continue;
        of[n] = h;
        candidate[n++] = &out->side[side][out->n[side]];
        add_candidate(out, g, h);
    }
    for (size_t i = 0; i < g->n_jobs; i++)
        fill_jobs(candidate, of, n, g, i);
    for (size_t k = 0; k < n; k++)
        if (candidate[k]->pool_engine.bandwidth_ratio > 0)
            candidate[k]->engine_devices += candidate_pool_devices(candidate[k]);
    free(of);
    free(candidate);
    free(kept);
}

int comparison_check(const struct design_choice *q, struct err *err)
{
    static const struct mix_job one = {NULL, 0, 1};
    struct restricted *r = mem_alloc(1, sizeof *r);
    int rc = 0;
    for (size_t i = 0; i < (q->n_jobs ? q->n_jobs : 1) && rc == 0; i++)
        rc = restrict_to(r, q, q->n_jobs ? &q->jobs[i] : &one, err);
    free(r);
    return rc;
}

int comparison_gather(struct comparison *out, const struct design_choice *q, struct err *err)
{
    static const struct mix_job one = {NULL, 0, 1};
    struct gathered g = {.choice = q,
                         .jobs = q->n_jobs ? q->jobs : &one,
                         .n_jobs = q->n_jobs ? q->n_jobs : 1,
                         .without_engine = q->n_jobs > 0};
    struct gathering *room = q->gathering ? q->gathering : gathering_make();
    int rc = 0, runs = 0;
    g.room = room;
    g.restricted = g.n_jobs > 1 ? mem_alloc(g.n_jobs, sizeof *g.restricted) : &room->restricted;
    g.best = mem_alloc(g.n_jobs, sizeof *g.best);
    for (size_t i = 0; i < g.n_jobs && rc == 0; i++) {
        struct restricted *r = &g.restricted[i];
        rc = restrict_to(r, q, &g.jobs[i], err);
        if (rc == 0) {
            g.best[i] = mem_alloc(hardware_count(&r->study), sizeof **g.best);
            runs |= best_designs_find(g.best[i], &r->study, q, room);
        }
    }
    *out = (struct comparison){.budget = q->budget, .runs = runs};
    if (rc == 0) {
        out->prices = g.restricted[0].study.prices;
        g.hardware = hardware_count(&g.restricted[0].study);
        keep_competitive(out, &g);
    }
    for (size_t i = 0; i < g.n_jobs; i++)
        free(g.best[i]);
    free(g.best);
    if (g.n_jobs > 1)
        free(g.restricted);
    if (!q->gathering)
        gathering_free(room);
    return rc;
}

/* The winners of both sides, and the study of the first job; NULL if a side has none. Caller frees.
 */
static struct restricted *find_winners(size_t winner[SIDES], const struct comparison *c,
                                       const struct design_choice *q)
{
    static const struct mix_job one = {NULL, 0, 1};
    struct err ignored;
    struct restricted *r = mem_alloc(1, sizeof *r);
    if (c->n[WITH] && c->n[WITHOUT] &&
        restrict_to(r, q, q->n_jobs ? q->jobs : &one, &ignored) == 0) {
        comparison_payoff_middle(c, winner);
        return r;
    }
    free(r);
    return NULL;
}

/* The designs of the winners and, unless `metrics` is NULL, theirs; returns as find_winners. */
static struct restricted *take_winners(struct design out[SIDES],
                                       struct metrics *const metrics[SIDES],
                                       const struct comparison *c, const struct design_choice *q)
{
    size_t winner[SIDES];
    struct restricted *r = find_winners(winner, c, q);
    for (int s = 0; s < SIDES && r; s++) {
        struct cursor at = {0};
        struct plan plan;
        cursor_seek(&at, &r->study, c->side[s][winner[s]].point);
        choice_restrict(&at.design, q);
        out[s] = at.design;
        if (metrics)
            cursor_evaluate(&at, metrics[s], &plan);
        cursor_free(&at);
    }
    return r;
}

bool comparison_winner_designs(struct design out[SIDES], const struct comparison *c,
                               const struct design_choice *q)
{
    struct restricted *r = take_winners(out, NULL, c, q);
    bool found = r != NULL;
    free(r);
    return found;
}

bool comparison_winners(struct winners_priced *out, const struct comparison *c,
                        const struct design_choice *q)
{
    struct metrics *const metrics[SIDES] = {
        [WITH] = &out->with_metrics, [WITHOUT] = &out->without_metrics};
    struct design *design = mem_alloc(SIDES, sizeof *design);
    struct restricted *r = take_winners(design, metrics, c, q);
    bool found = r != NULL;
    if (found) {
        out->with = out->twin_design = design[WITH];
        out->without = design[WITHOUT];
        subject_remove(subject_or_engine(q->of), &out->twin_design);
        evaluate(&out->twin_design, &r->study.prices, &out->twin_metrics, NULL);
        out->twin = out->twin_metrics.verdict == VERDICT_OK &&
                    study_allows(&r->study, &out->twin_design, &out->twin_metrics);
    }
    free(design);
    free(r);
    return found;
}
