/* Tasks on several threads. */
#include "tests/test.h"

#include <time.h>

#include "base/mem.h"
#include "search/tasks.h"

enum { TASKS = 1000, WORKERS = 4 };

struct counts {
    int done[TASKS];
    long of_worker[WORKERS];
    long all;
    struct lock *lock;
};

static void count(void *ctx, size_t task, size_t worker)
{
    struct counts *c = ctx;
    c->done[task]++;
    c->of_worker[worker]++;
    lock_take(c->lock);
    c->all++;
    lock_give(c->lock);
}

static void each_task_is_done_once_by_a_worker_below_the_number_of_jobs(void **state)
{
    (void)state;
    for (size_t jobs = 0; jobs <= WORKERS; jobs++) {
        struct counts c = {.lock = lock_make()};
        long by_workers = 0;
        tasks_run(TASKS, jobs, count, &c);
        for (size_t i = 0; i < TASKS; i++)
            assert_int_equal(c.done[i], 1);
        for (size_t i = 0; i < WORKERS; i++) {
            by_workers += c.of_worker[i];
            assert_true(c.of_worker[i] == 0 || i < jobs || i == 0);
        }
        assert_int_equal(by_workers, TASKS);
        assert_int_equal(c.all, TASKS);
        lock_free(c.lock);
    }
}

static void no_task_needs_no_worker(void **state)
{
    (void)state;
    struct counts c = {.lock = lock_make()};
    tasks_run(0, WORKERS, count, &c);
    assert_int_equal(c.all, 0);
    lock_free(c.lock);
}

/* ---- shared tasks ---- */

enum { PARTS = 64, PATIENCE_MS = 10000 };

struct sharing {
    struct counts parts;
    bool helped; /* waits for help */
};

static void nested(void *ctx, size_t task, size_t worker)
{
    bool *alone = ctx;
    (void)task;
    *alone = *alone && worker == 0 && tasks_sharers() == 1;
}

static bool has_helper(struct counts *c)
{
    lock_take(c->lock);
    bool helped = c->all > c->of_worker[0];
    lock_give(c->lock);
    return helped;
}

/* One that helps does a part of its own; another thread waits for it. */
static void part(void *ctx, size_t i, size_t worker)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    struct sharing *s = ctx;
    bool alone = true;
    assert_int_equal(tasks_sharer(), worker);
    tasks_share(3, nested, &alone);
    assert_true(alone);
    assert_int_equal(tasks_sharer(), worker);
    for (int ms = 0; s->helped && worker == 0 && !has_helper(&s->parts) && ms < PATIENCE_MS; ms++)
        nanosleep(&moment, NULL);
    count(&s->parts, i, worker);
}

/* The first task shares its parts, the others end at once. */
static void share_parts(void *ctx, size_t task, size_t worker)
{
    (void)worker;
    if (task == 0)
        tasks_share(PARTS, part, ctx);
}

static void idle_threads_help_with_parts_of_tasks(void **state)
{
    (void)state;
    for (size_t jobs = 1; jobs <= WORKERS; jobs++) {
        struct sharing s = {.parts = {.lock = lock_make()}, .helped = jobs == WORKERS};
        tasks_run(3, jobs, share_parts, &s);
        for (size_t i = 0; i < PARTS; i++)
            assert_int_equal(s.parts.done[i], 1);
        assert_int_equal(s.parts.all, PARTS);
        if (jobs == WORKERS)
            assert_true(s.parts.of_worker[0] < PARTS);
        for (size_t w = jobs; w < WORKERS; w++)
            assert_int_equal(s.parts.of_worker[w], 0);
        lock_free(s.parts.lock);
    }
    assert_int_equal(tasks_sharers(), 1);
}

static void outside_of_tasks_parts_are_done_alone(void **state)
{
    (void)state;
    struct sharing s = {.parts = {.lock = lock_make()}};
    tasks_share(PARTS, part, &s);
    assert_int_equal(s.parts.of_worker[0], PARTS);
    lock_free(s.parts.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_is_done_once_by_a_worker_below_the_number_of_jobs),
        cmocka_unit_test(no_task_needs_no_worker),
        cmocka_unit_test(idle_threads_help_with_parts_of_tasks),
        cmocka_unit_test(outside_of_tasks_parts_are_done_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
