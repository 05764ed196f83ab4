/* Workers claim chunks of consecutive points in order and price them into a ring of slots; the
 * calling thread passes finished chunks on in order. Invariant: a chunk is claimed only if its slot
 * is free, so at most `slots` chunks are in memory. */
#include "search/sweep.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/block.h"
#include "search/guarded.h"

enum { CHUNK_MOST = 1024 };

/* Chunk k is in slot k % slots until it has been passed on. */
struct slot {
    uint64_t chunk;
    bool ready;
    double *rows;
};

struct sweep {
    const struct study *study;
    const struct columns *columns;
    uint64_t first, last, chunk_points, chunks;
    size_t slots;
    struct slot *slot;
    uint64_t next, handed;     /* chunks claimed by workers; chunks passed on */
    bool stop, guards, failed; /* failed: memory ran out */
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

static void *fail_sweep(struct sweep *w)
{
    pthread_mutex_lock(&w->lock);
    w->failed = w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static uint64_t chunk_first(const struct sweep *w, uint64_t chunk)
{
    return w->first + chunk * w->chunk_points;
}

static size_t chunk_count(const struct sweep *w, uint64_t chunk)
{
    uint64_t from = chunk_first(w, chunk), left = w->last - from;
    return (size_t)(left < w->chunk_points ? left : w->chunk_points);
}

/* Waits until a slot is free and claims the next chunk; false if none is left. */
static bool claim(struct sweep *w, uint64_t *chunk)
{
    pthread_mutex_lock(&w->lock);
    while (!w->stop && w->next < w->chunks && w->next >= w->handed + w->slots)
        pthread_cond_wait(&w->changed, &w->lock);
    bool more = !w->stop && w->next < w->chunks;
    *chunk = w->next;
    w->next += more;
    pthread_mutex_unlock(&w->lock);
    return more;
}

static void price_chunks(void *ctx)
{
    struct sweep *w = ctx;
    struct cursor c = {0};
    struct block *block = mem_alloc(1, sizeof *block);
    uint64_t chunk, at = UINT64_MAX;

    while (claim(w, &chunk)) {
        double *row = w->slot[chunk % w->slots].rows;
        uint64_t from = chunk_first(w, chunk);
        size_t count = chunk_count(w, chunk);
        if (at != from)
            cursor_seek(&c, w->study, from);
        for (size_t i = 0; i < count; block_price(block))
            i += block_fill(block, &c, w->columns, row + i * w->columns->stride, count - i);
        at = from + count;
        pthread_mutex_lock(&w->lock);
        w->slot[chunk % w->slots].chunk = chunk;
        w->slot[chunk % w->slots].ready = true;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->lock);
    }
    cursor_free(&c);
    free(block);
}

static void *work(void *ctx)
{
    struct sweep *w = ctx;
    return run_guarded(price_chunks, w, w->guards) ? NULL : fail_sweep(w);
}

/* Who takes the chunks. */
struct taker {
    struct sweep *of;
    points_fn fn;
    void *ctx;
    int rc;
};

static void hand_over(void *ctx)
{
    struct taker *t = ctx;
    struct sweep *w = t->of;
    for (uint64_t chunk = 0; chunk < w->chunks && t->rc == 0; chunk++) {
        struct slot *s = &w->slot[chunk % w->slots];
        pthread_mutex_lock(&w->lock);
        while (!w->failed && (!s->ready || s->chunk != chunk))
            pthread_cond_wait(&w->changed, &w->lock);
        bool failed = w->failed;
        pthread_mutex_unlock(&w->lock);
        if (failed)
            return;
        t->rc = t->fn(t->ctx, chunk_first(w, chunk), chunk_count(w, chunk), s->rows);
        pthread_mutex_lock(&w->lock);
        s->ready = false;
        w->handed = chunk + 1;
        w->stop = w->stop || t->rc != 0;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->lock);
    }
}

int sweep_run(const struct study *s, const struct columns *columns, struct point_range range,
              size_t jobs, points_fn fn, void *ctx)
{
    uint64_t first = range.first, last = range.last;
    struct sweep w = {.study = s,
                      .columns = columns,
                      .first = first,
                      .last = last,
                      .slots = 2 * jobs + 2,
                      .guards = mem_own_handler() != NULL};
    struct taker taker = {.of = &w, .fn = fn, .ctx = ctx};
    size_t started = 0;

    if (first >= last)
        return 0;
    w.chunk_points = (last - first) / (8 * jobs) + 1;
    if (w.chunk_points > CHUNK_MOST)
        w.chunk_points = CHUNK_MOST;
    w.chunks = (last - first + w.chunk_points - 1) / w.chunk_points;
    w.slot = mem_alloc(w.slots, sizeof *w.slot);
    for (size_t i = 0; i < w.slots; i++)
        w.slot[i].rows = mem_alloc(w.chunk_points * columns->stride, sizeof(double));
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.changed, NULL);

    pthread_t *thread = mem_alloc(jobs, sizeof *thread);
    while (started < jobs && pthread_create(&thread[started], NULL, work, &w) == 0)
        started++;
    if (started && !run_guarded(hand_over, &taker, w.guards))
        fail_sweep(&w);
    for (size_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);

    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.lock);
    for (size_t i = 0; i < w.slots; i++)
        free(w.slot[i].rows);
    free(w.slot);
    free(thread);
    if (w.failed)
        mem_fail();
    return started ? taker.rc : -1;
}

