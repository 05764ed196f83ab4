#include "search/study_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/trace.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/text_file.h"
#include "search/evaluator.h"
#include "search/study_check.h"

/* Keys of a study that are not parameters. */
static const char *const keys[] = {
    "study",  "models", "model",       "chip",       "engine", "precision", "workload", "plan",
    "timing", "sweep",  "constraints", "objectives", "search", "keep",      "prices",   "store"};

/* The `search` mapping. */
struct search_options {
    double strategy, budget, seed, population, seconds, stall;
};

enum { CHOOSE = -1 };

/* clang-format off */
static const struct field search_rows[] = {
    { FIELD(search_options, strategy, "1"), .init = CHOOSE, .only_words = true, .registry = strategy_word,
      .doc = "How the space is searched; `dse list strategies`." },
    { FIELD(search_options, budget, "1"), .lo = 1, .hi = INFINITY, .init = INFINITY, .doc = "Maximum number of points to evaluate." },
    { FIELD(search_options, seed, "1"), .lo = 0, .hi = 9007199254740992.0, .init = 1, .whole = true, .doc = "Seed of the random numbers." },
    { FIELD(search_options, population, "1"), .lo = 4, .hi = 1e6, .init = 0, .whole = true, .doc = "Members of the population, for nsga2 and nsga3." },
    { FIELD(search_options, seconds, "s"), .lo = 0, .hi = INFINITY, .init = INFINITY, .doc = "Stop after this time; the result then depends on the machine." },
    { FIELD(search_options, stall, "1"), .lo = 100, .hi = INFINITY, .init = INFINITY, .doc = "Stop after this many points without a larger hypervolume." },
};
/* clang-format on */
COVERS(search_rows, search_options);
static const struct fields search_fields = {"search", search_rows, LEN(search_rows),
                                            sizeof(struct search_options)};

static const struct word keep_words[] = {
    {"all", KEEP_ALL}, {"feasible", KEEP_FEASIBLE}, {"front", KEEP_FRONT}, {NULL, 0}};

static const struct word store_words[] = {
    {"auto", STORE_AUTO}, {"rows", STORE_ROWS}, {"columns", STORE_COLUMNS}, {NULL, 0}};

/* What an overlay replaces. */

static void drop_axis(struct reading *r, const char *path)
{
    struct study *s = r->s;
    for (size_t i = 0; i < s->axes && r->in_overlay; i++)
        if (!strcmp(s->axis[i].path, path) && !r->axis_of_overlay[i]) {
            for (size_t k = i; k + 1 < s->axes; k++) {
                r->axis_key[k] = r->axis_key[k + 1];
                r->axis_of_overlay[k] = r->axis_of_overlay[k + 1];
            }
            study_drop_axis(s, path);
            return;
        }
}

static void drop_value(struct reading *r, const struct parameter *p)
{
    for (size_t i = 0; i < r->values && r->in_overlay; i++)
        if (r->given[i].parameter.offset == p->offset && !r->given[i].of_overlay) {
            r->given[i] = r->given[--r->values];
            return;
        }
}

/* Reads the value of a parameter, or of a price, which takes low, middle and high too. */
static int read_value(struct reading *r, const struct parameter *p, const struct node *value,
                      const char *path, struct err *err)
{
    struct design scratch;
    if (p->part == PART_PRICES)
        return catalogue_price(value, p->field, &r->s->prices, err);
    if (node_bind_field(value, p->field, path, (char *)&scratch + (p->offset - p->field->offset),
                        err) != 0)
        return -1;
    study_override(r->s, p, design_get(&scratch, p));
    return 0;
}

static double value_of(const struct study *s, const struct parameter *p)
{
    if (p->part == PART_PRICES)
        return field_get(p->field, &s->prices.middle);
    size_t i = 0;
    while (s->override[i].parameter.offset != p->offset)
        i++;
    return s->override[i].value;
}

static int give_override(struct reading *r, const struct node *key, const struct node *value,
                         const char *path, struct err *err)
{
    struct parameter p;
    struct err inner;
    char known[64];

    if (study_parameter(path, &p, &inner) != 0)
        return node_fail(key, path, err, "%s", inner.text);
    drop_value(r, &p);
    const struct given *before = reading_given(r, &p);
    if (before)
        return node_fail(key, path, err, "given twice, at %zu:%zu too: keep one",
                         node_line(before->key), node_column(before->key));
    if (read_value(r, &p, value, path, err) != 0)
        return -1;
    if (r->values == r->room)
        r->given = mem_grow(r->given, r->room = 2 * r->room + 8, sizeof *r->given);
    r->given[r->values++] = (struct given){p, value_of(r->s, &p), key, value, r->in_overlay};
    drop_axis(r, study_path(&p, known, sizeof known));
    return 0;
}

