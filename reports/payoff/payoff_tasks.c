#include "reports/payoff/payoff_tasks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_stop.h"
#include "reports/payoff/payoff_summary.h"
#include "search/tasks.h"

/* ---- threads, each with a study of its own ---- */

struct parts {
    part_fn fn;
    void *ctx;
    const struct payoff_question *asked;
    struct payoff_study **study; /* of each worker; NULL: not needed yet */
};

static void do_part(void *ctx, size_t i, size_t worker)
{
    const struct parts *p = ctx;
    struct payoff_question q = *p->asked;
    if (q.study && !p->study[worker])
        p->study[worker] = payoff_study_share(q.study);
    q.study = p->study[worker];
    p->fn(p->ctx, i, &q);
}

void payoff_each(size_t n, const struct payoff_question *q, part_fn fn, void *ctx)
{
    size_t jobs = q->jobs > 0 ? q->jobs : 1;
    struct parts parts = {fn, ctx, q, mem_alloc(jobs, sizeof *parts.study)};
    tasks_run(n, jobs, do_part, &parts);
    for (size_t i = 0; i < jobs; i++)
        payoff_study_close(parts.study[i]);
    free(parts.study);
}

/* ---- groups ---- */

struct group_of {
    char *workload;
    size_t answer, group;
};

struct workloads {
    const struct asked *answer;
    group_fn fn;
    struct group_of *group; /* by workload */
    size_t *first;          /* of each workload, and the end */
};

static int by_workload(const void *a, const void *b)
{
    const struct group_of *x = a, *y = b;
    int by_text = strcmp(x->workload, y->workload);
    return by_text                  ? by_text
           : x->answer != y->answer ? (x->answer > y->answer) - (x->answer < y->answer)
                                    : (x->group > y->group) - (x->group < y->group);
}

static void fill_workload(const struct workloads *w, size_t i, const struct payoff_question *q)
{
    for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
        const struct asked *a = &w->answer[w->group[k].answer];
        struct payoff_question own = *a->q;
        own.study = q->study;
        w->fn(&a->p->group[w->group[k].group], a->p, &own);
    }
}

/* Lists the groups of n answers by workload. Returns how many workloads. */
static size_t list_workloads(struct workloads *w, const struct asked *answer, size_t n)
{
    size_t groups = 0, workloads = 0;
    for (size_t i = 0; i < n; i++)
        groups += answer[i].p->n;
    w->group = mem_alloc(groups + 1, sizeof *w->group);
    w->first = mem_alloc(groups + 1, sizeof *w->first);
    groups = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < answer[i].p->n; k++) {
            const struct payoff_slice slice = payoff_slice(answer[i].p, answer[i].p->group[k].key);
            w->group[groups++] = (struct group_of){payoff_workload_key(&slice), i, k};
        }
    qsort(w->group, groups, sizeof *w->group, by_workload);
    for (size_t i = 0; i < groups; i++)
        if (i == 0 || strcmp(w->group[i].workload, w->group[i - 1].workload) != 0)
            w->first[workloads++] = i;
    w->first[workloads] = groups;
    return workloads;
}

static void free_workloads(struct workloads *w, size_t n)
{
    for (size_t i = 0; i < w->first[n]; i++)
        free(w->group[i].workload);
    free(w->group);
    free(w->first);
}

/* ---- stop points ---- */

static void find_one(const struct asked *answer, size_t i, const struct payoff_question *q)
{
    while (i >= answer->p->stops)
        i -= answer++->p->stops;
    struct payoff_question own = *answer->q;
    own.study = q->study;
    if (own.depth != DEPTH_SUMMARY || payoff_summary_names(answer->p, i))
        stop_find(&answer->p->stop[i], answer->p, &own);
}

/* ---- both ---- */

struct filling {
    struct workloads workloads;
    size_t stops, all; /* tasks: stop points, then workloads */
    size_t first;      /* of them: those that take longest begin */
};

static void fill_one(void *ctx, size_t i, const struct payoff_question *q)
{
    const struct filling *f = ctx;
    size_t task = (f->first + i) % f->all;
    if (task < f->stops)
        find_one(f->workloads.answer, task, q);
    else
        fill_workload(&f->workloads, task - f->stops, q);
}

void payoff_fill(const struct asked *answer, size_t n, group_fn fn)
{
    struct filling f = {.workloads = {.answer = answer, .fn = fn}};
    size_t workloads = list_workloads(&f.workloads, answer, n);
    bool brief = false;
    for (size_t i = 0; i < n; i++) {
        f.stops += answer[i].p->stops;
        brief = brief || answer[i].q->depth == DEPTH_SUMMARY;
    }
    f.all = f.stops + workloads;
    f.first = brief ? 0 : f.stops;
    if (f.all > 0)
        payoff_each(f.all, answer[0].q, fill_one, &f);
    free_workloads(&f.workloads, workloads);
}
