#include "search/axis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"

static const char PRICES[] = "prices"; /* prices_fields.section */

const char factor_is_fixed[] = "a factor on what the design states: change what it states";

bool path_is_of_prices(const char *path)
{
    size_t length = sizeof PRICES - 1;
    return !strncmp(path, PRICES, length) && (path[length] == '.' || path[length] == '_');
}

const struct field *price_field(const char *path)
{
    return path_is_of_prices(path) ? field_find(prices_fields, path + sizeof PRICES) : NULL;
}

static bool price_find(const char *path, struct parameter *out)
{
    const struct field *f = price_field(path);
    if (f)
        *out = (struct parameter){f, PART_PRICES, sizeof(struct design) + f->offset};
    return f;
}

int price_parameter(const char *path, struct parameter *out, struct err *err)
{
    if (price_find(path, out))
        return 0;
    const char *near = field_nearest(prices_fields, path + sizeof PRICES);
    return near ? fail(err, "unknown price: did you mean \"%s.%s\"?", PRICES, near)
                : fail(err, "unknown price: `dse list prices` shows all");
}

char *study_path(const struct parameter *p, char *buffer, size_t size)
{
    if (p->part != PART_PRICES)
        return design_path(p, buffer, size);
    snprintf(buffer, size, "%s.%s", PRICES, p->field->name);
    return buffer;
}

bool study_find(const char *path, struct parameter *out)
{
    return path_is_of_prices(path) ? price_find(path, out) : design_find(path, out);
}

int study_parameter(const char *path, struct parameter *out, struct err *err)
{
    return path_is_of_prices(path) ? price_parameter(path, out, err)
                                   : design_parameter(path, out, err);
}

void price_put(const struct field *price, double value, struct price_book *out)
{
    field_put(price, &out->low, value);
    field_put(price, &out->middle, value);
    field_put(price, &out->high, value);
}

enum { STEPS_MOST = 10000000 }; /* all values of an axis are in memory */

void axis_free(struct axis *a)
{
    if (a->part_value)
        for (size_t i = 0; i < a->n; i++)
            free(a->part_value[i]);
    free(a->part_value);
    free(a->value);
    free(a->entry);
    free(a->text);
}

bool axis_is_none(const struct axis *a, size_t i)
{
    return a->is_part && (a->part == PART_ENGINE || design_parts[a->part].optional) &&
           !strcmp(a->entry[i]->name, "none");
}

double axis_at(const struct axis *a, double u)
{
    double v = u <= 0   ? a->from
               : u >= 1 ? a->to
               : a->log ? a->from * pow(a->to / a->from, u)
                        : a->from + u * (a->to - a->from);
    return a->parameter.field->whole ? round(v) : v;
}

double axis_unit(const struct axis *a, double value)
{
    return a->log ? log(value / a->from) / log(a->to / a->from)
                  : (value - a->from) / (a->to - a->from);
}

void axis_put_value(const struct axis *a, double value, struct design *d)
{
    if (axis_is_price(a) || !design_has(d, a->part))
        return;
    /* The engine `none` stays `none`. */
    if (a->part != PART_ENGINE || !d->engine_name || strcmp(d->engine_name, "none") != 0 ||
        (!a->keeps_none && a->parameter.field->offset == offsetof(struct engine, bandwidth_ratio)))
        design_put(d, &a->parameter, value);
}

void axis_put(const struct axis *a, size_t i, struct design *d)
{
    if (!a->is_part) {
        axis_put_value(a, a->value[i], d);
        return;
    }
    const struct part *p = &design_parts[a->part];
    memcpy((char *)d + p->offset, a->part_value[i], p->fields->size);
    entry_put_name(a->entry[i], a->part, d);
}

static size_t items(const struct node *n)
{
    return node_kind(n) == NODE_LIST ? node_count(n) : 1;
}

static const struct node *item(const struct node *n, size_t i)
{
    return node_kind(n) == NODE_LIST ? node_at(n, i) : n;
}

static int find_entry(const struct axis *a, const char *name, const struct node *place,
                      const struct axis_source *from, const struct entry **out, struct err *err)
{
    struct err inner;
    char *path = catalogue_path(from->folder, name);
    int rc = catalogue_find(from->catalogue, a->part, path, out, &inner);
    if (rc != 0)
        node_fail_file(place, a->path, &inner, err);
    free(path);
    return rc;
}

