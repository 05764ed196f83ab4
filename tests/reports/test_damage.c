/* Stores with changed or missing bytes: every reader answers or fails with one line, and never
 * crashes. The answers are not checked. */
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "base/random.h"
#include "reports/front.h"
#include "reports/page.h"
#include "reports/payoff/cheapest_system.h"
#include "reports/payoff/payoff.h"

enum { POINTS = 24, COLUMNS_MOST = 256, TRIES = 160 };

static const char *const models[] = {"gpt3-175b", "deepseek-r1"};
static const char *const chips[] = {"b200", "h100", "b300"};
static const char *const engines[] = {"none", "duplex"};
static const char *const verdicts[] = {"ok", "memory"};

static size_t columns_of_a_store(struct db_column *out)
{
    size_t n = 0;
    out[n++] = (struct db_column){"model", "", "", models};
    out[n++] = (struct db_column){"chip", "", "", chips};
    out[n++] = (struct db_column){"engine", "", "", engines};
    out[n++] = (struct db_column){"workload_context", "tokens", "", NULL};
    out[n++] = (struct db_column){"plan_tp", "1", "", NULL};
    out[n++] = (struct db_column){"plan_dp", "1", "", NULL};
    out[n++] = (struct db_column){"plan_ep", "1", "", NULL};
    for (size_t i = 0; i < metrics_fields.n; i++)
        out[n++] = (struct db_column){metrics_fields.row[i].name, metrics_fields.row[i].unit, "",
                                      metrics_fields.row[i].only_words ? verdicts : NULL};
    assert_true(n < COLUMNS_MOST);
    return n;
}

/* The value of column `c` of point `i`: no two points are alike, and one in eight is infeasible. */
static double value_of(const struct db_column *c, size_t i)
{
    if (c->texts == models)
        return (double)(i % 2);
    if (c->texts == chips)
        return (double)(i / 2 % 3);
    if (c->texts == engines)
        return (double)(i / 6 % 2);
    if (c->texts == verdicts)
        return i % 8 == 7;
    if (!strcmp(c->name, "workload_context"))
        return i / 12 ? 32768 : 8192;
    if (!strcmp(c->name, "engine_speedup") && i / 6 % 2 == 0)
        return NAN;
    return 1 + (double)(i * 37 % 101) + (double)strlen(c->name);
}

/* The name of a file that does not exist yet; the caller frees. */
static char *fresh_path(void)
{
    char *path = mem_text("/tmp/dse-damage-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    remove(path);
    return path;
}

static void make_store(const char *path, size_t runs)
{
    struct db_column column[COLUMNS_MOST];
    double row[COLUMNS_MOST];
    struct db *db;
    struct err err;
    size_t n = columns_of_a_store(column);
    assert_int_equal(db_open(&db, path, DB_WRITE, &err), 0);
    for (size_t k = 0; k < runs; k++) {
        char name[32];
        snprintf(name, sizeof name, "run%zu", k);
        struct db_run run = {.name = name,
                             .spec = (char[]){"study: x"},
                             .spec_hash = (char[]){"1"},
                             .program = (char[]){"dse"},
                             .keep = (char[]){"all"},
                             .space = POINTS,
                             .last = POINTS};
        assert_int_equal(db_run_begin(db, &run, column, n, &err), 0);
        for (size_t i = 0; i < POINTS; i++) {
            for (size_t c = 0; c < n; c++)
                row[c] = value_of(&column[c], i);
            assert_int_equal(db_put(db, i, row, &err), 0);
        }
        assert_int_equal(db_commit(db, POINTS, POINTS - POINTS / 8, true, &err), 0);
        free(run.started);
        free(run.ended);
    }
    db_close(db);
}

static char *read_all(const char *path, size_t *length)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    *length = (size_t)ftell(in);
    rewind(in);
    char *bytes = mem_alloc(*length, 1);
    assert_int_equal(fread(bytes, 1, *length, in), *length);
    fclose(in);
    return bytes;
}

static void write_all(const char *path, const char *bytes, size_t length)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    fclose(out);
}

static size_t refused; /* questions that failed */

