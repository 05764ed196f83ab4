/* Points in chunks of columns are those of rows, bit for bit, through the virtual table and through
 * the view that other SQLite clients see. */
#include "tests/test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"

static char *folder;

static int enter_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    folder = mem_print("%s/dse-test-XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    (void)state;
    char *command = mem_print("rm -rf '%s'", folder);
    int failed = chdir("/") != 0 || system(command) != 0;
    free(command);
    free(folder);
    return failed;
}

/* ---- every kind of column ---- */

static const char *const verdicts[] = {"ok", "memory", "tpot"};
static const char *const models[] = {"gpt3-175b", "a,\"b\"", "c|d"};

static const struct db_column columns[] = {
    {"verdict", "", "ok, or why not", verdicts},
    {"scenario", "", "the scenario", models},
    {"model", "", "a text that changes now and then", models},
    {"none", "1", "always NULL", NULL},
    {"same", "1", "a constant", NULL},
    {"few", "1", "few values", NULL},
    {"few_twice", "1", "the same pattern with other values", NULL},
    {"some", "1", "more than 256 values", NULL},
    {"all", "1", "as many values as points", NULL},
    {"odd", "1", "values at the ends of the range, and NULL", NULL},
};

static void fill(uint64_t i, double *row)
{
    static const double odd[] = {0.0,        -0.0,    INFINITY, -INFINITY, DBL_MIN, 4.9e-324,
                                 -5.06e-310, DBL_MAX, -DBL_MAX, NAN,       1.0 / 3, -2.5e-7};
    double v[] = {(double)(i % 7 == 0),
                  0,
                  (double)(i / 1300 % 3),
                  NAN,
                  0.1,
                  (double)(i % 11) / 7,
                  -1e9 * (double)(i % 11),
                  sqrt((double)(i % 400)),
                  exp((double)i / 1000) * (i % 2 ? 1 : -1),
                  odd[i % LEN(odd)]};
    memcpy(row, v, sizeof v);
}

static struct db_run run_of(const char *name, enum db_form form, uint64_t first, uint64_t last)
{
    return (struct db_run){.name = mem_text(name),
                           .form = form,
                           .spec = mem_text("study: x\n"),
                           .spec_hash = mem_text("abc"),
                           .program = mem_text("dse"),
                           .keep = mem_text("all"),
                           .folder = mem_text(""),
                           .seed = 1,
                           .space = 1 << 20,
                           .first = first,
                           .last = last};
}

/* Stores the points of a range, every `step`-th, with a commit after each `commit` of them. */
static void store(const char *path, struct db_run run, uint64_t step, uint64_t commit)
{
    struct err err;
    struct db *db;
    double row[LEN(columns)];
    works(db_open(&db, path, DB_WRITE, &err));
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    uint64_t n = 0;
    for (uint64_t i = run.first + run.done; i < run.last; i++) {
        if (i % step != 0)
            continue;
        fill(i, row);
        works(db_put(db, i, row, &err));
        if (++n % commit == 0)
            works(db_commit(db, i + 1 - run.first, n, false, &err));
    }
    works(db_commit(db, run.last - run.first, n, true, &err));
    db_run_free(&run);
    db_close(db);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->kind == b->kind &&
           (a->kind == CELL_TEXT     ? strcmp(a->text, b->text) == 0
            : a->kind == CELL_NUMBER ? memcmp(&a->number, &b->number, sizeof a->number) == 0
                                     : true);
}

static void read_all(const char *path, const char *table, struct table *out)
{
    struct err err;
    struct db *db;
    char *sql = mem_print("SELECT id, run, point, verdict, scenario, model, none, same, few,"
                          " few_twice, some, \"all\", odd FROM %s ORDER BY id",
                          table);
    works(db_open(&db, path, DB_READ, &err));
    works(db_select(db, sql, NULL, 0, out, &err));
    db_close(db);
    free(sql);
}

