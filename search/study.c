#include "search/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"

static const double MOST_POINTS = 9007199254740992.0; /* 2^53: indices stay exact as doubles */

/* Keys of a study that are not parameters. */
static const char *const keys[] = {"study",       "models",     "model",  "chip",   "engine",
                                   "precision",   "workload",   "plan",   "timing", "sweep",
                                   "constraints", "objectives", "search", "keep",   "prices"};

/* The `search` mapping. */
struct search_options {
    double strategy, budget, seed;
};

static const struct word strategies[] = {{"grid", 0}, {NULL, 0}};

/* clang-format off */
static const struct field search_rows[] = {
    { FIELD(search_options, strategy, "1"), .lo = 0, .hi = 0, .init = 0, .only_words = true, .words = strategies,
      .doc = "How the space is searched: grid, every point of it." },
    { FIELD(search_options, budget, "1"), .lo = 1, .hi = INFINITY, .init = INFINITY, .doc = "Most points to evaluate." },
    { FIELD(search_options, seed, "1"), .lo = 0, .hi = 9007199254740992.0, .init = 1, .whole = true, .doc = "Seed of what is drawn at random." },
};
/* clang-format on */
COVERS(search_rows, search_options);
static const struct fields search_fields = {"search", search_rows, LEN(search_rows),
                                            sizeof(struct search_options)};

static const struct word keep_words[] = {
    {"all", KEEP_ALL}, {"feasible", KEEP_FEASIBLE}, {"front", KEEP_FRONT}, {NULL, 0}};

static void add_override(struct study *s, const struct parameter *p, double value)
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

/* One parameter given by its path. */
static int read_override(struct study *s, const struct node *key, const struct node *value,
                         const char *path, struct err *err)
{
    struct parameter p;
    struct err inner;
    struct design scratch;

    if (design_parameter(path, &p, &inner) != 0)
        return node_fail(key, path, err, "%s", inner.text);
    if (node_bind_field(value, p.field, path, (char *)&scratch + (p.offset - p.field->offset),
                        err) != 0)
        return -1;
    add_override(s, &p, design_get(&scratch, &p));
    return 0;
}

/* `chip: b200`, `chip: my.yaml`, or `chip: {base: b200, memory_byte: 192 GB}`. */
static int read_part(struct study *s, size_t part, const struct node *n, struct catalogue *c,
                     struct err *err)
{
    const char *section = design_parts[part].fields->section;
    const struct node *name = n;
    const struct entry *e;
    struct err inner;