/* 0, or an error of one line. */
static int said(int rc, const struct err *err)
{
    if (rc != 0) {
        refused++;
        assert_true(err->status == STATUS_IO || err->status == STATUS_INPUT);
        assert_true(err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
    }
    return rc;
}

static void draw_page(struct db *db, const struct db_run *run, const struct payoff *p)
{
    struct err err;
    struct page page;
    FILE *out = fopen("/dev/null", "w");
    if (said(page_make(&page, db, run, &(struct page_answer){p, p}, 1, &err), &err) == 0) {
        page_html(&page, out);
        page_svg(&page, out);
        page_md(&page, out);
        page_free(&page);
    }
    fclose(out);
}

/* Every reader of a store, as the commands call them. */
static void ask_all(const char *path)
{
    struct db *db;
    struct db_run run;
    struct err err;
    struct table t;
    struct payoff p;

    if (said(db_open(&db, path, DB_READ, &err), &err) != 0)
        return;
    if (said(db_run_find(db, NULL, &run, &err), &err) == 0) {
        if (said(db_columns(db, &t, &err), &err) == 0)
            table_free(&t);
        if (said(db_select(db, "SELECT * FROM point", NULL, 0, &t, &err), &err) == 0)
            table_free(&t);
        if (said(front_make(&t, db, &run, &(struct front_question){0}, &err), &err) == 0)
            table_free(&t);
        char *none;
        if (said(cheapest_table(&t, &none, db, &run,
                                &(struct cheapest_question){.tokens_per_s = 1000}, &err),
                 &err) == 0) {
            table_free(&t);
            free(none);
        }
        static const char *const by[] = {NULL, "+engine"};
        for (size_t i = 0; i < LEN(by); i++) {
            struct payoff_question q = {.by = by[i], .depth = DEPTH_ALL};
            if (said(payoff_make(&p, db, &run, &q, &err), &err) != 0)
                continue;
            draw_page(db, &run, &p);
            payoff_free(&p);
        }
        db_run_free(&run);
    }
    db_close(db);
}

static void changed_bytes_never_crash_a_reader(void **state)
{
    (void)state;
    char *path = fresh_path();
    size_t length;
    make_store(path, 1);
    refused = 0;
    ask_all(path);
    assert_int_equal(refused, 0);
    char *whole = read_all(path, &length), *bytes = mem_alloc(length, 1);
    struct random r;
    random_seed(&r, 1);
    for (size_t i = 0; i < TRIES; i++) {
        memcpy(bytes, whole, length);
        size_t flips = 1 + i % 6;
        for (size_t k = 0; k < flips; k++)
            bytes[random_below(&r, length)] ^= (char)(1u << random_below(&r, 8));
        write_all(path, bytes, length);
        ask_all(path);
    }
    remove(path);
    free(bytes);
    free(whole);
    free(path);
}

static void a_store_cut_short_never_crashes_a_reader(void **state)
{
    (void)state;
    char *path = fresh_path();
    size_t length;
    make_store(path, 1);
    char *whole = read_all(path, &length);
    for (size_t i = 0; i < 40; i++) {
        write_all(path, whole, length * i / 40);
        ask_all(path);
    }
    remove(path);
    free(whole);
    free(path);
}

static void a_missing_point_is_named(void **state)
{
    (void)state;
    char *path = fresh_path();
    struct db *db;
    struct db_run run;
    struct err err;
    struct table t;
    make_store(path, 1);
    assert_int_equal(db_open(&db, path, DB_READ, &err), 0);
    assert_int_equal(db_run_find(db, NULL, &run, &err), 0);
    assert_int_equal(db_point(db, &run, 23, &t, &err), 0);
    assert_true(table_number_at(&t, 0, "point") == 23);
    table_free(&t);
    static const double gone[] = {24, -1, NAN, 1e18};
    for (size_t i = 0; i < LEN(gone); i++) {
        assert_int_equal(db_point(db, &run, gone[i], &t, &err), -1);
        assert_int_equal(err.status, STATUS_IO);
        assert_non_null(strstr(err.text, "of run run0 is missing"));
    }
    db_run_free(&run);
    db_close(db);
    remove(path);
    free(path);
}

/* The ids of the 32nd run and later need more bits than a double has. */
static void the_fortieth_run_of_a_store_reads_like_the_first(void **state)
{
    (void)state;
    char *path = fresh_path();
    struct db *db;
    struct err err;
    struct table t[2];
    struct payoff p[2];
    make_store(path, 40);
    assert_int_equal(db_open(&db, path, DB_READ, &err), 0);
    for (size_t i = 0; i < 2; i++) {
        struct db_run run;
        struct payoff_question q = {.by = NULL};
        assert_int_equal(db_run_find(db, i ? "run39" : "run0", &run, &err), 0);
        assert_int_equal(front_make(&t[i], db, &run, &(struct front_question){0}, &err), 0);
        assert_int_equal(payoff_make(&p[i], db, &run, &q, &err), 0);
        db_run_free(&run);
    }
    assert_true(t[0].rows > 0 && p[0].n > 0);
    assert_int_equal(t[1].rows, t[0].rows);
    for (size_t row = 0; row < t[0].rows; row++)
        assert_true(table_at(&t[0], row, 0)->number == table_at(&t[1], row, 0)->number);
    assert_int_equal(p[1].n, p[0].n);
    for (size_t g = 0; g < p[0].n; g++) {
        assert_string_equal(p[0].group[g].with, p[1].group[g].with);
        assert_true(p[0].group[g].s == p[1].group[g].s);
    }
    for (size_t i = 0; i < 2; i++) {
        table_free(&t[i]);
        payoff_free(&p[i]);
    }
    db_close(db);
    remove(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_bytes_never_crash_a_reader),
        cmocka_unit_test(a_store_cut_short_never_crashes_a_reader),
        cmocka_unit_test(a_missing_point_is_named),
        cmocka_unit_test(the_fortieth_run_of_a_store_reads_like_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
