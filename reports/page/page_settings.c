#include "reports/page/page_settings.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reports/write.h"

/* Begins the pair of a path; the value follows, then a bracket. */
static void put_path(const char *path, bool *first, FILE *out)
{
    fputs(*first ? "\n  [" : ",\n  [", out);
    *first = false;
    json_text(path, out);
    fputs(", ", out);
}

static void put_value(const char *path, const struct field *f, double value, bool *first, FILE *out)
{
    const char *word = field_word(f, value);
    put_path(path, first, out);
    if (word != NULL)
        json_text(word, out);
    else
        json_number(value, out);
    fputs("]", out);
}

/* The names of the model, the chip and the engine. */
static void parts_json(const struct study *s, bool *first, FILE *out)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct part *p = &design_parts[part];
        if (!p->named || catalogue_folder(part) == NULL)
            continue;
        put_path(p->fields->section, first, out);
        json_text(design_name(&s->base, part), out);
        fputs("]", out);
    }
}

static void overrides_json(const struct study *s, bool *first, FILE *out)
{
    for (size_t i = 0; i < s->overrides; i++) {
        char path[64];
        design_path(&s->override[i].parameter, path, sizeof path);
        put_value(path, s->override[i].parameter.field, s->override[i].value, first, out);
    }
}

static void prices_json(const struct study *s, const struct price_book *usual, bool *first,
                        FILE *out)
{
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        double value = field_get(f, &s->prices.middle);
        if (value == field_get(f, &usual->middle))
            continue;
        char *path = mem_print("%s.%s", prices_fields.section, f->name);
        put_value(path, f, value, first, out);
        free(path);
    }
}

void page_settings_json(const struct study *whole, struct catalogue *c, FILE *out)
{
    struct price_book usual;
    struct err ignored;
    bool priced = catalogue_prices(c, NULL, &usual, &ignored) == 0;
    fputs("[", out);
    for (size_t i = 0; i <= whole->overlays; i++) {
        const struct study *s = i == 0 ? whole : whole->overlay[i - 1];
        bool first = true;
        fputs(i > 0 ? ",\n {\"scenario\": " : "\n {\"scenario\": ", out);
        json_text(s->scenario, out);
        fputs(", \"set\": [", out);
        parts_json(s, &first, out);
        overrides_json(s, &first, out);
        if (priced)
            prices_json(s, &usual, &first, out);
        fputs("]}", out);
    }
    fputs("]", out);
}