    if (node_kind(n) == NODE_LIST)
        return node_fail(n, section, err, "is a list: put it under sweep, or give one name");
    if (node_kind(n) == NODE_MAP)
        name = node_find(n, "base");
    if (name && part < DESIGN_CATALOGUE_PARTS) {
        if (catalogue_find(c, part, node_text(name), &e, &inner) != 0)
            return node_blame(name, section, node_text(name), &inner, err);
        entry_put(e, &s->base);
    }
    if (node_kind(n) != NODE_MAP)
        return part < DESIGN_CATALOGUE_PARTS
                   ? 0
                   : node_fail(n, section, err, "\"%s\" is not a mapping: write {name: value, ...}",
                               node_text(n));
    for (size_t i = 0; i < node_count(n); i++) {
        if (part < DESIGN_CATALOGUE_PARTS && !strcmp(node_key(n, i), "base"))
            continue;
        char *path = mem_print("%s.%s", section, node_key(n, i));
        int rc = read_override(s, node_key_node(n, i), node_at(n, i), path, err);
        free(path);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int read_sweep(struct study *s, const struct node *sweep, struct catalogue *c,
                      struct err *err)
{
    if (node_kind(sweep) != NODE_MAP)
        return node_fail(sweep, "sweep", err, "is not a mapping: write PATH: [value, ...]");
    for (size_t i = 0; i < node_count(sweep); i++)
        if (axis_read(s, node_key_node(sweep, i), node_key(sweep, i), node_at(sweep, i), c, err) !=
            0)
            return -1;
    return 0;
}

static int read_word(const struct node *n, const char *path, const struct word *words, double *out,
                     struct err *err)
{
    const struct field f = {
        .name = path, .unit = "1", .lo = 0, .hi = INFINITY, .only_words = true, .words = words};
    return node_bind_field(n, &f, path, out, err);
}

static const struct node *list_item(const struct node *n, size_t i)
{
    return node_kind(n) == NODE_LIST ? node_at(n, i) : n;
}

/* A list of short texts, or one. */
static int read_rules(struct study *s, const struct node *n, bool constraints, struct err *err)
{
    const char *path = constraints ? "constraints" : "objectives";
    size_t count = node_kind(n) == NODE_LIST ? node_count(n) : 1;
    struct err inner;

    if (node_kind(n) == NODE_MAP)
        return node_fail(n, path, err, "is a mapping: write a list");
    if (count > RULES_MOST)
        return node_fail(n, path, err, "more than %d: shorten the list", RULES_MOST);
    for (size_t i = 0; i < count; i++) {
        const struct node *item = list_item(n, i);
        int rc = constraints
                     ? constraint_parse(&s->constraint[s->constraints], node_text(item), &inner)
                     : objective_parse(&s->objective[s->objectives], node_text(item), &inner);
        if (rc != 0)
            return node_fail(item, path, err, "%s", inner.text);
        *(constraints ? &s->constraints : &s->objectives) += 1;
    }
    return 0;
}

static int read_search(struct study *s, const struct node *n, struct err *err)
{
    struct search_options o;
    fields_init(search_fields, &o);
    if (node_bind(n, search_fields, NULL, &o, NULL, err) != 0)
        return -1;
    s->budget = o.budget;
    s->seed = o.seed;
    return 0;
}

static int read_key(struct study *s, const struct node *root, size_t i, struct catalogue *c,
                    struct err *err)
{
    const char *key = node_key(root, i);
    const struct node *value = node_at(root, i), *place = node_key_node(root, i);
    double word;
    struct err inner;

    if (!strcmp(key, "study")) {
        if (node_kind(value) != NODE_SCALAR || !*node_text(value))
            return node_fail(value, key, err, "the name is missing: give one");
        free(s->name);
        s->name = mem_text(node_text(value));
        return 0;
    }
    if (!strcmp(key, "models"))
        return axis_read(s, place, "model", value, c, err);
    if (!strcmp(key, "sweep"))
        return read_sweep(s, value, c, err);
    if (!strcmp(key, "constraints") || !strcmp(key, "objectives"))
        return read_rules(s, value, *key == 'c', err);
    if (!strcmp(key, "search"))
        return read_search(s, value, err);
    if (!strcmp(key, "prices"))
        return catalogue_prices(c, node_text(value), &s->prices, &inner) == 0
                   ? 0
                   : node_blame(value, key, node_text(value), &inner, err);
    if (!strcmp(key, "keep")) {
        if (read_word(value, key, keep_words, &word, err) != 0)
            return -1;
        s->keep = (enum keep)word;
        return 0;
    }
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (!strcmp(key, design_parts[part].fields->section))
            return read_part(s, part, value, c, err);
    if (strchr(key, '.') || !strcmp(key, "timing"))
        return read_override(s, place, value, key, err);
    const char *near = name_nearest(key, keys, LEN(keys));
    if (near)
        return node_fail(place, key, err, "unknown key: did you mean \"%s\"?", near);
    return node_fail(place, key, err,
                     "unknown key: one of study, models, chip, engine, precision, "
                     "workload, plan, timing, sweep, constraints, objectives, "
                     "search, keep, prices, or a parameter's path");
}

static int too_many(const struct node *n, double points, struct err *err)
{
    return node_fail(n, "sweep", err, "%.3g points are more than 2^53: take values or axes away",
                     points);
}

static int count_points(struct study *s, const struct node *root, struct err *err)
{
    double points = 1;
    for (size_t i = 0; i < s->axes; i++)
        points *= (double)s->axis[i].n;
    if (points > MOST_POINTS)
        return too_many(root, points, err);
    if (points > s->budget)
        return node_fail(
            root, "search.budget", err,
            "%g is less than the %.0f points of the grid: raise it, or shorten an axis", s->budget,
            points);
    s->size = (uint64_t)points;
    return 0;
}

static void part_settle(const struct study *s, size_t part, void *value)
{
    for (size_t i = 0; i < s->overrides; i++)
        if (s->override[i].parameter.part == part)
            field_put(s->override[i].parameter.field, value, s->override[i].value);
}

int study_settle(struct study *s, struct err *err)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        part_settle(s, part, (char *)&s->base + design_parts[part].offset);
    for (size_t i = 0; i < s->axes; i++) {
        struct axis *a = &s->axis[i];
        for (size_t j = 0; a->is_part && j < a->n; j++) {
            memcpy(a->part_value[j], a->entry[j]->value, design_parts[a->part].fields->size);
            if (!axis_is_none(a, j))
                part_settle(s, a->part, a->part_value[j]);
        }
    }
    struct design d = s->base;
    const struct axis *models = NULL;
    for (size_t i = 0; i < s->axes; i++)
        if (s->axis[i].is_part && s->axis[i].part == PART_MODEL)
            models = &s->axis[i];
        else
            axis_put(&s->axis[i], 0, &d);
    for (size_t i = 0; i < (models ? models->n : 1); i++) {
        if (models)
            axis_put(models, i, &d);
        if (design_check(&d, err) != 0)
            return -1;
    }
    return 0;
}

/* Where the study gives the parameter a complaint begins with, as "model.top_k: ..."; else `root`.
 */
static const struct node *blamed(const struct node *root, const char *complaint)
{
    char path[64];
    const struct node *sweep = node_find(root, "sweep"), *n;

    snprintf(path, sizeof path, "%.*s", (int)strcspn(complaint, ":"), complaint);
    if ((n = node_find(root, path)) || (sweep && (n = node_find(sweep, path))))
        return n;
    char *dot = strchr(path, '.');
    if (dot)
        *dot = '\0';
    const struct node *part = node_find(root, path);
    if (!part)
        return root;
    return dot && (n = node_find(part, dot + 1)) ? n : part;
}

/* A space too large to number is refused before any of its values is made. */
static int check_size(const struct node *root, struct err *err)
{
    const struct node *models = node_find(root, "models"), *sweep = node_find(root, "sweep");
    double points = models ? axis_count(models) : 1;

    if (sweep && node_kind(sweep) == NODE_MAP)
        for (size_t i = 0; i < node_count(sweep); i++)
            points *= fmax(1, axis_count(node_at(sweep, i)));
    return points > MOST_POINTS ? too_many(sweep ? sweep : root, points, err) : 0;
}

static int read_all(struct study *s, const struct conf *conf, struct catalogue *c, struct err *err)
{
    const struct node *root = conf_root(conf);
    struct err inner;

    if (node_kind(root) != NODE_MAP)
        return node_fail(root, NULL, err, "not a study: write key: value lines");
    if (check_size(root, err) != 0)
        return -1;
    for (size_t i = 0; i < node_count(root); i++)
        if (read_key(s, root, i, c, err) != 0)
            return -1;
    axes_sort(s);
    if (count_points(s, root, err) != 0)
        return -1;
    if (study_settle(s, &inner) != 0)
        return node_fail(blamed(root, inner.text), NULL, err, "%s", inner.text);
    return 0;
}

/* The file's name without folder and ending. */
static char *stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = mem_text(slash ? slash + 1 : path), *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    return name;
}

