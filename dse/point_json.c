#include "dse/point_json.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/costs.h"
#include "dse/verdict_reason.h"
#include "search/axis.h"

static void json_field(const struct field *f, double value)
{
    const char *word = field_word(f, value);
    if (word)
        json_text(word, stdout);
    else
        json_number(value, stdout);
}

static void json_metrics(const struct metrics *m)
{
    bool calibrated = !isnan(m->calibrated_on);
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        if (metric_of(f)->needs_calibration && !calibrated)
            continue;
        printf("%s\n    \"%s\": ", i ? "," : "", f->name);
        json_field(f, field_get(f, m));
    }
}

static void json_parameters(const struct design *d)
{
    bool first = true;
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct fields *fields = design_parts[part].fields;
        if (design_parts[part].named) {
            const char *const *name =
                (const char *const *)((const char *)d + design_parts[part].name_offset);
            printf("%s\n    \"%s\": ", first ? "" : ",", fields->section);
            json_text(*name, stdout);
            first = false;
        }
        for (size_t i = 0; i < fields->n; i++) {
            struct parameter p = {&fields->row[i], part,
                                  design_parts[part].offset + fields->row[i].offset};
            char path[64];
            printf("%s\n    \"%s\": ", first ? "" : ",", design_path(&p, path, sizeof path));
            json_field(p.field, design_get(d, &p));
            first = false;
        }
    }
}

/* The prices that the study sweeps. */
static void json_prices(const struct cursor *c)
{
    const struct study *s = c->study;
    for (size_t i = s->slow; i < s->hardware; i++) {
        printf(",\n    \"%s\": ", s->axis[i].path);
        json_number(field_get(s->axis[i].parameter.field, &cursor_prices(c)->middle), stdout);
    }
}

void point_json(const struct mapped *mapped, const struct plan *plan, const struct cursor *c,
                const struct metrics *m)
{
    const struct design *design = &c->design;
    struct design d = *design;
    struct devices dev;

    d.plan = *plan;
    printf("{\n  \"verdict\": ");
    json_text(verdict_kinds[(enum verdict)m->verdict].name, stdout);
    printf(",\n  \"reason\": ");
    json_text(verdict_reason((enum verdict)m->verdict, design), stdout);
    printf(",\n  \"metrics\": {");
    json_metrics(m);
    printf("\n  },\n  \"parameters\": {");
    json_parameters(&d);
    json_prices(c);
    printf("\n  },\n  \"cost\": ");
    costs_json(&d, cursor_prices(c));
    printf(",\n  \"operators\": [");
    devices_of(&dev, &d);
    for (size_t i = 0; mapped && i < mapped->step.ops.n; i++) {
        const struct op *o = &mapped->step.ops.op[i];
        struct op_cost cost =
            step_op_cost(&mapped->step, &dev, i, step_load(&mapped->step, m->batch));
        printf("%s\n    {\"name\": \"%s%s\", \"class\": \"%s\", \"unit\": \"%s\", \"count\": ",
               i ? "," : "", o->drafts ? "draft." : "", o->name, op_class_text[o->class],
               place_text[cost.on]);
        json_number(o->count, stdout);
        const double number[] = {cost.flop, cost.byte, cost.wire_byte, cost.time_s};
        static const char *const key[] = {"flop", "byte", "wire_byte", "time_s"};
        for (size_t j = 0; j < LEN(number); j++) {
            printf(", \"%s\": ", key[j]);
            json_number(number[j], stdout);
        }
        printf(", \"bound\": \"%s\"}", bound_text[cost.bound]);
    }
    printf("\n  ]\n}\n");
}
