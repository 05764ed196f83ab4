#include "reports/point/point_json.h"

#include <stdlib.h>

#include <math.h>
#include <string.h>

#include "arch/step_pool.h"
#include "base/mem.h"
#include "reports/point/costs.h"
#include "reports/point/point_rows.h"
#include "reports/point/verdict_reason.h"
#include "reports/write.h"
#include "search/axis.h"

static void json_field(const struct field *f, double value, FILE *out)
{
    const char *word = field_word(f, value);
    if (word)
        json_text(word, out);
    else
        json_number(value, out);
}

static void json_metrics(const struct design *d, const struct metrics *m, FILE *out)
{
    struct metric_scope scope = {0};
    metric_scope_add(&scope, d);
    scope.calibration = !isnan(m->calibrated_on);
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        if (!metric_is_listed(f, &scope))
            continue;
        fprintf(out, "%s\n    \"%s\": ", i ? "," : "", f->name);
        json_field(f, field_get(f, m), out);
    }
}

static void json_parameters(const struct design *d, FILE *out)
{
    bool first = true;
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct fields *fields = design_parts[part].fields;
        if (design_parts[part].named) {
            fprintf(out, "%s\n    \"%s\": ", first ? "" : ",", fields->section);
            json_text(design_name(d, part), out);
            first = false;
        }
        for (size_t i = 0; i < fields->n && design_has(d, part); i++) {
            struct parameter p = {&fields->row[i], part,
                                  design_parts[part].offset + fields->row[i].offset};
            char path[64];
            fprintf(out, "%s\n    \"%s\": ", first ? "" : ",", design_path(&p, path, sizeof path));
            json_field(p.field, design_get(d, &p), out);
            first = false;
        }
    }
}

/* The prices that the study sweeps. */
static void json_prices(const struct cursor *c, FILE *out)
{
    const struct study *s = c->study;
    for (size_t i = s->slow; i < s->hardware; i++) {
        fprintf(out, ",\n    \"%s\": ", s->axis[i].path);
        json_number(field_get(s->axis[i].parameter.field, &cursor_prices(c)->middle), out);
    }
}

static void operator_json(const struct point_row *row, FILE *out)
{
    fprintf(out, "{\"name\": \"%s\", \"class\": \"%s\", \"unit\": \"%s\", \"count\": ", row->name,
            row->class, row->unit);
    json_number(row->count, out);
    const double number[] = {row->cost.flop, row->cost.byte, row->cost.wire_byte, row->cost.time_s};
    static const char *const key[] = {"flop", "byte", "wire_byte", "time_s"};
    for (size_t j = 0; j < LEN(number); j++) {
        fprintf(out, ", \"%s\": ", key[j]);
        json_number(number[j], out);
    }
    fprintf(out, ", \"bound\": \"%s\"}", row->bound);
}

static void operators_json(const struct cursor *c, const struct plan *plan, const struct metrics *m,
                           FILE *out)
{
    struct point_row *row;
    double step_s;
    size_t n = point_rows(&row, &step_s, c, plan, m);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s\n    ", i > 0 ? "," : "");
        operator_json(&row[i], out);
    }
    free(row);
}

void point_json(const struct cursor *c, const struct plan *plan, const struct metrics *m, FILE *out)
{
    const struct design *design = &c->design;
    struct design d = *design;

    d.plan = *plan;
    plan_fix_shares(&d.plan, m);
    fprintf(out, "{\n  \"verdict\": ");
    json_text(verdict_kinds[(enum verdict)m->verdict].name, out);
    fprintf(out, ",\n  \"reason\": ");
    json_text(verdict_reason(design, m), out);
    fprintf(out, ",\n  \"metrics\": {");
    json_metrics(design, m, out);
    fprintf(out, "\n  },\n  \"parameters\": {");
    json_parameters(&d, out);
    json_prices(c, out);
    fprintf(out, "\n  },\n  \"cost\": ");
    costs_json(&d, cursor_prices(c), out);
    if (design_shares_steps(design)) {
        const struct design pool = design_of_pool(design, step_pool_part(design));
        fprintf(out, ",\n  \"%s_cost\": ", design_pools_ffn(design) ? "ffn" : "draft");
        costs_json(&pool, cursor_prices(c), out);
    }
    fprintf(out, ",\n  \"operators\": [");
    operators_json(c, plan, m, out);
    fprintf(out, "\n  ]\n}\n");
}

void point_parameters_json(const struct cursor *c, const struct plan *plan, FILE *out)
{
    struct design d = c->design;
    d.plan = *plan;
    json_parameters(&d, out);
    json_prices(c, out);
}
