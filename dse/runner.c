#include "dse/runner.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/ranks.h"
#include "dse/store.h"

enum { OUT_OF_TIME = 2 }; /* of take_rows() */
enum { COMMIT_EVERY = 50000, COMMIT_SEARCH_EVERY = 8192, VOLUME_MOST = 20000 };
static const double COMMIT_EVERY_S = 5, PROGRESS_EVERY_S = 0.2;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    interrupted = signal;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t column_of(const struct columns *c, const char *name)
{
    size_t i = 0;
    while (strcmp(c->column[i].name, name) != 0)
        i++;
    return i;
}

static const struct archive *front_of(const struct runner *r)
{
    return r->search ? search_archive(r->search) : r->front;
}

static void show_front(const struct runner *r)
{
    const struct archive *front = front_of(r);
    double share = 0;
    if (!front)
        return;
    fprintf(stderr, "  front %zu", archive_count(front));
    if (archive_count(front) > VOLUME_MOST)
        return;
    if (r->search)
        search_volume(r->search, &share);
    else
        front_progress_volume(&r->front_progress, front, &share);
    fprintf(stderr, "  hypervolume %.4f", share);
}

static void show_progress(struct runner *r, bool last)
{
    double t = now_s(), spent = t - r->started_s;
    double rate = spent > 0 ? (double)r->priced / spent : 0;
    char bar[21], rate_text[48];

    if (!r->progress || (!last && t - r->shown_s < PROGRESS_EVERY_S))
        return;
    r->shown_s = t;
    double total = r->search ? r->study->budget : (double)(r->last - r->first);
    double have = (double)(r->search ? search_asked(r->search) : r->done - r->first);
    double share = total > 0 ? fmin(1, have / total) : 1;
    if (isfinite(r->study->seconds))
        share = fmax(share, fmin(1, spent / r->study->seconds));
    for (int i = 0; i < 20; i++)
        bar[i] = i < share * 20 ? '#' : '.';
    bar[20] = '\0';
    double left_s = rate > 0 ? (total - have) / rate : 0;
    if (isfinite(r->study->seconds))
        left_s = fmin(left_s, r->study->seconds - spent);
    fprintf(stderr, "\r[%s] %5.1f %%  %.0f of %.0f  %s points/s  %.0f %% feasible", bar,
            100 * share, have, total, number_readable(rate, 3, rate_text, sizeof rate_text),
            r->priced ? 100 * (double)r->priced_feasible / (double)r->priced : 0);
    show_front(r);
    fprintf(stderr, "  ETA %.0f s   %s", fmax(0, left_s), last ? "\n" : "");
}

static int commit(struct runner *r, bool ended)
{
    r->uncommitted = 0;
    r->committed_s = now_s();
    uint64_t done = ended && r->more ? r->last : r->done;
    return db_commit(r->db, r->before + done - r->first, r->feasible, ended && !r->more, r->err);
}

static int put_point(struct runner *r, uint64_t point, const double *row)
{
    return db_put(r->db, r->study->first + point, row, r->err);
}

static int commit_if_due(struct runner *r)
{
    return (r->evaluator && r->uncommitted) ||
                   r->uncommitted >= (r->search ? COMMIT_SEARCH_EVERY : COMMIT_EVERY) ||
                   now_s() - r->committed_s > COMMIT_EVERY_S
               ? commit(r, false)
               : 0;
}

static bool must_stop(const struct runner *r)
{
    return interrupted || (r->enough && r->before + r->done - r->first >= r->enough);
}

/* Does the strategy price points in its own order, to prove a front at the end? */
static bool proves(const struct runner *r)
{
    return r->study->strategy->ranks && !r->evaluator;
}

static bool is_in_shard(const struct runner *r, uint64_t point)
{
    return point >= r->first && point < r->last;
}

