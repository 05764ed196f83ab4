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

static void fill_workload(void *ctx, size_t i, const struct payoff_question *q)
{
    const struct workloads *w = ctx;
    for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
        const struct asked *a = &w->answer[w->group[k].answer];
        struct payoff_question own = *a->q;
        own.study = q->study;
        w->fn(&a->p->group[w->group[k].group], a->p, &own);
    }
}

/* Lists the groups of n answers by workload. Returns the workloads: tasks. */
static size_t list_workloads(struct workloads *w, const struct asked *answer, size_t n)
{
    size_t groups = 0, tasks = 0;
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
            w->first[tasks++] = i;
    w->first[tasks] = groups;
    return tasks;
}

static void free_workloads(struct workloads *w, size_t tasks)
{
    for (size_t i = 0; i < w->first[tasks]; i++)
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
    size_t tasks, stops;
    bool stops_first; /* what takes longest begins first */
};

static void fill_one(void *ctx, size_t i, const struct payoff_question *q)
{
    struct filling *f = ctx;
    size_t first = f->stops_first ? f->stops : f->tasks;
    if ((i < first) == f->stops_first)
        find_one(f->workloads.answer, f->stops_first ? i : i - first, q);
    else
        fill_workload(&f->workloads, f->stops_first ? i - first : i, q);
}

void payoff_fill(const struct asked *answer, size_t n, group_fn fn)
{
    struct filling f = {.workloads = {.answer = answer, .fn = fn}};
    f.tasks = list_workloads(&f.workloads, answer, n);
    for (size_t i = 0; i < n; i++) {
        f.stops += answer[i].p->stops;
        f.stops_first = f.stops_first || answer[i].q->depth == DEPTH_SUMMARY;
    }
    if (f.tasks + f.stops > 0)
        payoff_each(f.tasks + f.stops, answer[0].q, fill_one, &f);
    free_workloads(&f.workloads, f.tasks);
}
