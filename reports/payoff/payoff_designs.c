#include "reports/payoff/payoff_designs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"
#include "search/space.h"

/* No price in its range turns this much around between two designs of one side (assumed). */
static const double FAR_BEHIND = 0.6;

bool path_is(const char *path, const char *given)
{
    while (*given &&
           (*path == *given || (*path == '.' && *given == '_') || (*path == '_' && *given == '.')))
        path++, given++;
    return !*path && !*given;
}

static const struct field *price_of(const char *path)
{
    return strncmp(path, "prices", 6) || (path[6] != '.' && path[6] != '_')
               ? NULL
               : field_find(prices_fields, path + 7);
}

/* A parameter by its path, '_' standing for '.'. */
static int parameter_of(const char *path, struct parameter *out, struct err *err)
{
    char dotted[64];
    struct err ignored;
    if (design_parameter(path, out, err) == 0)
        return 0;
    snprintf(dotted, sizeof dotted, "%s", path);
    char *bar = strchr(dotted, '_');
    if (!bar)
        return -1;
    *bar = '.';
    return design_parameter(dotted, out, &ignored);
}

int setting_parse(struct setting *out, const char *path, const char *text, struct err *err)
{
    struct parameter p;
    const struct field *f = price_of(path);
    *out = (struct setting){.path = path, .text = text};
    for (size_t part = 0; part < DESIGN_CATALOGUE_PARTS; part++)
        if (!strcmp(path, design_parts[part].fields->section))
            return 0;
    if (!f && parameter_of(path, &p, err) != 0)
        return -1;
    f = f ? f : p.field;
    if (field_parse(f, text, &out->number, err) != 0)
        return -1;
    if (!field_word(f, out->number))
        out->text = NULL;
    return 0;
}

int setting_check(const char *path, const struct field **field, struct err *err)
{
    struct parameter p;
    if ((*field = price_of(path)))
        return 0;
    if (!strncmp(path, "prices", 6))
        return fail(err, "unknown price: `dse list prices` shows all");
    if (parameter_of(path, &p, err) != 0)
        return -1;
    if (p.field->only_words)
        return fail(err, "%s has words for values: name a number", path);
    *field = p.field;
    return 0;
}

double setting_value(const struct study *s, const char *path)
{
    struct parameter p;
    struct err ignored;
    const struct field *price = price_of(path);
    if (price)
        return field_get(price, &s->prices.middle);
    if (parameter_of(path, &p, &ignored) != 0)
        return NAN;
    struct design d = s->base;
    for (size_t i = 0; i < s->axes; i++)
        axis_put(&s->axis[i], 0, &d);
    return design_get(&d, &p);
}

/* A study with some axes fixed: shares the arrays of the one it was made of. */
struct restricted {
    struct study study;
    double fixed[AXES_MOST];
};

static size_t alternative(const struct axis *a, const char *text)
{
    size_t i = 0;
    while (i < a->n && (!a->text || strcmp(a->text[i], text) != 0))
        i++;
    return i;
}

static int fix(struct restricted *r, const struct setting *set, struct err *err)
{
    struct study *s = &r->study;
    for (size_t i = 0; i < s->axes; i++) {
        struct axis *a = &s->axis[i];
        if (!path_is(a->path, set->path))
            continue;
        if (!set->text && !a->is_part) {
            r->fixed[i] = a->parameter.field->whole ? round(set->number) : set->number;
            a->value = &r->fixed[i];
            a->text = NULL;
            a->real = false;
            a->n = 1;
            return 0;
        }
        size_t at = set->text ? alternative(a, set->text) : a->n;
        if (at == a->n)
            return fail(err, "\"%s\" is no value of %s", set->text ? set->text : "a number",
                        a->path);
        if (a->is_part)
            a->entry += at, a->part_value += at;
        else
            a->value += at;
        a->text += at;
        a->n = 1;
        return 0;
    }
    const struct field *price = price_of(set->path);
    if (price) {
        field_put(price, &s->prices.low, set->number);
        field_put(price, &s->prices.middle, set->number);
        field_put(price, &s->prices.high, set->number);
        return 0;
    }
    struct axis *a = &s->axis[s->axes];
    struct parameter p;
    if (parameter_of(set->path, &p, err) != 0)
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
    axes_sort(s);
    return 0;
}

static int restrict_to(struct restricted *r, const struct study *s, const struct setting *set,
                       size_t n, const struct job_of *job, struct err *err)
{
    r->study = *s;
    for (size_t i = 0; i < n; i++)
        if (fix(r, &set[i], err) != 0)
            return -1;
    for (size_t i = 0; i < job->n; i++)
        if (fix(r, &job->set[i], err) != 0)
            return -1;
    double size = 1;
    for (size_t i = 0; i < r->study.axes; i++) {
        if (r->study.axis[i].real)
            return fail(err, "%s takes any value: give it steps", r->study.axis[i].path);
        size *= (double)r->study.axis[i].n;
    }
    if (size > SIDES_DESIGNS_MOST)
        return fail(err, "%.0f designs are more than %d", size, SIDES_DESIGNS_MOST);
    r->study.size = (uint64_t)size;
    return 0;
}

static bool is_hardware(const struct axis *a)
{
    return a->part == PART_CHIP || a->part == PART_ENGINE ||
           (a->part == PART_PLAN && a->parameter.field->offset == offsetof(struct plan, devices));
}

