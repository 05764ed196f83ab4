/* Axes are sorted so that a step is prepared as rarely as possible: the index of a point counts the
 * last axis fastest, and only axes before study->slow change the operators of a step. */
#include "search/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/trace.h"
#include "base/mem.h"

void study_override(struct study *s, const struct parameter *p, double value)
{
    for (size_t i = 0; i < s->overrides; i++)
        if (s->override[i].parameter.offset == p->offset) {
            s->override[i].value = value;
            return;
        }
    if (s->overrides == s->overrides_room)
        s->override = mem_grow(s->override, s->overrides_room = 2 * s->overrides_room + 8,
                               sizeof *s->override);
    s->override[s->overrides++] = (struct override){*p, value};
}

void study_drop_axis(struct study *s, const char *path)
{
    for (size_t i = 0; i < s->axes; i++)
        if (!strcmp(s->axis[i].path, path)) {
            if (s->axis[i].n > 0) /* an axis whose values are all wrong has none */
                s->size /= s->axis[i].n;
            axis_free(&s->axis[i]);
            memmove(&s->axis[i], &s->axis[i + 1], (s->axes - i - 1) * sizeof s->axis[0]);
            s->axes--;
            s->slow -= i < s->slow;
            s->hardware -= i < s->hardware;
            return;
        }
}

static bool is_hardware(const struct axis *a)
{
    return !axis_is_price(a) && design_parts[a->part].hardware;
}

/* Model, workload, plan and precision change the operators; prices, chip and engine do not. Points
 * that are priced together share their price list. A part comes before its parameters, which
 * replace values of the part. */
static int rank(const struct axis *a)
{
    int slowness = a->part == PART_MODEL    ? 0
                   : axis_is_price(a)       ? 4
                   : !is_hardware(a)        ? 2
                   : a->part != PART_ENGINE ? 6
                                            : 8;
    return slowness + !a->is_part;
}

void study_sort_axes(struct study *s)
{
    for (size_t i = 1; i < s->axes; i++) /* stable: axes of one rank keep the order of the file */
        for (size_t j = i; j > 0 && rank(&s->axis[j - 1]) > rank(&s->axis[j]); j--) {
            struct axis swap = s->axis[j];
            s->axis[j] = s->axis[j - 1];
            s->axis[j - 1] = swap;
        }
    s->slow = s->hardware = 0;
    for (size_t i = 0; i < s->axes; i++) {
        s->hardware += !is_hardware(&s->axis[i]);
        s->slow += !is_hardware(&s->axis[i]) && !axis_is_price(&s->axis[i]);
    }
    for (size_t i = 0; i < s->axes; i++)
        for (size_t j = 0; j < s->axis[i].n && s->axis[i].part == PART_ENGINE; j++)
            if (axis_is_none(&s->axis[i], j))
                for (size_t k = 0; k < s->axes; k++)
                    s->axis[k].keeps_none = s->axis[k].part == PART_ENGINE;
}

/* Does some point of the study have this part? */
bool study_has(const struct study *s, size_t part)
{
    bool swept = false, has = false;
    for (size_t i = 0; i < s->axes; i++)
        for (size_t j = 0; s->axis[i].is_part && s->axis[i].part == part && j < s->axis[i].n; j++) {
            swept = true;
            has = has || !axis_is_none(&s->axis[i], j);
        }
    return swept ? has || !design_parts[part].optional : design_has(&s->base, part);
}

/* The part without which a parameter says nothing: its own, or the chip of its pool. */
static size_t part_of_pool(const struct parameter *p)
{
    return p->part == PART_POOLS || p->part == PART_PLAN ? pool_part(p->field) : p->part;
}

/* Values of a pool that no point has would be ignored. */
static int check_pools(const struct study *s, const struct parameter *p, struct err *err)
{
    char path[64];
    size_t part = part_of_pool(p);
    if (part >= DESIGN_PARTS || study_has(s, part))
        return 0;
    return fail(err, "%s: no design has this %s: give %s", study_path(p, path, sizeof path),
                part == PART_FFN_ENGINE ? "engine" : "pool", design_parts[part].fields->section);
}

/* An engine of a pool that no point has. */
static int check_pool_engine(const struct study *s, struct err *err)
{
    if (!study_has(s, PART_FFN_ENGINE) || study_has(s, PART_FFN_CHIP))
        return 0;
    return fail(err, "%s: no design has this pool: give %s",
                design_parts[PART_FFN_ENGINE].fields->section,
                design_parts[PART_FFN_CHIP].fields->section);
}

static void apply_overrides(const struct study *s, size_t part, void *value)
{
    for (size_t i = 0; i < s->overrides; i++)
        if (s->override[i].parameter.part == part)
            field_put(s->override[i].parameter.field, value, s->override[i].value);
}