/* ---- points in any order ---- */

enum { POINTS_PER_THREAD_LEAST = 64, BATCH = LANES };

struct point_queue {
    const struct study *study;
    const struct columns *columns;
    const struct point_list *list;
    size_t next;
    bool guards, failed;
    pthread_mutex_t lock;
};

struct list_worker {
    struct point_queue *of;
    struct cursor *cursor;
};

static void price_batches(void *ctx)
{
    const struct list_worker *worker = ctx;
    struct point_queue *queue = worker->of;
    struct block *block = mem_alloc(1, sizeof *block);
    block->relaxed_at = queue->list->relaxes ? queue->list->n * queue->columns->stride : 0;
    for (;;) {
        pthread_mutex_lock(&queue->lock);
        size_t from = queue->next,
               to = from + BATCH < queue->list->n ? from + BATCH : queue->list->n;
        queue->next = to;
        pthread_mutex_unlock(&queue->lock);
        if (from == to)
            break;
        for (size_t i = from; i < to; i++) {
            cursor_put(worker->cursor, queue->study, queue->list->genes + i * queue->study->axes);
            while (!block_add(block, worker->cursor, queue->columns,
                              queue->list->rows + i * queue->columns->stride))
                block_price(block);
        }
        block_price(block);
    }
    free(block);
}

static void *work_on_list(void *ctx)
{
    struct point_queue *queue = ((struct list_worker *)ctx)->of;
    if (run_guarded(price_batches, ctx, queue->guards))
        return NULL;
    pthread_mutex_lock(&queue->lock);
    queue->failed = true;
    queue->next = queue->list->n;
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

void sweep_points(const struct study *s, const struct columns *columns,
                  const struct point_list *list, struct cursor *cursor, size_t jobs)
{
    struct point_queue queue = {
        .study = s, .columns = columns, .list = list, .guards = mem_own_handler() != NULL};
    size_t count = list->n;
    size_t helpers =
        count / POINTS_PER_THREAD_LEAST < jobs ? count / POINTS_PER_THREAD_LEAST : jobs;
    helpers -= helpers > 0; /* this thread works, too */
    pthread_t *thread = mem_alloc(helpers + 1, sizeof *thread);
    struct list_worker *worker = mem_alloc(helpers + 1, sizeof *worker);
    size_t started = 0;

    pthread_mutex_init(&queue.lock, NULL);
    for (size_t i = 0; i <= helpers; i++)
        worker[i] = (struct list_worker){&queue, &cursor[i]};
    while (started < helpers &&
           pthread_create(&thread[started], NULL, work_on_list, &worker[started + 1]) == 0)
        started++;
    work_on_list(&worker[0]);
    for (size_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    pthread_mutex_destroy(&queue.lock);
    free(thread);
    free(worker);
    if (queue.failed)
        mem_fail();
}

struct point_range sweep_range_in(const struct study *s, struct point_range range)
{
    uint64_t end = s->first + s->size;
    uint64_t first = range.first < s->first ? s->first : range.first < end ? range.first : end;
    uint64_t last = range.last < s->first ? s->first : range.last < end ? range.last : end;
    return (struct point_range){first - s->first, last - s->first};
}

int shard_parse(const char *text, uint64_t *i, uint64_t *n, struct err *err)
{
    double part, parts;
    int end = 0;
    if (sscanf(text, "%lf/%lf%n", &part, &parts, &end) != 2 || text[end] || !(parts >= 1) ||
        parts > 1e6 || !(part >= 1) || part > parts || part != floor(part) || parts != floor(parts))
        return fail(err, "\"%s\" is not I/N: write 1/4, I counts from 1 to N", text);
    *i = (uint64_t)part;
    *n = (uint64_t)parts;
    return 0;
}

void sweep_shard(const struct study *s, uint64_t i, uint64_t n, uint64_t *first, uint64_t *last)
{
    uint64_t points = study_points(s), each = points / n, rest = points % n;
    *first = (i - 1) * each + (i - 1 < rest ? i - 1 : rest);
    *last = *first + each + (i - 1 < rest);
}
