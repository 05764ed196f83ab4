#include "tests/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"
#include "db/page_checksum.h"

/* ---- a folder for each test ---- */

static char *folder;

static int enter_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    folder = mem_print("%s/dse-test-XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) == NULL;
}

static int leave_folder(void **state)
{
    (void)state;
    char *command = mem_print("rm -rf '%s'", folder);
    int failed = system(command);
    free(command);
    free(folder);
    return failed;
}

/* Not freed until the program ends. */
static const char *in_folder(const char *name)
{
    static char path[8][300];
    static size_t next;
    char *p = path[next++ % LEN(path)];
    snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
    return p;
}

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static char *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *bytes = mem_alloc(1 << 22, 1);
    *size = fread(bytes, 1, 1 << 22, f);
    fclose(f);
    return bytes;
}

static void spill(const char *path, long offset, const void *bytes, size_t size)
{
    FILE *f = fopen(path, offset < 0 ? "wb" : "r+b");
    assert_non_null(f);
    if (offset > 0)
        assert_int_equal(fseek(f, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

/* Changes bytes of the first page as SQLite would. */
static void spill_header(const char *path, size_t offset, const void *bytes, size_t size)
{
    size_t all;
    char *file = slurp(path, &all);
    memcpy(file + offset, bytes, size);
    page_seal((unsigned char *)file, 16384, 1);
    spill(path, 0, file, 16384);
    free(file);
}

/* ---- a small study ---- */

static const char *const verdicts[] = {"ok", "memory", "tpot"};
static const char *const chips[] = {"b200", "h100"};

static const struct db_column columns[] = {
    {"chip", "", "the chip", chips},
    {"chip_memory_byte_per_s", "B/s", "its bandwidth", NULL},
    {"verdict", "", "ok, or why not", verdicts},
    {"tokens_per_s", "1/s", "speed", NULL},
};

static struct db_run study(const char *name, uint64_t first, uint64_t last)
{
    return (struct db_run){
        .name = mem_text(name),
        .spec = mem_text("study: x\nmodels: [y]\n"),
        .spec_hash = mem_text("abc"),
        .program = mem_text("dse 0.1"),
        .keep = mem_text("all"),
        .seed = UINT64_MAX,
        .space = 100,
        .first = first,
        .last = last,
    };
}

static int put(struct db *db, uint64_t point, struct err *err)
{
    double row[] = {(double)(point % 2), 1e12 * (double)point, (double)(point % 3),
                    (double)point / 8};
    return db_put(db, point, row, err);
}

/* Stores points [from, to) and marks [first, to) as done. */
static int put_range(struct db *db, const struct db_run *run, uint64_t from, uint64_t to,
                     struct err *err)
{
    for (uint64_t i = from; i < to; i++)
        if (put(db, i, err) != 0)
            return -1;
    uint64_t feasible = 0;
    for (uint64_t i = run->first; i < to; i++)
        feasible += i % 3 == 0;
    return db_commit(db, to - run->first, feasible, to == run->last, err);
}

static struct db *opened(const char *path, enum db_mode mode)
{
    struct err err = {0};
    struct db *db;
    works(db_open(&db, path, mode, &err));
    return db;
}

static void open_fails(const char *path, enum db_mode mode, const char *why)
{
    struct err err = {0};
    struct db *db;
    assert_int_equal(db_open(&db, path, mode, &err), -1);
    assert_null(db);
    assert_int_equal(err.status, STATUS_IO);
    char *want = mem_print("%s: %s", path, why);
    assert_memory_equal(err.text, path, strlen(path));
    if (strncmp(err.text, want, strlen(want)) != 0)
        assert_string_equal(err.text, want);
    free(want);
}

static void make_store(const char *path, const char *name, uint64_t first, uint64_t last,
                       uint64_t done)
{
    struct err err = {0};
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study(name, first, last);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(put_range(db, &run, first + run.done, first + done, &err));
    db_close(db);
    db_run_free(&run);
}

static double number(struct db *db, const char *sql)
{
    struct err err = {0};
    struct table t;
    works(db_select(db, sql, NULL, 0, &t, &err));
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.cell[0].kind, CELL_NUMBER);
    double value = t.cell[0].number;
    table_free(&t);
    return value;
}

static double number_in(const char *path, const char *sql)
{
    struct db *db = opened(path, DB_READ);
    double value = number(db, sql);
    db_close(db);
    return value;
}

static void ends_with_9(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 9);
}

/* ---- runs and points ---- */

static void stored_values_are_read_back(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    make_store(path, "first", 0, 100, 100);

    struct db *db = opened(path, DB_READ);
    struct table t;
    works(db_select(db,
                    "SELECT chip, chip_memory_byte_per_s, verdict, tokens_per_s, run, point, id"
                    " FROM point WHERE point = 7",
                    NULL, 0, &t, &err));
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.columns, 7);
    assert_string_equal(t.header[3], "tokens_per_s");
    assert_int_equal(table_find(&t, "verdict"), 2);
    assert_int_equal(table_find(&t, "verdic"), -1);
    assert_string_equal(t.cell[0].text, "h100");
    assert_true(t.cell[1].number == 7e12 && !t.cell[1].whole);
    assert_string_equal(t.cell[2].text, "memory");
    assert_true(t.cell[3].number == 7.0 / 8);
    assert_true(t.cell[4].number == 1 && t.cell[4].whole);
    assert_true(t.cell[6].number == 0x1000000000007);
    table_free(&t);

    struct db_run *runs;
    size_t n;
    works(db_runs(db, &runs, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(runs[0].name, "first");
    assert_string_equal(runs[0].spec, "study: x\nmodels: [y]\n");
    assert_true(runs[0].seed == UINT64_MAX);
    assert_int_equal(runs[0].done, 100);
    assert_int_equal(runs[0].feasible, 34);
    assert_int_equal(strlen(runs[0].started), strlen("2025-01-01T00:00:00Z"));
    assert_int_equal(strlen(runs[0].ended), strlen("2025-01-01T00:00:00Z"));
    db_run_free(&runs[0]);
    free(runs);

    assert_true(number(db, "SELECT count(*) FROM feasible WHERE run_name = 'first'") == 34);
    assert_true(number(db, "SELECT points FROM verdicts WHERE verdict = 'tpot'") == 33);
    db_close(db);
}

static void nan_is_stored_as_null_and_infinity_as_it_is(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = opened(in_folder("a.db"), DB_WRITE);
    struct db_run run = study("x", 0, 100);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(db_put(db, 0, (double[]){NAN, INFINITY, 0, NAN}, &err));
    assert_true(number(db, "SELECT chip IS NULL AND tokens_per_s IS NULL FROM point") == 1);
    assert_true(number(db, "SELECT chip_memory_byte_per_s FROM point") == (double)INFINITY);
    db_close(db);
    db_run_free(&run);
}

static void uncommitted_points_are_lost_when_the_file_is_closed(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("x", 0, 100);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(put_range(db, &run, 0, 10, &err));
    works(put(db, 10, &err));
    db_close(db);
    db_run_free(&run);
    assert_true(number_in(path, "SELECT count(*) FROM point") == 10);
}

static void a_point_can_be_dropped_and_put_again(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = opened(in_folder("a.db"), DB_WRITE);
    struct db_run run = study("x", 0, 100);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(put_range(db, &run, 0, 10, &err));
    works(db_drop(db, 3, &err));
    works(db_drop(db, 4, &err));
    works(put(db, 4, &err));
    works(put(db, 5, &err));
    works(db_commit(db, 10, 4, false, &err));
    assert_true(number(db, "SELECT sum(point) FROM point") == 45 - 3);
    db_close(db);
    db_run_free(&run);
}

static void a_killed_run_resumes_after_its_last_commit(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    pid_t child = fork();
    if (child == 0) {
        struct err err = {0};
        struct db *db;
        struct db_run run = study("x", 20, 100);
        if (db_open(&db, path, DB_WRITE, &err) != 0 ||
            db_run_begin(db, &run, columns, LEN(columns), &err) != 0 ||
            put_range(db, &run, 20, 50, &err) != 0 || put_range(db, &run, 50, 61, &err) != 0 ||
            put(db, 61, &err) != 0 || put(db, 62, &err) != 0)
            _exit(1);
        _exit(9);
    }
    ends_with_9(child);
    assert_true(is_there(in_folder("a.db-wal")));
    assert_true(number_in(path, "SELECT count(*) FROM point") == 41);
    assert_true(number_in(path, "SELECT done FROM run") == 41);

    struct err err = {0};
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("x", 20, 100);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    assert_int_equal(run.done, 41);
    assert_int_equal(run.feasible, 14);
    assert_string_equal(run.ended, "");
    works(put_range(db, &run, run.first + run.done, 100, &err));
    db_close(db);
    db_run_free(&run);
    assert_true(number_in(path, "SELECT count(*) = 80 AND sum(point) = 4760 FROM point") == 1);
    assert_true(number_in(path, "SELECT ended <> '' AND feasible = 27 FROM run") == 1);
    assert_false(is_there(in_folder("a.db-wal")));
    assert_false(is_there(in_folder("a.db-shm")));
}

static void beginning_a_finished_run_reports_that_it_is_finished(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);

    struct db *db = opened(path, DB_WRITE), *other = opened(path, DB_WRITE);
    struct db_run run = study("x", 0, 10), another = study("y", 0, 10);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    assert_int_equal(run.done, 10);
    assert_string_not_equal(run.ended, "");
    works(db_run_begin(other, &another, columns, LEN(columns), &err)); /* the lock is free */
    db_close(other);

    char *ended = mem_text(run.ended);
    works(db_commit(db, 10, 4, true, &err));
    struct db_run found;
    works(db_run_find(db, "x", &found, &err));
    assert_string_equal(found.ended, ended);
    free(ended);
    db_close(db);
    db_run_free(&run);
    db_run_free(&another);
    db_run_free(&found);
}

static void another_study_of_the_same_name_is_refused_and_nothing_is_written(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 100, 10);
    size_t before_size, after_size;
    char *before = slurp(path, &before_size);

    for (int i = 0; i < 4; i++) {
        static const char *const what[] = {"study", "seed", "shard", "study"};
        struct err err = {0};
        struct db *db = opened(path, DB_WRITE);
        struct db_run run = study("x", 0, i == 2 ? 50 : 100);
        run.spec_hash[0] = i == 0 ? 'X' : 'a';
        run.seed -= i == 1;
        run.space += i == 3;
        assert_int_equal(db_run_begin(db, &run, columns, LEN(columns), &err), -1);
        assert_int_equal(err.status, STATUS_INPUT);
        char *want = mem_print("%s: run x exists with another %s: give another name or another "
                               "file",
                               path, what[i]);
        assert_string_equal(err.text, want);
        free(want);
        db_close(db);
        db_run_free(&run);
    }
    char *after = slurp(path, &after_size);
    assert_int_equal(after_size, before_size);
    assert_memory_equal(after, before, after_size);
    free(before);
    free(after);
}

