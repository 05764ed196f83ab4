/* The points of a run as columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/read_columns.h"
#include "tests/test.h"

enum { POINTS = 3000, GAP_AT = 1500, GAP = 10 };

/* The number of point i: some are left out. */
static uint64_t point_of(uint64_t i)
{
    return i < GAP_AT ? i : i + GAP;
}

static const char *const chips[] = {"b200", "h100"};
static const char *const verdicts[] = {"ok", "memory"};

static const struct db_column columns[] = {
    {"chip", "", "", chips}, {"context", "1", "", NULL},    {"fixed", "1", "", NULL},
    {"late", "1", "", NULL}, {"verdict", "", "", verdicts}, {"tokens_per_s", "1/s", "", NULL},
};

/* One value per chip; contexts 0, -0 and 1; `late` changes in the last point. */
static void write_store(const char *path, struct db_run *run, enum db_form form)
{
    struct err err = {0};
    struct db *db;
    assert_int_equal(db_open(&db, path, DB_WRITE, &err), 0);
    *run = (struct db_run){.form = form,
                           .name = mem_text("r"),
                           .spec = mem_text("study: r\n"),
                           .spec_hash = mem_text("h"),
                           .program = mem_text("dse"),
                           .keep = mem_text("all"),
                           .space = POINTS + GAP,
                           .last = POINTS + GAP};
    assert_int_equal(db_run_begin(db, run, columns, LEN(columns), &err), 0);
    for (uint64_t i = 0; i < POINTS; i++) {
        static const double context[] = {0.0, -0.0, 1.0, NAN};
        const double row[] = {(double)(i % 2), context[i % 4],      7,
                              i + 1 == POINTS, (double)(i % 3 > 1), i % 3 > 1 ? NAN : (double)i};
        assert_int_equal(db_put(db, point_of(i), row, &err), 0);
    }
    assert_int_equal(db_commit(db, POINTS + GAP, POINTS, true, &err), 0);
    db_close(db);
}

static void check_form(enum db_form form)
{
    struct err err = {0};
    struct db *db;
    struct db_run run;
    char path[] = "/tmp/dse-read-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    unlink(path);
    write_store(path, &run, form);

    struct db_columns_read r = {.n = 7, .column = mem_alloc(7, sizeof *r.column)};
    r.column[0] = (struct db_values){.name = "chip", .coded = true};
    r.column[1] = (struct db_values){.name = "context", .coded = true};
    r.column[2] = (struct db_values){.name = "fixed", .coded = true};
    r.column[3] = (struct db_values){.name = "late", .coded = true};
    r.column[4] = (struct db_values){.name = "tokens_per_s"};
    r.column[5] = (struct db_values){.name = "point"};
    r.column[6] = (struct db_values){.name = "tokens_per_s", .coded = true};
    assert_int_equal(db_open(&db, path, DB_READ, &err), 0);
    assert_int_equal(db_read_columns(db, &run, &r, &err), 0);
    assert_int_equal(r.rows, POINTS);
    assert_int_equal(r.column[0].cells, 2);
    assert_int_equal(r.column[1].cells, 3); /* equal numbers have one code; NULL is a value */
    assert_int_equal(r.column[2].cells, 1);
    assert_null(r.column[2].code);
    assert_int_equal(r.column[3].cells, 2);
    for (size_t i = 0; i < POINTS; i++) {
        const struct cell *c = &r.column[1].cell[db_code(&r.column[1], i)];
        assert_string_equal(r.column[0].cell[db_code(&r.column[0], i)].text, chips[i % 2]);
        assert_int_equal(c->kind, i % 4 == 3 ? CELL_NULL : CELL_NUMBER);
        assert_true(i % 4 == 3 || c->number == (i % 4 == 2));
        assert_int_equal(db_code(&r.column[3], i), i + 1 == POINTS);
        assert_true(r.column[5].number[i] == (double)point_of(i));
        const struct cell *rate = &r.column[6].cell[db_code(&r.column[6], i)];
        assert_int_equal(rate->kind, i % 3 > 1 ? CELL_NULL : CELL_NUMBER);
        assert_true(i % 3 > 1 || rate->number == (double)i);
        assert_true(i % 3 > 1 ? isnan(r.column[4].number[i]) : r.column[4].number[i] == (double)i);
    }
    db_columns_read_free(&r);

    struct db_columns_read none = {.n = 1, .column = mem_alloc(1, sizeof *none.column)};
    none.column[0] = (struct db_values){.name = "nothing"};
    assert_int_equal(db_read_columns(db, &run, &none, &err), -1);
    assert_non_null(strstr(err.text, "no such column"));
    db_columns_read_free(&none);
    db_close(db);
    db_run_free(&run);
    unlink(path);
}

static void columns_are_read_as_numbers_and_as_codes(void **state)
{
    (void)state;
    check_form(DB_ROWS);
    check_form(DB_COLUMNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_read_as_numbers_and_as_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