/* Notes the trace; read_trace reads it, as values that the study gives itself come first. */
static int name_trace(struct reading *r, const struct node *key, const struct node *value,
                      struct err *err)
{
    if (node_kind(value) != NODE_SCALAR || !*node_text(value))
        return node_fail(value, STUDY_TRACE, err,
                         "is not the name of a file: write one, like trace.csv");
    if (r->trace && r->trace_of_overlay == r->in_overlay)
        return node_fail(key, STUDY_TRACE, err, "given twice, at %zu:%zu too: keep one",
                         node_line(r->trace), node_column(r->trace));
    r->trace = value;
    r->trace_of_overlay = r->in_overlay;
    return 0;
}

/* Sets what the trace gives, except where the study gives a value or an axis at the same level. */
static int read_trace(struct reading *r, struct err *err)
{
    struct workload w;
    struct err inner;
    if (!r->trace)
        return 0;
    if (catalogue_trace(r->c, r->s->folder, node_text(r->trace), &w, &inner) != 0)
        return node_fail_file(r->trace, STUDY_TRACE, &inner, err);
    for (size_t i = 0; i < trace_parameters_n; i++) {
        struct parameter p;
        char path[64];
        bool swept = false;
        snprintf(path, sizeof path, "workload.%s", trace_parameters[i]);
        if (design_parameter(path, &p, err) != 0)
            return -1;
        double value = field_get(p.field, &w);
        const struct given *own = reading_given(r, &p);
        for (size_t k = 0; k < r->s->axes; k++)
            swept = swept || (!strcmp(r->s->axis[k].path, path) &&
                              r->axis_of_overlay[k] >= r->trace_of_overlay);
        if (isnan(value) || swept || (own && own->of_overlay >= r->trace_of_overlay))
            continue;
        if (field_check(p.field, value, &inner) != 0)
            return node_fail(r->trace, STUDY_TRACE, err, "%s: %s", p.field->name, inner.text);
        study_override(r->s, &p, value);
        drop_axis(r, path);
    }
    return 0;
}

/* Reads the value of one parameter. */
static void read_override(struct reading *r, const struct node *key, const struct node *value,
                          const char *path)
{
    struct err err;
    if (!strcmp(path, STUDY_TRACE)) {
        if (name_trace(r, key, value, &err) != 0)
            reading_note(r, value, &err);
        return;
    }
    if (give_override(r, key, value, path, &err) != 0)
        reading_note(r, key, &err);
}

static void read_entry_name(struct reading *r, size_t part, const struct node *name)
{
    const char *section = design_parts[part].fields->section;
    struct err err, inner;
    char *path = catalogue_path(r->s->folder, node_text(name));
    int rc = catalogue_find(r->c, part, path, &r->entry[part], &inner);
    if (rc != 0) {
        node_fail_file(name, section, &inner, &err);
        reading_note(r, name, &err);
    } else {
        r->name[part] = name;
        entry_put(r->entry[part], part, &r->s->base);
        drop_axis(r, section);
    }
    free(path);
}

static bool is_parameter(const char *path)
{
    struct parameter p;
    return design_find(path, &p);
}

static void read_part(struct reading *r, size_t part, const struct node *n);

/* The named part with this path; DESIGN_PARTS if there is none. */
static size_t part_at(const char *path)
{
    size_t part = 0;
    while (part < DESIGN_PARTS &&
           (!design_parts[part].named || strcmp(path, design_parts[part].fields->section) != 0))
        part++;
    return part;
}

/* Is it the path of a pool, whose chip is a part? */
static bool names_pool(const char *path)
{
    char chip[64];
    snprintf(chip, sizeof chip, "%s.chip", path);
    return part_at(chip) < DESIGN_PARTS;
}

static void note_no_mapping(struct reading *r, const struct node *n, const char *path)
{
    struct err err;
    node_fail(n, path, &err, "is not a mapping: write {chip: NAME, devices: auto}");
    reading_note(r, n, &err);
}

