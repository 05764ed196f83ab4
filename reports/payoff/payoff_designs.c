/* Every design of the restricted study is priced once. A design's hardware is a mixed-radix number
 * over the hardware axes, and only the best mapping and workload values of each hardware are kept,
 * so later prices and times choose among hardware. Invariant: a design below FAR_BEHIND times the
 * best of its side cannot win at any price in range. */
#include "reports/payoff/payoff_designs.h"

#include <stdlib.h>
#include <string.h>

#include "arch/step_clock.h"
#include "arch/precision.h"
#include "base/mem.h"
#include "search/axis.h"
#include "search/block.h"

/* Prices within their ranges cannot make up for a larger gap between two designs of one side
 * (assumed). */
static const double FAR_BEHIND = 0.6;

/* At middle prices only the best of a side matters; values differ by rounding between a step and
 * its parts. */
static const double NEARLY_BEST = 1 - 1e-6;

/* A study with some axes fixed. Borrows the arrays of the original study. */
struct restricted {
    struct study study;
    double fixed[AXES_MOST];
};

static size_t value_index(const struct axis *a, const char *text)
{
    size_t i = 0;
    while (i < a->n && (!a->text || strcmp(a->text[i], text) != 0))
        i++;
    return i;
}

/* Takes a price for all designs; the study then has no axis of it. */
static void fix_price(struct study *s, const struct field *price, double value)
{
    price_put(price, value, &s->prices);
    for (size_t i = s->slow; i < s->hardware; i++)
        if (s->axis[i].parameter.field == price) {
            s->axes--;
            s->hardware--;
            memmove(&s->axis[i], &s->axis[i + 1], (s->axes - i) * sizeof s->axis[0]);
            return;
        }
}

/* Prices are no choice of a design: each must have one value. */
static int fix_prices(struct study *s, struct err *err)
{
    while (s->hardware > s->slow) {
        const struct axis *a = &s->axis[s->slow];
        if (a->n > 1 || a->real)
            return fail(err, "%s has several values: give one", a->path);
        fix_price(s, a->parameter.field, a->value[0]);
    }
    return 0;
}

static int apply_setting(struct restricted *r, const struct setting *set, struct err *err)
{
    struct study *s = &r->study;
    const struct field *price = price_field(set->path);
    if (price) {
        fix_price(s, price, set->number);
        return 0;
    }
    for (size_t i = 0; i < s->axes; i++) {
        struct axis *a = &s->axis[i];
        if (!path_equal(a->path, set->path))
            continue;
        if (!set->text && !a->is_part) {
            r->fixed[i] = a->parameter.field->whole ? round(set->number) : set->number;
            a->value = &r->fixed[i];
            a->text = NULL;
            a->real = false;
            a->n = 1;
            return 0;
        }
        size_t at = set->text ? value_index(a, set->text) : a->n;
        if (at == a->n)
            return fail(err, "\"%s\" is not a value of %s", set->text ? set->text : "a number",
                        a->path);
        if (a->is_part)
            a->entry += at, a->part_value += at;
        else
            a->value += at;
        a->text += at;
        a->n = 1;
        return 0;
    }
    struct axis *a = &s->axis[s->axes];
    struct parameter p;
    if (setting_parameter(set->path, &p, err) != 0)
        return -1;
    if (s->axes == AXES_MOST)
        return fail(err, "more than %d axes", AXES_MOST);
    double value = set->number;
    if (set->text && field_parse(p.field, set->text, &value, err) != 0)
        return -1;
    *a = (struct axis){.parameter = p, .part = p.part, .n = 1};
    design_path(&p, a->path, sizeof a->path);
    r->fixed[s->axes] = p.field->whole ? round(value) : value;
    a->value = &r->fixed[s->axes++];
    study_sort_axes(s);
    return 0;
}