static int finish(struct study **out, struct conf *conf, struct catalogue *c, struct err *err)
{
    struct study *s = mem_alloc(1, sizeof *s);

    s->name = stem(conf_path(conf));
    s->text = mem_text(conf_text(conf));
    s->budget = INFINITY;
    s->seed = 1;
    if (catalogue_default_design(c, &s->base, err) != 0 ||
        catalogue_prices(c, NULL, &s->prices, err) != 0 || read_all(s, conf, c, err) != 0) {
        study_free(s);
        conf_close(conf);
        return -1;
    }
    conf_close(conf);
    *out = s;
    return 0;
}

int study_parse(struct study **out, const char *name, const char *text, struct catalogue *c,
                struct err *err)
{
    struct conf *conf;
    return conf_parse(&conf, name, text, err) != 0 ? -1 : finish(out, conf, c, err);
}

int study_open(struct study **out, const char *path, struct catalogue *c, struct err *err)
{
    struct conf *conf;
    if (!path)
        return study_parse(out, "defaults", "", c, err);
    return conf_open(&conf, path, err) != 0 ? -1 : finish(out, conf, c, err);
}

void study_free(struct study *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->axes; i++)
        axis_free(&s->axis[i]);
    for (size_t i = 0; i < s->constraints; i++)
        free(s->constraint[i].text);
    free(s->override);
    free(s->name);
    free(s->text);
    free(s);
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
    for (size_t part = 0; part < DESIGN_CATALOGUE_PARTS; part++)
        if (!strcmp(path, design_parts[part].fields->section)) {
            rc = catalogue_find(c, part, equals + 1, &e, &inner);
            if (rc == 0) {
                entry_put(e, &s->base);
                axis_drop(s, path);
            }
            goto done;
        }
    if (design_parameter(path, &p, &inner) == 0 &&
        field_parse(p.field, equals + 1, &value, &inner) == 0) {
        char known[64];
        add_override(s, &p, value);
        axis_drop(s, design_path(&p, known, sizeof known));
        rc = 0;
    }