static void has_same_rows(const struct table *a, const struct table *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->columns, b->columns);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t k = 0; k < a->columns; k++)
            if (!same_cell(table_at(a, i, k), table_at(b, i, k))) {
                print_error("row %zu differs in %s\n", i, a->header[k]);
                _fail(__FILE__, __LINE__);
            }
}

/* The points of the store at `path` are those of rows.db. */
static void equals_rows(const char *path)
{
    struct table rows, chunks, view;
    read_all("rows.db", "point", &rows);
    read_all(path, "point", &chunks);
    read_all(path, "main.point", &view);
    has_same_rows(&rows, &chunks);
    has_same_rows(&rows, &view);
    table_free(&rows);
    table_free(&chunks);
    table_free(&view);
}

static void all_points_come_back_bit_for_bit(void **state)
{
    (void)state;
    store("rows.db", run_of("x", DB_ROWS, 0, 3456), 1, 5000);
    store("chunks.db", run_of("x", DB_COLUMNS, 0, 3456), 1, 5000);
    equals_rows("chunks.db");
}

static void points_with_gaps_come_back(void **state)
{
    (void)state;
    store("rows.db", run_of("x", DB_ROWS, 10, 9000), 7, 5000);
    store("chunks.db", run_of("x", DB_COLUMNS, 10, 9000), 7, 5000);
    equals_rows("chunks.db");
}

static void commits_within_a_chunk_do_not_matter(void **state)
{
    (void)state;
    store("rows.db", run_of("x", DB_ROWS, 0, 2345), 1, 5000);
    for (uint64_t commit = 1; commit < 1500; commit = 3 * commit + 1) {
        remove("chunks.db");
        store("chunks.db", run_of("x", DB_COLUMNS, 0, 2345), 1, commit);
        equals_rows("chunks.db");
    }
}

static void a_run_that_was_cut_short_goes_on(void **state)
{
    (void)state;
    struct err err;
    struct db *db;
    double row[LEN(columns)];
    struct db_run run = run_of("x", DB_COLUMNS, 0, 2345);
    works(db_open(&db, "chunks.db", DB_WRITE, &err));
    works(db_run_begin(db, &run, columns, LEN(columns), &err));
    for (uint64_t i = 0; i < 1900; i++) {
        fill(i, row);
        works(db_put(db, i, row, &err));
        if (i == 1233)
            works(db_commit(db, i + 1, 0, false, &err));
    }
    db_run_free(&run);
    db_close(db); /* 666 points are not committed */
    store("chunks.db", run_of("x", DB_COLUMNS, 0, 2345), 1, 5000);
    store("rows.db", run_of("x", DB_ROWS, 0, 2345), 1, 5000);
    equals_rows("chunks.db");
}

static void two_runs_share_a_store(void **state)
{
    (void)state;
    const enum db_form form[] = {DB_ROWS, DB_COLUMNS};
    const char *const path[] = {"rows.db", "chunks.db"};
    for (size_t k = 0; k < 2; k++) {
        store(path[k], run_of("x", form[k], 0, 1234), 1, 5000);
        store(path[k], run_of("y", DB_ROWS, 500, 2234), 1, 5000);
    }
    equals_rows("chunks.db");
}

/* Both stores give the same answer. Returns its rows. */
static size_t same_answers(const char *sql)
{
    const char *const path[] = {"rows.db", "chunks.db"};
    struct err err;
    struct db *db;
    struct table answer[2];
    for (size_t i = 0; i < 2; i++) {
        works(db_open(&db, path[i], DB_READ, &err));
        works(db_select(db, sql, NULL, 0, &answer[i], &err));
        db_close(db);
    }
    size_t n = answer[0].rows;
    has_same_rows(&answer[0], &answer[1]);
    table_free(&answer[0]);
    table_free(&answer[1]);
    return n;
}

