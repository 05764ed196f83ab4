/* The value of a candidate: tokens per second and unit of budget. It is computed again from the
 * parts of a step instead of a new evaluation: a time error scales the seconds of an operator class
 * by exp(z * error), a price changes only the cost of the device, and a step on an engine that is
 * not as stated is timed again (drawn_step.h). Mapping and batch stay, and latency limits are not
 * checked again; a mix runs its jobs in turn on the same hardware. */
#include "reports/payoff/candidate_value.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/quoted.h"
#include "search/tasks.h"

static const struct engine no_engine = {.capacity_ratio = 1};

/* Does the engine run this operator class? */
static bool on_engine(const struct candidate *k, const struct step_split *split,
                      enum op_class class)
{
    if (split->engine_byte <= 0)
        return false;
    return (class == OP_ATTENTION && (int)k->engine.runs & RUNS_ATTENTION &&
            split->attention_engine_s < split->attention_chip_s) ||
           (class == OP_STATE && (int)k->engine.runs & RUNS_STATE) ||
           (class == OP_EXPERT && (int)k->engine.runs & RUNS_EXPERTS);
}

/* The time of a step in a world. */
static double step_s(const struct candidate *k, const struct step_split *split,
                     const struct world *w)
{
    double s = 0;
    for (int i = 0; i < OP_CLASSES; i++) {
        enum op_class class = op_class_order[i];
        double z = on_engine(k, split, class) ? w->engine_z : w->time_z[class];
        double error = split->class_error[class];
        s += split->class_s[class] * (error > 0 && z != 0 ? exp(z * error) : 1);
    }
    return s;
}

double candidate_pool_devices(const struct candidate *k)
{
    double most = 0;
    for (size_t i = 0; i < k->jobs; i++)
        most = fmax(most, k->job[i].pool_devices);
    return most;
}

static double fleet_power_w(const struct chip *c, double devices, const struct step_split *split,
                            const struct prices *p)
{
    static const struct quote unpriced; /* its price does not change its power */
    struct activity a = {devices, 1, split->board_w, split->engine_w, split->pool_w};
    struct running_cost running;
    cost_running(&running, &unpriced, &a, c, p);
    return running.power_w;
}

/* The splits of a job in a world. */
struct job_splits {
    struct step_split step, ffn;
};

/* A step that takes longer or shorter by an error of its timing draws the same power. */
static double power_w(const struct candidate *k, const struct job *j, const struct job_splits *of,
                      const struct prices *p)
{
    double w = fleet_power_w(&k->chip, k->devices, &of->step, p);
    if (k->ffn_devices > 0)
        w += fleet_power_w(&k->ffn_chip, k->ffn_devices, &of->ffn, p);
    if (j->pool_devices > 0)
        w += fleet_power_w(&k->pool_chip, j->pool_devices, &j->pool_split, p);
    return w;
}

double candidate_tokens_per_s(const struct candidate *k, bool without_engine)
{
    double s = 0, weights = 0;
    for (size_t i = 0; i < k->jobs; i++) {
        weights += k->job[i].weight;
        s += k->job[i].weight /
             (without_engine ? k->job[i].no_engine_tokens_per_s : k->job[i].tokens_per_s);
    }
    return weights / s;
}

double candidate_resource(const struct candidate *k, enum budget budget, const struct prices *p,
                          bool without_engine)
{
    struct candidate of = *k;
    const struct candidate *const one = &of;
    double used;
    if (without_engine)
        of.engine = of.pool_engine = no_engine;
    struct quoted *quoted = quoted_make(&one, 1);
    quoted_resources(&used, quoted, budget, p);
    quoted_free(quoted);
    return used;
}

/* Sums over the jobs of a mix, which run in turn, each for its share of the tokens. */
struct totals {
    double s_per_token[LANES], j_per_token[LANES], weights;
};