void study_put_entry(const struct study *s, const struct entry *e, size_t part, struct design *d)
{
    bool none = (part == PART_ENGINE || design_parts[part].optional) && !strcmp(e->name, "none");
    entry_put(e, part, d);
    if (!none)
        apply_overrides(s, part, (char *)d + design_parts[part].offset);
}

/* An axis of models, kinds of layers or timings, whose combinations design_check may refuse. Other
 * combinations that cannot be priced are points with that verdict (design_refusal). */
static bool is_axis_of_kinds(const struct axis *a)
{
    bool words = !a->is_part && a->parameter.field->only_words;
    return a->part == PART_MODEL ? a->is_part || words : a->part == PART_MODE && words;
}

/* Axes of a part with more than one value. */
static size_t axes_of(const struct study *s, size_t part)
{
    size_t n = 0;
    for (size_t i = 0; i < s->axes; i++)
        n += s->axis[i].part == part && (s->axis[i].real || s->axis[i].n > 1);
    return n;
}

/* Points that combine values which contradict each other say so, where others may not. */
static void leave_to_points(const struct study *s, struct design *d)
{
    if (axes_of(s, PART_WORKLOAD) > 0)
        d->workload.prefix = 0;
    if (axes_of(s, PART_ENGINE) > 1)
        d->engine.capacity_ratio = 1;
}

/* Checks every combination of the axes of kinds, with the first value of all other axes. */
static int check_kinds(const struct study *s, struct err *err)
{
    const struct axis *kinds[AXES_MOST];
    size_t at[AXES_MOST] = {0}, n = 0, moved;
    struct design d = s->base;

    for (size_t i = 0; i < s->axes; i++)
        if (is_axis_of_kinds(&s->axis[i]))
            kinds[n++] = &s->axis[i];
    do {
        for (size_t i = 0, k = 0; i < s->axes; i++) /* parts before their parameters */
            axis_put(&s->axis[i], k < n && kinds[k] == &s->axis[i] ? at[k++] : 0, &d);
        leave_to_points(s, &d);
        if (design_check(&d, err) != 0)
            return -1;
        for (moved = n; moved > 0 && ++at[moved - 1] == kinds[moved - 1]->n; moved--)
            at[moved - 1] = 0;
    } while (moved > 0);
    return 0;
}

/* Checks every value of every axis of hardware, with the first value of all other axes. */
static int check_hardware(const struct study *s, struct err *err)
{
    for (size_t i = 0; i < s->axes; i++)
        for (size_t at = 0; at < s->axis[i].n && s->axis[i].part < DESIGN_PARTS; at++) {
            struct design d = s->base;
            if (!design_parts[s->axis[i].part].hardware)
                break;
            for (size_t k = 0; k < s->axes; k++)
                axis_put(&s->axis[k], k == i ? at : 0, &d);
            leave_to_points(s, &d);
            if (design_check_hardware(&d, err) != 0)
                return -1;
        }
    return 0;
}

int study_settle(struct study *s, struct err *err)
{
    for (size_t i = 0; i < s->overrides; i++)
        if (check_pools(s, &s->override[i].parameter, err) != 0)
            return -1;
    for (size_t i = 0; i < s->axes; i++)
        if (!s->axis[i].is_part && check_pools(s, &s->axis[i].parameter, err) != 0)
            return -1;
    if (check_pool_engine(s, err) != 0)
        return -1;
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_has(&s->base, part))
            apply_overrides(s, part, (char *)&s->base + design_parts[part].offset);
    for (size_t i = 0; i < s->axes; i++) {
        struct axis *a = &s->axis[i];
        for (size_t j = 0; a->is_part && j < a->n; j++) {
            memcpy(a->part_value[j], a->entry[j]->value, design_parts[a->part].fields->size);
            if (!axis_is_none(a, j))
                apply_overrides(s, a->part, a->part_value[j]);
        }
    }
    return check_kinds(s, err) != 0 ? -1 : check_hardware(s, err);
}

void study_free(struct study *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->axes; i++)
        axis_free(&s->axis[i]);
    for (size_t i = 0; i < s->constraints; i++)
        free(s->constraint[i].text);
    for (size_t i = 0; i < s->overlays; i++)
        study_free(s->overlay[i]);
    free(s->overlay);
    free(s->override);
    evaluator_free(&s->evaluator);
    free(s->name);
    free(s->text);
    free(s->folder);
    free(s->scenario);
    free(s);
}

size_t study_scenarios(const struct study *base)
{
    return 1 + base->overlays;
}

struct study *study_scenario(struct study *base, size_t i)
{
    return i == 0 ? base : base->overlay[i - 1];
}

