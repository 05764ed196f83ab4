#include "search/study_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double MOST_POINTS = 9007199254740992.0; /* 2^53: exact as a double */

/* Keys of a study that are not parameters. */
static const char *const keys[] = {"study",       "models",     "model",  "chip",   "engine",
                                   "precision",   "workload",   "plan",   "timing", "sweep",
                                   "constraints", "objectives", "search", "keep",   "prices"};

/* The `search` mapping. */
struct search_options {
    double strategy, budget, seed, population, seconds, stall;
};

static const double LONG_BUDGET = 1e12; /* if `seconds` or `stall` stops the search */
enum { CHOOSE = -1, DEFAULT_BUDGET = 25000 };

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

/* State while a study is read. */
struct reading {
    struct study *s;
    struct catalogue *c;
    struct faults *found;
    size_t values, room;
    struct given {
        struct parameter parameter;
        double value;
        const struct node *key, *node;
    } * given;                               /* values of single parameters, in file order */
    const struct entry *entry[DESIGN_PARTS]; /* NULL if the study names none */
    const struct node *name[DESIGN_PARTS];   /* of the entry */
    const struct node *axis_key[AXES_MOST];  /* of each axis of the study */
};

static int note(struct reading *r, const struct node *n, const struct err *what)
{
    node_add_fault(n, r->found, what);
    return -1;
}

/* An earlier value of the same parameter, perhaps by another path; NULL if there is none. */
static const struct given *given_before(const struct reading *r, const struct parameter *p)
{
    for (size_t i = 0; i < r->values; i++)
        if (r->given[i].parameter.offset == p->offset)
            return &r->given[i];
    return NULL;
}

static int give_override(struct reading *r, const struct node *key, const struct node *value,
                         const char *path, struct err *err)
{
    struct parameter p;
    struct err inner;
    struct design scratch;

    if (design_parameter(path, &p, &inner) != 0)
        return node_fail(key, path, err, "%s", inner.text);
    const struct given *before = given_before(r, &p);
    if (before)
        return node_fail(key, path, err, "given twice, at %zu:%zu too: keep one",
                         node_line(before->key), node_column(before->key));
    if (node_bind_field(value, p.field, path, (char *)&scratch + (p.offset - p.field->offset),
                        err) != 0)
        return -1;
    if (r->values == r->room)
        r->given = mem_grow(r->given, r->room = 2 * r->room + 8, sizeof *r->given);
    double v = design_get(&scratch, &p);
    r->given[r->values++] = (struct given){p, v, key, value};
    study_override(r->s, &p, v);
    return 0;
}

/* Reads the value of one parameter. */
static void read_override(struct reading *r, const struct node *key, const struct node *value,
                          const char *path)
{
    struct err err;
    if (give_override(r, key, value, path, &err) != 0)
        note(r, key, &err);
}

static void read_entry_name(struct reading *r, size_t part, const struct node *name)
{
    const char *section = design_parts[part].fields->section;
    struct err err, inner;
    if (catalogue_find(r->c, part, node_text(name), &r->entry[part], &inner) != 0) {
        node_fail_file(name, section, node_text(name), &inner, &err);
        note(r, name, &err);
        return;
    }
    r->name[part] = name;
    entry_put(r->entry[part], &r->s->base);
}

static bool is_parameter(const char *path)
{
    struct parameter p;
    struct err ignored;
    return design_parameter(path, &p, &ignored) == 0;
}

/* Reads the members of a mapping, and those of mappings in it: `pools: {prefill: {tp: 8}}`. */
static void read_members(struct reading *r, const struct node *map, const char *section,
                         const char *skip)
{
    for (size_t i = 0; i < node_count(map); i++) {
        if (skip && !strcmp(node_key(map, i), skip))
            continue;
        char *path = mem_print("%s.%s", section, node_key(map, i));
        if (node_count(node_at(map, i)) > 0 && !is_parameter(path))
            read_members(r, node_at(map, i), path, NULL);
        else
            read_override(r, node_key_node(map, i), node_at(map, i), path);
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
        note(r, n, &err);
        return;
    }
    if (node_kind(n) == NODE_SCALAR && !named) {
        node_fail(n, section, &err, "\"%s\" is not a mapping: write {name: value, ...}",
                  node_text(n));
        note(r, n, &err);
        return;
    }
    if (name && named)
        read_entry_name(r, part, name);
    read_members(r, n, section, named ? "base" : NULL);
}

