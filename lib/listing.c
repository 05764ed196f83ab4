/* The lists of the catalogue, and of all parameters and metrics. */
#include "lib/listing.h"

#include <stdlib.h>
#include <string.h>

#include "arch/engine_limits.h"
#include "arch/ffn.h"
#include "arch/metrics.h"
#include "arch/mixer.h"
#include "base/mem.h"
#include "reports/print/figure.h"
#include "search/strategies/strategy.h"

/* What a list is made of, and the table it fills. */
struct request {
    struct catalogue *catalogue;
    size_t part;
    bool all; /* for programs: all columns */
    struct table *table;
};

/* What the default chip feeds and cools of an engine. */
static int add_engine_limits(struct table *t, struct catalogue *c, const struct engine *e,
                             struct err *err)
{
    const struct field *by = field_find(metrics_fields, "engine_limited_by");
    const struct entry *chip;
    struct engine_limits l;
    if (catalogue_find(c, PART_CHIP, catalogue_default(PART_CHIP), &chip, err) != 0)
        return -1;
    engine_limits_of(&l, chip->value, e);
    bool there = engine_is_there(e);
    table_number(t, there ? l.bandwidth_ratio : NAN);
    table_number(t, there ? l.ridge_flop_per_byte : NAN);
    table_text(t, there ? field_word(by, l.limited_by) : "");
    table_number(t, there ? l.stack_w : NAN);
    table_number(t, there ? l.stack_mm2 : NAN);
    return 0;
}

/* Derived values with a column of their own. */
static int add_derived_columns(struct table *t, struct catalogue *catalogue, const struct entry *e,
                               struct err *err)
{
    size_t part = e->part;
    if (part == PART_MODEL) {
        const struct model *m = e->value;
        table_number(t, model_params(m));
        table_number(t, model_active_params(m));
    } else if (part == PART_CHIP) {
        const struct chip *c = e->value;
        table_number(t, chip_flop_per_s(c));
        table_number(t, chip_ridge_flop_per_byte(c));
    } else if (part == PART_ENGINE) {
        return add_engine_limits(t, catalogue, e->value, err);
    }
    return 0;
}

enum { DERIVED_MOST = 6 };

/* Those of an engine are what the default chip feeds. */
static const char *const derived_name[DESIGN_PARTS][DERIVED_MOST] = {
    [PART_MODEL] = {"params", "params_active"},
    [PART_CHIP] = {"flop_per_s", "ridge_flop_per_byte"},
    [PART_ENGINE] = {"fed_bandwidth_ratio", "fed_ridge_flop_per_byte", "limited_by",
                     "stack_power_w", "stack_area_mm2"},
};

/* The few columns that tell entries apart, for people; programs get all. */
static const char *const brief[DESIGN_PARTS][8] = {
    [PART_MODEL] = {"attention", "layers", "hidden", "heads", "experts", "top_k"},
    [PART_CHIP] = {"memory_byte", "memory_byte_per_s", "link_byte_per_s", "link_domain", "tdp_w"},
    [PART_ENGINE] = {"status", "kind", "memory", "bandwidth_ratio", "ridge_flop_per_byte", "runs"},
};

static bool is_shown(size_t part, const char *name, bool all)
{
    for (size_t i = 0; brief[part][i] && !all; i++)
        if (!strcmp(brief[part][i], name))
            return true;
    return all;
}

static int list_part(const struct request *r, struct err *err)
{
    struct catalogue *c = r->catalogue;
    struct table *t = r->table;
    size_t part = r->part;
    const struct fields *fields = design_parts[part].fields;
    const char *header[64] = {"name"};
    const char *const *name;
    bool all = r->all;
    size_t n = 1, names;

    for (size_t i = 0; i < DERIVED_MOST && derived_name[part][i]; i++)
        header[n++] = derived_name[part][i];
    for (size_t i = 0; i < fields->n; i++)
        if (is_shown(part, fields->row[i].name, all))
            header[n++] = fields->row[i].name;
    header[n++] = "about";
    if (all)
        header[n++] = "source";
    table_begin(t, header, n);
    catalogue_names(c, part, &name, &names);
    for (size_t i = 0; i < names; i++) {
        const struct entry *e;
        if (catalogue_find(c, part, name[i], &e, err) != 0)
            return -1;
        table_text(t, e->name);
        if (add_derived_columns(t, c, e, err) != 0)
            return -1;
        for (size_t j = 0; j < fields->n; j++) {
            const struct field *f = &fields->row[j];
            const char *word = f->only_words ? field_word(f, field_get(f, e->value)) : NULL;
            if (!is_shown(part, f->name, all))
                continue;
            if (word)
                table_text(t, word);
            else
                table_number(t, field_get(f, e->value));
        }
        table_text(t, e->about);
        if (all)
            table_text(t, e->source);
    }
    return 0;
}

