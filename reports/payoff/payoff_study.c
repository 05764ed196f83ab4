#include "reports/payoff/payoff_study.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"

/* Workloads that are kept at a time. Groups of one workload are priced one after another. */
enum { WORKLOADS_KEPT = 4 };

/* What slices share that differ only in their engine. */
struct kept_workload {
    char *key;
    struct kept_draws *draws;
    struct kept_best *best;
};

struct payoff_study {
    bool shared; /* borrows study and worlds */
    struct study *study;
    const struct mix *mix;
    bool free_engine;
    struct gathering *gathering; /* reused from comparison to comparison */
    struct drawn_store *worlds;
    struct memory {
        const struct points *stored; /* NULL: none */
        size_t n;
        struct kept_workload *of;
    } * memory;
};

struct payoff_study *payoff_study_make(struct study *study)
{
    struct payoff_study *s = mem_alloc(1, sizeof *s);
    s->study = study;
    s->gathering = gathering_make();
    s->memory = mem_alloc(1, sizeof *s->memory);
    s->worlds = drawn_store_make();
    return s;
}

int payoff_study_open(struct payoff_study **out, const struct db_run *run, struct catalogue *c,
                      struct err *err)
{
    struct study *s;
    if (study_parse_in(&s, run->folder ? run->folder : "", run->name, run->spec, c, err) != 0)
        return -1;
    *out = payoff_study_make(s);
    return 0;
}

struct payoff_study *payoff_study_share(const struct payoff_study *of)
{
    struct payoff_study *s = mem_alloc(1, sizeof *s);
    *s = *of;
    s->shared = true;
    s->gathering = gathering_make();
    s->memory = mem_alloc(1, sizeof *s->memory);
    s->memory->stored = of->memory->stored;
    return s;
}

static void forget_workloads(struct memory *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->of[i].key);
        kept_draws_free(m->of[i].draws);
        kept_best_free(m->of[i].best);
    }
    free(m->of);
    *m = (struct memory){.stored = m->stored};
}

void payoff_study_close(struct payoff_study *s)
{
    if (!s)
        return;
    if (!s->shared) {
        study_free(s->study);
        drawn_store_free(s->worlds);
    }
    gathering_free(s->gathering);
    forget_workloads(s->memory);
    free(s->memory);
    free(s);
}

void payoff_study_use(const struct payoff_study *s, const struct points *stored)
{
    s->memory->stored = stored;
}

const struct study *payoff_study_of(const struct payoff_study *s)
{
    return s->study;
}

/* Gathers both sides with a hypothetical engine: engine settings apply only to the side with one.
 */
static int gather_with_free_engine(struct comparison *out, const struct design_choice *q)
{
    struct comparison with;
    struct err ignored;
    struct setting *plain = mem_alloc(q->n + 1, sizeof *plain);
    struct design_choice without = *q;

    without.set = plain;
    without.n = 0;
    for (size_t i = 0; i < q->n; i++)
        if (strncmp(q->set[i].path, "engine", 6) != 0)
            plain[without.n++] = q->set[i];
    int rc = comparison_gather(out, &without, &ignored);
    free(plain);
    if (rc != 0)
        return -1;
    if (comparison_gather(&with, q, &ignored) != 0) {
        comparison_free(out);
        return -1;
    }
    out->n[WITH] = with.n[WITH];
    out->side[WITH] = with.side[WITH];
    with.n[WITH] = 0;
    with.side[WITH] = NULL;
    comparison_free(&with);
    return 0;
}

static bool is_set(const struct payoff_slice *slice, const char *column)
{
    for (size_t i = 0; i < slice->n; i++)
        if (path_equal(column, slice->set[i].path))
            return true;
    return false;
}

/* The scenario of a slice. NULL if the study has several and the slice names none of them. */
const struct study *payoff_study_for(const struct payoff_study *s, const struct payoff_slice *slice)
{
    struct study *found = s->study;
    struct err ignored;
    bool named = s->study->overlays == 0;
    for (size_t k = 0; k < slice->by_n; k++)
        if (!strcmp(slice->by[k], "scenario") && slice->key[k].kind == CELL_TEXT)
            named = study_find_scenario(s->study, slice->key[k].text, &found, &ignored) == 0;
    return named ? found : NULL;
}

/* The choice of a slice. Its settings are in `set`, which the caller frees. */
static struct design_choice choice_of(const struct payoff_study *s,
                                      const struct payoff_slice *slice, struct setting **set)
{
    struct setting *all = mem_alloc(slice->by_n + slice->n + 4, sizeof *all);
    struct design_choice q = {.study = payoff_study_for(s, slice),
                              .set = all,
                              .jobs = s->mix ? s->mix->job : NULL,
                              .n_jobs = s->mix ? s->mix->n : 0,
                              .only = slice->only,
                              .middle = slice->middle,
                              .among = slice->among,
                              .gathering = s->gathering,
                              .budget = slice->budget,
                              .of = slice->of};
    const struct payoff_subject *of = subject_or_engine(slice->of);

    for (size_t k = 0; k < slice->by_n; k++) {
        const struct cell *c = &slice->key[k];
        const char *text = c->kind == CELL_TEXT ? c->text : NULL;
        if (!strcmp(slice->by[k], "scenario"))
            continue;
        if (!strcmp(slice->by[k], of->column) && text)
            q.engine = text; /* compare only this one with none */
        else if (c->kind != CELL_NULL && !is_set(slice, slice->by[k]))
            all[q.n++] = (struct setting){slice->by[k], text, c->number};
    }
    for (size_t i = 0; i < slice->n; i++)
        all[q.n++] = slice->set[i];
    if (slice->runs)
        all[q.n++] = (struct setting){"engine.runs", slice->runs, 0};
    if (s->free_engine) {
        q.engine = NULL;
        all[q.n++] = (struct setting){"engine.logic_mm2_per_stack", NULL, slice->priced ? -1 : 0};
        if (!slice->priced)
            all[q.n++] = (struct setting){"prices.engine_stack_premium_ratio", NULL, 0};
    }
    *set = all;
    return q;
}