static void conditions_find_the_same_points(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "SELECT point, few FROM point WHERE run = 1 AND point = 1500",
        "SELECT point, few FROM point WHERE id = (1 << 48) + 2001",
        "SELECT point FROM point WHERE id > (1 << 48) + 998 AND id <= (1 << 48) + 1003 ORDER BY id",
        "SELECT point, few FROM point WHERE id BETWEEN 281474976710656.5 AND 281474976710660.5",
        "SELECT count(*), total(some) FROM point WHERE run = '1' AND verdict = 'ok'",
        "SELECT count(*) FROM point WHERE run = 2",
        "SELECT model, count(*), max(\"all\") FROM point GROUP BY model ORDER BY 1",
        "SELECT model, count(*), min(point), max(point) FROM point GROUP BY model",
        "SELECT verdict, total(some) FROM point WHERE id < (1 << 48) + 1700 GROUP BY verdict",
        "SELECT model, point FROM point WHERE point % 500 = 3 ORDER BY model",
        "SELECT model, point FROM point WHERE run IN (1, 2) AND point IN (3, 1400) ORDER BY model",
        "SELECT model, verdict, count(*), min(point) FROM point GROUP BY model, verdict",
        "SELECT verdict, model, total(some) FROM point WHERE point > 700 GROUP BY verdict, model",
        "SELECT verdict, model, point FROM point WHERE point % 50 = 3 ORDER BY verdict, model",
        "SELECT model, verdict, point FROM point WHERE point % 50 = 3 ORDER BY model, verdict DESC",
        "SELECT DISTINCT model, verdict FROM point ORDER BY model, verdict",
        "SELECT a.model, count(*) FROM point a JOIN point b USING (id) GROUP BY 1, a.verdict",
        "SELECT DISTINCT model FROM point",
        "SELECT a.model, count(*) FROM point a JOIN point b ON b.id = a.id + 1 GROUP BY a.model",
        "SELECT point FROM point WHERE model regexp '^a,' ORDER BY id DESC LIMIT 3",
        "SELECT count(*) FROM point a JOIN point b ON b.id = a.id + 1 WHERE a.few < b.few",
        "SELECT count(*), min(point), max(point), total(few) FROM point WHERE model = 'a,\"b\"'",
        "SELECT count(*), max(point) FROM point WHERE 'tpot' = verdict AND model = 'gpt3-175b'",
        "SELECT point FROM point WHERE verdict = 'memory' AND point % 100 = 7 ORDER BY id DESC",
        "SELECT count(*) FROM point WHERE model = 'none has it'",
        "SELECT count(*) FROM point WHERE model = 'none has it' OR verdict = 'memory'",
        "SELECT count(*) FROM point WHERE model = 5",
        "SELECT count(*) FROM point WHERE model = 'GPT3-175B' COLLATE NOCASE",
        "SELECT count(*), max(point) FROM point WHERE model = 'a,\"b\"' AND model = 'gpt3-175b'",
        "SELECT count(*), max(point) FROM point WHERE model IN ('a,\"b\"', 'none has it')",
        "SELECT model, verdict, count(*) FROM point WHERE verdict = 'memory' GROUP BY 1, 2",
        "SELECT verdict, max(some) FROM point WHERE model = 'a,\"b\"' AND id > (1 << 48) + 1500 "
        "GROUP BY verdict",
        "SELECT count(*), count(b.id) FROM point a LEFT JOIN point b ON b.id = a.id + 1 AND "
        "b.model = 'a,\"b\"' AND b.verdict = a.verdict",
        "SELECT count(*) FROM feasible",
        "SELECT verdict, points FROM verdicts ORDER BY 1",
    };
    store("rows.db", run_of("x", DB_ROWS, 0, 2345), 1, 5000);
    store("chunks.db", run_of("x", DB_COLUMNS, 0, 2345), 1, 5000);
    for (size_t i = 0; i < LEN(sql); i++)
        assert_true(same_answers(sql[i]) > 0);
}