static int drop_dominated(struct runner *r, struct archive *front)
{
    size_t n;
    const uint64_t *left = archive_removed(front, &n);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0 && r->study->keep == KEEP_FRONT; i++)
        rc = is_in_shard(r, left[i]) ? db_drop(r->db, r->study->first + left[i], r->err) : 0;
    archive_forget(front);
    return rc;
}

/* ---- the grid: a point's number is its index, so any range can be priced independently ---- */

/* Is it on the front of the points before it? If so, adds it. */
static bool offer_to_front(struct runner *r, uint64_t point, const double *row)
{
    double at[RULES_MOST];
    const struct problem *p = &r->explore.problem;
    for (size_t k = 0; k < p->objectives; k++)
        at[k] = -r->study->objective[k].sense * row[r->explore.objective[k]];
    front_progress_add(&r->front_progress, at);
    return archive_offer(r->front, at, point);
}

static int take_rows(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct runner *r = ctx;
    size_t at_verdict = column_of(r->columns, "verdict");

    for (size_t i = 0; i < count; i++, rows += r->columns->stride) {
        enum verdict verdict = (enum verdict)rows[at_verdict];
        bool keep = r->study->keep == KEEP_ALL || verdict == VERDICT_OK, on = true;
        misses_take(&r->misses, verdict, first + i, rows);
        if (verdict == VERDICT_OK && r->front) {
            on = offer_to_front(r, first + i, rows);
            if (drop_dominated(r, r->front) != 0)
                return -1;
        }
        if (r->study->keep == KEEP_FRONT)
            keep = keep && on;
        if (keep && put_point(r, first + i, rows) != 0)
            return -1;
        r->feasible += verdict == VERDICT_OK;
        r->priced_feasible += verdict == VERDICT_OK;
    }
    r->done = first + count;
    r->priced += count;
    r->uncommitted += count;
    show_progress(r, false);
    if (must_stop(r))
        return 1;
    if (r->grid_why && (r->timed_out = now_s() - r->started_s > r->study->seconds))
        return OUT_OF_TIME;
    return commit_if_due(r);
}

static void open_front(struct runner *r)
{
    r->front = archive_new(r->study->objectives);
    r->front_progress.dim = r->study->objectives <= PARETO_MOST ? r->study->objectives : 0;
}

/* sweep_run, with a message for what it cannot describe itself. */
static int price_range(struct runner *r, struct point_range range, points_fn fn)
{
    fail_io(r->err, "dse sweep: no thread can be started: provide more memory, or allow more "
                    "processes");
    return sweep_run(r->study, r->columns, range, r->jobs, fn, r);
}

static int run_grid(struct runner *r, const struct db_run *row)
{
    if (r->study->objectives) {
        open_front(r);
        /* The front of a run that was interrupted is in the store. */
        if (r->study->keep == KEEP_FRONT &&
            store_front(r->front, r->db,
                        &(struct stored_scenario){row->id, r->study->scenario, r->study->first},
                        r->study->objective, r->study->objectives, r->err) != 0)
            return -1;
    }
    return r->start < r->last ? price_range(r, (struct point_range){r->start, r->last}, take_rows)
                              : 0;
}

/* ---- a strategy: the whole search is repeated, and only missing points are written ---- */

/* For a strategy whose point numbers are indices: the front is known only at the end. */
static int write_front(struct runner *r, const struct archive *front)
{
    struct cursor *cursor = explore_cursors(&r->explore, 1);
    double *row = mem_alloc(r->columns->stride, sizeof *row);
    size_t n = archive_count(front), axes = r->study->axes;
    uint64_t *id = mem_alloc(n, sizeof *id);
    double *gene = mem_alloc(axes + 1, sizeof *gene);
    int rc = 0;
    archive_list(front, NULL, id);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!is_in_shard(r, id[i]))
            continue;
        genes_seek(r->explore.gene, axes, id[i], gene);
        sweep_points(r->study, r->columns, &(struct point_list){.n = 1, .genes = gene, .rows = row},
                     cursor, 1);
        rc = put_point(r, id[i], row);
    }
    free(row);
    free(id);
    free(gene);
    return rc;
}