char *payoff_workload_key(const struct payoff_slice *slice)
{
    const struct payoff_subject *of = subject_or_engine(slice->of);
    char *key = mem_print("%s %d %s", of->path, (int)slice->budget, slice->runs ? slice->runs : "");
    for (size_t k = 0; k < slice->by_n; k++) {
        const struct cell *c = &slice->key[k];
        if (!strcmp(slice->by[k], of->column) || c->kind == CELL_NULL)
            continue;
        char *longer = c->kind == CELL_TEXT ? mem_print("%s\n%s %s", key, slice->by[k], c->text)
                                            : mem_print("%s\n%s %a", key, slice->by[k], c->number);
        free(key);
        key = longer;
    }
    return key;
}

/* What is kept of the workload of a slice; NULL if other slices do not share it. */
static const struct kept_workload *workload_of(const struct payoff_study *s,
                                               const struct payoff_slice *slice)
{
    struct memory *m = s->memory;
    if (s->free_engine || slice->n > 0)
        return NULL;
    char *key = payoff_workload_key(slice);
    for (size_t i = 0; i < m->n; i++)
        if (!strcmp(m->of[i].key, key)) {
            free(key);
            return &m->of[i];
        }
    if (m->n == WORKLOADS_KEPT)
        forget_workloads(m);
    m->of = mem_grow(m->of, m->n + 1, sizeof *m->of);
    m->of[m->n] = (struct kept_workload){key, kept_draws_make(), kept_best_make()};
    return &m->of[m->n++];
}

int payoff_compare(struct comparison *out, const struct payoff_study *s,
                   const struct payoff_slice *slice)
{
    struct setting *set;
    struct err ignored;
    struct design_choice q = choice_of(s, slice, &set);
    const struct kept_workload *workload = workload_of(s, slice);
    q.kept = workload ? workload->best : NULL;
    q.stored = workload && !slice->runs && !slice->only ? s->memory->stored : NULL;
    bool both = s->free_engine && !slice->engine_side;
    int rc = !q.study ? -1
             : both   ? gather_with_free_engine(out, &q)
                      : comparison_gather(out, &q, &ignored);
    free(set);
    if (rc == 0) {
        out->engine = q.engine;
        out->kept = workload && !slice->only && !slice->middle ? workload->draws : NULL;
        out->worlds = s->worlds;
        comparison_quote(out);
    }
    return rc;
}

bool payoff_winners(struct winners_priced *out, const struct comparison *c,
                    const struct payoff_study *s, const struct payoff_slice *slice)
{
    struct setting *set;
    const struct design_choice q = choice_of(s, slice, &set);
    bool found = q.study && comparison_winners(out, c, &q);
    free(set);
    return found;
}

bool payoff_winner_designs(struct design out[SIDES], const struct comparison *c,
                           const struct payoff_study *s, const struct payoff_slice *slice)
{
    struct setting *set;
    const struct design_choice q = choice_of(s, slice, &set);
    bool found = q.study && comparison_winner_designs(out, c, &q);
    free(set);
    return found;
}

int payoff_study_mix(struct payoff_study *s, const struct mix *mix, struct err *err)
{
    struct err inner;
    s->mix = mix;
    forget_workloads(s->memory);
    for (size_t i = 0; i < study_scenarios(s->study); i++) {
        const struct study *of = study_scenario(s->study, i);
        const struct design_choice q = {
            .study = of, .jobs = mix->job, .n_jobs = mix->n, .budget = BUDGET_NONE};
        if (comparison_check(&q, &inner) == 0)
            continue;
        if (s->study->overlays)
            return fail(err, "scenario %s: %s", of->scenario, inner.text);
        *err = inner;
        return -1;
    }
    return 0;
}

bool payoff_study_sets(const struct payoff_study *s, const char *column)
{
    return s->mix && (!column || mix_sets(s->mix, column));
}

static void free_engine(struct study *s, double runs)
{
    for (size_t i = s->axes; i-- > 0;)
        if (s->axis[i].part == PART_ENGINE)
            study_drop_axis(s, s->axis[i].path);
    s->overrides = 0; /* already applied to the design; drops those of the engine */
    fields_init(engine_fields, &s->base.engine);
    s->base.engine.runs = runs;
    s->base.engine.limits = 0; /* what it takes, whether or not it can be fed */
    s->base.engine_name = "hypothetical";
}

void payoff_study_free_engine(struct payoff_study *p, double runs)
{
    for (size_t i = 0; i < study_scenarios(p->study); i++)
        free_engine(study_scenario(p->study, i), runs);
    p->free_engine = true;
}