bool candidate_has_errors(const struct candidate *k)
{
    for (size_t i = 0; i < k->jobs; i++)
        for (int class = 0; class < OP_CLASSES; class ++)
            if (k->job[i].split.class_error[class] > 0)
                return true;
    return false;
}

static double s_per_token(const struct job *j, double step_s)
{
    return j->weight / (j->tokens_per_s * j->split.time_s / step_s);
}

/* The times of n steps, added up from their classes. */
static void add_classes(double *out, const struct step_split_lanes *split, size_t n)
{
    for (size_t m = 0; m < n; m++)
        out[m] = 0;
    for (int i = 0; i < OP_CLASSES && n > 0; i++)
        for (size_t m = 0; m < n; m++)
            out[m] += LANE_OF(split, step_split, class_s, op_class_order[i])[m];
}

/* Seconds per token of a step as stated, without errors. */
static double stated_s_per_token(const struct job *j)
{
    double stated_s = 0;
    for (int i = 0; i < OP_CLASSES; i++)
        stated_s += j->split.class_s[op_class_order[i]];
    return s_per_token(j, stated_s);
}

/* The same without power, if no class has an error. */
static void add_exact_job(struct totals *out, const struct job *j,
                          const struct step_split_lanes *moved_to, const size_t *moved,
                          size_t n_moved, size_t n)
{
    lane step_s;
    add_classes(step_s, moved_to, n_moved);
    double stated = stated_s_per_token(j);
    for (size_t i = 0, m = 0; i < n; i++)
        out->s_per_token[i] += m < n_moved && moved[m] == i ? s_per_token(j, step_s[m++]) : stated;
}

