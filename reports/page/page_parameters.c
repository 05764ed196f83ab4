#include "reports/page/page_parameters.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/write.h"

/* A range of so many powers of ten or more is a log scale to a reader. */
enum { LOG_RATIO = 1000 };

static const struct axis *axis_at_path(const struct study *s, const char *path)
{
    for (size_t i = 0; i < s->axes; i++)
        if (!strcmp(s->axis[i].path, path))
            return &s->axis[i];
    return NULL;
}

static void value_json(const struct field *f, double value, FILE *out)
{
    const char *word = field_word(f, value);
    if (word != NULL)
        json_text(word, out);
    else
        json_number(value, out);
}

/* The swept values; of a range without steps, its ends. */
static void axis_json(const struct axis *a, FILE *out)
{
    if (a == NULL) {
        fputs("null", out);
        return;
    }
    const double ends[] = {a->from, a->to};
    size_t n = a->real ? LEN(ends) : a->n;
    for (size_t i = 0; i < n; i++) {
        fputs(i > 0 ? ", " : "[", out);
        if (a->is_part)
            json_text(a->entry[i]->name, out);
        else
            value_json(a->parameter.field, a->real ? ends[i] : a->value[i], out);
    }
    fputs("]", out);
}

static void put_start(const char *path, const char *unit, const char *doc, FILE *out)
{
    fputs("\n {\"path\": ", out);
    json_text(path, out);
    fputs(", \"unit\": ", out);
    json_text(unit, out);
    fputs(", \"doc\": ", out);
    json_text(doc, out);
}

static void put_end(const struct axis *a, bool log, FILE *out)
{
    fputs(", \"axis\": ", out);
    axis_json(a, out);
    fprintf(out, ", \"real\": %s, \"log\": %s}", a != NULL && a->real ? "true" : "false",
            log || (a != NULL && a->log) ? "true" : "false");
}

/* A model, chip or engine, chosen by name. */
static void part_json(const struct study *s, size_t part, struct catalogue *c, FILE *out)
{
    const struct part *p = &design_parts[part];
    const char *const *name;
    const char *value = design_name(&s->base, part);
    size_t n;
    put_start(p->fields->section, "1", p->doc, out);
    fputs(", \"low\": null, \"high\": null, \"whole\": false, \"words\": [", out);
    catalogue_names(c, part, &name, &n);
    if (p->optional)
        fputs("\"none\"", out);
    for (size_t i = 0; i < n; i++) {
        fputs(i > 0 || p->optional ? ", " : "", out);
        json_text(name[i], out);
    }
    fputs("], \"value\": ", out);
    json_text(value, out);
    put_end(axis_at_path(s, p->fields->section), false, out);
}

static void words_json(const struct field *f, FILE *out)
{
    struct word w;
    if (!field_word_at(f, 0, &w)) {
        fputs("null", out);
        return;
    }
    for (size_t i = 0; field_word_at(f, i, &w); i++) {
        fputs(i > 0 ? ", " : "[", out);
        json_text(w.text, out);
    }
    fputs("]", out);
}

/* The design of the study that shows values of all its parts: of a pool that is not in the first
 * one, those of the first chip that is swept. */
static struct design shown_design(const struct study *s)
{
    struct design d = s->base;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        for (size_t k = 0;
             a->is_part && k < a->n && design_parts[a->part].optional && !design_has(&d, a->part);
             k++)
            axis_put(a, k, &d);
    }
    return d;
}

static void parameter_json(const struct study *s, const struct design *d, const struct parameter *p,
                           FILE *out)
{
    const struct field *f = p->field;
    char path[64];
    put_start(design_path(p, path, sizeof path), f->unit, f->doc, out);
    fputs(", \"low\": ", out);
    json_number(f->only_words ? NAN : f->lo, out);
    fputs(", \"high\": ", out);
    json_number(f->only_words ? NAN : f->hi, out);
    fprintf(out, ", \"whole\": %s, \"words\": ", f->whole ? "true" : "false");
    words_json(f, out);
    fputs(", \"value\": ", out);
    value_json(f, design_get(d, p), out);
    put_end(axis_at_path(s, path), f->lo > 0 && f->hi >= LOG_RATIO * f->lo, out);
}

void page_parameters_json(const struct study *s, struct catalogue *c, FILE *out)
{
    const char *before = "";
    const struct design shown = shown_design(s);
    fputs("[", out);
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct part *p = &design_parts[part];
        if (p->named && catalogue_folder(part) != NULL) {
            fputs(before, out);
            part_json(s, part, c, out);
            before = ",";
        }
        for (size_t i = 0; i < p->fields->n && study_has(s, part); i++) {
            const struct field *f = &p->fields->row[i];
            fputs(before, out);
            parameter_json(s, &shown, &(struct parameter){f, part, p->offset + f->offset}, out);
            before = ",";
        }
    }
    fputs("]", out);
}

static const char *source_of(const struct node *root, const struct field *f)
{
    const struct node *price = root != NULL ? node_find(root, f->name) : NULL;
    const struct node *source = price != NULL ? node_find(price, "source") : NULL;
    return source != NULL ? node_text(source) : "";
}

void page_prices_json(const struct study *s, const char *list, FILE *out)
{
    struct conf *conf = NULL;
    struct err ignored;
    if (list != NULL && conf_parse(&conf, "prices", list, &ignored) != 0)
        conf = NULL;
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        char *path = mem_print("%s.%s", prices_fields.section, f->name);
        fputs(i > 0 ? "," : "[", out);
        put_start(path, f->unit, f->doc, out);
        fputs(", \"low\": ", out);
        json_number(field_get(f, &s->prices.low), out);
        fputs(", \"middle\": ", out);
        json_number(field_get(f, &s->prices.middle), out);
        fputs(", \"high\": ", out);
        json_number(field_get(f, &s->prices.high), out);
        fputs(", \"source\": ", out);
        json_text(source_of(conf != NULL ? conf_root(conf) : NULL, f), out);
        fputs(", \"axis\": ", out);
        axis_json(axis_at_path(s, path), out);
        fputs("}", out);
        free(path);
    }
    fputs("]", out);
    if (conf != NULL)
        conf_close(conf);
}
