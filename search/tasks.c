/* Workers take the next task until none is left. */
#include "search/tasks.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

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

void lock_take(struct lock *l)
{
    pthread_mutex_lock(&l->mutex);
}

void lock_give(struct lock *l)
{
    pthread_mutex_unlock(&l->mutex);
}

struct tasks {
    size_t n, next;
    task_fn fn;
    void *ctx;
    struct lock *lock;
};

struct worker {
    struct tasks *of;
    size_t number;
};

static void *work(void *ctx)
{
    const struct worker *w = ctx;
    struct tasks *t = w->of;
    for (;;) {
        lock_take(t->lock);
        size_t task = t->next;
        t->next += task < t->n;
        lock_give(t->lock);
        if (task == t->n)
            return NULL;
        t->fn(t->ctx, task, w->number);
    }
}

void tasks_run(size_t n, size_t jobs, task_fn fn, void *ctx)
{
    struct tasks t = {.n = n, .fn = fn, .ctx = ctx, .lock = lock_make()};
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
}
