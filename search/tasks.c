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

struct tasks {
    size_t n, next;
    task_fn fn;
    void *ctx;
    struct lock *lock;
    bool guards, failed;
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

static void *work(void *ctx)
{
    struct tasks *t = ((struct worker *)ctx)->of;
    if (run_guarded(do_tasks, ctx, t->guards))
        return NULL;
    lock_take(t->lock);
    t->failed = true;
    t->next = t->n;
    lock_give(t->lock);
    return NULL;
}

void tasks_run(size_t n, size_t jobs, task_fn fn, void *ctx)
{
    struct tasks t = {
        .n = n, .fn = fn, .ctx = ctx, .lock = lock_make(), .guards = mem_own_handler() != NULL};
    size_t most = jobs < n ? jobs : n, started = 1;
    struct worker *worker = mem_alloc(most + 1, sizeof *worker);
    pthread_t *thread = mem_alloc(most + 1, sizeof *thread);

    worker[0] = (struct worker){&t, 0};
    for (; started < most; started++) {
        worker[started] = (struct worker){&t, started};
        if (pthread_create(&thread[started], NULL, work, &worker[started]) != 0)
            break;
    }
    work(&worker[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(thread[i], NULL);
    lock_free(t.lock);
    free(thread);
    free(worker);
    if (t.failed)
        mem_fail();
}