static void a_later_run_adds_its_columns(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);

    static const struct db_column more[] = {
        {"verdict", "", "ok, or why not", verdicts},
        {"power_w", "W", "power", NULL},
        {"odd \"name\"", "1", "quotes", NULL},
        {"tokens_per_s", "1/s", "speed, said better", NULL},
    };
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("y", 0, 10);
    works(db_run_begin(db, &run, more, LEN(more), &err));
    works(db_put(db, 0, (double[]){2, 700, 5, 6}, &err));
    works(db_commit(db, 1, 0, false, &err));
    assert_true(number(db, "SELECT power_w FROM point WHERE run = 2") == 700);
    assert_true(number(db, "SELECT \"odd \"\"name\"\"\" FROM point WHERE run = 2") == 5);
    assert_true(number(db, "SELECT count(*) FROM point WHERE power_w IS NULL") == 10);
    assert_true(number(db, "SELECT count(power_w) + count(*) FROM feasible") == 4);

    struct table t;
    works(db_columns(db, &t, &err));
    assert_int_equal(t.rows, 11);
    assert_int_equal(t.columns, 3);
    assert_string_equal(t.header[2], "meaning");
    assert_string_equal(table_at(&t, 0, 0)->text, "id");
    assert_string_equal(table_at(&t, 3, 0)->text, "verdict");
    assert_string_equal(table_at(&t, 4, 0)->text, "reasons");
    assert_string_equal(table_at(&t, 5, 0)->text, "scenario");
    assert_string_equal(table_at(&t, 8, 0)->text, "tokens_per_s");
    assert_string_equal(table_at(&t, 8, 1)->text, "1/s");
    assert_string_equal(table_at(&t, 8, 2)->text, "speed, said better");
    assert_string_equal(table_at(&t, 9, 0)->text, "power_w");
    table_free(&t);
    db_close(db);
    db_run_free(&run);
}