/* Adds a job in n worlds. */
static void add_job(struct totals *out, const struct candidate *k, const struct job *j,
                    const struct world *const w[], size_t n, bool power)
{
    struct drawn_splits lanes;
    size_t moved[LANES], next = 0;
    size_t n_moved = j->step ? drawn_step_split(&lanes, moved, j->step, k->ranged, w, n) : 0;
    out->weights += j->weight;
    if (!power && !candidate_has_errors(k)) {
        add_exact_job(out, j, &lanes.step, moved, n_moved, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct job_splits split = {j->split, j->ffn_split};
        if (next < n_moved && moved[next] == i) {
            LANES_TAKE(split.step, &lanes.step, next);
            if (k->ffn_devices > 0)
                LANES_TAKE(split.ffn, &lanes.ffn, next);
            next++;
        }
        double s = step_s(k, &split.step, w[i]);
        double s_per = s_per_token(j, s);
        out->s_per_token[i] += s_per;
        if (power)
            out->j_per_token[i] += power_w(k, j, &split, &w[i]->prices) * s_per;
    }
}

void candidate_values(double *out, const struct candidate *k, enum budget budget,
                      const double *resource, const struct world *const w[], size_t n)
{
    struct totals x = {0};
    for (size_t i = 0; i < k->jobs; i++)
        add_job(&x, k, &k->job[i], w, n, budget == BUDGET_POWER);
    for (size_t i = 0; i < n; i++)
        out[i] = budget == BUDGET_POWER  ? x.weights / x.j_per_token[i]
                 : budget == BUDGET_NONE ? x.weights / x.s_per_token[i]
                                         : x.weights / x.s_per_token[i] / resource[i];
}

/* ---- many candidates in one world ---- */

/* Candidates whose steps are timed at once. */
struct alike {
    size_t n, of[LANES], ranged[LANES];
    const struct drawn_step *step[LANES];
};

static void time_alike(double *tokens_per_s, struct alike *a, const struct candidate *k,
                       const struct world *w)
{
    struct step_split_lanes split;
    size_t moved[LANES];
    lane step_s;
    size_t n = drawn_steps_split(&split, moved, a->step, a->ranged, w, a->n);
    add_classes(step_s, &split, n);
    for (size_t i = 0, m = 0; i < a->n; i++) {
        const struct job *j = k[a->of[i]].job;
        double s = m < n && moved[m] == i ? s_per_token(j, step_s[m++]) : stated_s_per_token(j);
        tokens_per_s[a->of[i]] = j->weight / s;
    }
    a->n = 0;
}

/* Mappings whose candidates are gathered at a time. */
enum { MAPPINGS = 8 };

/* Candidates that threads share: each takes some at a time. */
struct sharing {
    double *tokens_per_s;
    const struct candidate *k;
    size_t n, in_share;
    const struct world *w;
};

static void time_share(void *ctx, size_t share, size_t worker)
{
    const struct sharing *s = ctx;
    const struct candidate *k = s->k;
    double *out = s->tokens_per_s;
    struct alike *alike = mem_alloc(MAPPINGS, sizeof *alike);
    size_t next = 0;
    (void)worker;
    for (size_t i = share * s->in_share; i < s->n && i < (share + 1) * s->in_share; i++) {
        const struct drawn_step *step = k[i].job->step;
        size_t at = 0;
        if (k[i].jobs != 1 || !step || !drawn_steps_match(step, step) ||
            candidate_has_errors(&k[i])) {
            candidate_values(&out[i], &k[i], BUDGET_NONE, NULL, &s->w, 1);
            continue;
        }
        while (at < MAPPINGS && !(alike[at].n > 0 && drawn_steps_match(alike[at].step[0], step)))
            at++;
        if (at == MAPPINGS) {
            at = next++ % MAPPINGS;
            if (alike[at].n > 0)
                time_alike(out, &alike[at], k, s->w);
        }
        struct alike *a = &alike[at];
        a->step[a->n] = step;
        a->ranged[a->n] = k[i].ranged;
        a->of[a->n++] = i;
        if (a->n == LANES)
            time_alike(out, a, k, s->w);
    }
    for (size_t at = 0; at < MAPPINGS; at++)
        if (alike[at].n > 0)
            time_alike(out, &alike[at], k, s->w);
    free(alike);
}

enum { IN_SHARE = 64 * LANES };

void candidates_tokens_per_s(double *out, const struct candidate *k, size_t n,
                             const struct world *w)
{
    struct sharing s = {out, k, n, tasks_share_size(n, IN_SHARE), w};
    tasks_share((n + s.in_share - 1) / s.in_share, time_share, &s);
}

/* A time and the sum of its parts differ by rounding. */
static const double ROUNDING = 1 + 1e-9;

size_t candidate_may_reach(size_t *world, size_t n, const double *tokens_per_s,
                           const struct candidate *k, const struct world *w)
{
    const struct job *j = k->job;
    const struct world *at[LANES] = {NULL};
    double limit_s[LANES] = {0};
    bool meets[LANES] = {false};
    size_t left = 0;
    if (k->jobs != 1 || !j->step)
        return n;
    for (size_t i = 0; i < n; i++) {
        double s = j->tokens_per_s * j->split.time_s / tokens_per_s[i] * ROUNDING;
        limit_s[i] = isnan(s) ? INFINITY : s;
        at[i] = &w[world[i]];
    }
    drawn_step_meets(meets, j->step, k->ranged, at, n, limit_s);
    for (size_t i = 0; i < n; i++)
        if (meets[i])
            world[left++] = world[i];
    return left;
}

void candidate_most_tokens_per_s(double *out, const struct candidate *k,
                                 const struct world *const fastest[], size_t n)
{
    const struct job *j = k->job;
    lane least_s;
    if (candidate_has_errors(k)) {
        for (size_t i = 0; i < n; i++)
            out[i] = INFINITY;
        return;
    }
    if (k->jobs != 1 || !j->step) {
        candidate_values(out, k, BUDGET_NONE, NULL, fastest, n);
        return;
    }
    drawn_step_least_s(least_s, j->step, k->ranged, fastest, n);
    for (size_t i = 0; i < n; i++)
        out[i] = j->tokens_per_s * j->split.time_s / least_s[i];
}
