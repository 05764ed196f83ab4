/* Constraints and objectives of a study: read, checked for contradictions, applied to points. The
 * excess over a limit is relative to the limit, so that excesses of different limits can be added;
 * it is positive exactly if the limit is exceeded. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "arch/memory_lack.h"
#include "base/mem.h"
#include "search/axis.h"
#include "search/study.h"

/* Sets value `j` of the axis, even on the engine `none`. */
static void put_unconditionally(struct design *d, const struct axis *a, size_t j)
{
    if (a->is_part)
        memcpy((char *)d + design_parts[a->part].offset, a->part_value[j],
               design_parts[a->part].fields->size);
    else if (!axis_is_price(a))
        design_put(d, &a->parameter, a->value[j]);
}

void study_scope(const struct study *s, struct metric_scope *out)
{
    struct design first = s->base;

    *out = (struct metric_scope){0};
    for (size_t i = 0; i < s->axes; i++)
        put_unconditionally(&first, &s->axis[i], 0);
    metric_scope_add(out, &first);
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        struct design d = first;
        for (size_t j = 1; j < a->n; j++) {
            put_unconditionally(&d, a, j);
            metric_scope_add(out, &d);
        }
        if (a->real && !axis_is_price(a)) {
            design_put(&d, &a->parameter, a->to);
            metric_scope_add(out, &d);
        }
    }
}

double study_limited(const struct study *s, size_t i, const struct design *d,
                     const struct metrics *m)
{
    const struct constraint *r = &s->constraint[i];
    return r->metric ? field_get(r->metric, m) : design_get(d, &r->parameter);
}

static bool meets(const struct constraint *r, double v)
{
    return r->relation == AT_MOST    ? v <= r->value
           : r->relation == AT_LEAST ? v >= r->value
           : r->relation == BELOW    ? v < r->value
                                     : v > r->value;
}

/* Does the design lack what the metric belongs to, such as an engine or a pool? Then no limit on it
 * applies. A metric that only is unknown meets no limit. */
static bool lacks(const struct design *d, const struct field *metric)
{
    struct metric_scope own = {0};
    struct err why;
    metric_scope_add(&own, d);
    return !metric_exists(metric, &own, &why);
}

bool study_allows(const struct study *s, const struct design *d, const struct metrics *m)
{
    for (size_t i = 0; i < s->constraints; i++) {
        const struct constraint *r = &s->constraint[i];
        double value = study_limited(s, i, d, m);
        if (!meets(r, value) && !(r->metric && isnan(value) && lacks(d, r->metric)))
            return false;
    }
    return true;
}

static bool is_upper_limit(const struct constraint *r)
{
    return r->relation == AT_MOST || r->relation == BELOW;
}

/* Positive even if it rounds to 0. */
static double positive_excess(double excess)
{
    return isnan(excess) ? INFINITY : fmax(excess, DBL_MIN);
}

static void take_design(struct design *out, const struct design *like, const struct devices *d,
                        size_t i)
{
    *out = *like;
    LANES_TAKE(out->chip, &d->chip, i);
    LANES_TAKE(out->engine, &d->engine, i);
}

/* Memory that is used over what there is, of the memory that lacks most. */
static double memory_ratio(const struct design *like, const struct devices *d,
                           const struct metrics_lanes *m, size_t i)
{
    struct design of;
    struct metrics at;
    take_design(&of, like, d, i);
    LANES_TAKE(at, m, i);
    return memory_lack_of(&of, &at).ratio;
}

/* Requests that arrive, over the most that meet the limits; 0 without traffic. */
static double traffic_ratio(const struct workload *w, const struct metrics_lanes *m, size_t i)
{
    double most_per_s = LANE(m, metrics, most_requests_per_s)[i];
    return isnan(most_per_s) ? 0 : w->requests_per_s / most_per_s;
}

static double model_excess(const struct design *like, const struct devices *d,
                           const struct metrics_lanes *m, size_t i)
{
    const struct workload *w = &like->workload;
    switch ((enum verdict)LANE(m, metrics, verdict)[i]) {
    case VERDICT_OK:
    case VERDICT_CONSTRAINT:
    case VERDICT_PACKAGE:
        return 0;
    case VERDICT_MEMORY:
        return positive_excess(memory_ratio(like, d, m, i) - 1);
    case VERDICT_ENDURANCE:
        return positive_excess(LANE(&d->chip, chip, memory2_least_life_year)[i] /
                                   LANE(m, metrics, memory2_life_year)[i] -
                               1);
    case VERDICT_TPOT:
        return positive_excess(
            fmax(LANE(m, metrics, tpot_s)[i] / w->tpot_s, traffic_ratio(w, m, i)) - 1);
    case VERDICT_TTFT:
        return positive_excess(
            fmax(LANE(m, metrics, ttft_s)[i] / w->ttft_s, traffic_ratio(w, m, i)) - 1);
    case VERDICT_OVERLOAD:
        return positive_excess(LANE(m, metrics, load_ratio)[i] - 1);
    default:
        return INFINITY;
    }
}

static double limited_of(const struct constraint *r, const struct design *like,
                         const struct devices *d, const struct metrics_lanes *m, size_t i)
{
    const struct parameter *p = &r->parameter;
    if (r->metric)
        return m->at[r->metric->offset / sizeof(double)][i];
    return p->part == PART_CHIP     ? d->chip.at[p->field->offset / sizeof(double)][i]
           : p->part == PART_ENGINE ? d->engine.at[p->field->offset / sizeof(double)][i]
                                    : design_get(like, p);
}

