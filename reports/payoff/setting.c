#include "reports/payoff/setting.h"

#include <stdio.h>
#include <string.h>

#include "arch/metrics.h"
#include "search/axis.h"

bool path_equal(const char *path, const char *given)
{
    while (*given &&
           (*path == *given || (*path == '.' && *given == '_') || (*path == '_' && *given == '.')))
        path++, given++;
    return !*path && !*given;
}

int setting_parameter(const char *path, struct parameter *out, struct err *err)
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

/* Is it the name of a catalogue entry: model, chip or engine? */
static bool is_part(const char *path)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && !strcmp(path, design_parts[part].fields->section))
            return true;
    return false;
}

int setting_parse(struct setting *out, const char *path, const char *text, struct err *err)
{
    struct parameter p;
    const struct field *f = price_field(path);
    *out = (struct setting){.path = path, .text = text};
    if (is_part(path))
        return 0;
    if (!f && setting_parameter(path, &p, err) != 0)
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
    if ((*field = price_field(path)))
        return 0;
    if (!strncmp(path, "prices", 6))
        return fail(err, "unknown price: `dse list prices` lists all");
    if (is_part(path))
        return fail(err, "\"%s\" is a word: give a parameter that is a number", path);
    if (setting_parameter(path, &p, err) != 0)
        return field_find(metrics_fields, path)
                   ? fail(err, "\"%s\" is a metric: give a parameter that is a number", path)
                   : -1;
    if (p.field->only_words)
        return fail(err, "\"%s\" is a word: give a parameter that is a number", path);
    *field = p.field;
    return 0;
}

double setting_value(const struct study *s, const char *path)
{
    struct parameter p;
    struct err ignored;
    const struct field *price = price_field(path);
    for (size_t i = s->slow; i < s->hardware; i++)
        if (s->axis[i].parameter.field == price)
            return s->axis[i].value[0];
    if (price)
        return field_get(price, &s->prices.middle);
    if (setting_parameter(path, &p, &ignored) != 0)
        return NAN;
    struct design d = s->base;
    for (size_t i = 0; i < s->axes; i++)
        axis_put(&s->axis[i], 0, &d);
    return design_get(&d, &p);
}
