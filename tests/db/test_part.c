/* A store opened with DB_NEW: it appears as a whole, or not at all. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"

static char folder[] = "/tmp/dse-test-XXXXXX";
static char at_path[64], at_part[64];

static int enter_folder(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(at_path, sizeof at_path, "%s/all.db", folder);
    snprintf(at_part, sizeof at_part, "%s/all.db.part", folder);
    return 0;
}

static int leave_folder(void **state)
{
    (void)state;
    unlink(at_path);
    unlink(at_part);
    return rmdir(folder); /* fails if anything else was left */
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void spill(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* A store with one run of three points, not yet finished. */
static struct db *begun(enum db_mode mode)
{
    static const struct db_column speed = {"tokens_per_s", "1/s", "speed", NULL};
    struct err err = {0};
    struct db *db;
    struct db_run run = {.name = "x",
                         .spec = "study: x\n",
                         .spec_hash = "abc",
                         .program = "dse",
                         .keep = "all",
                         .space = 3,
                         .last = 3};
    works(db_open(&db, at_path, mode, &err));
    works(db_run_begin(db, &run, &speed, 1, &err));
    for (uint64_t i = run.done; i < 3; i++)
        works(db_put(db, i, (double[]){(double)i}, &err));
    works(db_commit(db, 3, 3, true, &err));
    free(run.started);
    free(run.ended);
    return db;
}

static double sum_of_points(void)
{
    struct err err = {0};
    struct db *db;
    struct table t;
    works(db_open(&db, at_path, DB_READ, &err));
    works(db_select(db, "SELECT sum(tokens_per_s) FROM point", NULL, 0, &t, &err));
    double sum = t.cell[0].number;
    table_free(&t);
    db_close(db);
    return sum;
}

static void a_new_store_appears_when_it_is_whole(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = begun(DB_NEW);
    assert_false(is_there(at_path));
    assert_true(is_there(at_part));
    works(db_finish(db, &err));
    assert_true(is_there(at_path));
    assert_false(is_there(at_part));
    assert_true(sum_of_points() == 3);
}

static void nothing_is_left_of_one_that_is_not(void **state)
{
    (void)state;
    db_close(begun(DB_NEW));
    assert_false(is_there(at_path) || is_there(at_part));
    db_discard(begun(DB_NEW));
    assert_false(is_there(at_path) || is_there(at_part));
    struct db *db = begun(DB_NEW);
    db_abandon();
    assert_false(is_there(at_path) || is_there(at_part));
    struct err err = {0};
    assert_int_equal(db_finish(db, &err), -1);
    assert_non_null(strstr(err.text, "all.db: was removed or replaced while it was written"));
}

static void what_a_killed_process_left_is_replaced(void **state)
{
    (void)state;
    struct err err = {0};
    spill(at_part, "half a page");
    works(db_finish(begun(DB_NEW), &err));
    assert_false(is_there(at_part));
    assert_true(sum_of_points() == 3);
}

static void a_store_that_is_there_is_written_where_it_is(void **state)
{
    (void)state;
    struct err err = {0};
    works(db_finish(begun(DB_WRITE), &err));
    struct db *db = begun(DB_NEW);
    assert_true(is_there(at_path));
    assert_false(is_there(at_part));
    db_discard(db);
    assert_true(sum_of_points() == 3);
}

static void a_file_that_appears_meanwhile_is_kept(void **state)
{
    (void)state;
    struct err err = {0};
    char text[8] = "";
    struct db *db = begun(DB_NEW);
    spill(at_path, "mine");
    assert_int_equal(db_finish(db, &err), -1);
    assert_int_equal(err.status, STATUS_IO);
    assert_non_null(strstr(err.text, "all.db: cannot be written: File exists"));
    assert_false(is_there(at_part));
    FILE *f = fopen(at_path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(text, 1, sizeof text, f), 4);
    fclose(f);
    assert_string_equal(text, "mine");
}

static void a_second_process_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = begun(DB_NEW), *other;
    pid_t child = fork();
    if (child == 0) {
        int rc = db_open(&other, at_path, DB_NEW, &err);
        _exit(rc == -1 && strstr(err.text, "all.db: another process is writing") ? 9 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
    works(db_finish(db, &err));
    assert_true(sum_of_points() == 3);
}

static void no_input_of_a_merge_is_its_output(void **state)
{
    (void)state;
    struct err err = {0};
    const char *const path[] = {at_path, at_part};
    static const char *const why[] = {"cannot be merged into itself", "is where "};
    spill(at_path, "");
    spill(at_part, "");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(db_merge_check(at_path, &path[i], 1, &err), -1);
        assert_int_equal(err.status, STATUS_INPUT);
        assert_non_null(strstr(err.text, why[i]));
        err = (struct err){0};
    }
    works(db_merge_check("another.db", path, 2, &err));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_new_store_appears_when_it_is_whole),
        IN_FOLDER(nothing_is_left_of_one_that_is_not),
        IN_FOLDER(what_a_killed_process_left_is_replaced),
        IN_FOLDER(a_store_that_is_there_is_written_where_it_is),
        IN_FOLDER(a_file_that_appears_meanwhile_is_kept),
        IN_FOLDER(a_second_process_is_refused),
        IN_FOLDER(no_input_of_a_merge_is_its_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