/* One point misses memory and tpot, one tpot alone, one nothing. */
static void verdicts_counts_a_point_for_each_of_its_reasons(void **state)
{
    (void)state;
    static const char *const reasons[] = {"memory, tpot", "tpot"};
    static const struct db_column both[] = {{"verdict", "", "", verdicts},
                                            {"reasons", "", "", reasons}};
    struct err err = {0};
    struct db *db = opened(in_folder("reasons.db"), DB_WRITE);
    struct db_run run = study("reasons", 0, 3);
    works(db_run_begin(db, &run, both, LEN(both), &err));
    works(db_put(db, 0, (double[]){1, 0}, &err));
    works(db_put(db, 1, (double[]){2, 1}, &err));
    works(db_put(db, 2, (double[]){0, NAN}, &err));
    works(db_commit(db, 3, 1, true, &err));
    struct table t;
    works(db_select(db, "SELECT verdict, points, applies_to FROM verdicts ORDER BY verdict", NULL,
                    0, &t, &err));
    static const struct {
        const char *verdict;
        double points, applies_to;
    } want[] = {{"memory", 1, 1}, {"ok", 1, 1}, {"tpot", 1, 2}};
    assert_int_equal(t.rows, LEN(want));
    for (size_t i = 0; i < LEN(want); i++) {
        assert_string_equal(table_at(&t, i, 0)->text, want[i].verdict);
        assert_true(table_at(&t, i, 1)->number == want[i].points);
        assert_true(table_at(&t, i, 2)->number == want[i].applies_to);
    }
    table_free(&t);
    db_close(db);
    db_run_free(&run);
}

static void two_runs_can_be_made_one_after_the_other(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = opened(in_folder("a.db"), DB_WRITE);
    struct db_run a = study("a", 0, 10), b = study("b", 0, 10);
    works(db_run_begin(db, &a, columns, LEN(columns), &err));
    works(put_range(db, &a, 0, 10, &err));
    works(db_run_begin(db, &b, columns, 3, &err));
    works(put_range(db, &b, 0, 5, &err));
    assert_int_equal(b.id, 2);
    assert_true(number(db, "SELECT count(*) FROM point WHERE run = 1") == 10);
    assert_true(number(db, "SELECT count(*) FROM point WHERE run = 2") == 5);
    db_close(db);
    db_run_free(&a);
    db_run_free(&b);
}

