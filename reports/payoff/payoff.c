#include "reports/payoff/payoff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/nothing_feasible.h"
#include "reports/payoff/payoff_groups.h"
#include "reports/payoff/payoff_stop.h"

static void append_name(char **list, const char *between, const char *name)
{
    char *longer = mem_print("%s%s%s", *list ? *list : "", *list ? between : "", name);
    free(*list);
    *list = longer;
}

/* Lists the workload columns that are in no group, so each side chooses their values. */
static void list_ungrouped(struct payoff *p, const struct swept *swept)
{
    for (size_t i = 0; i < swept->n; i++) {
        const struct swept_column *c = &swept->column[i];
        if (!c->of_workload || payoff_has_column(p, c->name))
            continue;
        append_name(&p->left, ", ", c->name);
        if (c->values > SPLIT_VALUES_MOST && !swept_is_listed(swept, p->over, c))
            append_name(&p->too_many, ",", c->name);
    }
}

static void add_axis(struct payoff *p, const struct swept_column *c)
{
    p->axis[p->axes] = mem_text(c->name);
    p->axis_unit[p->axes++] = mem_text(strcmp(c->unit, "1") ? c->unit : "");
}

/* Stored points with the subject. */
struct engine_points {
    double all, feasible;
};

static int count_engine_points(struct engine_points *out, const struct payoff_subject *of,
                               struct db *db, const struct db_run *run, struct err *err)
{
    struct table t;
    const char *none = catalogue_default(of->part);
    *out = (struct engine_points){0};
    if (!db_is_column(db, of->column, strlen(of->column)))
        return 0;
    char *sql =
        mem_print("SELECT count(*) AS points, total(verdict = 'ok') AS feasible FROM point WHERE "
                  "run = %lld AND (%s%s%s <> ?1)",
                  (long long)run->id, of->metric ? of->metric : "",
                  of->metric ? " IS NOT NULL OR " : "", of->column);
    int rc = db_select(db, sql, &none, 1, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    *out = (struct engine_points){table_number_at(&t, 0, "points"),
                                  table_number_at(&t, 0, "feasible")};
    table_free(&t);
    return 0;
}

/* Sets out->none: why there is no feasible design with the subject. */
static int explain_no_group(struct payoff *out, struct db *db, const struct db_run *run,
                            const struct payoff_question *q, struct err *err)
{
    const struct payoff_subject *of = subject_or_engine(q->of);
    struct engine_points engines;
    if (count_engine_points(&engines, of, db, run, err) != 0)
        return -1;
    if (!run->feasible)
        return nothing_feasible_sentence(&out->none, db, run, err);
    if (engines.feasible > 0)
        out->none = mem_print("Feasible designs of this run have %s, but none of them meets "
                              "the conditions.",
                              of->one);
    else if (run->done < run->space &&
             (!q->study || subject_is_in_study(of, payoff_study_of(q->study))))
        out->none =
            mem_print("No feasible design has %s among the %llu of %llu points that are priced.",
                      of->one, (unsigned long long)run->done, (unsigned long long)run->space);
    else if (engines.all > 0 || (q->study && subject_is_in_study(of, payoff_study_of(q->study))))
        out->none =
            mem_print("Designs of this run have %s, but none of them is feasible.", of->one);
    else
        out->none = mem_print("No design of this run has %s to compare with one without: "
                              "sweep %s over none and others.",
                              of->one, design_parts[of->part].fields->section);
    return 0;
}

/* Does no feasible point meet the conditions? */
static bool is_empty(const struct run_points *from)
{
    const struct points *p = from->points;
    size_t i = 0;
    while (i < p->read.rows && (!p->feasible[i] || (from->left_out && from->left_out[i])))
        i++;
    return i == p->read.rows;
}

/* Has every design of a whole run, none of which was left out of the store, the subject? */
static bool is_always_there(const struct run_points *from)
{
    const struct points *p = from->points;
    const struct db_run *run = from->run;
    size_t i = 0;
    while (i < p->read.rows && p->has_subject[i])
        i++;
    return i > 0 && i == run->done && run->done == run->space;
}

/* Fills all of an answer that comes from stored points. */
static int from_points(struct payoff *out, const struct run_points *from,
                       const struct payoff_question *q, struct err *err)
{
    const struct swept *swept = from->swept;
    int rc = groups_by(out, swept, q, err);
    list_ungrouped(out, swept);
    out->empty = is_empty(from);
    out->always = is_always_there(from);
    out->axis = mem_alloc(swept->n + 1, sizeof *out->axis);
    out->axis_unit = mem_alloc(swept->n + 1, sizeof *out->axis_unit);
    for (size_t i = 0; i < swept->n; i++)
        if (swept->column[i].is_number &&
            (!swept->column[i].chosen || payoff_has_column(out, swept->column[i].name)))
            add_axis(out, &swept->column[i]);
    if (rc == 0)
        rc = groups_make(out, from, err);
    bool brief = q->depth == DEPTH_VERDICTS || q->depth == DEPTH_RANGES;
    for (size_t i = 0; i < out->axes && rc == 0 && !brief; i++)
        rc = stops_make(out, i, from, err);
    if (rc == 0 && out->n == 0)
        rc = explain_no_group(out, from->db, from->run, q, err);
    return rc;
}

static void price_again(struct payoff_group *g, const struct payoff *p,
                        const struct payoff_question *q)
{
    group_reprice(g, p, q);
    g->verdict = group_verdict(g);
}

/* The points that a condition leaves out. */
struct left_out {
    const struct points *points;
    unsigned char *of;
};

static int let_in(void *ctx, const struct table *row)
{
    const struct left_out *l = ctx;
    l->of[points_row(l->points, table_at(row, 0, 0)->number)] = 0;
    return 0;
}

/* Marks what the condition of a question leaves out; NULL without one. Caller frees. */
static int leave_out(unsigned char **out, const struct run_points *from,
                     const struct payoff_question *q, struct err *err)
{
    size_t rows = from->points->read.rows;
    *out = NULL;
    if (!q->where)
        return 0;
    if (db_check_where(from->db, q->where, err) != 0)
        return -1;
    *out = mem_alloc(rows + 1, 1);
    memset(*out, 1, rows);
    char *sql = mem_print("SELECT point FROM point WHERE run = %lld AND (%s\n)",
                          (long long)from->run->id, q->where);
    int rc = db_each(from->db, sql, NULL, 0, let_in, &(struct left_out){from->points, *out}, err);
    free(sql);
    return rc;
}

/* Answers a question from stored points. */
static int answer_from_points(const struct asked *a, struct run_points *from, struct err *err)
{
    unsigned char *left_out;
    *a->p = (struct payoff){.budget = a->q->budget, .of = a->q->of, .over = a->q->over};
    int rc = leave_out(&left_out, from, a->q, err);
    from->left_out = left_out;
    points_find_subject(from->points, a->q->of);
    from->twins = twins_make();
    if (rc == 0)
        rc = from_points(a->p, from, a->q, err);
    twins_free(from->twins);
    free(left_out);
    return rc;
}

/* Lets the studies of n answers use the points of their run; NULL: no longer. */
static void use_points(const struct asked *answer, size_t n, const struct points *points,
                       const struct db_run *run)
{
    for (size_t i = 0; i < n; i++) {
        const struct payoff_study *s = answer[i].q->study;
        if (s && study_points(payoff_study_of(s)) == run->space)
            payoff_study_use(s, points);
    }
}

int payoff_make_all(const struct asked *answer, size_t n, struct db *db, const struct db_run *run,
                    struct err *err)
{
    struct points points;
    struct swept swept;
    struct run_points from = {.db = db, .run = run, .swept = &swept, .points = &points};
    size_t made = 0;
    int rc = 0;