static int restrict_to(struct restricted *r, const struct design_choice *q,
                       const struct mix_job *job, struct err *err)
{
    r->study = *q->study;
    for (size_t i = 0; i < q->n; i++)
        if (apply_setting(r, &q->set[i], err) != 0)
            return -1;
    for (size_t i = 0; i < job->n; i++)
        if (apply_setting(r, &job->set[i], err) != 0)
            return -1;
    if (fix_prices(&r->study, err) != 0)
        return -1;
    double size = 1;
    for (size_t i = 0; i < r->study.axes; i++) {
        if (r->study.axis[i].real)
            return fail(err, "%s is continuous: give steps", r->study.axis[i].path);
        size *= (double)r->study.axis[i].n;
    }
    if (size > DESIGNS_MOST)
        return fail(err, "the study has %.0f designs: the maximum is %d", size, DESIGNS_MOST);
    r->study.size = (uint64_t)size;
    return 0;
}

/* Devices of the main system or of a pool. */
static bool counts_devices(const struct axis *a)
{
    const char *last = strrchr(a->path, '.');
    return (a->part == PART_PLAN || a->part == PART_POOLS) && last && !strcmp(last, ".devices");
}

static bool is_hardware(const struct axis *a)
{
    return design_parts[a->part].hardware || design_parts[a->part].optional || counts_devices(a);
}

/* The hardware of a cursor's design, as a mixed-radix number over the hardware axes. */
static size_t hardware_index(const struct cursor *c)
{
    size_t h = 0;
    for (size_t i = 0; i < c->study->axes; i++)
        if (is_hardware(&c->study->axis[i]))
            h = h * c->study->axis[i].n + c->digit[i];
    return h;
}

static size_t hardware_count(const struct study *s)
{
    size_t n = 1;
    for (size_t i = 0; i < s->axes; i++)
        if (is_hardware(&s->axis[i]))
            n *= s->axis[i].n;
    return n;
}

static double resource(enum budget budget, const struct metrics *m)
{
    switch (budget) {
    case BUDGET_COST:
        return m->system_cost_usd;
    case BUDGET_AREA:
        return !isnan(m->system_area_mm2)
                   ? m->system_area_mm2
                   : m->die_area_mm2 * m->tokens_per_s / m->tokens_per_s_per_device +
                         m->engine_area_mm2 * m->engine_devices;
    case BUDGET_POWER:
        return m->power_w;
    default:
        return 1;
    }
}

/* The best design of one hardware for one job. */
struct best {
    uint64_t index;
    struct plan plan;   /* the mapping */
    struct pools pools; /* and that of other pools */
    double value;       /* tokens per second and unit of budget */
    double tokens_per_s;
    bool feasible, with;
};

static bool has_subject(const struct design *d, const struct design_choice *q)
{
    return subject_is_in(subject_or_engine(q->of), d);
}

/* May the choice use this design? Restricts its engine to the classes of the choice. */
static bool restrict_engine(struct design *d, const struct design_choice *q)
{
    if (q->engine && has_subject(d, q) &&
        strcmp(q->engine, design_name(d, subject_or_engine(q->of)->part)) != 0)
        return false;
    if (!engine_is_there(&d->engine))
        return true;
    if (q->only)
        d->engine.runs = (int)d->engine.runs & q->only;
    return d->engine.runs > 0;
}

/* Designs that are priced together, in the order of the study. */
struct lot {
    struct block block;
    uint64_t index[LANES];
    size_t hardware[LANES];
    bool with[LANES];
};

/* Prices a lot and keeps the best design of each hardware. */
static void price_lot(struct best *best, struct lot *lot, enum budget budget)
{
    const struct prepared *p = lot->block.prepared;
    const struct plan *as_given = &lot->block.like.plan;
    size_t n = block_price(&lot->block);
    for (size_t i = 0; i < n; i++) {
        struct metrics m;
        LANES_TAKE(m, &lot->block.metrics, i);
        struct best *b = &best[lot->hardware[i]];
        double value = m.tokens_per_s / resource(budget, &m);
        if (m.verdict != VERDICT_OK || (b->feasible && !(value > b->value)))
            continue;
        const struct plan plan = p->n ? p->mapped[lot->block.mapped[i]].plan : *as_given;
        struct design chosen = lot->block.like;
        design_fix_mapping(&chosen, &plan, &m);
        *b = (struct best){lot->index[i],  chosen.plan, chosen.pools, value,
                           m.tokens_per_s, true,        lot->with[i]};
    }
}