static void a_run_is_found_by_name_or_is_the_newest(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    make_store(path, "a", 0, 10, 10);
    make_store(path, "b", 0, 20, 20);

    struct db *db = opened(path, DB_READ);
    struct db_run run;
    works(db_run_find(db, NULL, &run, &err));
    assert_string_equal(run.name, "b");
    db_run_free(&run);
    works(db_run_find(db, "a", &run, &err));
    assert_int_equal(run.last, 10);
    db_run_free(&run);
    assert_int_equal(db_run_find(db, "c", &run, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_non_null(strstr(err.text, ": c: no such run: the file has a, b"));
    db_close(db);
}

static void too_many_points_are_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = opened(in_folder("a.db"), DB_WRITE);
    struct db_run run = study("x", 0, UINT64_C(1) << 49);
    assert_int_equal(db_run_begin(db, &run, columns, LEN(columns), &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    db_close(db);
    db_run_free(&run);
}

/* ---- several processes ---- */

static void a_second_writer_is_refused_at_once(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("x", 0, 100);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));

    for (uint64_t i = 0; i < 3; i++) { /* just begun, between commits, while putting */
        pid_t child = fork();
        if (child == 0) {
            static const char why[] =
                ": another process is writing: wait for it to end, or give another file";
            struct db *other;
            struct db_run second = study("other", 0, 100);
            alarm(5);
            if (db_open(&other, path, DB_WRITE, &err) != 0 ||
                db_run_begin(other, &second, columns, LEN(columns), &err) != -1)
                _exit(1);
            _exit(err.status == STATUS_IO && strstr(err.text, why) != NULL ? 9 : 2);
        }
        ends_with_9(child);
        works(put_range(db, &run, 10 * i, 10 * i + 10, &err));
        if (i == 1)
            works(put(db, 20, &err));
    }
    db_close(db);
    db_run_free(&run);

    make_store(path, "other", 0, 10, 10);
    assert_true(number_in(path, "SELECT count(*) FROM point") == 40);
}

static void a_reader_sees_committed_points_while_a_run_continues(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("x", 0, 100);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(put_range(db, &run, 0, 10, &err));
    works(put(db, 10, &err));

    struct db *reader = opened(path, DB_READ);
    assert_true(number(reader, "SELECT count(*) FROM point") == 10);
    works(put_range(db, &run, 11, 30, &err));
    assert_true(number(reader, "SELECT count(*) FROM point") == 30);
    db_close(reader);
    db_close(db);
    db_run_free(&run);
    assert_false(is_there(in_folder("a.db-wal")));
}

struct mid_query {
    struct db *db;
    struct db_run *run;
    uint64_t rows;
    struct err err;
};

static int put_meanwhile(void *ctx, const struct table *row)
{
    struct mid_query *q = ctx;
    assert_int_equal(row->rows, 1);
    uint64_t from = 10 * ++q->rows;
    return from >= 100 ? 0 : put_range(q->db, q->run, from, from + 10, &q->err);
}

static void a_reader_in_the_middle_of_a_query_blocks_no_commit(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("a.db");
    struct db_run run = study("x", 0, 100);
    struct mid_query q = {.db = opened(path, DB_WRITE), .run = &run};
    works(db_run_begin(q.db, &run, columns, LEN(columns), &err));
    works(put_range(q.db, &run, 0, 10, &err));

    struct db *reader = opened(path, DB_READ);
    works(db_each(reader, "SELECT * FROM point", NULL, 0, put_meanwhile, &q, &err));
    assert_int_equal(q.rows, 10);
    assert_true(number(reader, "SELECT count(*) FROM point") == 100);
    db_close(reader);
    db_close(q.db);
    db_run_free(&run);
}

/* ---- damaged and foreign files ---- */

static void a_file_that_is_not_a_store_is_refused_and_left_alone(void **state)
{
    (void)state;
    const char *path = in_folder("notes.txt");
    static const char text[] = "just some notes, none of your business\n";
    spill(path, -1, text, strlen(text));
    open_fails(path, DB_READ, "is not a dse database");
    open_fails(path, DB_WRITE, "is not a dse database");
    size_t size;
    char *now = slurp(path, &size);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(now, text, size);
    free(now);
    assert_false(is_there(in_folder("notes.txt-wal")));
}

static void a_path_that_is_not_a_file_is_refused(void **state)
{
    (void)state;
    open_fails(folder, DB_READ, "cannot be opened: it is not a file");
    open_fails(folder, DB_WRITE, "cannot be opened: it is not a file");
    const char *path = in_folder("none.db");
    open_fails(path, DB_READ, "cannot be opened: No such file or directory: ");
    assert_false(is_there(path));
    open_fails(in_folder("no/folder/x.db"), DB_WRITE,
               "cannot be opened: No such file or directory: ");
    open_fails("", DB_READ, "cannot be opened: ");
}

static void names_that_are_special_to_sqlite_are_files(void **state)
{
    (void)state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(folder), 0);
    static const char *const names[] = {":memory:", "file:x?mode=memory", "a%20b#c?.db"};
    for (size_t i = 0; i < LEN(names); i++) {
        make_store(names[i], "x", 0, 10, 10);
        assert_true(is_there(names[i]));
        struct err err = {0};
        struct db *db = opened("all.db", DB_WRITE);
        works(db_merge(db, &names[i], 1, &err));
        db_close(db);
    }
    assert_true(number_in("all.db", "SELECT count(*) FROM point") == 10);
    assert_int_equal(chdir(here), 0);
}

static void an_empty_file_can_be_written_but_not_read(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    spill(path, -1, "", 0);
    open_fails(path, DB_READ, "is not a dse database: it is empty");
    make_store(path, "x", 0, 10, 10);
    assert_true(number_in(path, "SELECT count(*) FROM point") == 10);
}

static void a_database_of_another_program_is_refused(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    spill(path, 68, "\0\0\0\0", 4); /* the application's id */
    open_fails(path, DB_READ, "is not a dse database: another program has made it");
    open_fails(path, DB_WRITE, "is not a dse database: another program has made it");
}

static void a_store_of_a_newer_version_is_refused(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    spill(path, 60, "\0\0\0\7", 4); /* the user's version */
    open_fails(path, DB_READ, "was made by a newer dse (schema 7): this one reads up to 3");
    open_fails(path, DB_WRITE, "was made by a newer dse (schema 7): this one reads up to 3");
}