static void value_text(struct table *t, const struct field *f, double v)
{
    char text[48];
    table_text(t, isnan(v) ? "" : field_text(f, v, text, sizeof text));
}

/* `parent`: values that were not given are those of its rows, or NULL. */
static void value_or_parent(struct table *t, const struct field *f, const struct fields *parent)
{
    for (size_t i = 0; parent && f->parent && i < parent->n; i++)
        if (parent->row[i].offset == f->parent - 1) {
            char *path = mem_print("%s.%s", parent->section, parent->row[i].name);
            table_text(t, path);
            free(path);
            return;
        }
    value_text(t, f, f->init);
}

static void list_fields(struct table *t, const char *section, const struct fields *fields,
                        const struct fields *parent)
{
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *f = &fields->row[i];
        char *path = mem_print("%s%s%s", section, *section ? "." : "", f->name);
        char *words = mem_text("");
        struct word w;
        for (size_t j = 0; field_word_at(f, j, &w); j++) {
            char *longer = mem_print("%s%s%s", words, j ? " " : "", w.text);
            free(words);
            words = longer;
        }
        table_text(t, path);
        table_text(t, f->unit);
        value_text(t, f, f->only_words ? NAN : f->lo);
        value_text(t, f, f->only_words ? NAN : f->hi);
        value_or_parent(t, f, parent);
        table_text(t, words);
        table_text(t, f->doc);
        free(path);
        free(words);
    }
}

static int list_parameters(const struct request *r, struct err *err)
{
    struct table *t = r->table;
    (void)err;
    table_begin(
        t, (const char *const[]){"parameter", "unit", "from", "to", "default", "words", "meaning"},
        7);
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        if (design_parts[part].named) {
            const char *const row[] = {design_parts[part].fields->section,
                                       "name",
                                       "",
                                       "",
                                       catalogue_default(part),
                                       "",
                                       design_parts[part].doc};
            for (size_t i = 0; i < LEN(row); i++)
                table_text(t, row[i]);
        }
        if (!design_parts[part].optional) /* whose values are those of its kind */
            list_fields(t, design_parts[part].fields->section, design_parts[part].fields, NULL);
    }
    return 0;
}

static void list_kind(struct table *t, const char *name, const char *what, const char *doc,
                      const struct fields *fields)
{
    const char *const row[] = {name, what, "", "", "", "", doc};
    for (size_t i = 0; i < LEN(row); i++)
        table_text(t, row[i]);
    list_fields(t, name, fields, &model_fields);
}

/* The kinds of layers, with the keys of each in a model file. */
static int list_layers(const struct request *r, struct err *err)
{
    struct table *t = r->table;
    (void)err;
    table_begin(
        t, (const char *const[]){"key", "unit", "from", "to", "default", "words", "meaning"}, 7);
    for (size_t i = 0; i < mixers_n; i++)
        list_kind(t, mixers[i]->name, "mixer", mixers[i]->doc, mixers[i]->fields);
    for (size_t i = 0; i < ffns_n; i++)
        list_kind(t, ffns[i]->name, "feed_forward", ffns[i]->doc, ffns[i]->fields);
    return 0;
}

static int list_metrics(const struct request *r, struct err *err)
{
    struct table *t = r->table;
    (void)err;
    table_begin(t, (const char *const[]){"metric", "unit", "better", "meaning"}, 4);
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        table_text(t, f->name);
        table_text(t, f->unit);
        table_text(t, f->sense > 0 ? "more" : f->sense < 0 ? "less" : "");
        table_text(t, f->doc);
    }
    return 0;
}