/* The number of the hardware under a cursor: as a mixed-radix number over its axes. */
static size_t hardware_of(const struct cursor *c)
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
        return (m->die_area_mm2 + m->engine_area_mm2) * m->tokens_per_s /
               m->tokens_per_s_per_device;
    case BUDGET_POWER:
        return m->power_w;
    default:
        return 1;
    }
}

/* The best of one hardware for one job. */
struct best {
    uint64_t index;
    struct plan plan; /* the mapping */
    double value, tokens_per_s;
    bool feasible, with;
};

static void best_of_each(struct best *best, const struct study *s, const char *engine,
                         enum budget budget)
{
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;

    cursor_seek(&c, s, 0);
    for (uint64_t i = 0; i < s->size; i++, cursor_next(&c)) {
        bool with = engine_is_there(&c.design.engine);
        if (with && engine && strcmp(engine, c.design.engine_name) != 0)
            continue;
        cursor_evaluate(&c, &m, &plan);
        struct best *b = &best[hardware_of(&c)];
        double value = m.tokens_per_s / resource(budget, &m);
        if (m.verdict == VERDICT_OK && (!b->feasible || value > b->value))
            *b = (struct best){i, plan, value, m.tokens_per_s, true, with};
    }
    cursor_free(&c);
}

/* The designs of one hardware, priced once more for their step in parts; of a mix also without the
 * engine. */
static void add_contender(struct contest *out, const struct restricted *r, struct best *const *best,
                          size_t hardware, const struct job_of *jobs, size_t n_jobs, bool alone)
{
    bool with = best[0][hardware].with;
    struct contender *k = &out->side[with][out->n[with]++];
    struct cursor c = {0};
    struct metrics m;
    struct device device;
    const struct mapped *mapped;

    *k = (struct contender){
        .point = best[0][hardware].index, .jobs = n_jobs, .job = mem_alloc(n_jobs, sizeof *k->job)};
    for (size_t i = 0; i < n_jobs; i++) {
        cursor_seek(&c, &r[i].study, best[i][hardware].index);
        struct design chosen = c.design;
        chosen.plan = best[i][hardware].plan;
        prepare(&c.prepared, &chosen);
        evaluate_prepared(&c.prepared, &chosen, &r[i].study.prices, &m, &mapped);
        device_make(&device, &chosen);
        k->devices = m.tokens_per_s / m.tokens_per_s_per_device;
        k->job[i].weight = jobs[i].weight;
        k->job[i].tokens_per_s = m.tokens_per_s;
        step_split(&k->job[i].split, &mapped->step, &device, step_load(&mapped->step, m.batch));
        k->job[i].alone_tokens_per_s = NAN;
        if (alone) {
            c.design.engine.bandwidth_ratio = 0;
            evaluate(&c.design, &r[i].study.prices, &m, NULL);
            if (m.verdict == VERDICT_OK)
                k->job[i].alone_tokens_per_s = m.tokens_per_s;
        }
    }
    cursor_seek(&c, &r[0].study, best[0][hardware].index);
    k->chip = c.design.chip;
    k->engine = c.design.engine;
    k->precision = c.design.precision;
    k->chip_name = c.design.chip_name;
    k->engine_name = c.design.engine_name;
    cursor_free(&c);
}

/* Tokens per second and unit of budget over all jobs; 0 if one cannot be done. */
static double mixed(struct best *const *best, size_t hardware, const struct job_of *jobs, size_t n)
{
    double s = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        if (!best[i][hardware].feasible)
            return 0;
        s += jobs[i].weight / best[i][hardware].value;
        weights += jobs[i].weight;
    }
    return weights / s;
}

static void choose(struct contest *out, const struct restricted *r, struct best *const *best,
                   size_t hardware, const struct job_of *jobs, size_t n_jobs, bool alone)
{
    double most[SIDES] = {0, 0};
    for (size_t h = 0; h < hardware; h++) {
        bool with = best[0][h].with;
        most[with] = fmax(most[with], mixed(best, h, jobs, n_jobs));
        out->side[with] =
            out->side[with] ? out->side[with] : mem_alloc(hardware, sizeof *out->side[with]);
    }
    for (size_t h = 0; h < hardware; h++) {
        double v = mixed(best, h, jobs, n_jobs);
        if (v > 0 && v >= FAR_BEHIND * most[best[0][h].with])
            add_contender(out, r, best, h, jobs, n_jobs, alone);
    }
}

int sides_gather(struct contest *out, const struct study *s, const struct setting *set, size_t n,
                 const struct job_of *jobs, size_t n_jobs, const char *engine, enum budget budget,
                 struct err *err)
{
    static const struct job_of one = {NULL, 0, 1};
    struct restricted *r;
    struct best **best;
    bool alone = n_jobs > 0;
    int rc = 0;

    if (!n_jobs)
        jobs = &one, n_jobs = 1;
    r = mem_alloc(n_jobs, sizeof *r);
    best = mem_alloc(n_jobs, sizeof *best);
    for (size_t i = 0; i < n_jobs && rc == 0; i++) {
        rc = restrict_to(&r[i], s, set, n, &jobs[i], err);
        if (rc == 0) {
            best[i] = mem_alloc(hardware_count(&r[i].study), sizeof **best);
            best_of_each(best[i], &r[i].study, engine, budget);
        }
    }
    *out = (struct contest){.budget = budget};
    if (rc == 0) {
        out->prices = r[0].study.prices;
        choose(out, r, best, hardware_count(&r[0].study), jobs, n_jobs, alone);
    }
    for (size_t i = 0; i < n_jobs; i++)
        free(best[i]);
    free(best);
    free(r);
    return rc;
}