static int add_entry(struct axis *a, const char *name, const struct node *place,
                     const struct axis_source *from, struct err *err)
{
    const struct entry *e;

    if (find_entry(a, name, place, from, &e, err) != 0)
        return -1;
    for (size_t i = 0; i < a->n; i++) {
        if (a->entry[i] == e)
            return node_fail(place, a->path, err, "%s is given twice: keep one", name);
        if (!strcmp(a->entry[i]->name, e->name))
            return node_fail(place, a->path, err, "%s is called %s, as another one is: rename one",
                             name, e->name);
    }
    a->entry = mem_grow(a->entry, a->n + 1, sizeof *a->entry);
    a->text = mem_grow(a->text, a->n + 1, sizeof *a->text);
    a->part_value = mem_grow(a->part_value, a->n + 1, sizeof *a->part_value);
    a->part_value[a->n] = mem_alloc(1, design_parts[a->part].fields->size);
    a->text[a->n] = e->name;
    a->entry[a->n++] = e;
    return 0;
}

/* `slashed` is a pattern between slashes: adds every catalogue entry that matches. */
static int add_matching(struct axis *a, const char *slashed, const struct node *place,
                        const struct axis_source *from, struct err *err)
{
    const char *const *name;
    size_t n, before = a->n;
    struct regex *regex;
    struct err inner;
    int rc = 0;

    char *pattern = mem_text(slashed + 1);
    pattern[strlen(pattern) - 1] = '\0';
    if (regex_open(&regex, pattern, &inner) != 0) {
        free(pattern);
        return node_fail(place, a->path, err, "%s: correct the pattern", inner.text);
    }
    catalogue_names(from->catalogue, a->part, &name, &n);
    for (size_t i = 0; i < n && rc == 0; i++) {
        int found = regex_match(regex, name[i], strlen(name[i]), &inner);
        if (found < 0)
            rc = node_fail(place, a->path, err, "%s", inner.text);
        else if (found)
            rc = add_entry(a, name[i], place, from, err);
    }
    if (rc == 0 && a->n == before)
        rc = node_fail(place, a->path, err,
                       "nothing in the catalogue matches %s: `dse list` shows the names", slashed);
    regex_close(regex);
    free(pattern);
    return rc;
}

static int read_entry(struct axis *a, const struct node *n, const struct axis_source *from,
                      struct err *err)
{
    const char *text = node_text(n);
    size_t length = strlen(text);
    if (node_kind(n) != NODE_SCALAR)
        return node_fail(n, a->path, err,
                         "is not a name: write a catalogue name, a file, or /regex/");
    return length > 1 && text[0] == '/' && text[length - 1] == '/'
               ? add_matching(a, text, n, from, err)
               : add_entry(a, text, n, from, err);
}

static void read_part_axis(struct axis *a, const struct axis_source *from, struct faults *found)
{
    struct err err;
    for (size_t i = 0; i < items(from->value); i++)
        if (read_entry(a, item(from->value, i), from, &err) != 0)
            node_add_fault(item(from->value, i), found, &err);
}

double axis_count(const struct node *value)
{
    const struct node *steps = node_kind(value) == NODE_MAP ? node_find(value, "steps") : NULL;
    return steps ? fmax(1, strtod(node_text(steps), NULL)) : (double)items(value);
}

/* Rounds to 12 significant digits, so that a step of a range is 8192 and not 8191.999999999999. */
static double rounded(double v)
{
    char text[40];
    snprintf(text, sizeof text, "%.12g", v);
    return strtod(text, NULL);
}

/* `from` and `to` have the unit and range of the parameter, so their fields are built here. */
static int read_range(struct axis *a, const struct node *n, struct err *err)
{
    struct range {
        double from, to, steps, scale;
    } r;
    static const struct word scales[] = {{"lin", 0}, {"linear", 0}, {"log", 1}, {NULL, 0}};
    const struct field *of = a->parameter.field;
    const struct field rows[] = {
        {FIELD(range, from, of->unit), .lo = of->lo, .hi = of->hi, .init = NAN, .whole = of->whole},
        {FIELD(range, to, of->unit), .lo = of->lo, .hi = of->hi, .init = NAN, .whole = of->whole},
        {FIELD(range, steps, "1"), .lo = 2, .hi = STEPS_MOST, .init = 0, .whole = true},
        {FIELD(range, scale, "1"), .lo = 0, .hi = 1, .init = 0, .only_words = true,
         .words = scales},
    };
    const struct fields fields = {a->path, rows, LEN(rows), sizeof r};

    if (of->only_words)
        return node_fail(n, a->path, err, "has words as values: list them");
    fields_init(fields, &r);
    if (node_bind(n, fields, NULL, &r, NULL, err) != 0 || node_require(n, fields, &r, err) != 0)
        return -1;
    if (r.from >= r.to)
        return node_fail(n, a->path, err, "from is not below to: swap them");
    if (r.scale > 0 && r.from <= 0)
        return node_fail(n, a->path, err, "a log scale cannot start at %g: start above 0", r.from);
    a->from = r.from;
    a->to = r.to;
    a->log = r.scale > 0;
    if (r.steps == 0) {
        a->real = true;
        a->n = 1;
        a->value = mem_alloc(1, sizeof *a->value);
        a->value[0] = r.from;
        return 0;
    }
    a->value = mem_alloc((size_t)r.steps, sizeof *a->value);
    for (double i = 0; i < r.steps; i++) {
        double t = i / (r.steps - 1);
        double v = i == 0             ? r.from
                   : i == r.steps - 1 ? r.to
                   : r.scale > 0      ? r.from * pow(r.to / r.from, t)
                                      : r.from + t * (r.to - r.from);
        v = of->whole ? round(v) : rounded(v);
        if (a->n == 0 || a->value[a->n - 1] != v)
            a->value[a->n++] = v;
    }
    return 0;
}

