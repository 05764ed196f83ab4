#include "reports/payoff/payoff_study.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"
#include "reports/payoff/payoff_designs.h"

struct refine {
    struct study *study;
    const struct mix *mix;
    bool free_engine;
};

int refine_open(struct refine **out, const struct db_run *run, struct catalogue *c, struct err *err)
{
    struct study *s;
    if (study_parse(&s, run->name, run->spec, c, err) != 0)
        return -1;
    *out = mem_alloc(1, sizeof **out);
    (*out)->study = s;
    return 0;
}

void refine_close(struct refine *r)
{
    if (r)
        study_free(r->study);
    free(r);
}

const struct study *refine_study(const struct refine *r)
{
    return r->study;
}

/* The side without an engine as the study has it; the side with one at the settings of m and r,
 * which are the last of `set`, its engine then forgotten. */
static int gather_free(struct contest *out, const struct refine *r, const struct setting *set,
                       size_t n, enum budget budget)
{
    struct contest with;
    struct err ignored;
    const struct job_of *job = r->mix ? r->mix->job : NULL;
    size_t jobs = r->mix ? r->mix->n : 0, plain = 0;
    struct setting *without = mem_alloc(n + 1, sizeof *without);

    for (size_t i = 0; i < n; i++)
        if (strncmp(set[i].path, "engine", 6) != 0)
            without[plain++] = set[i];
    int rc = sides_gather(out, r->study, without, plain, job, jobs, NULL, budget, &ignored);
    free(without);
    if (rc != 0)
        return -1;
    if (sides_gather(&with, r->study, set, n, job, jobs, NULL, budget, &ignored) != 0) {
        contest_free(out);
        return -1;
    }
    out->n[WITH] = with.n[WITH];
    out->side[WITH] = with.side[WITH];
    with.n[WITH] = 0;
    with.side[WITH] = NULL;
    contest_free(&with);
    for (size_t i = 0; i < out->n[WITH]; i++)
        out->side[WITH][i].engine.bandwidth_ratio = 0;
    return 0;
}

int refine_contest(void *ctx, const struct payoff *p, const struct cell *key,
                   const struct payoff_setting *set, size_t n, struct contest *out)
{
    const struct refine *r = ctx;
    struct setting *all = mem_alloc(p->by_n + n + 1, sizeof *all);
    const char *engine = NULL;
    size_t count = 0;
    struct err ignored;

    for (size_t k = 0; k < p->by_n; k++) {
        bool set_anew = false;
        for (size_t i = 0; i < n; i++)
            set_anew = set_anew || path_is(p->by[k], set[i].axis);
        if (!strcmp(p->by[k], "engine") && key[k].kind == CELL_TEXT)
            engine = key[k].text; /* one engine against none */
        else if (key[k].kind != CELL_NULL && !set_anew)
            all[count++] = (struct setting){p->by[k], key[k].kind == CELL_TEXT ? key[k].text : NULL,
                                            key[k].number};
    }
    for (size_t i = 0; i < n; i++)
        all[count++] = (struct setting){set[i].axis, NULL, set[i].x};
    int rc = r->free_engine ? gather_free(out, r, all, count, p->budget)
                            : sides_gather(out, r->study, all, count, r->mix ? r->mix->job : NULL,
                                           r->mix ? r->mix->n : 0, engine, p->budget, &ignored);
    free(all);
    return rc;
}

/* A range nobody gave: this many times below and above the study's value. */
static const double AROUND = 16;

int refine_range(struct range *out, const struct refine *r, const char *text, const char *what,
                 struct err *err)
{
    const char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
    const struct field *f;
    struct err inner;
    char *path = mem_text(text), *from = NULL;
    int rc = -1;

    if (equals)
        path[equals - text] = '\0';
    if (setting_check(path, &f, &inner) != 0) {
        fail(err, "%s %s: %s: %s", what, text, path, inner.text);
        goto done;
    }
    *out = (struct range){.unit = strcmp(f->unit, "1") ? f->unit : "", .whole = f->whole};
    if (equals) {
        if (!colon) {
            fail(err, "%s %s: %s: the range is not FROM:TO", what, text, path);
            goto done;
        }
        from = mem_text(equals + 1);
        from[colon - equals - 1] = '\0';
        if (field_parse(f, from, &out->from, &inner) != 0 ||
            field_parse(f, colon + 1, &out->to, &inner) != 0) {
            fail(err, "%s %s: %s: %s", what, text, path, inner.text);
            goto done;
        }
    } else {
        double value = setting_value(r->study, path);
        out->from = fmax(value / AROUND, f->lo);
        out->to = fmin(value * AROUND, f->hi);
    }
    rc = out->from < out->to
             ? 0
             : fail(err, "%s %s: %s: the range %g to %g holds nothing: give FROM:TO", what, text,
                    path, out->from, out->to);
    if (rc == 0) {
        out->path = path; /* the caller's */
        path = NULL;
    }
done:
    free(from);
    free(path);
    return rc;
}

int refine_mix(struct refine *r, const struct mix *mix, struct err *err)
{
    struct contest c;
    r->mix = mix;
    int rc = sides_gather(&c, r->study, NULL, 0, mix->job, mix->n, NULL, BUDGET_NONE, err);
    if (rc == 0)
        contest_free(&c);
    return rc;
}

void refine_free_engine(struct refine *r, double runs)
{
    struct study *s = r->study;
    for (size_t i = s->axes; i-- > 0;)
        if (s->axis[i].part == PART_ENGINE)
            axis_drop(s, s->axis[i].path);
    s->overrides = 0; /* they are in the design by now, but for those of the engine */
    fields_init(engine_fields, &s->base.engine);
    s->base.engine.runs = runs;
    s->base.engine_name = "asked for";
    r->free_engine = true;
}