static int take_batch(struct runner *r, size_t n, const double *rows, const bool *joined)
{
    size_t at_verdict = column_of(r->columns, "verdict");
    bool late = proves(r);

    for (size_t i = 0; i < n; i++, rows += r->columns->stride) {
        uint64_t point = search_number(r->search, i);
        enum verdict verdict = (enum verdict)rows[at_verdict];
        bool keep = r->study->keep == KEEP_ALL     ? true
                    : r->study->keep == KEEP_FRONT ? joined[i]
                                                   : verdict == VERDICT_OK;
        r->priced_feasible += verdict == VERDICT_OK;
        misses_take(&r->misses, verdict, point, rows);
        if (!is_in_shard(r, point))
            continue;
        if (late) {
            r->done++;
            r->feasible += verdict == VERDICT_OK;
        }
        if (late || point < r->start)
            continue;
        if (keep && put_point(r, point, rows) != 0)
            return -1;
        r->done = point + 1;
        r->feasible += verdict == VERDICT_OK;
        r->uncommitted++;
    }
    r->priced += n;
    return 0;
}

/* Asks the evaluator of the study. 1 if interrupted. */
static int evaluate_batch(struct runner *r, size_t n, const double *genes, double *rows,
                          double *worth)
{
    uint64_t first = r->study->first + search_number(r->search, 0);
    int rc = ask_evaluator(r->evaluator, n, first, genes, rows, r->err);
    if (rc == 0)
        explore_outcomes(&r->explore, n, rows, worth);
    return rc;
}

/* Asks, prices and tells until the search ends. 1 if interrupted. */
static int ask_and_tell(struct runner *r)
{
    const struct problem *p = &r->explore.problem;
    size_t each = explore_rows(&r->explore);
    bool ranks = proves(r);
    double *rows = NULL, *worth = NULL;
    bool *joined = NULL;
    const double *genes;
    size_t n, room = 0;
    int rc = 0;

    while (rc == 0 && !r->timed_out && (n = search_ask(r->search, &genes)) > 0) {
        if (n > room) {
            room = n;
            rows = mem_grow(rows, each * room * r->columns->stride, sizeof *rows);
            worth = mem_grow(worth, each * room * (p->objectives + p->limits), sizeof *worth);
            joined = mem_grow(joined, room, sizeof *joined);
        }
        if (!ranks_price(&r->explore, n, genes, rows, worth, r->jobs, &interrupted)) {
            rc = 1;
            break;
        }
        if (r->evaluator)
            rc = evaluate_batch(r, n, genes, rows, worth);
        if (rc != 0)
            break;
        search_tell(r->search, worth, joined);
        rc = take_batch(r, n, rows, joined);
        struct archive *front = search_front(r->search);
        if (rc == 0 && front)
            rc = ranks ? (archive_forget(front), 0) : drop_dominated(r, front);
        show_progress(r, false);
        if (rc == 0 && must_stop(r))
            rc = 1;
        else if (rc == 0 && !ranks)
            rc = commit_if_due(r);
        r->timed_out = now_s() - r->started_s > r->study->seconds;
    }
    free(rows);
    free(worth);
    free(joined);
    return rc;
}

static int run_search(struct runner *r)
{
    r->search = search_open(r->study->strategy, &r->explore.problem);
    return ask_and_tell(r);
}

/* Why the front of `exact` is not proven; NULL if it is, or if the budget does not cover every
 * point. */
static const char *why_not_proven(struct runner *r)
{
    if (r->explore.problem.effort.grid <= 0 || r->timed_out)
        return NULL;
    if (search_gave_up(r->search))
        return "bounds cost more than they save";
    if (search_failed(r->search))
        return "a point was better than its bounds";
    static const char *const why[] = {
        [BOUNDS_KEPT] = NULL,
        [BOUNDS_BROKEN] = "a bound was violated along a line",
        [BOUNDS_UNCHECKED] = "too few lines of the space could be checked for violated bounds",
    };
    return why[explore_confirm(&r->explore, r->search, r->jobs)];
}