/* Reads the members of a mapping, and those of mappings in it: `pools: {prefill: {tp: 8}}`. */
static void read_members(struct reading *r, const struct node *map, const char *section,
                         const char *skip)
{
    for (size_t i = 0; i < node_count(map); i++) {
        if (skip && !strcmp(node_key(map, i), skip))
            continue;
        char *path = mem_print("%s.%s", section, node_key(map, i));
        const struct node *value = node_at(map, i);
        size_t part = part_at(path);
        if (names_pool(path) && node_kind(value) != NODE_MAP)
            note_no_mapping(r, value, path);
        else if (part < DESIGN_PARTS)
            read_part(r, part, value);
        else if (node_kind(value) == NODE_MAP && node_count(value) > 0 && !is_parameter(path))
            read_members(r, value, path, NULL);
        else
            read_override(r, node_key_node(map, i), value, path);
        free(path);
    }
}

/* `chip: b200`, `chip: my.yaml`, or `chip: {base: b200, memory_byte: 192 GB}`. */
static void read_part(struct reading *r, size_t part, const struct node *n)
{
    const char *section = design_parts[part].fields->section;
    const struct node *name = node_kind(n) == NODE_MAP ? node_find(n, "base") : n;
    bool named = design_parts[part].named;
    struct err err;

    if (node_kind(n) == NODE_LIST) {
        node_fail(n, section, &err, "is a list: put it under sweep, or give one name");
        reading_note(r, n, &err);
        return;
    }
    if (node_kind(n) == NODE_SCALAR && !named) {
        node_fail(n, section, &err, "\"%s\" is not a mapping: write {name: value, ...}",
                  node_text(n));
        reading_note(r, n, &err);
        return;
    }
    if (name && named)
        read_entry_name(r, part, name);
    read_members(r, n, section, named ? "base" : NULL);
}

/* Drops the value or axis of the base that the axis `name` of an overlay replaces. */
static void replace_swept(struct reading *r, const char *name)
{
    struct parameter p;
    char path[64];
    size_t part = part_at(name);
    if (part < DESIGN_PARTS) {
        r->entry[part] = NULL;
        drop_axis(r, name);
        return;
    }
    if (!study_find(name, &p))
        return;
    drop_value(r, &p);
    drop_axis(r, study_path(&p, path, sizeof path));
}

static void read_axis(struct reading *r, const struct node *key, const char *name,
                      const struct node *value)
{
    struct study *s = r->s;
    struct err err;
    if (!strcmp(name, STUDY_TRACE)) {
        node_fail(
            key, name, &err,
            "a trace gives several values: write a scenario for each, {workload.trace: FILE}");
        reading_note(r, key, &err);
        return;
    }
    if (r->in_overlay)
        replace_swept(r, name);
    if (s->axes < AXES_MOST) {
        r->axis_key[s->axes] = key;
        r->axis_of_overlay[s->axes] = r->in_overlay;
    }
    axis_read(&(struct axis_source){.axis = s->axis,
                                    .axes = &s->axes,
                                    .catalogue = r->c,
                                    .folder = s->folder,
                                    .key = key,
                                    .name = name,
                                    .value = value},
              r->found);
}

static void read_sweep(struct reading *r, const struct node *sweep)
{
    struct err err;
    if (node_kind(sweep) != NODE_MAP) {
        node_fail(sweep, "sweep", &err, "is not a mapping: write PATH: [value, ...]");
        reading_note(r, sweep, &err);
        return;
    }
    for (size_t i = 0; i < node_count(sweep); i++)
        read_axis(r, node_key_node(sweep, i), node_key(sweep, i), node_at(sweep, i));
}

static int read_word(const struct node *n, const char *path, const struct word *words, double *out,
                     struct err *err)
{
    const struct field f = {
        .name = path, .unit = "1", .lo = 0, .hi = INFINITY, .only_words = true, .words = words};
    return node_bind_field(n, &f, path, out, err);
}

static void read_rule(struct reading *r, const struct node *item, bool constraints)
{
    struct study *s = r->s;
    struct err err, inner;
    int rc = constraints ? constraint_parse(&s->constraint[s->constraints], node_text(item), &inner)
                         : objective_parse(&s->objective[s->objectives], node_text(item), &inner);
    if (rc == 0) {
        *(constraints ? &s->constraints : &s->objectives) += 1;
        return;
    }
    node_fail(item, constraints ? "constraints" : "objectives", &err, "%s", inner.text);
    reading_note(r, item, &err);
}

static void drop_rules(struct study *s, bool constraints)
{
    if (!constraints) {
        s->objectives = 0;
        return;
    }
    while (s->constraints > 0)
        free(s->constraint[--s->constraints].text);
}

