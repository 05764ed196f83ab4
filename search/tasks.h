/* Independent tasks on several threads. */
#ifndef SEARCH_TASKS_H
#define SEARCH_TASKS_H

#include <stddef.h>

/* Does one task. `worker`, below `jobs`, names the thread: tasks of one worker never run at the
 * same time, so it can own memory. */
typedef void (*task_fn)(void *ctx, size_t task, size_t worker);

/* Does tasks 0 to n - 1, each once, on up to `jobs` threads, of which the caller's is one: always,
 * even if no other can be started. 0 jobs: 1. If memory runs out in one of them and the caller has
 * a handler of its own, the others end first. */
void tasks_run(size_t n, size_t jobs, task_fn fn, void *ctx);

/* The same within a task of tasks_run, on up to SHARERS_MOST threads: those that it did not need,
 * and those that have nothing left to do. Outside, and within tasks_share, on the caller's alone.
 */
enum { SHARERS_MOST = 64 };
void tasks_share(size_t n, task_fn fn, void *ctx);

/* Threads that tasks_share may use, at most: its workers are below. 1: the caller's alone. */
size_t tasks_sharers(void);

/* How many of n things a task of tasks_share should take, at least `least`: all on one thread. */
size_t tasks_share_size(size_t n, size_t least);

/* The number of this thread among those of tasks_share; 0 outside. */
size_t tasks_sharer(void);

/* A lock for what tasks share. */
struct lock;
struct lock *lock_make(void);
void lock_free(struct lock *l); /* takes NULL */
void lock_take(struct lock *l);
void lock_give(struct lock *l);

#endif
