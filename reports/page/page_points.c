/* Idea: a point is shown if it is on a front, if it must be, or if a hash of its number is below a
 * share of the hash's range, so that the sample follows no axis of the study and is the same every
 * time. Infeasible points get their share of the rows even if almost all points are feasible, and
 * the other way round. */
#include "reports/page/page_points.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "reports/front.h"
#include "reports/payoff/setting.h"
#include "reports/write.h"

/* Points of a page of at most 5 MB: a row takes about 360 bytes. The fronts come first; a sample of
 * SAMPLE_LEAST to SAMPLE_MOST points fills the rest, a fifth of it infeasible if there are as many.
 */
enum { ROWS_MOST = 5000, SAMPLE_LEAST = 1000, SAMPLE_MOST = 4000, FRONT_MOST = 6000 };

/* ---- lists of points ---- */

void point_list_add(struct point_list *l, double point)
{
    if (isnan(point))
        return;
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 64;
        l->point = mem_grow(l->point, l->room, sizeof *l->point);
    }
    l->point[l->n++] = point;
}

static int by_number(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void point_list_sort(struct point_list *l)
{
    size_t kept = 0;
    if (l->n > 0)
        qsort(l->point, l->n, sizeof *l->point, by_number);
    for (size_t i = 0; i < l->n; i++)
        if (kept == 0 || l->point[kept - 1] != l->point[i])
            l->point[kept++] = l->point[i];
    l->n = kept;
}

bool point_list_has(const struct point_list *sorted, double point)
{
    return sorted->n > 0 &&
           bsearch(&point, sorted->point, sorted->n, sizeof point, by_number) != NULL;
}

char *point_list_text(const struct point_list *l)
{
    enum { DIGITS = 24 };
    char *text = mem_alloc(l->n * DIGITS + 3, 1);
    size_t length = 1;
    text[0] = '[';
    for (size_t i = 0; i < l->n; i++)
        length += (size_t)snprintf(text + length, DIGITS, "%s%.0f", i > 0 ? "," : "", l->point[i]);
    text[length] = ']';
    return text;
}

void point_list_free(struct point_list *l)
{
    free(l->point);
    *l = (struct point_list){0};
}

/* ---- which points ---- */

/* "+tokens_per_s,-system_cost_usd"; NULL if the study states none. Caller frees. */
static char *objectives_text(const struct page_points_question *q)
{
    char *text = q->objectives > 0 ? mem_text("") : NULL;
    for (size_t i = 0; i < q->objectives; i++) {
        char *longer =
            mem_print("%s%s%c%s", text, *text ? "," : "", q->objective[i].sense > 0 ? '+' : '-',
                      q->objective[i].metric->name);
        free(text);
        text = longer;
    }
    return text;
}

static int find_front(struct point_list *out, struct db *db, const struct db_run *run,
                      const struct page_points_question *q, struct err *err)
{
    struct table t;
    struct err none;
    char *objectives = objectives_text(q);
    struct front_question of = {.over = q->over, .objectives = objectives};
    int rc = front_make(&t, db, run, &of, &none);
    if (rc != 0 && none.status == STATUS_INPUT) { /* an objective has no value in this run */
        of.objectives = NULL;
        rc = front_make(&t, db, run, &of, err);
    } else if (rc != 0) {
        *err = none;
    }
    free(objectives);
    if (rc != 0)
        return -1;
    for (size_t i = 0; i < t.rows; i++)
        point_list_add(out, table_number_at(&t, i, "point"));
    table_free(&t);
    point_list_sort(out);
    return 0;
}

static bool in_sample(double point, double share)
{
    uint64_t hash = hash_bytes(HASH_EMPTY, &point, sizeof point) * UINT64_C(0x9e3779b97f4a7c15);
    return (double)(hash >> 11) * 0x1p-53 < share;
}

/* Keeps a sample of a front that no page can hold. */
static void thin_front(struct point_list *front)
{
    const double share = FRONT_MOST / (double)front->n;
    size_t kept = 0;
    for (size_t i = 0; i < front->n && share < 1; i++)
        if (in_sample(front->point[i], share))
            front->point[kept++] = front->point[i];
    front->n = share < 1 ? kept : front->n;
}

/* The share of points that the sample takes. */
struct sample {
    double feasible, infeasible;
    const struct page_points_question *q;
    const struct point_list *front;
    struct point_list shown;
};

static void set_shares(struct sample *s, double feasible, double infeasible)
{
    double room = ROWS_MOST - (double)s->front->n;
    double most = fmin(fmax(room, SAMPLE_LEAST), SAMPLE_MOST);
    double of_infeasible = fmin(infeasible, fmax(most - feasible, most / 5));
    double of_feasible = fmin(feasible, most - of_infeasible);
    s->infeasible = infeasible > 0 ? of_infeasible / infeasible : 0;
    s->feasible = feasible > 0 ? of_feasible / feasible : 0;
}

static int take_point(void *ctx, const struct table *row)
{
    struct sample *s = ctx;
    if (row->rows == 0)
        return 0;
    double point = row->cell[0].number;
    double share = row->cell[1].number > 0 ? s->feasible : s->infeasible;
    if (in_sample(point, share) || point_list_has(s->front, point) ||
        point_list_has(s->q->wanted, point))
        point_list_add(&s->shown, point);
    return 0;
}

static int count(uint64_t *out, struct db *db, const char *id, struct err *err)
{
    struct table t;
    if (db_select(db, "SELECT count(*) FROM point WHERE run = ?1", &id, 1, &t, err) != 0)
        return -1;
    *out = (uint64_t)table_at(&t, 0, 0)->number;
    table_free(&t);
    return 0;
}

static int choose_points(struct sample *s, struct page_points *out, struct db *db,
                         const struct db_run *run, const char *id, struct err *err)
{
    const struct db_statement all = {
        .sql = "SELECT point, verdict = 'ok' FROM point WHERE run = ?1 ORDER BY id",
        .texts = &id,
        .n_texts = 1};
    if (count(&out->total, db, id, err) != 0)
        return -1;
    set_shares(s, (double)run->feasible, (double)(out->total - run->feasible));
    return db_stream(db, &all, take_point, s, err);
}

/* The columns of a study's axes, in any of its scenarios. */
static void find_axes(struct page_points *out, const struct study *s)
{
    size_t scenarios = s != NULL ? study_scenarios(s) : 0;
    out->axis = mem_alloc(scenarios * AXES_MOST + 1, sizeof *out->axis);
    for (size_t i = 0; i < scenarios; i++) {
        const struct study *of = i == 0 ? s : s->overlay[i - 1];
        for (size_t k = 0; k < of->axes; k++) {
            char *name = out->axis[out->axes++] = mem_text(of->axis[k].path);
            for (char *c = name; *c != '\0'; c++)
                *c = *c == '.' ? '_' : *c;
        }
    }
}

int page_points_make(struct page_points *out, struct db *db, const struct db_run *run,
                     const struct page_points_question *q, struct err *err)
{
    char id[32];
    *out = (struct page_points){0};
    struct sample s = {.q = q, .front = &out->front};
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    find_axes(out, q->study);
    int rc = find_front(&out->front, db, run, q, err);
    out->front_total = out->front.n;
    if (rc == 0 && out->front.n > 0)
        thin_front(&out->front);
    if (rc == 0)
        rc = choose_points(&s, out, db, run, id, err);
    if (rc == 0)
        rc = db_columns(db, &out->about, err);
    if (rc == 0) {
        char *list = point_list_text(&s.shown);
        const char *texts[] = {id, list};
        rc = db_select(db,
                       "SELECT * FROM point WHERE run = ?1 AND point IN (SELECT value FROM "
                       "json_each(?2)) ORDER BY id",
                       texts, LEN(texts), &out->row, err);
        free(list);
    }
    point_list_free(&s.shown);
    if (rc != 0)
        page_points_free(out);
    return rc;
}

void page_points_free(struct page_points *p)
{
    for (size_t i = 0; i < p->axes; i++)
        free(p->axis[i]);
    free(p->axis);
    point_list_free(&p->front);
    table_free(&p->row);
    table_free(&p->about);
    *p = (struct page_points){0};
}

/* ---- as JSON ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && !strcmp(text + n - k, end);
}

/* The store's own columns are none of the page, and the ends of the ranges of metrics are shown
 * with the designs only: they would be a third of the page. */
static bool is_shown(const char *name)
{
    bool is_end = ends_with(name, "_low") || ends_with(name, "_high");
    return strcmp(name, "id") != 0 && strcmp(name, "run") != 0 && strcmp(name, "point") != 0 &&
           !(is_end && field_find(metrics_fields, name) != NULL);
}

static bool is_axis(const struct page_points *p, const char *name)
{
    for (size_t i = 0; i < p->axes; i++)
        if (!strcmp(p->axis[i], name))
            return true;
    return false;
}

static bool is_part(const char *name)
{
    for (size_t i = 0; i < DESIGN_PARTS; i++)
        if (design_parts[i].named && !strcmp(design_parts[i].fields->section, name))
            return true;
    return false;
}

static const char *kind_of(const struct page_points *p, const char *name)
{
    return !strcmp(name, "verdict") || !strcmp(name, "reasons") ? "verdict"
           : is_part(name)                                      ? "part"
           : !strncmp(name, "prices_", 7)                       ? "price"
           : is_axis(p, name)                                   ? "axis"
           : field_find(metrics_fields, name) != NULL           ? "metric"
           : !strncmp(name, "plan_", 5)                         ? "plan"
                                                                : "fixed";
}

/* The words that stand for numbers of a parameter, such as 0 for auto: {"0": "auto"}. */
static void column_words_json(const char *column, FILE *out)
{
    struct parameter p;
    struct err ignored;
    struct word w;
    if (field_find(metrics_fields, column) != NULL ||
        setting_parameter(column, &p, &ignored) != 0 || p.field->only_words ||
        !field_word_at(p.field, 0, &w))
        return;
    fputs(", \"words\": {", out);
    for (size_t i = 0; field_word_at(p.field, i, &w); i++) {
        fprintf(out, "%s\"%.17g\": ", i > 0 ? ", " : "", w.value);
        json_text(w.text, out);
    }
    fputs("}", out);
}

void page_columns_json(const struct page_points *p, FILE *out)
{
    const char *before = "[";
    for (size_t i = 0; i < p->row.columns; i++) {
        const char *name = p->row.header[i];
        size_t at = 0;
        if (!is_shown(name))
            continue;
        while (at < p->about.rows && strcmp(table_text_at(&p->about, at, "name"), name) != 0)
            at++;
        fprintf(out, "%s\n {\"name\": ", before);
        json_text(name, out);
        fputs(", \"unit\": ", out);
        json_text(table_text_at(&p->about, at, "unit"), out);
        fputs(", \"doc\": ", out);
        json_text(table_text_at(&p->about, at, "meaning"), out);
        const struct field *metric = field_find(metrics_fields, name);
        fprintf(out, ", \"of\": \"%s\", \"sense\": %d", kind_of(p, name),
                metric != NULL ? metric->sense : 0);
        column_words_json(name, out);
        fputs("}", out);
        before = ",";
    }
    fputs(*before == '[' ? "[]" : "]", out);
}

static void cell_json(const struct cell *c, FILE *out)
{
    if (c->kind == CELL_NUMBER)
        json_number(c->number, out);
    else if (c->kind == CELL_TEXT)
        json_text(c->text, out);
    else
        fputs("null", out);
}

static bool is_one_value(const struct table *t, size_t column)
{
    for (size_t i = 1; i < t->rows; i++)
        if (!cell_equal(table_at(t, i, column), table_at(t, 0, column)))
            return false;
    return true;
}

static bool has_text(const struct table *t, size_t column)
{
    for (size_t i = 0; i < t->rows; i++)
        if (table_at(t, i, column)->kind == CELL_TEXT)
            return true;
    return false;
}

/* A value of a metric with as many digits as a figure needs. Parameters have all their digits. */
static void value_json(const struct cell *c, bool of_metric, FILE *out)
{
    if (of_metric && c->kind == CELL_NUMBER && isfinite(c->number))
        fprintf(out, "%.7g", c->number);
    else
        cell_json(c, out);
}

/* The different values of a column, in the order of their first rows. */
struct different {
    size_t n;
    const struct cell **value;
    size_t *at; /* of each row */
};

/* Stops at `most` values: `n` is then larger. */
static struct different different_values(const struct table *t, size_t column, size_t most)
{
    struct different d = {.value = mem_alloc(most + 1, sizeof(struct cell *)),
                          .at = mem_alloc(t->rows, sizeof(size_t))};
    for (size_t i = 0; i < t->rows && d.n <= most; i++) {
        const struct cell *c = table_at(t, i, column);
        while (d.at[i] < d.n && !cell_equal(d.value[d.at[i]], c))
            d.at[i]++;
        if (d.at[i] == d.n)
            d.value[d.n++] = c;
    }
    return d;
}

/* {"word": [...], "at": [...]}: the different values, and the index of each row's. */
static void indexed_json(const struct table *t, const struct different *d, const char *key,
                         bool of_metric, FILE *out)
{
    fprintf(out, "{\"%s\": [", key);
    for (size_t i = 0; i < d->n; i++) {
        fputs(i > 0 ? "," : "", out);
        value_json(d->value[i], of_metric, out);
    }
    fputs("], \"at\": [", out);
    for (size_t i = 0; i < t->rows; i++)
        fprintf(out, "%s%zu", i > 0 ? "," : "", d->at[i]);
    fputs("]}", out);
}

static void listed_json(const struct table *t, size_t column, bool of_metric, FILE *out)
{
    fputs("{\"number\": [", out);
    for (size_t i = 0; i < t->rows; i++) {
        fputs(i > 0 ? "," : "", out);
        value_json(table_at(t, i, column), of_metric, out);
    }
    fputs("]}", out);
}

/* Numbers with few different values are shorter as indices. */
static void numbers_json(const struct table *t, size_t column, bool of_metric, FILE *out)
{
    enum { INDEXED_MOST = 500 };
    struct different d = different_values(t, column, INDEXED_MOST);
    if (d.n <= INDEXED_MOST)
        indexed_json(t, &d, "number", of_metric, out);
    else
        listed_json(t, column, of_metric, out);
    free(d.value);
    free(d.at);
}

static void words_json(const struct table *t, size_t column, FILE *out)
{
    struct different d = different_values(t, column, t->rows);
    indexed_json(t, &d, "word", false, out);
    free(d.value);
    free(d.at);
}

static void column_json(const struct table *t, size_t column, FILE *out)
{
    bool of_metric = field_find(metrics_fields, t->header[column]) != NULL;
    if (t->rows == 0 || is_one_value(t, column)) {
        fputs("{\"all\": ", out);
        value_json(t->rows == 0 ? &(struct cell){0} : table_at(t, 0, column), of_metric, out);
        fputs("}", out);
    } else if (has_text(t, column)) {
        words_json(t, column, out);
    } else {
        numbers_json(t, column, of_metric, out);
    }
}

void page_points_json(const struct page_points *p, FILE *out)
{
    const struct table *t = &p->row;
    const char *before = "";
    int point = table_find(t, "point");
    fprintf(out, "{\"total\": %llu, \"front\": %zu, \"id\": [", (unsigned long long)p->total,
            p->front_total);
    for (size_t i = 0; i < t->rows; i++)
        fprintf(out, "%s%.0f", i > 0 ? "," : "", table_at(t, i, (size_t)point)->number);
    fputs("], \"column\": {", out);
    for (size_t i = 0; i < t->columns; i++) {
        if (!is_shown(t->header[i]))
            continue;
        fprintf(out, "%s\n ", before);
        json_text(t->header[i], out);
        fputs(": ", out);
        column_json(t, i, out);
        before = ",";
    }
    fputs("}}", out);
}

void page_front_json(const struct page_points *p, FILE *out)
{
    const char *before = "[";
    int point = table_find(&p->row, "point");
    for (size_t i = 0; i < p->row.rows; i++)
        if (point_list_has(&p->front, table_at(&p->row, i, (size_t)point)->number)) {
            fprintf(out, "%s%zu", before, i);
            before = ",";
        }
    fputs(*before == '[' ? "[]" : "]", out);
}
