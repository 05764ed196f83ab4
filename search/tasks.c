/* Workers take the next task until none is left. */
#include "search/tasks.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/guarded.h"

struct lock {
    pthread_mutex_t mutex;
};

struct lock *lock_make(void)
{
    struct lock *l = mem_alloc(1, sizeof *l);
    pthread_mutex_init(&l->mutex, NULL);
    return l;
}

void lock_free(struct lock *l)
{
    if (l)
        pthread_mutex_destroy(&l->mutex);
    free(l);
}

/* ---- work that memory may not suffice for ---- */

enum { HELD_MOST = 8 };

/* The innermost guard of this thread, and the locks taken within it. */
static _Thread_local struct guard {
    jmp_buf out_of_memory;
    size_t n;
    struct lock *held[HELD_MOST];
} * guard;

void lock_take(struct lock *l)
{
    pthread_mutex_lock(&l->mutex);
    if (guard && guard->n < HELD_MOST)
        guard->held[guard->n++] = l;
}

void lock_give(struct lock *l)
{
    size_t i = guard ? guard->n : 0;
    while (i > 0 && guard->held[i - 1] != l)
        i--;
    if (i > 0) {
        guard->n--;
        for (; i <= guard->n; i++)
            guard->held[i - 1] = guard->held[i];
    }
    pthread_mutex_unlock(&l->mutex);
}

static void leave(void)
{
    longjmp(guard->out_of_memory, 1);
}

bool run_guarded(void (*fn)(void *ctx), void *ctx, bool guards)
{
    struct guard own = {.n = 0}, *const outer = guard;
    void (*const handler)(void) = mem_own_handler();
    bool done = false;
    if (!guards) {
        fn(ctx);
        return true;
    }
    guard = &own;
    mem_on_own_failure(leave);
    if (setjmp(own.out_of_memory) == 0) {
        fn(ctx);
        done = true;
    } else {
        while (own.n > 0)
            lock_give(own.held[own.n - 1]);
    }
    guard = outer;
    mem_on_own_failure(handler);
    return done;
}

/* ---- tasks ---- */

/* The threads that tasks_run may use. */
struct crew {
    size_t jobs, idle;
    struct lock *lock;
};

/* What this thread works for; NULL outside of tasks_run. */
static _Thread_local struct crew *crew;
static _Thread_local bool shares; /* within tasks_share, where there is no further one */
static _Thread_local size_t sharer;

/* Takes up to `most` idle threads. */
static size_t crew_take(struct crew *c, size_t most)
{
    lock_take(c->lock);
    size_t taken = c->idle < most ? c->idle : most;
    c->idle -= taken;
    lock_give(c->lock);
    return taken;
}

static void crew_give(struct crew *c, size_t threads)
{
    lock_take(c->lock);
    c->idle += threads;
    lock_give(c->lock);
}

struct tasks {
    size_t n, next;
    task_fn fn;
    void *ctx;
    struct crew *crew;
    struct lock *lock;
    bool shared, guards, failed;
};

struct worker {
    struct tasks *of;
    size_t number;
};

static void do_tasks(void *ctx)
{
    const struct worker *w = ctx;
    struct tasks *t = w->of;
    for (;;) {
        lock_take(t->lock);
        size_t task = t->next;
        t->next += task < t->n;
        lock_give(t->lock);
        if (task == t->n)
            return;
        t->fn(t->ctx, task, w->number);
    }
}

static void work(struct worker *w)
{
    struct tasks *t = w->of;
    crew = t->crew;
    shares = t->shared;
    sharer = shares ? w->number : 0;
    if (run_guarded(do_tasks, w, t->guards))
        return;
    lock_take(t->lock);
    t->failed = true;
    t->next = t->n;
    lock_give(t->lock);
}

/* A thread of its own: idle as soon as it finds no task. */
static void *help(void *ctx)
{
    struct worker *w = ctx;
    work(w);
    crew_give(w->of->crew, 1);
    return NULL;
}

/* Does the tasks with up to `helpers` threads besides the caller's, taken from the crew. */
static void do_all(struct tasks *t, size_t helpers)
{
    struct worker *worker = mem_alloc(helpers + 1, sizeof *worker);
    pthread_t *thread = mem_alloc(helpers + 1, sizeof *thread);
    size_t started = 0;
    for (; started < helpers; started++) {
        worker[started + 1] = (struct worker){t, started + 1};
        if (pthread_create(&thread[started], NULL, help, &worker[started + 1]) != 0)
            break;
    }
    crew_give(t->crew, helpers - started);
    worker[0] = (struct worker){t, 0};
    work(&worker[0]);
    if (!t->shared)
        crew_give(t->crew, 1); /* while it waits */
    for (size_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
    free(worker);
}

static void do_within(struct tasks *t, struct crew *of)
{
    struct crew *const outer = crew;
    const size_t outer_sharer = sharer;
    const bool outer_shares = shares;
    size_t most = t->shared && t->n > SHARERS_MOST ? SHARERS_MOST : t->n;
    size_t helpers = most > 1 ? crew_take(of, most - 1) : 0;
    t->crew = of;
    t->lock = lock_make();
    t->guards = mem_own_handler() != NULL;
    do_all(t, helpers);
    lock_free(t->lock);
    crew = outer;
    shares = outer_shares;
    sharer = outer_sharer;
}

void tasks_run(size_t n, size_t jobs, task_fn fn, void *ctx)
{
    struct crew own = {.jobs = jobs > 0 ? jobs : 1, .lock = lock_make()};
    struct tasks t = {.n = n, .fn = fn, .ctx = ctx};
    own.idle = own.jobs - 1;
    do_within(&t, &own);
    lock_free(own.lock);
    if (t.failed)
        mem_fail();
}

void tasks_share(size_t n, task_fn fn, void *ctx)
{
    struct tasks t = {.n = n, .fn = fn, .ctx = ctx, .shared = true};
    if (tasks_sharers() > 1)
        do_within(&t, crew);
    else
        for (size_t i = 0; i < n; i++)
            fn(ctx, i, 0);
    if (t.failed)
        mem_fail();
}

size_t tasks_sharers(void)
{
    size_t jobs = crew && !shares ? crew->jobs : 1;
    return jobs < SHARERS_MOST ? jobs : SHARERS_MOST;
}

size_t tasks_share_size(size_t n, size_t least)
{
    enum { OF_EACH = 4 }; /* so that threads end at about the same time */
    size_t sharers = tasks_sharers(), size = sharers == 1 ? n : n / (OF_EACH * sharers) + 1;
    return size > least ? size : least;
}

size_t tasks_sharer(void)
{
    return sharer;
}