static int take_rows_of_all(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct runner *r = ctx;
    size_t at_verdict = column_of(r->columns, "verdict");
    for (size_t i = 0; i < count; i++, rows += r->columns->stride) {
        enum verdict verdict = (enum verdict)rows[at_verdict];
        bool feasible = verdict == VERDICT_OK;
        misses_take(&r->misses, verdict, first + i, rows);
        if (feasible)
            offer_to_front(r, first + i, rows);
        r->done += is_in_shard(r, first + i);
        r->feasible += is_in_shard(r, first + i) && feasible;
        r->priced_feasible += feasible;
    }
    archive_forget(r->front);
    r->priced += count;
    show_progress(r, false);
    r->timed_out = now_s() - r->started_s > r->study->seconds;
    return interrupted ? 1 : r->timed_out ? OUT_OF_TIME : 0;
}

/* Prices all points for the complete front; a shard writes its part at the end. */
static int run_whole_grid(struct runner *r)
{
    open_front(r);
    r->done = r->first;
    r->feasible = r->feasible_before;
    int rc = price_range(r, (struct point_range){0, r->study->size}, take_rows_of_all);
    if (rc == 0 || rc == OUT_OF_TIME)
        return write_front(r, r->front) != 0 ? -1 : rc;
    r->done = r->first;
    r->feasible = r->feasible_before;
    return rc;
}

/* Finds the front by bounds. If these cost too much or fail, prices all points as the grid does,
 * and keeps those that an earlier start wrote. */
static int run_exact(struct runner *r, const struct db_run *row)
{
    explore_trends(&r->explore, (double)r->study->size, r->jobs);
    r->done = r->first;
    r->feasible = r->feasible_before;
    int rc = run_search(r);
    if (rc == 0 && (r->grid_why = why_not_proven(r)) == NULL)
        return write_front(r, search_archive(r->search));
    r->done = r->start;
    r->feasible = row->feasible;
    if (rc != 0)
        return rc;
    search_close(r->search);
    r->search = NULL;
    r->misses = (struct misses){.study = r->study, .columns = r->columns};
    r->priced = r->priced_feasible = 0;
    bool sharded = r->last - r->first < r->study->size;
    rc = sharded ? run_whole_grid(r) : run_grid(r, row);
    return rc == OUT_OF_TIME ? 0 : rc;
}

static bool exact_is_complete(const struct runner *r)
{
    return search_over(r->search) && (double)search_asked(r->search) < r->study->budget;
}

/* Lists the bounds that exact could not use because a metric is not monotone along an axis. */
static void print_unused_bounds(const struct runner *r)
{
    const struct study *s = r->study;
    for (size_t j = 0; r->explore.turns && j < s->objectives + study_limits(s); j++)
        for (size_t i = 0; i < s->axes; i++)
            if (r->explore.turns[j * s->axes + i])
                printf("  %s is not monotone along %s here: no bound of it is used there\n",
                       j < s->objectives    ? s->objective[j].metric->name
                       : j == s->objectives ? "the batch that memory and latency allow"
                                            : s->constraint[j - s->objectives - 1].text,
                       s->axis[i].path);
}

static void print_evaluator(const struct runner *r)
{
    struct ask_evaluator_counts c = ask_evaluator_counts(r->evaluator);
    printf("  %s: %llu questions asked, %llu answers known before", r->study->evaluator.command,
           (unsigned long long)c.asked, (unsigned long long)c.known);
    if (c.failed)
        printf(", %llu without an answer: it %s", (unsigned long long)c.failed, c.last_failure);
    printf("\n");
}