/* Groups, whose sums depend on the order of their rows. */
static const char *const groups[] = {
    "SELECT few, count(*), sum(some), avg(\"all\") FROM point GROUP BY few",
    "SELECT odd, count(*), total(\"all\"), min(point) FROM point GROUP BY odd",
    "SELECT odd, few, count(odd), sum(odd) FROM point GROUP BY odd, few",
    "SELECT none, same, count(*), max(odd) FROM point GROUP BY none, same",
    "SELECT run, verdict, few, count(*), sum(\"all\") FROM point GROUP BY run, verdict, few",
    "SELECT few_twice, model, few, verdict, avg(some) FROM point GROUP BY 1, 2, 3, 4",
    "SELECT few, model, avg(some) FROM point GROUP BY few, model HAVING count(*) > 40 ORDER BY 3",
    "SELECT model, few, max(some / \"all\"), sum(few * same) FROM point WHERE verdict = 'memory' "
    "GROUP BY model, few",
    "SELECT few, count(*), sum(some) FROM point WHERE point % 13 < 5 AND odd > 0 GROUP BY few",
    "SELECT few, count(*) FROM point WHERE id BETWEEN (1 << 48) + 990 AND (1 << 48) + 1010 "
    "GROUP BY few",
    "SELECT few, count(*) FROM point WHERE model = 'none has it' GROUP BY few",
    "SELECT few, few, count(*) FROM point GROUP BY few, few",
    "SELECT some, count(*), sum(few) FROM point GROUP BY some",
    "SELECT \"all\", count(*) FROM point GROUP BY \"all\"",
    "SELECT few * 2, count(*), sum(some) FROM point GROUP BY few * 2",
    "SELECT few, count(DISTINCT odd), group_concat(point) FROM point WHERE point < 60 GROUP BY few",
    "SELECT few, odd, point FROM point WHERE point % 9 = 4 ORDER BY few, odd",
    "SELECT odd, point FROM point ORDER BY odd LIMIT 700",
    "SELECT odd, point FROM point ORDER BY odd DESC, few LIMIT 700",
    "SELECT a.few, count(*), sum(b.some) FROM point a JOIN point b ON b.id = a.id + 1 GROUP BY "
    "a.few",
    "SELECT few, (SELECT count(*) FROM (SELECT odd FROM point WHERE few = p.few GROUP BY odd)) "
    "FROM (SELECT few FROM point WHERE point < 700 GROUP BY few) p",
    "SELECT verdict, points, applies_to FROM verdicts ORDER BY 1",
};

static void groups_are_those_of_rows(void **state)
{
    (void)state;
    static const struct {
        uint64_t first, last, step;
    } run[] = {{0, 5432, 1}, {10, 9000, 3}, {7, 8, 1}, {7, 8, 9}};
    const enum db_form form[] = {DB_ROWS, DB_COLUMNS};
    const char *const path[] = {"rows.db", "chunks.db"};
    for (size_t i = 0; i < LEN(run); i++) {
        for (size_t k = 0; k < 2; k++) {
            remove(path[k]);
            store(path[k], run_of("x", form[k], run[i].first, run[i].last), run[i].step, 5000);
            store(path[k], run_of("y", form[k], 500, 1733), 11, 5000);
        }
        for (size_t k = 0; k < LEN(groups); k++)
            same_answers(groups[k]);
    }
}

static void no_points_make_no_groups(void **state)
{
    (void)state;
    store("rows.db", run_of("x", DB_ROWS, 7, 8), 9, 5000);
    store("chunks.db", run_of("x", DB_COLUMNS, 7, 8), 9, 5000);
    for (size_t k = 0; k < LEN(groups); k++)
        assert_int_equal(same_answers(groups[k]), 0);
}