static void a_damaged_store_is_reported(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    char garbage[16384];
    memset(garbage, 0x5a, sizeof(garbage));

    make_store(path, "x", 0, 100, 100); /* cut */
    assert_int_equal(truncate(path, 16384 + 100), 0);
    open_fails(path, DB_READ, "is damaged: ");
    open_fails(path, DB_WRITE, "is damaged: ");
    unlink(path);

    make_store(path, "x", 0, 100, 100); /* the schema overwritten */
    spill(path, 100, garbage, 16000);
    open_fails(path, DB_READ, "is damaged: ");
    unlink(path);

    make_store(path, "x", 0, 100, 100); /* everything but the schema overwritten */
    size_t size;
    free(slurp(path, &size));
    for (size_t at = 16384; at < size; at += 16384)
        spill(path, (long)at, garbage, 16384);
    struct err err = {0};
    struct db *db = opened(path, DB_READ);
    struct table t;
    assert_int_equal(db_select(db, "SELECT * FROM point", NULL, 0, &t, &err), -1);
    assert_int_equal(err.status, STATUS_IO);
    assert_non_null(strstr(err.text, "a.db: is damaged: "));
    db_close(db);

    struct db *out = opened(in_folder("out.db"), DB_WRITE);
    assert_int_equal(db_merge(out, &path, 1, &err), -1);
    assert_non_null(strstr(err.text, "a.db: is damaged: "));
    db_close(out);
}

static void damage_found_by_a_merge_names_the_right_file(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = in_folder("in.db"), *out_path = in_folder("out.db");
    char garbage[16384];
    memset(garbage, 0x5a, sizeof(garbage));

    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("x", 0, 20000);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(put_range(db, &run, 0, 20000, &err));
    db_close(db);
    db_run_free(&run);
    spill(path, 20 * 16384L, garbage, 16384);

    struct db *out = opened(out_path, DB_WRITE);
    assert_int_equal(db_merge(out, &path, 1, &err), -1);
    assert_int_equal(err.status, STATUS_IO);
    assert_non_null(strstr(err.text, "in.db: is damaged: "));
    assert_true(number(out, "SELECT count(*) FROM point") == 0);
    assert_true(number(out, "SELECT count(*) FROM run") == 0);
    db_close(out);
}

static void a_store_without_a_journal_is_read_where_nothing_can_be_written(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    for (int wal = 0; wal < 2; wal++) {
        if (wal) /* as it is while a reader outlives the writer */
            spill_header(path, 18, "\2\2", 2);
        assert_int_equal(chmod(path, 0444), 0);
        assert_int_equal(chmod(folder, 0555), 0);
        pid_t child = fork();
        if (child == 0) {
            struct err err = {0};
            struct db *db;
            struct table t;
            if (getuid() == 0 && setuid(65534) != 0)
                _exit(1);
            if (db_open(&db, path, DB_READ, &err) != 0 ||
                db_select(db, "SELECT count(*) FROM point", NULL, 0, &t, &err) != 0)
                _exit(2);
            bool right = t.cell[0].number == 10;
            table_free(&t);
            db_close(db);
            if (db_open(&db, path, DB_WRITE, &err) == 0 ||
                strstr(err.text, "a.db: cannot be written: Permission denied: ") == NULL)
                _exit(3);
            _exit(right ? 9 : 4);
        }
        ends_with_9(child);
        assert_int_equal(chmod(folder, 0755), 0);
        assert_int_equal(chmod(path, 0644), 0);
    }
}

static void a_full_disk_is_reported_and_committed_points_are_safe(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    pid_t child = fork();
    if (child == 0) {
        struct err err = {0};
        struct db *db;
        struct db_run run = study("x", 0, 1000000);
        struct rlimit limit = {1 << 20, 1 << 20};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        if (db_open(&db, path, DB_WRITE, &err) != 0 ||
            db_run_begin(db, &run, columns, LEN(columns), &err) != 0)
            _exit(1);
        uint64_t done = 0;
        while (done < run.last && put_range(db, &run, done, done + 1000, &err) == 0)
            done += 1000;
        char *want = mem_print("%s: disk is full: %d points are safe: free space and run the same "
                               "command again",
                               path, (int)done);
        bool right = done >= 1000 && strcmp(err.text, want) == 0 && err.status == STATUS_IO;
        if (!right)
            print_error("%d: %s\n", (int)done, err.text);
        db_close(db);
        _exit(right ? 9 : 2);
    }
    ends_with_9(child);

    struct err err = {0};
    struct db *db = opened(path, DB_WRITE);
    struct db_run run = study("x", 0, 1000000);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    assert_true(run.done >= 1000);
    assert_true(number(db, "SELECT count(*) FROM point") == (double)run.done);
    works(put_range(db, &run, run.done, 200000, &err));
    assert_true(number(db, "SELECT count(*) FROM point") == 200000);
    db_close(db);
    db_run_free(&run);
}

/* ---- questions ---- */

static void sql_that_writes_is_refused(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    static const char *const bad[] = {
        "DELETE FROM point",
        "INSERT INTO run(name) VALUES('y')",
        "UPDATE point SET verdict = 'ok'",
        "WITH x AS (SELECT 1) DELETE FROM point",
        "DROP TABLE point",
        "CREATE TABLE t(a)",
        "CREATE TEMP TABLE t(a)",
        "ALTER TABLE point ADD COLUMN z",
        "ATTACH 'other.db' AS other",
        "VACUUM",
        "VACUUM INTO 'copy.db'",
        "REINDEX",
        "ANALYZE",
        "PRAGMA user_version = 3",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT s",
        "EXPLAIN DELETE FROM point",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM point",
        "SELECT 1; SELECT 2",
        "SELECT 1; nonsense",
        "",
        " -- nothing\n",
        "SELECT",
        "SELECT nothing FROM point",
    };
    for (int mode = DB_READ; mode <= DB_WRITE; mode++) {
        struct db *db = opened(path, (enum db_mode)mode);
        for (size_t i = 0; i < LEN(bad); i++) {
            struct err err = {0};
            struct table t;
            assert_int_equal(db_ask(db, bad[i], &t, &err), -1);
            if (err.status != STATUS_INPUT)
                print_error("%s\n", err.text);
            assert_int_equal(err.status, STATUS_INPUT);
            assert_null(strchr(err.text, '\n'));
            assert_int_equal(t.rows, 0);
        }
        assert_true(number(db, "SELECT count(*) FROM point") == 10);
        db_close(db);
    }
}