    if (points_read(&points, db, run, true, answer[0].q->budget, err) != 0)
        return -1;
    swept_find_in(&swept, db, &points, run);
    for (; made < n && rc == 0; made++)
        rc = answer_from_points(&answer[made], &from, err);
    swept_free(&swept);
    if (rc == 0) {
        use_points(answer, n, &points, run);
        payoff_fill(answer, n, price_again);
        use_points(answer, n, NULL, run);
    }
    points_free(&points);
    for (size_t i = 0; i < made && rc != 0; i++)
        payoff_free(answer[i].p);
    return rc;
}

int payoff_make(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err)
{
    return payoff_make_all(&(struct asked){out, q}, 1, db, run, err);
}

static size_t columns_named(const char *list)
{
    size_t n = *list != '\0';
    for (; *list; list++)
        n += *list == ',';
    return n;
}

/* Removes the columns that the mix of the study sets. */
static int leave_out_mix(struct payoff *p, const struct payoff_question *q, struct err *err)
{
    struct payoff all = *p;
    if (!q->study || !payoff_study_sets(q->study, NULL))
        return 0;
    p->by_n = 0;
    for (size_t i = 0; i < all.by_n; i++) {
        bool named = q->by && *q->by != '+' && i < columns_named(q->by);
        if (!payoff_study_sets(q->study, all.by[i])) {
            p->by[p->by_n++] = all.by[i];
            continue;
        }
        if (named)
            fail(err, "--by: \"%s\" is set by the mix: leave it out", all.by[i]);
        free(all.by[i]);
        if (named) {
            while (++i < all.by_n)
                free(all.by[i]);
            return -1;
        }
    }
    return 0;
}

/* A condition in SQL that leaves out designs without the subject, whose values are no group, if one
 * of its columns splits the answer. Caller frees. */
static char *only_with_subject(const struct payoff *p)
{
    const struct payoff_subject *of = subject_or_engine(p->of);
    bool splits = false;
    for (size_t i = 0; i < p->by_n; i++)
        splits = splits || !strncmp(p->by[i], of->prefix, strlen(of->prefix));
    return !splits      ? mem_text("")
           : of->metric ? mem_print(" AND %s IS NOT NULL", of->metric)
                        : mem_print(" AND %s <> 'none'", of->column);
}

int payoff_keys(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err)
{
    struct swept swept;
    struct table t;

    *out = (struct payoff){.budget = q->budget, .of = q->of, .over = q->over};
    if (swept_read(&swept, db, run, err) != 0)
        return -1;
    int rc = groups_by(out, &swept, q, err);
    if (rc == 0)
        rc = leave_out_mix(out, q, err);
    if (rc == 0) {
        char *keys = columns_list(out->by, out->by_n, NULL), *with = only_with_subject(out);
        char *sql =
            mem_print("SELECT count(*)%s%s FROM point WHERE run = %lld AND verdict = 'ok'%s "
                      "GROUP BY %s ORDER BY min(id)",
                      *keys ? ", " : "", keys, (long long)run->id, with, *keys ? keys : "run");
        rc = db_select(db, sql, NULL, 0, &t, err);
        free(sql);
        free(keys);
        free(with);
    }
    if (rc == 0) {
        out->group = mem_alloc(t.rows + 1, sizeof *out->group);
        for (; out->n < t.rows; out->n++) {
            out->group[out->n].key = mem_alloc(out->by_n + 1, sizeof(struct cell));
            for (size_t k = 0; k < out->by_n; k++)
                out->group[out->n].key[k] = cell_copy(table_at(&t, out->n, k + 1));
        }
        table_free(&t);
    }
    swept_free(&swept);
    if (rc != 0)
        payoff_free(out);
    return rc;
}

void payoff_free(struct payoff *p)
{
    for (size_t i = 0; i < p->n; i++)
        group_free(&p->group[i], p->by_n);
    for (size_t i = 0; i < p->stops; i++) {
        for (size_t k = 0; k < p->by_n; k++)
            if (p->stop[i].key[k].kind == CELL_TEXT)
                free(p->stop[i].key[k].text);
        free(p->stop[i].key);
        free(p->stop[i].reason);
    }
    for (size_t i = 0; i < p->by_n; i++)
        free(p->by[i]);
    for (size_t i = 0; i < p->axes; i++)
        free(p->axis[i]), free(p->axis_unit[i]);
    free(p->by);
    free(p->left);
    free(p->too_many);
    free(p->none);
    free(p->axis);
    free(p->axis_unit);
    free(p->group);
    free(p->stop);
    *p = (struct payoff){0};
}