/* Reads a list of texts, or a single text. */
static void read_rules(struct reading *r, const struct node *n, bool constraints)
{
    const char *path = constraints ? "constraints" : "objectives";
    size_t count = node_kind(n) == NODE_LIST ? node_count(n) : 1;
    struct err err;

    if (r->in_overlay)
        drop_rules(r->s, constraints);
    if (node_kind(n) == NODE_MAP)
        node_fail(n, path, &err, "is a mapping: write a list");
    else if (count > RULES_MOST)
        node_fail(n, path, &err, "more than %d: shorten the list", RULES_MOST);
    else {
        for (size_t i = 0; i < count; i++)
            read_rule(r, list_item(n, i), constraints);
        return;
    }
    reading_note(r, n, &err);
}

static void read_search(struct reading *r, const struct node *n)
{
    struct study *s = r->s;
    struct search_options o;
    fields_init(search_fields, &o);
    static const char *const evaluator[] = {"evaluator", NULL};
    node_bind_all(n, search_fields, evaluator, &o, r->found);
    if (node_find(n, *evaluator))
        evaluator_read(&s->evaluator, node_find(n, *evaluator), r->found);
    s->budget = o.budget;
    s->seed = o.seed;
    s->population = o.population;
    s->seconds = o.seconds;
    s->stall = o.stall;
    s->strategy_given = o.strategy != CHOOSE;
    if (s->strategy_given)
        s->strategy = strategies[(size_t)o.strategy];
}

static int read_name(struct study *s, const struct node *n, struct err *err)
{
    if (node_kind(n) != NODE_SCALAR || !*node_text(n))
        return node_fail(n, "study", err, "the name is missing: give one");
    struct err inner;
    if (name_check(node_text(n), &inner) != 0)
        return node_fail(n, "study", err, "%s", inner.text);
    free(s->name);
    s->name = mem_text(node_text(n));
    return 0;
}

static int read_keep(struct study *s, const struct node *n, struct err *err)
{
    double word;
    if (read_word(n, "keep", keep_words, &word, err) != 0)
        return -1;
    s->keep = (enum keep)word;
    s->keep_given = true;
    return 0;
}

static int read_store(struct study *s, const struct node *n, struct err *err)
{
    double word;
    if (read_word(n, "store", store_words, &word, err) != 0)
        return -1;
    s->store = (enum store)word;
    return 0;
}

/* `prices: 2025`, `prices: my.yaml`, or `prices: {base: 2025, hbm4_usd_per_gb: 18}`. */
static void read_prices(struct reading *r, const struct node *n)
{
    bool map = node_kind(n) == NODE_MAP;
    const struct node *name = map ? node_find(n, "base") : n;
    struct err err, inner;

    if (name && node_kind(name) != NODE_SCALAR) {
        node_fail(name, "prices", &err, "is not a name: write a price list, or {NAME: value, ...}");
        reading_note(r, name, &err);
        return;
    }
    char *path = name ? catalogue_path(r->s->folder, node_text(name)) : NULL;
    if (name && catalogue_prices(r->c, path, &r->s->prices, &inner) != 0) {
        node_fail_file(name, "prices", &inner, &err);
        reading_note(r, name, &err);
    }
    free(path);
    for (size_t i = 0; map && i < node_count(n); i++) {
        if (!strcmp(node_key(n, i), "base"))
            continue;
        char *price = mem_print("%s.%s", prices_fields.section, node_key(n, i));
        read_override(r, node_key_node(n, i), node_at(n, i), price);
        free(price);
    }
}

static int fail_key(const struct node *place, const char *key, struct err *err)
{
    const char *near = name_nearest(key, keys, LEN(keys));
    if (near)
        return node_fail(place, key, err, "unknown key: did you mean \"%s\"?", near);
    return node_fail(place, key, err,
                     "unknown key: one of study, models, chip, engine, precision, "
                     "workload, plan, timing, sweep, constraints, objectives, "
                     "search, keep, store, prices, scenarios, or a parameter's path");
}

/* Reads a key with a single value. */
static int read_single(struct reading *r, const struct node *place, const struct node *value,
                       struct err *err)
{
    const char *key = node_text(place);
    return !strcmp(key, "study")   ? read_name(r->s, value, err)
           : !strcmp(key, "keep")  ? read_keep(r->s, value, err)
           : !strcmp(key, "store") ? read_store(r->s, value, err)
                                   : fail_key(place, key, err);
}

