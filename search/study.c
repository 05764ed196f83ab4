#include "search/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text_file.h"
#include "search/axis.h"

static const double MOST_POINTS = 9007199254740992.0; /* 2^53: indices stay exact as doubles */

/* Keys of a study that are not parameters. */
static const char *const keys[] = {"study",       "models",     "model",  "chip",   "engine",
                                   "precision",   "workload",   "plan",   "timing", "sweep",
                                   "constraints", "objectives", "search", "keep",   "prices"};

/* The `search` mapping. */
struct search_options {
    double strategy, budget, seed, population, seconds, stall;
};

static const double LONG_BUDGET = 1e12; /* where something else stops the search */
enum { CHOOSE = -1, DEFAULT_BUDGET = 25000 };

/* clang-format off */
static const struct field search_rows[] = {
    { FIELD(search_options, strategy, "1"), .init = CHOOSE, .only_words = true, .registry = strategy_word,
      .doc = "How the space is searched; `dse list strategies`." },
    { FIELD(search_options, budget, "1"), .lo = 1, .hi = INFINITY, .init = INFINITY, .doc = "Most points to evaluate." },
    { FIELD(search_options, seed, "1"), .lo = 0, .hi = 9007199254740992.0, .init = 1, .whole = true, .doc = "Seed of what is drawn at random." },
    { FIELD(search_options, population, "1"), .lo = 4, .hi = 1e6, .init = 0, .whole = true, .doc = "Members of a population, for strategies that have one." },
    { FIELD(search_options, seconds, "s"), .lo = 0, .hi = INFINITY, .init = INFINITY, .doc = "Stop after this time; what is found then depends on the machine." },
    { FIELD(search_options, stall, "1"), .lo = 100, .hi = INFINITY, .init = INFINITY, .doc = "Stop after so many points without a larger hypervolume." },
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
    if (name && design_parts[part].named) {
        if (catalogue_find(c, part, node_text(name), &e, &inner) != 0)
            return node_blame(name, section, node_text(name), &inner, err);
        entry_put(e, &s->base);
    }
    if (node_kind(n) != NODE_MAP)
        return design_parts[part].named
                   ? 0
                   : node_fail(n, section, err, "\"%s\" is not a mapping: write {name: value, ...}",
                               node_text(n));
    for (size_t i = 0; i < node_count(n); i++) {
        if (design_parts[part].named && !strcmp(node_key(n, i), "base"))
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
    s->population = o.population;
    s->seconds = o.seconds;
    s->stall = o.stall;
    s->strategy_given = o.strategy != CHOOSE;
    if (s->strategy_given)
        s->strategy = strategies[(size_t)o.strategy];
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
    if (!strcmp(key, "search")) /* was read first */
        return 0;
    if (!strcmp(key, "prices"))
        return catalogue_prices(c, node_text(value), &s->prices, &inner) == 0
                   ? 0
                   : node_blame(value, key, node_text(value), &inner, err);
    if (!strcmp(key, "keep")) {
        if (read_word(value, key, keep_words, &word, err) != 0)
            return -1;
        s->keep = (enum keep)word;
        s->keep_given = true;
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
    return node_fail(
        n, "sweep", err,
        "%.3g points are more than 2^53: take values or axes away, or give search a budget",
        points);
}

/* The search that was not named: the grid where the budget allows it, else one that aims. */
static void choose_strategy(struct study *s, double points)
{
    if (isfinite(points) && points <= s->budget)
        s->strategy = &strategy_grid;
    else
        s->strategy = s->objectives == 0  ? &strategy_sobol
                      : s->objectives < 3 ? &strategy_nsga2
                                          : &strategy_nsga3;
}

static int count_points(struct study *s, const struct node *root, struct err *err)
{
    double points = 1;
    const struct node *search = node_find(root, "search");
    const struct node *named = search ? node_find(search, "strategy") : NULL;
    bool real = false;

    for (size_t i = 0; i < s->axes; i++) {
        points *= s->axis[i].real ? INFINITY : (double)s->axis[i].n;
        real = real || s->axis[i].real;
        if (s->axis[i].real && s->strategy_given && s->strategy->lists) {
            const struct node *sweep = node_find(root, "sweep");
            const struct node *axis = sweep ? node_find(sweep, s->axis[i].path) : NULL;
            return node_fail(axis ? axis : root, s->axis[i].path, err,
                             "%s cannot search a range without steps: give steps, or name another "
                             "strategy, like nsga2",
                             s->strategy->name);
        }
    }
    if (s->strategy_given && s->strategy->aims && !s->objectives)
        return node_fail(named ? named : root, "search.strategy", err,
                         "%s needs objectives: write objectives: [+tokens_per_s, ...]",
                         s->strategy->name);
    if (!s->strategy_given)
        choose_strategy(s, real ? INFINITY : points);
    if (!s->strategy->lists) {
        if (isinf(s->budget))
            s->budget = isinf(s->seconds) && isinf(s->stall) ? (double)DEFAULT_BUDGET : LONG_BUDGET;
        s->budget = floor(fmin(s->budget, MOST_POINTS));
        s->size = (uint64_t)fmin(points, s->budget);
        return 0;
    }
    if (points > MOST_POINTS)
        return too_many(root, points, err);
    if (points > s->budget && s->strategy == &strategy_grid)
        return node_fail(
            node_find(search, "budget"), "search.budget", err,
            "%g is less than the %.0f points of the grid: raise it, shorten an axis, or name "
            "another strategy",
            s->budget, points);
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
static int check_size(const struct study *s, const struct node *root, struct err *err)
{
    const struct node *models = node_find(root, "models"), *sweep = node_find(root, "sweep");
    double points = models ? axis_count(models) : 1;

    if (sweep && node_kind(sweep) == NODE_MAP)
        for (size_t i = 0; i < node_count(sweep); i++)
            points *= fmax(1, axis_count(node_at(sweep, i)));
    bool samples = s->strategy_given ? !s->strategy->lists : isfinite(s->budget);
    return points > MOST_POINTS && !samples ? too_many(sweep ? sweep : root, points, err) : 0;
}

static int read_all(struct study *s, const struct conf *conf, struct catalogue *c, struct err *err)
{
    const struct node *root = conf_root(conf);
    struct err inner;

    if (node_kind(root) != NODE_MAP)
        return node_fail(root, NULL, err, "not a study: write key: value lines");
    const struct node *search = node_find(root, "search");
    if (search && read_search(s, search, err) != 0)
        return -1;
    if (check_size(s, root, err) != 0)
        return -1;
    for (size_t i = 0; i < node_count(root); i++)
        if (read_key(s, root, i, c, err) != 0)
            return -1;
    axes_sort(s);
    if (count_points(s, root, err) != 0)
        return -1;
    if (study_settle(s, &inner) != 0)
        return node_fail(blamed(root, inner.text), NULL, err, "%s", inner.text);
    if (s->strategy == &strategy_exact && s->keep_given && s->keep != KEEP_FRONT)
        return node_fail(node_find(root, "keep"), "keep", err,
                         "exact looks only at what may be on the front: write keep: front");
    if (s->strategy == &strategy_exact)
        s->keep = KEEP_FRONT;
    const struct node *limits = node_find(root, "constraints");
    for (size_t i = 0; i < s->constraints; i++)
        if (constraint_check(s, i, &inner) != 0)
            return node_fail(list_item(limits, i), "constraints", err, "%s", inner.text);
    return 0;
}

static int finish(struct study **out, struct conf *conf, struct catalogue *c, struct err *err)
{
    struct study *s = mem_alloc(1, sizeof *s);

    s->name = file_stem(conf_path(conf));
    s->text = mem_text(conf_text(conf));
    s->budget = s->seconds = s->stall = INFINITY;
    s->seed = 1;
    s->keep = KEEP_ALL;
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
    if (conf_open(&conf, path, err) != 0)
        return -1;
    const struct node *root = conf_root(conf);
    if (node_kind(root) == NODE_MAP && node_count(root) == 0) {
        node_fail(root, NULL, err, "the study is empty: write key: value lines, like chip: b200");
        conf_close(conf);
        return -1;
    }
    return finish(out, conf, c, err);
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
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && !strcmp(path, design_parts[part].fields->section)) {
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