double constraint_excess(const struct constraint *r, double value)
{
    double scale = r->value != 0 ? fabs(r->value) : 1;
    double by = (is_upper_limit(r) ? value - r->value : r->value - value) / scale;
    return meets(r, value) ? fmin(by, 0) : positive_excess(by);
}

static bool lane_lacks(const struct design *like, const struct devices *d, size_t i,
                       const struct field *metric)
{
    struct design of;
    take_design(&of, like, d, i);
    return lacks(&of, metric);
}

void study_excess(const struct study *s, const struct design *like, const struct devices *d,
                  const struct metrics_lanes *m, size_t i, double *excess)
{
    excess[0] = model_excess(like, d, m, i);
    for (size_t k = 0; k < s->constraints; k++) {
        const struct constraint *r = &s->constraint[k];
        double value = limited_of(r, like, d, m, i);
        bool applies = !r->metric || !isnan(value) || !lane_lacks(like, d, i, r->metric);
        excess[1 + k] = applies ? constraint_excess(r, value) : 0;
    }
    double package = LANE(m, metrics, package_limit_ratio)[i];
    excess[study_package_limit(s)] = package > 1 ? package - 1 : fmin(package - 1, 0);
}

/* Does any value of the parameter in the study meet the limit? */
static bool any_meets(const struct study *s, const struct constraint *r)
{
    const struct parameter *p = &r->parameter;
    bool own = false, of_part = false, met = false;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        if (!a->is_part && a->parameter.offset == p->offset) {
            own = true;
            for (size_t j = 0; j < a->n; j++)
                met = met || meets(r, a->value[j]);
            met = met || (a->real && meets(r, a->to));
        }
        if (a->is_part && a->part == p->part) {
            of_part = true;
            for (size_t j = 0; j < a->n; j++)
                met = met || meets(r, field_get(p->field, a->part_value[j]));
        }
    }
    if (!own && !of_part)
        return meets(r, design_get(&s->base, p));
    return met ||
           (own && of_part); /* the engine `none` keeps its own values: assume they may meet */
}

int constraint_check(const struct study *s, size_t i, struct err *err)
{
    const struct constraint *r = &s->constraint[i];
    for (size_t j = 0; j < i; j++) {
        const struct constraint *o = &s->constraint[j];
        bool same = r->metric ? o->metric == r->metric
                              : !o->metric && o->parameter.offset == r->parameter.offset;
        if (!same || is_upper_limit(r) == is_upper_limit(o))
            continue;
        const struct constraint *top = is_upper_limit(r) ? r : o,
                                *bottom = is_upper_limit(r) ? o : r;
        bool strict = top->relation == BELOW || bottom->relation == ABOVE;
        if (top->value < bottom->value || (strict && top->value == bottom->value))
            return fail(err, "\"%s\" contradicts \"%s\": no point meets both, remove one", r->text,
                        o->text);
    }
    if (!r->metric && !any_meets(s, r)) {
        char path[64];
        return fail(err,
                    "\"%s\" excludes every value of %s in the study: change the limit or the "
                    "values",
                    r->text, design_path(&r->parameter, path, sizeof path));
    }
    return 0;
}

int constraint_parse(struct constraint *out, const char *text, struct err *err)
{
    static const struct sign {
        const char *text;
        enum relation relation;
    } signs[] = {{"<=", AT_MOST}, {">=", AT_LEAST}, {"<", BELOW}, {">", ABOVE}};
    const struct sign *sign = NULL;
    const char *at = NULL;
    int rc = -1;

    for (size_t i = 0; i < LEN(signs); i++) { /* the first sign in the text; "<=" before "<" */
        const char *found = strstr(text, signs[i].text);
        if (found &&
            (!at || found < at || (found == at && strlen(signs[i].text) > strlen(sign->text)))) {
            at = found;
            sign = &signs[i];
        }
    }
    if (!at)
        return fail(err, "\"%s\" is not a comparison: write METRIC <= VALUE", text);
    char *name = mem_text(text);
    size_t length = (size_t)(at - text);
    while (length && name[length - 1] == ' ')
        length--;
    name[length] = '\0';

    *out = (struct constraint){.relation = sign->relation};
    out->metric = field_find(metrics_fields, name);
    if (!out->metric && design_parameter(name, &out->parameter, err) != 0) {
        const char *near = field_nearest(metrics_fields, name);
        fail(err,
             near ? "\"%s\" is not a metric or parameter: did you mean \"%s\"?"
                  : "\"%s\" is not a metric or parameter: `dse list metrics` lists all",
             name, near);
        goto done;
    }
    struct field f = out->metric ? *out->metric : *out->parameter.field;
    f.lo = -INFINITY, f.hi = INFINITY, f.whole = false;
    const struct field *limit =
        field_find(workload_fields, f.name); /* tpot_s and ttft_s are metrics and limits */
    if (out->metric && limit && !strcmp(limit->unit, f.unit)) {
        f.plain_hi = limit->plain_hi;
        f.plain_unit = limit->plain_unit;
    }
    const char *value = at + strlen(sign->text);
    rc = field_parse(&f, value + strspn(value, " "), &out->value, err);
    if (rc == 0)
        out->text = mem_text(text);
done:
    free(name);
    return rc;
}

int objective_parse(struct objective *out, const char *text, struct err *err)
{
    return metric_goal(text, &out->metric, &out->sense, err);
}