done:
    if (rc != 0)
        fail(err, "--set %s: %s: %s", assignment, path, inner.text);
    free(path);
    return rc;
}

static double rule_value(const struct constraint *r, const struct design *d,
                         const struct metrics *m)
{
    return r->metric ? field_get(r->metric, m) : design_get(d, &r->parameter);
}

bool study_allows(const struct study *s, const struct design *d, const struct metrics *m)
{
    for (size_t i = 0; i < s->constraints; i++) {
        const struct constraint *r = &s->constraint[i];
        double v = rule_value(r, d, m);
        if (!(r->relation == AT_MOST    ? v <= r->value
              : r->relation == AT_LEAST ? v >= r->value
              : r->relation == BELOW    ? v < r->value
                                        : v > r->value))
            return false;
    }
    return true;
}

int constraint_parse(struct constraint *out, const char *text, struct err *err)
{
    static const char *const sign[] = {"<=", ">=", "<", ">"};
    const char *at = NULL;
    size_t relation = 0;
    int rc = -1;

    for (; relation < LEN(sign) && !(at = strstr(text, sign[relation])); relation++)
        ;
    if (!at)
        return fail(err, "\"%s\" compares nothing: write METRIC <= VALUE", text);
    char *name = mem_text(text);
    size_t length = (size_t)(at - text);
    while (length && name[length - 1] == ' ')
        length--;
    name[length] = '\0';

    *out = (struct constraint){.relation = (enum relation)relation};
    out->metric = field_find(metrics_fields, name);
    if (!out->metric && design_parameter(name, &out->parameter, err) != 0) {
        const char *near = field_nearest(metrics_fields, name);
        fail(err,
             near ? "\"%s\" is no metric or parameter: did you mean \"%s\"?"
                  : "\"%s\" is no metric or parameter: `dse list metrics` shows all",
             name, near);
        goto done;
    }
    struct field f = out->metric ? *out->metric : *out->parameter.field;
    f.lo = -INFINITY, f.hi = INFINITY, f.whole = false;
    const char *value = at + strlen(sign[relation]);
    rc = field_parse(&f, value + strspn(value, " "), &out->value, err);
    if (rc == 0)
        out->text = mem_text(text);
done:
    free(name);
    return rc;
}

int objective_parse(struct objective *out, const char *text, struct err *err)
{
    const char *name = text + (*text == '+' || *text == '-');
    const char *near;

    out->metric = field_find(metrics_fields, name);
    if (!out->metric) {
        near = field_nearest(metrics_fields, name);
        return fail(err,
                    near ? "\"%s\" is no metric: did you mean \"%s\"?"
                         : "\"%s\" is no metric: `dse list metrics` shows all",
                    name, near);
    }
    if (out->metric->words)
        return fail(err, "\"%s\" is a word: give a metric that is a number", name);
    out->sense = *text == '+' ? 1 : *text == '-' ? -1 : out->metric->sense;
    if (out->sense == 0)
        return fail(err, "\"%s\" has no better end: write +%s or -%s", name, name, name);
    return 0;
}