static void print_details(const struct runner *r)
{
    char text[48];

    if (r->grid_why)
        printf("  %s: priced every point in order, because %s; the front is %s; %zu points on it\n",
               r->study->strategy->name, r->grid_why, r->timed_out ? "incomplete" : "exact",
               archive_count(r->front));
    if (r->search) {
        const struct archive *front = search_archive(r->search);
        printf("  %s: %s", r->study->strategy->name,
               search_over(r->search) ? search_over(r->search)
               : r->timed_out         ? "the time limit was reached"
                                      : "interrupted");
        if (proves(r))
            printf("; priced %llu of %llu points, 1 in %s; the front is %s",
                   (unsigned long long)search_asked(r->search), (unsigned long long)r->study->size,
                   number_readable((double)r->study->size / (double)search_asked(r->search), 4,
                                   text, sizeof text),
                   search_failed(r->search)
                       ? "not proven, because a point was better than its bounds"
                   : exact_is_complete(r) ? "exact"
                                          : "incomplete");
        if (front)
            printf("; %zu on the front", archive_count(front));
        printf("\n");
    }
    if (r->evaluator)
        print_evaluator(r);
    print_unused_bounds(r);
    misses_print(&r->misses, stdout);
}

/* "2.27 k points/s" */
static const char *rate_text(const struct runner *r, char *text, size_t size)
{
    return number_readable((double)r->priced / (r->spent_s > 0 ? r->spent_s : 1e-9), 3, text, size);
}

void runner_print(const struct runner *r)
{
    char text[48];
    printf("%s: %llu of %llu points in %s, %llu feasible", r->study->name,
           (unsigned long long)(r->done - r->first), (unsigned long long)(r->last - r->first),
           r->path, (unsigned long long)r->feasible);
    if (r->priced)
        printf(" (%llu now, in %.2f s, %s points/s)", (unsigned long long)r->priced, r->spent_s,
               rate_text(r, text, sizeof text));
    printf("\n");
    print_details(r);
}

void runner_print_scenario(const struct runner *r)
{
    char text[48];
    printf("%s: %llu of %llu points", r->study->scenario, (unsigned long long)(r->done - r->first),
           (unsigned long long)(r->last - r->first));
    if (r->priced)
        printf(" (%llu now, %llu of them feasible, in %.2f s, %s points/s)",
               (unsigned long long)r->priced, (unsigned long long)r->priced_feasible, r->spent_s,
               rate_text(r, text, sizeof text));
    printf("\n");
    print_details(r);
}

/* Stores by how much points missed the limits, for queries on a store without any feasible
 * point. */
static int store_misses(const struct runner *r)
{
    if (r->feasible || !r->priced)
        return 0;
    char *text = misses_text(&r->misses);
    int rc = db_put_misses(r->db, text, r->err);
    free(text);
    return rc;
}

int runner_run(struct runner *r, const struct db_run *row)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    bool evaluated = r->study->evaluator.command != NULL, over = *row->ended;
    bool grid = r->study->strategy == &strategy_grid && !evaluated;
    int rc = 0;

    explore_make(&r->explore, r->study, r->columns);
    r->misses = (struct misses){.study = r->study, .columns = r->columns};
    r->start = r->done = r->first + row->done;
    r->feasible = row->feasible;
    r->feasible_before = row->done ? 0 : row->feasible;
    r->started_s = r->committed_s = now_s();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL); /* of a batch system, before a time limit */
    if (evaluated && !over) {
        explore_offer_cheap(&r->explore, r->jobs);
        if (ask_evaluator_open(
                &r->evaluator,
                &(struct ask_evaluator_from){r->study, r->columns, r->path, &interrupted},
                r->err) != 0)
            return -1;
    }
    if (grid)
        rc = run_grid(r, row);
    else if (!over)
        rc = r->study->strategy->ranks && !evaluated ? run_exact(r, row) : run_search(r);
    if (rc < 0)
        return -1;
    if (r->priced)
        show_progress(r, true);
    if (!over && (store_misses(r) != 0 || commit(r, rc == 0) != 0))
        return -1;
    r->spent_s = now_s() - r->started_s;
    if (rc > 0)
        return EXIT_INTERRUPTED;
    return r->feasible ? EXIT_DONE : EXIT_NONE_FEASIBLE;
}