int study_find_scenario(struct study *base, const char *name, struct study **out, struct err *err)
{
    const char **names = mem_alloc(study_scenarios(base), sizeof *names);
    size_t n = study_scenarios(base), i = 0;
    for (size_t k = 0; k < n; k++)
        names[k] = study_scenario(base, k)->scenario;
    while (i < n && strcmp(names[i], name) != 0)
        i++;
    const char *near = i < n ? NULL : name_nearest(name, names, n);
    free(names);
    if (i < n) {
        *out = study_scenario(base, i);
        return 0;
    }
    return near ? fail(err, "\"%s\": not a scenario: did you mean \"%s\"?", name, near)
                : fail(err, "\"%s\": not a scenario: the study has base%s", name,
                       n > 1 ? " and those under scenarios" : " only");
}

uint64_t study_points(const struct study *base)
{
    uint64_t points = base->size;
    for (size_t i = 0; i < base->overlays; i++)
        points += base->overlay[i]->size;
    return points;
}

double study_value(const struct study *s, const struct parameter *p)
{
    return p->part == PART_PRICES ? field_get(p->field, &s->prices.middle)
                                  : design_get(&s->base, p);
}

/* A pool that was set to none takes its values with it. */
static void drop_pool(struct study *s, size_t part)
{
    size_t left = 0;
    char path[64];
    if (design_has(&s->base, part))
        return;
    for (size_t i = 0; i < s->overrides; i++)
        if (part_of_pool(&s->override[i].parameter) != part)
            s->override[left++] = s->override[i];
    s->overrides = left;
    for (size_t i = s->axes; i-- > 0;)
        if (!s->axis[i].is_part && part_of_pool(&s->axis[i].parameter) == part) {
            memcpy(path, s->axis[i].path, sizeof path);
            study_drop_axis(s, path);
        }
}

/* A price, or the whole list. */
static int set_prices(struct study *s, struct catalogue *c, const char *path, const char *text,
                      struct err *err)
{
    struct parameter p;
    double value;
    char known[64];
    if (!strcmp(path, prices_fields.section))
        return catalogue_prices(c, text, &s->prices, err);
    if (price_parameter(path, &p, err) != 0 || field_parse(p.field, text, &value, err) != 0)
        return -1;
    if (price_is_factor(p.field))
        return fail(err, "%s", factor_is_fixed);
    price_put(p.field, value, &s->prices);
    study_drop_axis(s, study_path(&p, known, sizeof known));
    return 0;
}

static int set_trace(struct study *s, struct catalogue *c, const char *name, struct err *err)
{
    struct workload w;
    if (catalogue_trace(c, "", name, &w, err) != 0)
        return -1;
    for (size_t i = 0; i < trace_parameters_n; i++) {
        const struct field *f = field_find(workload_fields, trace_parameters[i]);
        const struct parameter p = {f, PART_WORKLOAD,
                                    design_parts[PART_WORKLOAD].offset + f->offset};
        char path[64];
        double value = field_get(f, &w);
        if (isnan(value))
            continue;
        if (field_check(f, value, err) != 0)
            return -1;
        study_override(s, &p, value);
        study_drop_axis(s, design_path(&p, path, sizeof path));
    }
    return 0;
}

int study_set(struct study *s, struct catalogue *c, const char *assignment, struct err *err)
{
    const char *equals = strchr(assignment, '=');
    struct parameter p;
    struct err inner;
    const struct entry *e;
    double value;
    int rc = -1;

    if (!equals || equals == assignment)
        return fail(err, "--set %s: is not PATH=VALUE: write --set chip.memory_byte=192GB",
                    assignment);
    char *path = mem_text(assignment);
    path[equals - assignment] = '\0';
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && !strcmp(path, design_parts[part].fields->section)) {
            rc = catalogue_find(c, part, equals + 1, &e, &inner);
            if (rc == 0) {
                entry_put(e, part, &s->base);
                study_drop_axis(s, path);
                drop_pool(s, part);
            }
            goto done;
        }
    if (!strcmp(path, prices_fields.section) || path_is_of_prices(path)) {
        rc = set_prices(s, c, path, equals + 1, &inner);
        goto done;
    }
    if (!strcmp(path, STUDY_TRACE)) {
        rc = set_trace(s, c, equals + 1, &inner);
        goto done;
    }
    if (design_parameter(path, &p, &inner) == 0 &&
        field_parse(p.field, equals + 1, &value, &inner) == 0) {
        char known[64];
        study_override(s, &p, value);
        study_drop_axis(s, design_path(&p, known, sizeof known));
        rc = 0;
    }
done:
    if (rc != 0 && inner.status == STATUS_IO)
        *err = inner;
    else if (rc != 0)
        fail(err, "--set %s: %s: %s", assignment, path, inner.text);
    free(path);
    return rc;
}

bool study_can_be(const struct study *s, const char *path, double base, double value)
{
    bool varies = false, found = false;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        if (strcmp(a->path, path) != 0)
            continue;
        varies = true;
        for (size_t j = 0; j < a->n; j++)
            found = found || a->value[j] == value;
    }
    return varies ? found : base == value;
}