struct listed_value {
    double value;
    size_t place; /* in the list of the study */
};

static int by_value_and_place(const void *a, const void *b)
{
    const struct listed_value *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Index of the first value that repeats an earlier one; n if there is none. */
static size_t find_repeated(const double *value, size_t n)
{
    struct listed_value *sorted = mem_alloc(n, sizeof *sorted);
    size_t first = n;
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct listed_value){value[i], i};
    qsort(sorted, n, sizeof *sorted, by_value_and_place);
    for (size_t i = 1; i < n; i++)
        if (sorted[i].value == sorted[i - 1].value && sorted[i].place < first)
            first = sorted[i].place;
    free(sorted);
    return first;
}

static void read_list(struct axis *a, const struct node *value, struct faults *found)
{
    union {
        struct design design;
        struct prices prices;
    } scratch;
    const struct field *f = a->parameter.field;
    struct err err;
    bool words = true;
    size_t before = found->n;

    a->value = mem_alloc(items(value), sizeof *a->value);
    for (size_t i = 0; i < items(value); i++) {
        if (node_bind_field(item(value, i), f, a->path, &scratch, &err) != 0) {
            node_add_fault(item(value, i), found, &err);
            continue;
        }
        double v = field_get(f, &scratch);
        a->value[a->n++] = v;
        words = words && field_word(f, v);
    }
    size_t repeated = find_repeated(a->value, a->n);
    if (found->n == before && repeated < a->n) {
        const struct node *n = item(value, repeated);
        node_fail(n, a->path, &err, "%s is given twice: keep one", node_text(n));
        node_add_fault(n, found, &err);
    }
    if (words && a->n) {
        a->text = mem_alloc(a->n, sizeof *a->text);
        for (size_t i = 0; i < a->n; i++)
            a->text[i] = field_word(f, a->value[i]);
    }
}

/* Finds the part or parameter that the axis varies. */
static int find_path(struct axis *a, const struct axis_source *from, struct err *err)
{
    const char *name = from->name;
    struct err inner;
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && !strcmp(name, design_parts[part].fields->section)) {
            a->is_part = true;
            a->part = part;
            memcpy(a->path, name, strlen(name) + 1);
        }
    if (a->is_part)
        return 0;
    if (study_parameter(name, &a->parameter, &inner) != 0)
        return node_fail(from->key, name, err, "%s", inner.text);
    a->part = a->parameter.part;
    if (axis_is_price(a) && price_is_factor(a->parameter.field))
        return node_fail(from->key, name, err, "%s", factor_is_fixed);
    study_path(&a->parameter, a->path, sizeof a->path);
    return 0;
}

static int add_axis(const struct axis_source *from, struct err *err)
{
    const struct node *value = from->value;
    struct axis *a = &from->axis[*from->axes];

    if (*from->axes == AXES_MOST)
        return node_fail(from->key, from->name, err, "more than %d axes: fix some of them",
                         AXES_MOST);
    *a = (struct axis){0};
    if (find_path(a, from, err) != 0)
        return -1;
    for (size_t i = 0; i < *from->axes; i++)
        if (!strcmp(from->axis[i].path, a->path))
            return node_fail(from->key, from->name, err, "this axis is given twice: keep one");
    if (items(value) == 0 || (node_kind(value) == NODE_SCALAR && !*node_text(value)))
        return node_fail(value, from->name, err, "the axis is empty: list at least one value");
    ++*from->axes; /* study_free now frees it */
    return 0;
}

void axis_read(const struct axis_source *from, struct faults *found)
{
    struct axis *a = &from->axis[*from->axes];
    struct err err;
    if (add_axis(from, &err) != 0)
        node_add_fault(from->key, found, &err);
    else if (a->is_part)
        read_part_axis(a, from, found);
    else if (node_kind(from->value) != NODE_MAP)
        read_list(a, from->value, found);
    else if (read_range(a, from->value, &err) != 0)
        node_add_fault(from->value, found, &err);
}
