#include "dse/points.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"

#define BLANKS " \t\r\n"

enum { NAME_MOST = 64 };

/* What a column sets. */
struct target {
    enum { TARGET_NONE, TARGET_PART, TARGET_PARAMETER, TARGET_SCENARIO } kind;
    size_t part;
    struct parameter parameter;
    bool has_unit; /* the column has the full name of the parameter, which ends in its SI unit */
};

static char *trimmed(char *text)
{
    text += strspn(text, BLANKS);
    size_t length = strlen(text);
    while (length > 0 && strchr(BLANKS, text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* A name in lower case, with '_' for other separators between words; truncated if too long. */
struct lower_name {
    char text[NAME_MOST];
};

static struct lower_name lower_name_of(const char *name)
{
    struct lower_name p = {""};
    for (size_t i = 0; name[i] && i + 1 < sizeof p.text; i++)
        p.text[i] = strchr(". -", name[i]) ? '_' : (char)tolower((unsigned char)name[i]);
    return p;
}

/* Copies a path with each '.' written as in `name`, which may have '_' there. Returns `out`. */
static const char *like(char out[NAME_MOST], const char *path, const char *name)
{
    size_t i = 0;
    for (bool same = true; path[i] && i + 1 < NAME_MOST; i++) {
        out[i] = same && path[i] == '.' && name[i] == '_' ? '_' : path[i];
        same = same && name[i] == out[i];
    }
    out[i] = '\0';
    return out;
}

/* Finds a parameter of a part by its name, in which '_' may replace '.'. */
static bool find_member(struct parameter *out, size_t part, const char *name)
{
    const struct fields *f = design_parts[part].fields;
    const struct field *row = field_find(*f, name);
    char own[NAME_MOST];
    for (size_t i = 0; i < f->n && !row; i++)
        if (!strcmp(like(own, f->row[i].name, name), name))
            row = &f->row[i];
    if (row)
        *out = (struct parameter){row, part, design_parts[part].offset + row->offset};
    return row != NULL;
}

/* Columns are named by path, or by path with '_' instead of '.'. */
static struct target target_of(const char *name)
{
    struct target t = {0};
    struct parameter *p = &t.parameter;
    char *path = mem_text(name);
    for (char *c = path; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    for (size_t part = 0; part < DESIGN_PARTS && t.kind == TARGET_NONE; part++) {
        char section[NAME_MOST];
        size_t length = strlen(like(section, design_parts[part].fields->section, path));
        if (design_parts[part].named && !strcmp(path, section))
            t = (struct target){.kind = TARGET_PART, .part = part};
        else if (length && !strncmp(path, section, length) && path[length] == '_')
            t.kind = find_member(p, part, path + length + 1) ? TARGET_PARAMETER : TARGET_NONE;
    }
    if (t.kind == TARGET_NONE && study_find(path, p))
        t.kind = TARGET_PARAMETER;
    if (t.kind == TARGET_NONE && !strcmp(path, "scenario"))
        t.kind = TARGET_SCENARIO;
    size_t length = strlen(path);
    if (t.kind == TARGET_PARAMETER) {
        size_t own = strlen(p->field->name);
        t.has_unit = length >= own && !strcmp(path + length - own, p->field->name);
    }
    free(path);
    return t;
}

/* Compares the first words of two names: up to '_'. */
static bool same_first_word(const char *a, const char *b)
{
    size_t length = strcspn(a, "_");
    return length == strcspn(b, "_") && !strncmp(a, b, length);
}

/* Is `name` nearly the name of the field `f` of a section? */
static bool resembles(const struct lower_name *name, const char *section, const struct field *f)
{
    char path[2 * NAME_MOST];
    size_t length = strlen(section), whole = length + (length > 0) + strlen(f->name);
    size_t far = whole >= 8 ? 2 : 1, given = strlen(name->text);
    if (!strcmp(name->text, f->name))
        return true;
    if (given + far >= whole && given <= whole + far) { /* else it is farther */
        snprintf(path, sizeof path, "%s%s%s", section, length ? "_" : "", f->name);
        if (name_distance(name->text, path, far) <= far)
            return true;
    }
    return length && !strncmp(name->text, section, length) && name->text[length] == '_' &&
           same_first_word(name->text + length + 1, f->name);
}

/* Fails if the part of the name before a dot is nearly the name of a section. */
static int check_dotted(const char *name, struct err *err)
{
    const char *dot = strchr(name, '.');
    struct parameter ignored;
    if (!dot || dot - name >= NAME_MOST)
        return 0;
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const char *section = design_parts[part].fields->section;
        char head[NAME_MOST];
        snprintf(head, sizeof head, "%.*s", (int)(dot - name), name);
        size_t far = strlen(section) >= 6 ? 2 : 1;
        if (!*section || name_distance(head, section, far) > far)
            continue;
        char *path = mem_print("%s%s", section, dot);
        if (design_parameter(path, &ignored, err) == 0)
            fail(err, "unknown name: did you mean \"%s\"?", path);
        free(path);
        return -1;
    }
    return 0;
}

/* A column that is passed on must not look like a misspelt parameter, or the default would be
 * priced instead. err->text is "WHAT: RIGHT". */
static int check_foreign(const char *name, struct err *err)
{
    struct lower_name lower_name = lower_name_of(name);
    char path[NAME_MOST];
    if (field_find(metrics_fields, name) || !strncmp(name, "given_", 6))
        return 0;
    if (check_dotted(name, err) != 0)
        return -1;
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const char *section = design_parts[part].fields->section;
        if (design_parts[part].named && name_distance(lower_name.text, section, 1) <= 1)
            return fail(err, "unknown name: did you mean \"%s\"? (given_%s is passed on)", section,
                        lower_name.text);
    }
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct fields *f = design_parts[part].fields;
        for (size_t i = 0; i < f->n; i++) {
            struct parameter p = {&f->row[i], part, 0};
            if (resembles(&lower_name, f->section, &f->row[i]))
                return fail(err, "sets nothing: did you mean \"%s\"? (given_%s is passed on)",
                            design_path(&p, path, sizeof path), lower_name.text);
        }
    }
    return 0;
}

/* Adds a mistake at a line and column of the file; column 1 if it is not one of a cell. */
static void add_fault(struct points *p, size_t line, size_t column, const char *what)
{
    struct err err;
    fail(&err, "%s:%zu:%zu: %s", p->path, line, column, what);
    faults_add(&p->found, line, column, &err);
}

static size_t place_of(const struct points *p, size_t i)
{
    return p->column ? p->column[i] : i + 1;
}

static void add_column_fault(struct points *p, size_t i, const char *what)
{
    struct err err;
    fail(&err, "%s: %s", p->csv.header[i], what);
    add_fault(p, p->csv.header_line, place_of(p, i), err.text);
}

static void add_twice(struct points *p, size_t i, size_t before)
{
    char what[NAME_MOST];
    snprintf(what, sizeof what, "given twice, by column %zu too: keep one", before + 1);
    add_column_fault(p, i, what);
}

struct named {
    const char *name;
    size_t column;
};

static int by_name_and_column(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

static void check_names(struct points *p)
{
    size_t n = p->csv.columns;
    struct named *sorted = mem_alloc(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct named){p->csv.header[i], i};
    qsort(sorted, n, sizeof *sorted, by_name_and_column);
    for (size_t i = 1; i < n; i++)
        if (*sorted[i].name && !strcmp(sorted[i].name, sorted[i - 1].name))
            add_twice(p, sorted[i].column, sorted[i - 1].column);
    free(sorted);
}

/* A column without a name must be empty, as spreadsheets often leave one. */
static void check_nameless(struct points *p, size_t i)
{
    for (size_t row = 0; row < p->csv.rows; row++) {
        const char *text = csv_at(&p->csv, row, i);
        if (!text[strspn(text, BLANKS)])
            continue;
        add_fault(p, p->csv.line[row], place_of(p, i),
                  "the column has no name: name it in the first line");
        return;
    }
}

static bool same_target(const struct target *a, const struct target *b)
{
    return a->kind == b->kind &&
           (a->kind == TARGET_SCENARIO ||
            (a->kind == TARGET_PART ? a->part == b->part
                                    : a->parameter.offset == b->parameter.offset));
}

static bool has_column(const struct points *p, const char *name)
{
    for (size_t i = 0; i < p->csv.columns; i++)
        if (!strcmp(p->csv.header[i], name))
            return true;
    return false;
}

/* The metric `batch` is taken for workload.batch by people, unless that is given or the list is a
 * result (it has a verdict). */
static void check_batch(struct points *p, size_t i)
{
    static const char *const told_apart[] = {"workload.batch", "workload_batch", "verdict"};
    if (strcmp(p->csv.header[i], "batch") != 0)
        return;
    for (size_t j = 0; j < LEN(told_apart); j++)
        if (has_column(p, told_apart[j]))
            return;
    add_column_fault(p, i,
                     "sets nothing: did you mean \"workload.batch\"? (given_batch is passed on)");
}

static bool has_name_before(const struct points *p, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (!strcmp(p->csv.header[j], p->csv.header[i]))
            return true;
    return false;
}

static void find_targets(struct points *p)
{
    size_t *set = mem_alloc(p->csv.columns, sizeof *set), sets = 0;
    struct err inner;
    for (size_t i = 0; i < p->csv.columns; i++) {
        struct target *t = &p->target[i];
        *t = target_of(p->csv.header[i]);
        size_t j = 0;
        while (j < sets && !same_target(t, &p->target[set[j]]))
            j++;
        if (t->kind != TARGET_NONE && j < sets) {
            if (!has_name_before(p, i)) /* check_names reports equal names */
                add_twice(p, i, set[j]);
        } else if (t->kind != TARGET_NONE)
            set[sets++] = i;
        else if (!*p->csv.header[i])
            check_nameless(p, i);
        else if (check_foreign(p->csv.header[i], &inner) != 0)
            add_column_fault(p, i, inner.text);
        else
            check_batch(p, i);
    }
    if (p->found.n == 0 && sets == 0)
        add_fault(p, p->csv.header_line, 1,
                  "no column is named like a parameter: name one, like model, chip or "
                  "workload.context");
    free(set);
}

static void check_columns(struct points *p)
{
    for (size_t i = 0; i < p->csv.columns; i++)
        p->csv.header[i] = trimmed(p->csv.header[i]);
    p->target = mem_alloc(p->csv.columns, sizeof *p->target);
    check_names(p);
    find_targets(p);
}

int points_open(struct points *out, const char *path, struct err *err)
{
    *out = (struct points){.path = path};
    if (csv_read(&out->csv, path, err) != 0)
        return -1;
    check_columns(out);
    return 0;
}

int points_parse(struct points *out, const char *name, const char *text, size_t length,
                 struct err *err)
{
    *out = (struct points){.path = name};
    if (csv_parse(&out->csv, name, text, length, err) != 0)
        return -1;
    check_columns(out);
    return 0;
}

void points_take(struct points *out, const char *name, const struct csv *list, const size_t *column)
{
    *out = (struct points){.path = name, .csv = *list, .column = column};
    check_columns(out);
}

int points_next(struct points *p, const struct csv *row)
{
    size_t before = p->found.n;
    p->csv = *row;
    for (size_t i = 0; i < row->columns; i++)
        if (!*row->header[i])
            check_nameless(p, i);
    return p->found.n == before ? 0 : -1;
}

void points_close(struct points *p)
{
    faults_free(&p->found);
    free(p->target);
    csv_free(&p->csv);
}

/* What a row sets. */
struct priced {
    const struct study *study; /* its overrides hold for the entries of a row too */
    struct design *design;
    struct price_book *prices;
};

static int set_cell(const struct target *t, const char *text, struct catalogue *c,
                    const struct priced *to, struct err *err)
{
    const struct entry *e;
    double value;
    if (t->kind == TARGET_PARAMETER) {
        if ((t->has_unit ? field_parse_si : field_parse)(t->parameter.field, text, &value, err) !=
            0)
            return -1;
        if (t->parameter.part != PART_PRICES)
            design_put(to->design, &t->parameter, value);
        else if (price_is_factor(t->parameter.field))
            return fail(err, "%s", factor_is_fixed);
        else
            price_put(t->parameter.field, value, to->prices);
        return 0;
    }
    char *copy = mem_text(text);
    int rc = catalogue_find(c, t->part, trimmed(copy), &e, err);
    free(copy);
    if (rc == 0)
        study_put_entry(to->study, e, t->part, to->design);
    return rc;
}

static void add_cell_fault(struct points *p, size_t row, size_t i, const struct err *why)
{
    struct err what;
    if (why->status == STATUS_IO) {
        faults_add(&p->found, p->csv.line[row], place_of(p, i), why);
        return;
    }
    fail(&what, "%s: %s", p->csv.header[i], why->text);
    add_fault(p, p->csv.line[row], place_of(p, i), what.text);
}

int points_scenario(struct points *p, size_t row, struct study *base, struct study *init,
                    struct study **out)
{
    struct err inner;
    int rc = 0;
    *out = init;
    for (size_t i = 0; i < p->csv.columns && rc == 0; i++) {
        const char *text = csv_at(&p->csv, row, i);
        if (p->target[i].kind != TARGET_SCENARIO || !text[strspn(text, BLANKS)])
            continue;
        char *copy = mem_text(text);
        rc = study_find_scenario(base, trimmed(copy), out, &inner);
        free(copy);
        if (rc != 0)
            add_cell_fault(p, row, i, &inner);
    }
    return rc;
}

int points_put(struct points *p, size_t row, struct catalogue *c, const struct study *s,
               struct design *d, struct price_book *prices)
{
    const struct priced to = {s, d, prices};
    struct err inner;
    size_t before = p->found.n;
    for (int pass = TARGET_PART; pass <= TARGET_PARAMETER; pass++)
        for (size_t i = 0; i < p->csv.columns; i++) {
            const char *text = csv_at(&p->csv, row, i);
            if ((int)p->target[i].kind != pass || !text[strspn(text, BLANKS)] ||
                set_cell(&p->target[i], text, c, &to, &inner) == 0)
                continue;
            add_cell_fault(p, row, i, &inner);
        }
    if (p->found.n == before && design_check(d, &inner) != 0)
        add_fault(p, p->csv.line[row], 1, inner.text);
    return p->found.n == before ? 0 : -1;
}