/* Large, so not allocated again for each choice. */
struct gathering {
    struct prepared prepared;
    struct restricted restricted;
    struct lot lot;
};

struct gathering *gathering_make(void)
{
    return mem_alloc(1, sizeof(struct gathering));
}

void gathering_free(struct gathering *g)
{
    if (g)
        prepared_free(&g->prepared);
    free(g);
}

/* Empties a lot of another study. */
static void empty_lot(struct lot *lot)
{
    lot->block.study = lot->block.filled = NULL;
    lot->block.devices.n = 0;
}

/* What is known of each hardware of a workload, whatever engines a choice allows. */
struct kept_best {
    size_t n;
    struct kept_hardware {
        struct best best;
        bool known;
    } * of;
};

struct kept_best *kept_best_make(void)
{
    return mem_alloc(1, sizeof(struct kept_best));
}

void kept_best_free(struct kept_best *k)
{
    if (k)
        free(k->of);
    free(k);
}

/* The known best of the hardware of a design, before restrict_engine; NULL if it is not known or if
 * its engine may run less. */
static struct kept_hardware *find_kept(const struct kept_best *k, size_t hardware,
                                       const struct design *d, const struct design_choice *q)
{
    int runs = engine_is_there(&d->engine) ? (int)d->engine.runs : 0;
    return k && k->of[hardware].known && (!q->only || (runs & q->only) == runs) ? &k->of[hardware]
                                                                                : NULL;
}

/* Keeps what a choice has priced, if its engines run what they can. */
static void keep_best(struct kept_best *k, const struct best *best, const bool *allowed,
                      const struct design_choice *q)
{
    for (size_t h = 0; k && !q->only && h < k->n; h++)
        if (allowed[h])
            k->of[h] = (struct kept_hardware){best[h], true};
}

/* The designs of a choice, of one job. */
struct choosing {
    const struct study *study;
    const struct design_choice *choice;
    struct kept_best *kept; /* may be NULL */
    bool *allowed;          /* hardware of the choice */
    struct lot *lot;        /* empty */
};

/* Adds the design of the cursor to the lot. */
static void add_to_lot(struct best *best, struct lot *lot, struct cursor *c, uint64_t index,
                       enum budget budget)
{
    if (!block_add(&lot->block, c, NULL, NULL)) {
        price_lot(best, lot, budget);
        block_add(&lot->block, c, NULL, NULL);
    }
    size_t at = lot->block.devices.n - 1;
    lot->index[at] = index;
    lot->hardware[at] = hardware_index(c);
}

/* Returns the classes that the engines of the study may run. */
static int find_best_per_hardware(struct best *best, const struct choosing *x, struct cursor *c)
{
    int runs = 0;
    const struct design_choice *q = x->choice;

    cursor_seek(c, x->study, 0);
    for (uint64_t i = 0; i < x->study->size; i++, cursor_next(c)) {
        bool with = has_subject(&c->design, q), engine = engine_is_there(&c->design.engine);
        size_t hardware = hardware_index(c);
        const struct kept_hardware *kept = find_kept(x->kept, hardware, &c->design, q);
        if (!restrict_engine(&c->design, q))
            continue;
        runs |= engine ? (int)c->design.engine.runs : 0;
        x->allowed[hardware] = true;
        if (kept) {
            best[hardware] = kept->best;
            continue;
        }
        add_to_lot(best, x->lot, c, i, q->budget);
        x->lot->with[x->lot->block.devices.n - 1] = with;
    }
    price_lot(best, x->lot, q->budget);
    return runs;
}