static void a_column_that_our_own_sql_misses_is_damage(void **state)
{
    (void)state;
    static const char *const own[] = {"SELECT chp FROM point", "SELECT 1 FROM points",
                                      "SELECT point.\"chp\" FROM point"};
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    struct db *db = opened(path, DB_READ);
    for (size_t i = 0; i < LEN(own); i++) {
        struct err err = {0};
        struct table t;
        assert_int_equal(db_select(db, own[i], NULL, 0, &t, &err), -1);
        assert_int_equal(err.status, STATUS_IO);
        assert_non_null(strstr(err.text, "is damaged: no such "));
        assert_null(strstr(err.text, "SELECT"));
    }
    db_close(db);
}

static void wrong_sql_gives_a_reason(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    struct err err = {0};
    struct table t;
    struct db *db = opened(path, DB_READ);
    db_ask(db, "SELECT chp\nFROM point", &t, &err);
    assert_string_equal(err.text, "SELECT chp FROM point: no such column: chp");
    db_ask(db, "DELETE FROM point", &t, &err);
    assert_string_equal(err.text, "DELETE FROM point: is not allowed: a query only reads");
    db_ask(db, "SELECT 1; SELECT 2", &t, &err);
    assert_string_equal(err.text, "SELECT 1; SELECT 2: there is more than one statement: give one");
    db_close(db);
}

static void sql_that_reads_is_allowed(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    static const char *const good[] = {
        "SELECT 1;",
        "SELECT 1; -- and that is it",
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n",
        "SELECT value FROM json_each('[1, 2]')",
        "SELECT sql FROM sqlite_schema",
        "SELECT name FROM pragma_table_info('point')",
        "PRAGMA table_info(point)",
        "SELECT *, rank() OVER (ORDER BY tokens_per_s) FROM feasible",
        "EXPLAIN QUERY PLAN SELECT * FROM point",
        "VALUES (1), (2)",
    };
    struct db *db = opened(path, DB_READ);
    for (size_t i = 0; i < LEN(good); i++) {
        struct err err = {0};
        struct table t;
        works(db_select(db, good[i], NULL, 0, &t, &err));
        assert_true(t.rows > 0);
        table_free(&t);
    }
    db_close(db);
}

static void a_select_without_rows_has_its_header(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    struct err err = {0};
    struct table t;
    struct db *db = opened(path, DB_READ);
    works(db_select(db, "SELECT chip, verdict AS v FROM point WHERE 0", NULL, 0, &t, &err));
    assert_int_equal(t.rows, 0);
    assert_int_equal(t.columns, 2);
    assert_string_equal(t.header[1], "v");
    table_free(&t);
    db_close(db);
}

static void texts_are_bound_in_order(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    struct err err = {0};
    struct table t;
    struct db *db = opened(path, DB_READ);
    works(
        db_select(db, "SELECT ?2 || ?1, ?3", (const char *const[]){"a'", "b", NULL}, 3, &t, &err));
    assert_string_equal(t.cell[0].text, "ba'");
    assert_int_equal(t.cell[1].kind, CELL_NULL);
    table_free(&t);
    db_close(db);
}

