#include "reports/payoff/setting.h"

#include <string.h>

#include "arch/metrics.h"
#include "search/axis.h"

static bool is_separator(char c)
{
    return c == '.' || c == '_';
}

static bool same_character(char a, char b)
{
    return a == b || (is_separator(a) && is_separator(b));
}

bool path_equal(const char *path, const char *given)
{
    while (*given && same_character(*path, *given))
        path++, given++;
    return !*path && !*given;
}

/* The name of a parameter within a section; NULL if the path is of another. */
static const char *name_in(const char *section, const char *path)
{
    if (!*section)
        return path;
    while (*section && same_character(*section, *path))
        section++, path++;
    return !*section && is_separator(*path) ? path + 1 : NULL;
}

int setting_parameter(const char *path, struct parameter *out, struct err *err)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct fields *fields = design_parts[part].fields;
        const char *name = name_in(fields->section, path);
        for (size_t i = 0; name && i < fields->n; i++)
            if (path_equal(fields->row[i].name, name)) {
                *out = (struct parameter){&fields->row[i], part,
                                          design_parts[part].offset + fields->row[i].offset};
                return 0;
            }
    }
    return design_parameter(path, out, err);
}

/* Is it the name of a catalogue entry: model, chip or engine? */
static bool is_part(const char *path)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && path_equal(design_parts[part].fields->section, path))
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
