/* Tasks on several threads. */
#include "tests/test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_is_done_once_by_a_worker_below_the_number_of_jobs),
        cmocka_unit_test(no_task_needs_no_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
