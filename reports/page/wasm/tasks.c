/* In place of search/tasks.c: one thread. */
#include "search/tasks.h"

void tasks_run(size_t n, size_t jobs, task_fn fn, void *ctx)
{
    (void)jobs;
    for (size_t i = 0; i < n; i++)
        fn(ctx, i, 0);
}

void tasks_share(size_t n, task_fn fn, void *ctx)
{
    tasks_run(n, 1, fn, ctx);
}

size_t tasks_sharers(void)
{
    return 1;
}

size_t tasks_share_size(size_t n, size_t least)
{
    return n > least ? n : least;
}

size_t tasks_sharer(void)
{
    return 0;
}

struct lock *lock_make(void)
{
    return NULL;
}

void lock_free(struct lock *l)
{
    (void)l;
}

void lock_take(struct lock *l)
{
    (void)l;
}

void lock_give(struct lock *l)
{
    (void)l;
}