/* Does SQLite sort the rows itself? */
static bool sorts(const char *sql)
{
    struct err err;
    struct db *db;
    struct table plan;
    bool found = false;
    char *explain = mem_print("EXPLAIN QUERY PLAN %s", sql);
    works(db_open(&db, "chunks.db", DB_READ, &err));
    works(db_select(db, explain, NULL, 0, &plan, &err));
    for (size_t i = 0; i < plan.rows; i++)
        found = found || strstr(table_text_at(&plan, i, "detail"), "TEMP B-TREE") != NULL;
    table_free(&plan);
    db_close(db);
    free(explain);
    return found;
}

static void rows_come_in_the_order_of_columns_with_few_values(void **state)
{
    (void)state;
    store("chunks.db", run_of("x", DB_COLUMNS, 0, 5432), 1, 5000);
    assert_false(sorts("SELECT few, count(*) FROM point GROUP BY few"));
    assert_false(sorts("SELECT run, model, few, count(*) FROM point GROUP BY 1, 2, 3"));
    assert_false(sorts("SELECT odd, point FROM point ORDER BY odd"));
    assert_true(sorts("SELECT some, count(*) FROM point GROUP BY some"));
    assert_true(sorts("SELECT \"all\", point FROM point ORDER BY \"all\""));
    assert_true(sorts("SELECT few, point FROM point ORDER BY few DESC"));
}

static int merge(const char *into, const char *a, const char *b, struct err *err)
{
    struct db *db;
    if (db_open(&db, into, DB_WRITE, err) != 0)
        return -1;
    int rc = db_merge(db, (const char *const[]){a, b}, 2, err);
    db_close(db);
    return rc;
}

static void shards_merge_and_merge_again(void **state)
{
    (void)state;
    struct err err;
    store("rows.db", run_of("x", DB_ROWS, 0, 5000), 1, 10000);
    store("a.db", run_of("x", DB_COLUMNS, 0, 2600), 1, 10000);
    store("b.db", run_of("x", DB_COLUMNS, 2600, 5000), 1, 10000);
    works(merge("chunks.db", "b.db", "a.db", &err));
    equals_rows("chunks.db");
    works(merge("chunks.db", "b.db", "a.db", &err));
    equals_rows("chunks.db");
}

static void shards_in_rows_and_in_columns_do_not_mix(void **state)
{
    (void)state;
    struct err err;
    store("a.db", run_of("x", DB_ROWS, 0, 2600), 1, 10000);
    store("b.db", run_of("x", DB_COLUMNS, 2600, 5000), 1, 10000);
    assert_int_equal(merge("both.db", "a.db", "b.db", &err), -1);
    assert_string_equal(err.text, "b.db: keeps its points in columns, and a.db in rows: merge them "
                                  "into different files");
}

static void a_front_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct db *db;
    store("chunks.db", run_of("x", DB_COLUMNS, 0, 100), 1, 1000);
    struct db_run run = run_of("y", DB_ROWS, 0, 100);
    free(run.keep);
    run.keep = mem_text("front");
    works(db_open(&db, "chunks.db", DB_WRITE, &err));
    assert_int_equal(db_run_begin(db, &run, columns, LEN(columns), &err), -1);
    assert_string_equal(err.text, "chunks.db: keeps its points in columns, and keep: front needs "
                                  "rows: give another file");
    db_run_free(&run);
    db_close(db);
}

int main(void)
{
#define in_folder(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        in_folder(all_points_come_back_bit_for_bit),
        in_folder(points_with_gaps_come_back),
        in_folder(commits_within_a_chunk_do_not_matter),
        in_folder(a_run_that_was_cut_short_goes_on),
        in_folder(two_runs_share_a_store),
        in_folder(conditions_find_the_same_points),
        in_folder(groups_are_those_of_rows),
        in_folder(no_points_make_no_groups),
        in_folder(rows_come_in_the_order_of_columns_with_few_values),
        in_folder(shards_merge_and_merge_again),
        in_folder(shards_in_rows_and_in_columns_do_not_mix),
        in_folder(a_front_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
