/* Many points, from arrays to arrays. */
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "lib/call.h"
#include "lib/handle.h"
#include "lib/options.h"
#include "search/point_arrays.h"

/* The columns of a call, with what their texts mean. */
struct columns_read {
    size_t n;
    struct point_array *column;
};

static void columns_free(struct columns_read *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free((void *)r->column[i].value);
        free((void *)r->column[i].entry);
    }
    free(r->column);
}

static bool find_part(const char *name, size_t *part)
{
    for (*part = 0; *part < DESIGN_PARTS; ++*part)
        if (design_parts[*part].named && !strcmp(design_parts[*part].fields->section, name))
            return true;
    return false;
}

static int read_entries(struct point_array *out, const dse_column *from, struct catalogue *c,
                        struct err *err)
{
    const struct entry **entry = mem_alloc(from->texts, sizeof *entry);
    out->entry = entry;
    for (size_t i = 0; i < from->texts; i++)
        if (catalogue_find(c, out->part, from->text[i], &entry[i], err) != 0)
            return -1;
    return 0;
}

static int read_values(struct point_array *out, const dse_column *from, struct err *err)
{
    double *value = mem_alloc(from->texts, sizeof *value);
    out->value = value;
    for (size_t i = 0; i < from->texts; i++)
        if (field_parse(out->parameter.field, from->text[i], &value[i], err) != 0)
            return -1;
    return 0;
}

static int check_codes(const dse_column *from, size_t points, struct err *err)
{
    for (size_t i = 0; i < points; i++)
        if (from->code[i] < -1 || (from->code[i] >= 0 && (size_t)from->code[i] >= from->texts))
            return fail(err, "point %zu: code %d: there are %zu texts: give -1 to %zu", i,
                        (int)from->code[i], from->texts, from->texts - 1);
    return 0;
}

static int read_column(struct point_array *out, const dse_column *from, size_t points,
                       const dse_study *study, struct err *err)
{
    out->number = from->number;
    out->code = from->code;
    out->codes = from->texts;
    if (!from->number == !from->code)
        return fail(err, "has %s: give one of them",
                    from->number ? "numbers and codes" : "neither numbers nor codes");
    if (from->code && check_codes(from, points, err) != 0)
        return -1;
    out->is_part = find_part(from->name, &out->part);
    if (out->is_part)
        return from->code ? read_entries(out, from, study->catalogue->open, err)
                          : fail(err, "is a name of the catalogue: give texts and codes");
    if (study_parameter(from->name, &out->parameter, err) != 0)
        return -1;
    if (out->parameter.part == PART_PRICES && price_is_factor(out->parameter.field))
        return fail(err, "%s", factor_is_fixed);
    return from->code ? read_values(out, from, err) : 0;
}

static bool is_same_target(const struct point_array *a, const struct point_array *b)
{
    return a->is_part == b->is_part &&
           (a->is_part ? a->part == b->part
                       : a->parameter.field == b->parameter.field &&
                             a->parameter.offset == b->parameter.offset);
}

static int read_columns(struct columns_read *out, size_t n, const dse_column *from, size_t points,
                        const dse_study *study, struct err *err)
{
    struct err inner;
    out->n = n;
    out->column = mem_alloc(n, sizeof *out->column);
    for (size_t i = 0; i < n; i++) {
        if (read_column(&out->column[i], &from[i], points, study, &inner) != 0)
            return fail_as(err, &inner, from[i].name);
        for (size_t j = 0; j < i; j++)
            if (is_same_target(&out->column[i], &out->column[j]))
                return fail(err, "%s: given twice: keep one column", from[i].name);
    }
    return 0;
}

/* A package is refused by its price list. */
static const size_t VERDICT_AT = offsetof(struct metrics, verdict);

/* Metrics by name, the chosen mapping as "plan.tp". */
static int read_wanted(struct wanted_array *out, const char *name, double *to, struct err *err)
{
    const struct field *f = field_find(metrics_fields, name);
    struct parameter p;
    out->out = to;
    if (f) {
        out->at = f->offset;
        out->needs_prices = metric_of(f)->needs_prices || f->offset == VERDICT_AT;
        out->tells_limit = metric_tells_limit(f);
        return 0;
    }
    if (!strncmp(name, "plan.", 5) && design_parameter(name, &p, err) == 0) {
        out->of_plan = true;
        out->at = p.field->offset;
        return 0;
    }
    const char *near = field_nearest(metrics_fields, name);
    return fail(err, "%s: unknown metric: %s%s%s", name,
                near ? "did you mean " : "see dse_list metrics", near ? near : "", near ? "?" : "");
}

struct question {
    size_t points, columns, wanted;
    const dse_column *column;
    const char *const *metric, *const *options;
    double *out;
};

static int evaluate_arrays(dse_study *study, const struct question *q, struct err *err)
{
    static const char *const known[] = {"jobs", NULL};
    struct columns_read columns = {0};
    struct wanted_array *want = mem_alloc(q->wanted, sizeof *want);
    size_t jobs;
    int rc = options_check(q->options, known, err) || options_jobs(q->options, &jobs, err) ? -1 : 0;
    for (size_t i = 0; i < q->wanted && rc == 0; i++)
        rc = read_wanted(&want[i], q->metric[i], q->out + i * q->points, err);
    if (rc == 0) {
        lock_take(study->catalogue->lock);
        rc = read_columns(&columns, q->columns, q->column, q->points, study, err);
        lock_give(study->catalogue->lock);
    }
    if (rc == 0)
        rc = point_arrays_evaluate(study->whole,
                                   &(struct point_arrays){.points = q->points,
                                                          .columns = q->columns,
                                                          .wanted = q->wanted,
                                                          .column = columns.column,
                                                          .want = want},
                                   jobs, err);
    columns_free(&columns);
    free(want);
    return rc;
}

int dse_evaluate_many(dse_study *study, size_t points, size_t columns, const dse_column *column,
                      size_t wanted, const char *const *metric, double *out,
                      const char *const *options, dse_error *error)
{
    const struct question q = {points, columns, wanted, column, metric, options, out};
    CALL(error, evaluate_arrays(study, &q, &call.err));
}

const char *dse_word(const char *name, double value)
{
    const struct field *f = field_find(metrics_fields, name);
    struct parameter p;
    if (!f && design_find(name, &p))
        f = p.field;
    return f ? field_word(f, value) : NULL;
}