static void regexp_matches_texts_and_numbers(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    struct db *db = opened(path, DB_READ);
    assert_true(number(db, "SELECT count(*) FROM point WHERE chip REGEXP '^h.00$'") == 5);
    assert_true(number(db, "SELECT count(*) FROM point WHERE chip REGEXP '00'") == 10);
    assert_true(number(db, "SELECT count(*) FROM point WHERE NOT chip REGEXP 'b|x'") == 5);
    assert_true(number(db, "SELECT count(*) FROM point WHERE point REGEXP '^[1-3]$'") == 3);
    assert_true(number(db, "SELECT count(*) FROM point WHERE chip REGEXP chip") == 10);
    assert_true(number(db, "SELECT (NULL REGEXP 'x') IS NULL") == 1);
    assert_true(number(db, "SELECT ('x' REGEXP NULL) IS NULL") == 1);

    struct err err = {0};
    struct table t;
    const char *pattern = "h1(";
    assert_int_equal(
        db_select(db, "SELECT * FROM point WHERE chip REGEXP ?1", &pattern, 1, &t, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_memory_equal(err.text, "h1(: at character ", strlen("h1(: at character "));
    assert_int_equal(db_ask(db, "SELECT chp FROM point", &t, &err), -1);
    assert_non_null(strstr(err.text, "no such column"));
    db_close(db);
}

static int stop_at_three(void *ctx, const struct table *row)
{
    int *seen = ctx;
    assert_int_equal(row->rows, 1);
    assert_string_equal(row->header[0], "point");
    assert_true(row->cell[0].number == (double)*seen);
    assert_string_equal(row->cell[1].text, chips[*seen % 2]);
    return ++*seen == 3 ? 42 : 0;
}

static void rows_can_be_streamed_until_the_callback_stops(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    make_store(path, "x", 0, 10, 10);
    struct err err = {0};
    int seen = 0;
    struct db *db = opened(path, DB_READ);
    assert_int_equal(db_each(db, "SELECT point, chip FROM point ORDER BY id", NULL, 0,
                             stop_at_three, &seen, &err),
                     42);
    assert_int_equal(seen, 3);
    db_close(db);
}

/* ---- merging ---- */

static void merge_works(const char *out, const char *const *in, size_t n)
{
    struct err err = {0};
    struct db *db = opened(out, DB_WRITE);
    works(db_merge(db, in, n, &err));
    db_close(db);
}

static void merge_fails(const char *out, const char *const *in, size_t n, const char *why)
{
    struct err err = {0};
    struct db *db = opened(out, DB_WRITE);
    assert_int_equal(db_merge(db, in, n, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    if (strstr(err.text, why) == NULL)
        assert_string_equal(err.text, why);
    db_close(db);
}

static void is_whole(const char *path)
{
    static const char run[] =
        "SELECT count(*) = 1 AND first = 0 AND last = 100 AND done = 100 AND feasible = 34"
        " AND ended <> '' AND seed = -1 FROM run";
    static const char points[] =
        "SELECT count(*) = 100 AND sum(point) = 4950 AND min(id = run << 48 | point) = 1"
        " AND min(tokens_per_s = point / 8.0) = 1 AND sum(verdict = 'ok') = 34 FROM point";
    assert_true(number_in(path, run) == 1);
    assert_true(number_in(path, points) == 1);
}

static void shards_merge_in_any_order_and_merging_twice_changes_nothing(void **state)
{
    (void)state;
    const char *out = in_folder("out.db");
    const char *in[] = {in_folder("3.db"), in_folder("1.db"), in_folder("2.db")};
    make_store(in[0], "x", 66, 100, 34);
    make_store(in[1], "x", 0, 33, 33);
    make_store(in[2], "x", 33, 66, 33);

    merge_works(out, in, 3);
    is_whole(out);
    merge_works(out, in, 3);
    merge_works(out, &in[1], 2);
    is_whole(out);
    assert_true(number_in(out, "SELECT count(*) FROM about WHERE name = 'tokens_per_s'") == 1);

    const char *other = in_folder("other.db"); /* one by one, from the middle */
    merge_works(other, &in[2], 1);
    merge_works(other, &in[0], 1);
    merge_works(other, &in[1], 1);
    is_whole(other);

    const char *third = in_folder("third.db"); /* what is there is above what comes */
    merge_works(third, &in[0], 1);
    merge_works(third, &in[1], 2);
    is_whole(third);
}

static void a_gap_between_shards_is_named_and_nothing_is_written(void **state)
{
    (void)state;
    const char *out = in_folder("out.db");
    const char *in[] = {in_folder("1.db"), in_folder("3.db"), in_folder("2.db")};
    make_store(in[0], "x", 0, 33, 33);
    make_store(in[1], "x", 66, 100, 34);
    merge_fails(out, in, 2, "3.db: run x: points 33 to 65 are missing: ");
    assert_true(number_in(out, "SELECT count(*) FROM run") == 0);

    make_store(in[2], "x", 33, 66, 20); /* not finished */
    merge_fails(out, in, 3, "3.db: run x: points 53 to 65 are missing: ");
    make_store(in[2], "x", 33, 66, 33);
    merge_works(out, in, 3);
    is_whole(out);
}

static void a_shard_that_has_grown_is_merged_again(void **state)
{
    (void)state;
    const char *out = in_folder("out.db");
    const char *in[] = {in_folder("1.db"), in_folder("2.db")};
    make_store(in[0], "x", 0, 50, 50);
    make_store(in[1], "x", 50, 100, 20);
    merge_works(out, in, 2);
    assert_true(number_in(out, "SELECT done = 70 AND ended = '' FROM run") == 1);
    assert_true(number_in(out, "SELECT feasible = 24 AND last = 100 FROM run") == 1);
    assert_true(number_in(out, "SELECT count(*) FROM point") == 70);

    make_store(in[1], "x", 50, 100, 50);
    merge_works(out, in, 2);
    is_whole(out);
}

static void an_unfinished_merged_run_resumes(void **state)
{
    (void)state;
    const char *out = in_folder("out.db");
    const char *in[] = {in_folder("1.db"), in_folder("2.db")};
    make_store(in[0], "x", 0, 50, 50);
    make_store(in[1], "x", 50, 100, 20);
    merge_works(out, in, 2);
    make_store(out, "x", 0, 100, 100);
    is_whole(out);
}

static void an_interrupted_merge_is_repeated(void **state)
{
    (void)state;
    struct err err = {0};
    const uint64_t n = 150000; /* more than one piece */
    const char *out = in_folder("out.db"), *in = in_folder("in.db");
    struct db *db = opened(in, DB_WRITE);
    struct db_run run = study("x", 0, n);
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    works(put_range(db, &run, 0, n, &err));
    db_close(db);
    db_run_free(&run);

    struct stat st;
    assert_int_equal(stat(in, &st), 0);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {(rlim_t)st.st_size * 9 / 10, (rlim_t)st.st_size * 9 / 10};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        if (db_open(&db, out, DB_WRITE, &err) != 0 || db_merge(db, &in, 1, &err) != -1)
            _exit(1);
        db_close(db);
        _exit(strstr(err.text, "out.db: disk is full: free space and run") != NULL ? 9 : 2);
    }
    ends_with_9(child);
    assert_true(number_in(out, "SELECT done = 0 AND ended = '' FROM run") == 1);
    merge_works(out, &in, 1);
    assert_true(number_in(out, "SELECT done = 150000 AND feasible = 50000 FROM run") == 1);
    assert_true(number_in(out, "SELECT count(*) FROM point") == 150000);
}

static void runs_of_one_name_but_of_different_studies_are_not_merged(void **state)
{
    (void)state;
    struct err err = {0};
    const char *out = in_folder("out.db"), *in = in_folder("1.db");
    make_store(in, "x", 0, 50, 50);
    struct db *db = opened(out, DB_WRITE);
    struct db_run run = study("x", 50, 100);
    run.spec_hash[0] = 'X';
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    db_close(db);
    db_run_free(&run);
    merge_fails(out, &in, 1, "1.db: run x has another study than in ");
    merge_fails(out, &out, 1, "out.db: cannot be merged into itself");
}

static void runs_and_columns_of_different_files_are_combined(void **state)
{
    (void)state;
    struct err err = {0};
    const char *out = in_folder("out.db");
    const char *in[] = {in_folder("1.db"), in_folder("2.db"), in_folder("none.db")};
    make_store(in[0], "x", 0, 50, 50);
    make_store(in[0], "y", 0, 50, 10);

    static const struct db_column power = {"power_w", "W", "power", NULL};
    struct db *db = opened(in[1], DB_WRITE);
    struct db_run run = study("w", 0, 10);
    works(db_run_begin(db, &run, &power, 1, &err));
    works(db_put(db, 0, (double[]){700}, &err));
    works(db_commit(db, 1, 0, false, &err));
    db_close(db);
    db_run_free(&run);

    merge_works(out, in, 2);
    assert_true(number_in(out, "SELECT count(*) FROM run") == 3);
    assert_true(number_in(out, "SELECT count(*) FROM point") == 61);
    assert_true(number_in(out, "SELECT power_w FROM point WHERE power_w IS NOT NULL") == 700);
    assert_true(number_in(out, "SELECT count(*) FROM point JOIN run ON run.id = run"
                               " WHERE name = 'y' AND chip = 'b200'") == 5);
    assert_true(number_in(out, "SELECT unit = 'W' FROM about WHERE name = 'power_w'") == 1);

    db = opened(out, DB_WRITE);
    assert_int_equal(db_merge(db, &in[2], 1, &err), -1);
    assert_int_equal(err.status, STATUS_IO);
    assert_non_null(strstr(err.text, "none.db: cannot be opened: No such file or directory: "));
    db_close(db);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(stored_values_are_read_back),
        IN_FOLDER(nan_is_stored_as_null_and_infinity_as_it_is),
        IN_FOLDER(uncommitted_points_are_lost_when_the_file_is_closed),
        IN_FOLDER(a_point_can_be_dropped_and_put_again),
        IN_FOLDER(a_killed_run_resumes_after_its_last_commit),
        IN_FOLDER(beginning_a_finished_run_reports_that_it_is_finished),
        IN_FOLDER(another_study_of_the_same_name_is_refused_and_nothing_is_written),
        IN_FOLDER(a_later_run_adds_its_columns),
        IN_FOLDER(verdicts_counts_a_point_for_each_of_its_reasons),
        IN_FOLDER(two_runs_can_be_made_one_after_the_other),
        IN_FOLDER(a_run_is_found_by_name_or_is_the_newest),
        IN_FOLDER(too_many_points_are_refused),
        IN_FOLDER(a_second_writer_is_refused_at_once),
        IN_FOLDER(a_reader_sees_committed_points_while_a_run_continues),
        IN_FOLDER(a_reader_in_the_middle_of_a_query_blocks_no_commit),
        IN_FOLDER(a_file_that_is_not_a_store_is_refused_and_left_alone),
        IN_FOLDER(a_path_that_is_not_a_file_is_refused),
        IN_FOLDER(names_that_are_special_to_sqlite_are_files),
        IN_FOLDER(an_empty_file_can_be_written_but_not_read),
        IN_FOLDER(a_database_of_another_program_is_refused),
        IN_FOLDER(a_store_of_a_newer_version_is_refused),
        IN_FOLDER(a_damaged_store_is_reported),
        IN_FOLDER(damage_found_by_a_merge_names_the_right_file),
        IN_FOLDER(a_store_without_a_journal_is_read_where_nothing_can_be_written),
        IN_FOLDER(a_full_disk_is_reported_and_committed_points_are_safe),
        IN_FOLDER(sql_that_writes_is_refused),
        IN_FOLDER(a_column_that_our_own_sql_misses_is_damage),
        IN_FOLDER(wrong_sql_gives_a_reason),
        IN_FOLDER(sql_that_reads_is_allowed),
        IN_FOLDER(a_select_without_rows_has_its_header),
        IN_FOLDER(texts_are_bound_in_order),
        IN_FOLDER(regexp_matches_texts_and_numbers),
        IN_FOLDER(rows_can_be_streamed_until_the_callback_stops),
        IN_FOLDER(shards_merge_in_any_order_and_merging_twice_changes_nothing),
        IN_FOLDER(a_gap_between_shards_is_named_and_nothing_is_written),
        IN_FOLDER(a_shard_that_has_grown_is_merged_again),
        IN_FOLDER(an_unfinished_merged_run_resumes),
        IN_FOLDER(an_interrupted_merge_is_repeated),
        IN_FOLDER(runs_of_one_name_but_of_different_studies_are_not_merged),
        IN_FOLDER(runs_and_columns_of_different_files_are_combined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