static int list_prices(const struct request *r, struct err *err)
{
    struct catalogue *c = r->catalogue;
    struct table *t = r->table;
    struct price_book book;
    struct conf *conf;

    table_begin(t,
                (const char *const[]){"price", "unit", "low", "middle", "high", "date", "meaning",
                                      "source"},
                8);
    if (catalogue_prices(c, NULL, &book, err) != 0 ||
        catalogue_prices_file(c, NULL, &conf, err) != 0)
        return -1;
    const struct node *whole_date = node_find(conf_root(conf), "date");
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        const struct node *n = node_find(conf_root(conf), f->name);
        const struct node *source = n ? node_find(n, "source") : NULL;
        const struct node *date = n ? node_find(n, "date") : NULL;
        table_text(t, f->name);
        table_text(t, f->unit);
        table_number(t, field_get(f, &book.low));
        table_number(t, field_get(f, &book.middle));
        table_number(t, field_get(f, &book.high));
        table_text(t, date ? node_text(date) : whole_date ? node_text(whole_date) : "");
        table_text(t, f->doc);
        table_text(t, source ? node_text(source) : "");
    }
    conf_close(conf);
    return 0;
}

static int list_strategies(const struct request *r, struct err *err)
{
    struct table *t = r->table;
    (void)err;
    table_begin(t, (const char *const[]){"strategy", "meaning"}, 2);
    for (size_t i = 0; strategies[i]; i++) {
        table_text(t, strategies[i]->name);
        table_text(t, strategies[i]->doc);
    }
    return 0;
}

static int list_figures(const struct request *r, struct err *err)
{
    struct table *t = r->table;
    (void)err;
    table_begin(t, (const char *const[]){"figure", "meaning", "study"}, 3);
    for (size_t i = 0; figures[i]; i++) {
        table_text(t, figures[i]->name);
        table_text(t, figures[i]->doc);
        table_text(t, figures[i]->study ? figures[i]->study : "any");
    }
    return 0;
}

/* One row per constant, one column per calibration; constants that were not measured are empty. */
static int list_calibrations(const struct request *r, struct err *err)
{
    struct catalogue *c = r->catalogue;
    struct table *t = r->table;
    const char *header[16] = {"constant", "unit"};
    const struct entry *entry[16];
    const char *const *name;
    size_t n;

    catalogue_names(c, CATALOGUE_CALIBRATIONS, &name, &n);
    if (n > LEN(header) - 3)
        n = LEN(header) - 3;
    for (size_t i = 0; i < n; i++) {
        header[2 + i] = name[i];
        if (catalogue_find(c, CATALOGUE_CALIBRATIONS, name[i], &entry[i], err) != 0)
            return -1;
    }
    header[2 + n] = "meaning";
    table_begin(t, header, n + 3);
    table_text(t, "measured_on");
    table_text(t, "");
    for (size_t i = 0; i < n; i++)
        table_text(t, entry[i]->measured_on);
    table_text(t, "Chips of the catalogue with measured kernels.");
    for (size_t row = 0; row < calibration_fields.n; row++) {
        const struct field *f = &calibration_fields.row[row];
        table_text(t, f->name);
        table_text(t, f->unit);
        for (size_t i = 0; i < n; i++) {
            double value = field_get(f, entry[i]->value);
            table_number(t, value > 0 ? value : NAN);
        }
        table_text(t, f->doc);
    }
    return 0;
}

/* The lists. */
static const struct listing {
    const char *what;
    int (*make)(const struct request *r, struct err *err);
    size_t part; /* for list_part */
} listings[] = {
    {.what = "models", .make = list_part, .part = PART_MODEL},
    {.what = "chips", .make = list_part, .part = PART_CHIP},
    {.what = "engines", .make = list_part, .part = PART_ENGINE},
    {.what = "layers", .make = list_layers},
    {.what = "parameters", .make = list_parameters},
    {.what = "metrics", .make = list_metrics},
    {.what = "strategies", .make = list_strategies},
    {.what = "prices", .make = list_prices},
    {.what = "calibrations", .make = list_calibrations},
    {.what = "figures", .make = list_figures},
};

const struct listing *listing_named(const char *what, struct err *err)
{
    const char *whats[LEN(listings)];
    char *known = mem_text("");
    for (size_t i = 0; i < LEN(listings); i++) {
        if (!strcmp(listings[i].what, what)) {
            free(known);
            return &listings[i];
        }
        whats[i] = listings[i].what;
        char *longer = mem_print("%s%s%s", known, i ? ", " : "", whats[i]);
        free(known);
        known = longer;
    }
    const char *near = name_nearest(what, whats, LEN(whats));
    fail(err, "unknown list \"%s\": %s%s%s", what, near ? "did you mean \"" : "one of ",
         near ? near : known, near ? "\"?" : "");
    free(known);
    return NULL;
}

int listing_make(struct table *out, const struct listing *l, bool all, struct catalogue *c,
                 struct err *err)
{
    return l->make(&(struct request){c, l->part, all, out}, err);
}
