/* Memory that runs out in one thread: the others end, locks are free again, and the handler of the
 * thread that asked for the work takes over. */
#include "tests/test.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "arch/catalogue/catalogue.h"
#include "base/mem.h"
#include "search/guarded.h"
#include "search/sweep.h"
#include "search/tasks.h"

enum { TASKS = 200, FAILS = 37 };

static jmp_buf back;

static void go_back(void)
{
    longjmp(back, 1);
}

struct shared {
    struct lock *outer, *inner;
    atomic_int running, ended;
};

/* Task FAILS runs out of memory with two locks taken. */
static void task(void *ctx, size_t i, size_t worker)
{
    struct shared *s = ctx;
    (void)worker;
    atomic_fetch_add(&s->running, 1);
    lock_take(s->outer);
    lock_take(s->inner);
    if (i == FAILS) {
        atomic_fetch_add(&s->ended, 1);
        mem_fail();
    }
    lock_give(s->inner);
    lock_give(s->outer);
    atomic_fetch_add(&s->ended, 1);
}

/* Did it end by the handler? */
static bool fails_within(struct shared *s, size_t jobs)
{
    mem_on_own_failure(go_back);
    if (setjmp(back) != 0)
        return true;
    tasks_run(TASKS, jobs, task, s);
    return false;
}

static void assert_all_ended(struct shared *s)
{
    mem_on_own_failure(NULL);
    assert_int_equal(atomic_load(&s->running), atomic_load(&s->ended));
    lock_take(s->outer); /* hangs if it is still taken */
    lock_take(s->inner);
    lock_give(s->inner);
    lock_give(s->outer);
    lock_free(s->inner);
    lock_free(s->outer);
}

static void assert_others_end(size_t jobs)
{
    struct shared s = {.outer = lock_make(), .inner = lock_make()};
    assert_true(fails_within(&s, jobs));
    assert_ptr_equal(mem_own_handler(), go_back);
    assert_true(atomic_load(&s.running) > FAILS);
    assert_all_ended(&s);
}

static void a_task_that_fails_ends_the_others(void **state)
{
    (void)state;
    for (size_t jobs = 1; jobs <= 4; jobs++)
        assert_others_end(jobs);
}

/* ---- parts of a task that idle threads help with ---- */

static void share(void *ctx, size_t i, size_t worker)
{
    (void)i;
    (void)worker;
    tasks_share(TASKS, task, ctx);
}

static bool shared_fails_within(struct shared *s, size_t jobs)
{
    mem_on_own_failure(go_back);
    if (setjmp(back) != 0)
        return true;
    tasks_run(2, jobs, share, s);
    return false;
}

static void a_part_that_fails_ends_all(void **state)
{
    (void)state;
    for (size_t jobs = 1; jobs <= 6; jobs++) {
        struct shared s = {.outer = lock_make(), .inner = lock_make()};
        assert_true(shared_fails_within(&s, jobs));
        assert_int_equal(tasks_sharers(), 1);
        assert_all_ended(&s);
    }
}

static int fail_at_second(void *ctx, uint64_t first, size_t count, const double *rows)
{
    size_t *calls = ctx;
    (void)first;
    (void)count;
    (void)rows;
    if (++*calls == 2)
        mem_fail();
    return 0;
}

static bool sweep_fails(const struct study *s, const struct columns *columns, size_t *calls)
{
    mem_on_own_failure(go_back);
    if (setjmp(back) != 0)
        return true;
    sweep_run(s, columns, (struct point_range){0, s->size}, 3, fail_at_second, calls);
    return false;
}

static void a_sweep_whose_taker_fails_ends(void **state)
{
    (void)state;
    struct catalogue *c;
    struct study *s;
    struct err err;
    struct columns *columns = mem_alloc(1, sizeof *columns);
    static const char text[] =
        "sweep: {chip.memory_byte_per_s: {from: 2 TB/s, to: 9 TB/s, steps: 4000}}\n";
    size_t calls = 0;
    assert_int_equal(catalogue_open(&c, getenv("DSE_CATALOGUE"), &err), 0);
    assert_int_equal(study_parse(&s, "text", text, c, &err), 0);
    columns_make(columns, s);
    assert_true(sweep_fails(s, columns, &calls));
    mem_on_own_failure(NULL);
    assert_int_equal(calls, 2);
    study_free(s);
    catalogue_close(c);
    free(columns);
}

static void inner(void *ctx)
{
    (void)ctx;
    mem_fail();
}

static void outer(void *ctx)
{
    *(bool *)ctx = run_guarded(inner, NULL, true);
    if (!*(bool *)ctx)
        mem_fail();
}

static void guards_nest(void **state)
{
    (void)state;
    bool inner_done = true;
    assert_false(run_guarded(outer, &inner_done, true));
    assert_false(inner_done);
    assert_null(mem_own_handler());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_that_fails_ends_the_others),
        cmocka_unit_test(a_part_that_fails_ends_all),
        cmocka_unit_test(a_sweep_whose_taker_fails_ends),
        cmocka_unit_test(guards_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