static void read_axis(struct reading *r, const struct node *key, const char *name,
                      const struct node *value)
{
    if (r->s->axes < AXES_MOST)
        r->axis_key[r->s->axes] = key;
    axis_read(&(struct axis_source){r->s->axis, &r->s->axes, r->c, key, name, value}, r->found);
}

static void read_sweep(struct reading *r, const struct node *sweep)
{
    struct err err;
    if (node_kind(sweep) != NODE_MAP) {
        node_fail(sweep, "sweep", &err, "is not a mapping: write PATH: [value, ...]");
        note(r, sweep, &err);
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

static const struct node *list_item(const struct node *n, size_t i)
{
    return node_kind(n) == NODE_LIST ? node_at(n, i) : n;
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
    note(r, item, &err);
}

/* Reads a list of texts, or a single text. */
static void read_rules(struct reading *r, const struct node *n, bool constraints)
{
    const char *path = constraints ? "constraints" : "objectives";
    size_t count = node_kind(n) == NODE_LIST ? node_count(n) : 1;
    struct err err;

    if (node_kind(n) == NODE_MAP)
        node_fail(n, path, &err, "is a mapping: write a list");
    else if (count > RULES_MOST)
        node_fail(n, path, &err, "more than %d: shorten the list", RULES_MOST);
    else {
        for (size_t i = 0; i < count; i++)
            read_rule(r, list_item(n, i), constraints);
        return;
    }
    note(r, n, &err);
}

static void read_search(struct reading *r, const struct node *n)
{
    struct study *s = r->s;
    struct search_options o;
    fields_init(search_fields, &o);
    node_bind_all(n, search_fields, &o, r->found);
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

static int read_prices(struct reading *r, const struct node *n, struct err *err)
{
    struct err inner;
    return catalogue_prices(r->c, node_text(n), &r->s->prices, &inner) == 0
               ? 0
               : node_fail_file(n, "prices", node_text(n), &inner, err);
}

static int fail_key(const struct node *place, const char *key, struct err *err)
{
    const char *near = name_nearest(key, keys, LEN(keys));
    if (near)
        return node_fail(place, key, err, "unknown key: did you mean \"%s\"?", near);
    return node_fail(place, key, err,
                     "unknown key: one of study, models, chip, engine, precision, "
                     "workload, plan, timing, sweep, constraints, objectives, "
                     "search, keep, prices, or a parameter's path");
}

/* Reads a key with a single value. */
static int read_single(struct reading *r, const struct node *place, const struct node *value,
                       struct err *err)
{
    const char *key = node_text(place);
    return !strcmp(key, "study")    ? read_name(r->s, value, err)
           : !strcmp(key, "keep")   ? read_keep(r->s, value, err)
           : !strcmp(key, "prices") ? read_prices(r, value, err)
                                    : fail_key(place, key, err);
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
    if (!strcmp(key, "search"))
        ; /* already read */
    else if (!strcmp(key, "models"))
        read_axis(r, place, "model", value);
    else if (!strcmp(key, "sweep"))
        read_sweep(r, value);
    else if (!strcmp(key, "constraints") || !strcmp(key, "objectives"))
        read_rules(r, value, *key == 'c');
    else if (strchr(key, '.') || !strcmp(key, "timing"))
        read_override(r, place, value, key);
    else if (read_single(r, place, value, &err) != 0)
        note(r, place, &err);
}

static bool axis_has_value(const struct axis *a, double v)
{
    bool is = a->real && v >= a->from && v <= a->to;
    for (size_t i = 0; i < a->n && !is; i++)
        is = a->value[i] == v;
    return is;
}

static bool axis_has_entry(const struct axis *a, const struct entry *e)
{
    bool is = false;
    for (size_t i = 0; i < a->n && !is; i++)
        is = a->entry[i] == e;
    return is;
}

/* A default word that stands for no number in range (auto, max, none) leaves the value open. */
static bool leaves_open(const struct field *f, double v)
{
    return !f->only_words && v == f->init && (v < f->lo || v > f->hi || isinf(v));
}

/* So does an engine that is none. */
static bool entry_leaves_open(const struct entry *e)
{
    return e->part == PART_ENGINE && !engine_is_there(e->value);
}

/* A base value must be a value of the axis that sweeps it, or leave it open: otherwise no point
 * would have it. Call it before the axes are sorted (axis_key). */
static void check_base_values(struct reading *r)
{
    for (size_t i = 0; i < r->s->axes; i++) {
        const struct axis *a = &r->s->axis[i];
        const struct given *value = a->is_part ? NULL : given_before(r, &a->parameter);
        const struct node *unused = NULL;
        struct err err;
        const struct entry *entry = a->is_part ? r->entry[a->part] : NULL;
        if (entry && !entry_leaves_open(entry) && !axis_has_entry(a, entry))
            unused = r->name[a->part];
        else if (value && !leaves_open(a->parameter.field, value->value) &&
                 !axis_has_value(a, value->value))
            unused = value->node;
        if (!unused)
            continue;
        node_fail(unused, a->path, &err,
                  "given twice: %s here, other values by the axis at %zu:%zu: keep one, or list "
                  "the value there",
                  node_text(unused), node_line(r->axis_key[i]), node_column(r->axis_key[i]));
        note(r, unused, &err);
    }
}

static int too_many(const struct node *n, double points, struct err *err)
{
    return node_fail(
        n, "sweep", err,
        "%.3g points are more than 2^53: remove values or axes, or give search a budget", points);
}

/* The default strategy: the grid if it fits the budget, otherwise one that suits the objectives. */
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
                             "%s cannot search a range without steps: give steps, or choose "
                             "another strategy, like nsga2",
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
            "%g is less than the %.0f points of the grid: raise it, shorten an axis, or choose "
            "another strategy",
            s->budget, points);
    s->size = (uint64_t)points;
    return 0;
}

/* The node that sets the parameter at the start of a message like "model.top_k: ..."; `root` if
 * there is none. */
static const struct node *find_blamed(const struct node *root, const char *complaint)
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

/* Refuses a space that is too large to number before its values are made. */
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

static void check_rules(struct reading *r, const struct node *root)
{
    const struct study *s = r->s;
    const struct node *limits = node_find(root, "constraints"),
                      *goals = node_find(root, "objectives");
    struct metric_scope scope;
    struct err err, inner;

    study_scope(s, &scope);
    for (size_t i = 0; i < s->constraints; i++) {
        const struct field *metric = s->constraint[i].metric;
        if ((metric && !metric_exists(metric, &scope, &inner)) ||
            constraint_check(s, i, &inner) != 0) {
            node_fail(list_item(limits, i), "constraints", &err, "%s", inner.text);
            note(r, list_item(limits, i), &err);
        }
    }
    for (size_t i = 0; i < s->objectives; i++)
        if (!metric_exists(s->objective[i].metric, &scope, &inner)) {
            node_fail(list_item(goals, i), "objectives", &err, "%s", inner.text);
            note(r, list_item(goals, i), &err);
        }
}

/* Checks values that depend on each other. */
static int check_whole(struct reading *r, const struct node *root, struct err *err)
{
    struct study *s = r->s;
    struct err inner;

    check_base_values(r);
    study_sort_axes(s);
    if (count_points(s, root, err) != 0)
        return -1;
    if (study_settle(s, &inner) != 0)
        return node_fail(find_blamed(root, inner.text), NULL, err, "%s", inner.text);
    if (s->strategy == &strategy_exact && s->keep_given && s->keep != KEEP_FRONT)
        return node_fail(node_find(root, "keep"), "keep", err,
                         "exact prices only points that may be on the front: write keep: front");
    if (s->strategy == &strategy_exact)
        s->keep = KEEP_FRONT;
    check_rules(r, root);
    return 0;
}

void study_read(struct study *s, const struct conf *conf, struct catalogue *c, struct faults *found)
{
    const struct node *root = conf_root(conf);
    struct reading r = {.s = s, .c = c, .found = found};
    struct err err;

    if (node_kind(root) != NODE_MAP) {
        node_fail(root, NULL, &err, "not a study: write key: value lines");
        note(&r, root, &err);
        return;
    }
    const struct node *search = node_find(root, "search");
    if (search)
        read_search(&r, search);
    if (check_size(s, root, &err) != 0) {
        note(&r, root, &err);
        return;
    }
    for (size_t i = 0; i < node_count(root); i++)
        read_key(&r, root, i);
    if (found->n == 0 && check_whole(&r, root, &err) != 0)
        note(&r, root, &err);
    free(r.given);
}

int study_objectives(struct objective *out, size_t *n, const char *name, const char *text,
                     struct err *err)
{
    struct conf *conf;
    *n = 0;
    if (conf_parse(&conf, name, text, err) != 0)
        return -1;
    const struct node *all = node_find(conf_root(conf), "objectives");
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