/* The same, with what earlier choices of the workload know. */
static int find_best_of(struct best *best, const struct study *s, const struct design_choice *q,
                        struct gathering *g, struct cursor *c)
{
    size_t hardware = hardware_count(s);
    struct kept_best *kept = q->n_jobs ? NULL : q->kept;
    bool *allowed = mem_alloc(hardware, sizeof *allowed);
    empty_lot(&g->lot);
    if (kept && !kept->of) {
        kept->n = hardware;
        kept->of = mem_alloc(hardware, sizeof *kept->of);
    }
    int runs = find_best_per_hardware(best, &(struct choosing){s, q, kept, allowed, &g->lot}, c);
    keep_best(kept, best, allowed, q);
    free(allowed);
    return runs;
}

/* The best design of each hardware for each job of a choice. */
struct gathered {
    struct restricted *restricted; /* per job */
    struct best **best;            /* [job][hardware] */
    const struct design_choice *choice;
    const struct mix_job *jobs;
    size_t n_jobs, hardware;
    bool without_engine; /* a mix: also price each design without its engine */
    struct cursor *cursor;
};

/* Prices the best design of one hardware for job i again, for the time of each operator class. */
static void fill_job(struct job *job, const struct gathered *g, size_t i, size_t hardware)
{
    struct cursor *c = g->cursor;
    struct metrics m;
    struct devices device;
    const struct mapped *mapped;
    const struct study *s = &g->restricted[i].study;

    cursor_seek(c, s, g->best[i][hardware].index);
    restrict_engine(&c->design, g->choice);
    struct design chosen = c->design;
    chosen.plan = g->best[i][hardware].plan;
    chosen.pools = g->best[i][hardware].pools;
    prepare(&c->prepared, &chosen);
    evaluate_prepared(&c->prepared, &chosen, &s->prices, &m, &mapped);
    devices_of(&device, &chosen);
    *job = (struct job){
        .weight = g->jobs[i].weight, .tokens_per_s = m.tokens_per_s, .no_engine_tokens_per_s = NAN};
    struct step_to_draw draw = {.like = chosen, .batch = m.batch, .split = &job->split};
    if (m.ffn_devices > 0) {
        evaluated_ffn_pool(&job->split, &job->ffn_split, &c->prepared, &chosen, &s->prices);
        draw.ffn = kept_mapping_make(&c->prepared.mapped[c->prepared.ffn_first]);
    } else {
        step_split_held_one(&job->split, &mapped->step, &device, step_load(&mapped->step, m.batch));
    }
    draw.main = kept_mapping_make(mapped);
    job->step = drawn_step_make(&draw);
    kept_mapping_release(draw.main);
    kept_mapping_release(draw.ffn);
    if (m.prefill_devices > 0) {
        job->pool_devices = m.prefill_devices;
        evaluated_pool(&device, &job->pool_split, &c->prepared, &chosen);
    }
    if (g->without_engine) {
        subject_remove(subject_or_engine(g->choice->of), &c->design);
        evaluate(&c->design, &s->prices, &m, NULL);
        if (m.verdict == VERDICT_OK)
            job->no_engine_tokens_per_s = m.tokens_per_s;
    }
}

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

static enum side side_of(const struct best *b)
{
    return b->with ? WITH : WITHOUT;
}

