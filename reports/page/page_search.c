/* Idea: a strategy that asks for points numbers them in the order of asking, so a scan of the store
 * in that order passes the same archives as the search did. Invariant: the hypervolume never falls.
 */
#include "reports/page/page_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/mem.h"
#include "reports/write.h"
#include "search/strategies/front_progress.h"

/* The exact hypervolume of more than four objectives takes long. */
enum { STEPS = 200, STEPS_OF_MANY = 25, MANY_OBJECTIVES = 5 };

struct scan {
    const struct objective *objective;
    struct front_progress progress;
    struct archive *front;
    double first, every, next; /* points of the first, of a step, of the next step */
    double last_share;
    struct page_search *out;
};

static void add_step(struct scan *s, double points)
{
    double volume = front_progress_volume(&s->progress, s->front, &s->last_share);
    s->out->step[s->out->n++] = (struct search_step){points, volume};
}

static int take_point(void *ctx, const struct table *row)
{
    struct scan *s = ctx;
    double at[PARETO_MOST];
    if (row->rows == 0)
        return 0;
    const double point = row->cell[0].number;
    while (point - s->first >= s->next) {
        add_step(s, s->next);
        s->next += s->every;
    }
    for (size_t i = 0; i < s->progress.dim; i++) {
        const struct cell *c = &row->cell[1 + i];
        at[i] = c->kind == CELL_NUMBER ? -s->objective[i].sense * c->number : NAN;
    }
    front_progress_add(&s->progress, at);
    archive_offer(s->front, at, (uint64_t)point);
    return 0;
}

/* As shares of the box between the reference point and the best values of the whole search. */
static void set_shares(struct page_search *p, double last_share)
{
    const double last = p->step[p->n - 1].hypervolume;
    for (size_t i = 0; i < p->n; i++)
        p->step[i].hypervolume = last > 0 ? p->step[i].hypervolume / last * last_share : 0;
}

static bool is_ordered(const struct study *s)
{
    return s != NULL && study_scenarios(s->whole) == 1 && !s->strategy->ranks;
}

int page_search_make(struct page_search *out, struct db *db, const struct db_run *run,
                     const struct study *s, const struct objective *objective, struct err *err)
{
    size_t n = s != NULL ? s->objectives : 0;
    size_t steps = n < MANY_OBJECTIVES ? STEPS : STEPS_OF_MANY;
    *out = (struct page_search){0};
    if (!is_ordered(s) || n == 0 || n > PARETO_MOST || run->feasible == 0)
        return 0;
    steps = (double)run->done < (double)steps ? (size_t)run->done : steps;
    struct scan scan = {.objective = objective,
                        .progress = {.dim = n},
                        .front = archive_new(n),
                        .first = (double)run->first,
                        .every = (double)run->done / (double)steps,
                        .out = out};
    scan.next = scan.every;
    out->step = mem_alloc(steps + 2, sizeof *out->step);
    char *sql = mem_text("SELECT point");
    for (size_t i = 0; i < n; i++) {
        char *longer = mem_print("%s, \"%s\"", sql, objective[i].metric->name);
        free(sql);
        sql = longer;
    }
    char *whole =
        mem_print("%s FROM point WHERE id >= %lld << %d AND id < %lld << %d AND verdict = "
                  "'ok' ORDER BY id",
                  sql, (long long)run->id, POINT_BITS, (long long)run->id + 1, POINT_BITS);
    int rc = db_stream(db, &(struct db_statement){.sql = whole}, take_point, &scan, err);
    if (rc == 0) {
        add_step(&scan, (double)run->done);
        set_shares(out, scan.last_share);
    }
    free(whole);
    free(sql);
    archive_free(scan.front);
    return rc;
}

void page_search_free(struct page_search *p)
{
    free(p->step);
    *p = (struct page_search){0};
}

void page_search_json(const struct page_search *p, FILE *out)
{
    for (size_t i = 0; i < p->n; i++) {
        fprintf(out, "%s[%.0f, ", i > 0 ? ", " : "[", p->step[i].points);
        json_number(p->step[i].hypervolume, out);
        fputs("]", out);
    }
    fputs(p->n > 0 ? "]" : "null", out);
}