/* Keys that an overlay cannot set. */
static bool is_of_whole(const char *key)
{
    return !strcmp(key, "study") || !strcmp(key, "search") || !strcmp(key, "keep") ||
           !strcmp(key, "store") || !strcmp(key, "scenarios");
}

static void read_key(struct reading *r, const struct node *root, size_t i)
{
    const char *key = node_key(root, i);
    const struct node *value = node_at(root, i), *place = node_key_node(root, i);
    struct err err;

    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (!strcmp(key, design_parts[part].fields->section)) {
            read_part(r, part, value);
            return;
        }
    if (r->in_overlay && is_of_whole(key)) {
        node_fail(place, key, &err,
                  "is the same in all scenarios of a study: write it outside scenarios");
        reading_note(r, place, &err);
    } else if (!strcmp(key, "search") || !strcmp(key, "scenarios"))
        ; /* read elsewhere */
    else if (!strcmp(key, "models"))
        read_axis(r, place, "model", value);
    else if (!strcmp(key, "prices"))
        read_prices(r, value);
    else if (!strcmp(key, "sweep"))
        read_sweep(r, value);
    else if (!strcmp(key, "constraints") || !strcmp(key, "objectives"))
        read_rules(r, value, *key == 'c');
    else if (strchr(key, '.') || !strcmp(key, "timing"))
        read_override(r, place, value, key);
    else if (read_single(r, place, value, &err) != 0)
        reading_note(r, place, &err);
}

static void read_keys(struct reading *r, const struct node *map, struct faults *found)
{
    r->found = found;
    for (size_t i = 0; i < node_count(map); i++)
        read_key(r, map, i);
}

void study_read(struct study *s, const struct study_text *text, struct catalogue *c,
                struct faults *found)
{
    const struct node *root = text->root, *overlay = text->overlay;
    struct reading r = {.s = s, .c = c, .found = found, .root = root, .overlay = overlay};
    struct faults known = {0}; /* mistakes of the base are reported once, by its own reading */
    struct err err;

    if (node_kind(overlay ? overlay : root) != NODE_MAP) {
        if (overlay)
            node_fail(overlay, "scenarios", &err, "is not a mapping: write {KEY: value, ...}");
        else
            node_fail(root, NULL, &err, "not a study: write key: value lines");
        reading_note(&r, overlay ? overlay : root, &err);
        return;
    }
    r.found = overlay ? &known : found;
    const struct node *search = node_find(root, "search");
    if (search)
        read_search(&r, search);
    r.found = found;
    if (check_size(&r, &err) != 0) {
        reading_note(&r, overlay ? overlay : root, &err);
        faults_free(&known);
        return;
    }
    read_keys(&r, root, overlay ? &known : found);
    r.in_overlay = overlay != NULL;
    if (overlay)
        read_keys(&r, overlay, found);
    r.found = overlay && !r.trace_of_overlay ? &known : found;
    if (read_trace(&r, &err) != 0)
        reading_note(&r, r.trace, &err);
    r.found = found;
    if (found->n == 0 && known.n == 0 && check_whole(&r, &err) != 0)
        reading_note(&r, overlay ? overlay : root, &err);
    faults_free(&known);
    free(r.given);
}

static const struct node *find_objectives(const struct node *root, const char *scenario)
{
    const struct node *scenarios = node_find(root, "scenarios");
    const struct node *overlay = scenarios ? node_find(scenarios, scenario) : NULL;
    const struct node *own = overlay ? node_find(overlay, "objectives") : NULL;
    return own ? own : node_find(root, "objectives");
}

int study_objectives(struct objective *out, size_t *n, const char *text, const char *scenario,
                     struct err *err)
{
    struct conf *conf;
    *n = 0;
    if (conf_parse(&conf, "the stored study", text, err) != 0)
        return -1;
    const struct node *all = find_objectives(conf_root(conf), scenario);
    size_t count = !all ? 0 : node_kind(all) == NODE_LIST ? node_count(all) : 1;
    int rc = 0;
    for (size_t i = 0; i < count && i < RULES_MOST && rc == 0; i++) {
        struct err inner;
        const struct node *item = list_item(all, i);
        rc = objective_parse(&out[i], node_text(item), &inner);
        if (rc != 0)
            node_fail(item, "objectives", err, "%s", inner.text);
        *n += rc == 0;
    }
    conf_close(conf);
    return rc;
}