static void add_candidate(struct comparison *out, const struct gathered *g, size_t hardware)
{
    const struct best *first = &g->best[0][hardware];
    enum side side = side_of(first);
    struct candidate *k = &out->side[side][out->n[side]++];
    struct cursor *c = g->cursor;

    *k = (struct candidate){
        .point = first->index, .jobs = g->n_jobs, .job = mem_alloc(g->n_jobs, sizeof *k->job)};
    for (size_t i = 0; i < g->n_jobs; i++)
        fill_job(&k->job[i], g, i, hardware);
    cursor_seek(c, &g->restricted[0].study, first->index);
    restrict_engine(&c->design, g->choice);
    k->chip = k->pool_chip = c->design.chip;
    if (chip_is_there(&c->design.prefill_chip))
        k->pool_chip = c->design.prefill_chip;
    k->ffn_chip = c->design.ffn_chip;
    for (size_t i = 0; i < g->n_jobs && chip_is_there(&k->ffn_chip); i++)
        k->ffn_devices = fmax(k->ffn_devices, g->best[i][hardware].pools.ffn_devices);
    k->subject = design_name(&c->design, subject_or_engine(g->choice->of)->part);
    k->engine = k->pool_engine = c->design.engine;
    k->devices = k->engine_devices = c->design.plan.devices;
    if (c->design.pools.prefill_engine == POOL_WITHOUT_ENGINE)
        k->pool_engine.bandwidth_ratio = 0;
    else
        k->engine_devices += candidate_pool_devices(k);
    k->precision = precision_settled(&c->design.precision, &c->design.model);
    k->chip_name = c->design.chip_name;
    k->engine_name = c->design.engine_name;
    k->ranged = find_ranged(out, &k->engine, k->engine_name);
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

static void keep_competitive(struct comparison *out, const struct gathered *g)
{
    double most[SIDES] = {0, 0};
    bool best_only = g->choice->middle && g->n_jobs == 1;
    double least = best_only ? NEARLY_BEST : FAR_BEHIND;
    for (size_t h = 0; h < g->hardware; h++) {
        enum side side = side_of(&g->best[0][h]);
        most[side] = fmax(most[side], value_over_jobs(g, h));
        if (!out->side[side])
            out->side[side] = mem_alloc(g->hardware, sizeof *out->side[side]);
    }
    for (size_t h = 0; h < g->hardware; h++) {
        double v = value_over_jobs(g, h);
        if (v > 0 && v >= least * most[side_of(&g->best[0][h])])
            add_candidate(out, g, h);
    }
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
    struct cursor c = {0};
    int rc = 0, runs = 0;

    struct gathering *room = q->gathering ? q->gathering : gathering_make();
    c.prepared = room->prepared;
    g.cursor = &c;
    g.restricted = g.n_jobs > 1 ? mem_alloc(g.n_jobs, sizeof *g.restricted) : &room->restricted;
    g.best = mem_alloc(g.n_jobs, sizeof *g.best);
    for (size_t i = 0; i < g.n_jobs && rc == 0; i++) {
        struct restricted *r = &g.restricted[i];
        rc = restrict_to(r, q, &g.jobs[i], err);
        if (rc == 0) {
            g.best[i] = mem_alloc(hardware_count(&r->study), sizeof **g.best);
            runs |= find_best_of(g.best[i], &r->study, q, room, &c);
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
    room->prepared = c.prepared;
    if (!q->gathering)
        gathering_free(room);
    return rc;
}

static void price_winner(struct design *design, struct metrics *m, const struct restricted *r,
                         const struct design_choice *q, uint64_t point)
{
    struct cursor c = {0};
    struct plan plan;
    cursor_seek(&c, &r->study, point);
    restrict_engine(&c.design, q);
    *design = c.design;
    cursor_evaluate(&c, m, &plan);
    cursor_free(&c);
}

bool comparison_winners(struct winners_priced *out, const struct comparison *c,
                        const struct design_choice *q)
{
    static const struct mix_job one = {NULL, 0, 1};
    size_t winner[SIDES];
    struct err ignored;
    struct restricted *r = mem_alloc(1, sizeof *r);
    bool found =
        c->n[WITH] && c->n[WITHOUT] && restrict_to(r, q, q->n_jobs ? q->jobs : &one, &ignored) == 0;
    if (found) {
        comparison_payoff_middle(c, winner);
        price_winner(&out->with, &out->with_metrics, r, q, c->side[WITH][winner[WITH]].point);
        price_winner(&out->without, &out->without_metrics, r, q,
                     c->side[WITHOUT][winner[WITHOUT]].point);
        out->twin_design = out->with;
        subject_remove(subject_or_engine(q->of), &out->twin_design);
        evaluate(&out->twin_design, &r->study.prices, &out->twin_metrics, NULL);
        out->twin = out->twin_metrics.verdict == VERDICT_OK &&
                    study_allows(&r->study, &out->twin_design, &out->twin_metrics);
    }
    free(r);
    return found;
}
