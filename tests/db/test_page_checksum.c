#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/page_checksum.h"
#include "db/db.h"

enum { PAGE = 16384, POINTS = 4000 };

static const struct db_column columns[] = {
    {"tokens_per_s", "1/s", "speed", NULL},
    {"tpot_s", "s", "time", NULL},
};

static char *path;

static int enter(void **state)
{
    (void)state;
    path = mem_text("/tmp/dse-page-XXXXXX");
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int leave(void **state)
{
    (void)state;
    static const char *const ending[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < LEN(ending); i++) {
        char *name = mem_print("%s%s", path, ending[i]);
        remove(name);
        free(name);
    }
    free(path);
    return 0;
}

static struct db_run run_of_all(void)
{
    static char name[] = "x", study[] = "study: x", hash[] = "1", program[] = "dse", keep[] = "all";
    return (struct db_run){.name = name,
                           .spec = study,
                           .spec_hash = hash,
                           .program = program,
                           .keep = keep,
                           .space = POINTS,
                           .last = POINTS};
}

/* Stores points; `closes`: else ends the process with the journal in place. */
static void make_store(bool closes)
{
    struct err err = {0};
    struct db *db;
    struct db_run run = run_of_all();
    assert_int_equal(db_open(&db, path, DB_WRITE, &err), 0);
    assert_int_equal(db_run_begin(db, &run, columns, LEN(columns), &err), 0);
    for (uint64_t i = 0; i < POINTS; i++)
        assert_int_equal(db_put(db, i, (double[]){(double)i, 1 / (double)(i + 1)}, &err), 0);
    assert_int_equal(db_commit(db, POINTS, POINTS, true, &err), 0);
    if (!closes)
        _exit(9);
    db_close(db);
    free(run.started);
    free(run.ended);
}

static void make_store_and_die(void)
{
    pid_t child = fork();
    if (child == 0)
        make_store(false);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static unsigned char *read_all(size_t *pages)
{
    struct stat st;
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &st), 0);
    *pages = (size_t)st.st_size / PAGE;
    assert_int_equal(st.st_size % PAGE, 0);
    unsigned char *bytes = mem_alloc((size_t)st.st_size, 1);
    assert_int_equal(fread(bytes, PAGE, *pages, in), *pages);
    fclose(in);
    return bytes;
}

static void write_at(size_t offset, const void *bytes, size_t size)
{
    FILE *out = fopen(path, "r+b");
    assert_non_null(out);
    assert_int_equal(fseek(out, (long)offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

static int read_points(struct err *err)
{
    struct db *db;
    struct table t;
    if (db_open(&db, path, DB_READ, err) != 0)
        return -1;
    int rc = db_select(db, "SELECT sum(tpot_s), count(*) FROM point", NULL, 0, &t, err);
    if (rc == 0) {
        assert_true(table_at(&t, 0, 1)->number == POINTS);
        table_free(&t);
    }
    db_close(db);
    return rc;
}

static void every_page_of_a_store_has_its_checksum(void **state)
{
    (void)state;
    size_t pages;
    make_store(true);
    unsigned char *bytes = read_all(&pages);
    assert_true(pages > 5);
    for (size_t i = 0; i < pages; i++)
        assert_true(page_is_sealed(bytes + i * PAGE, PAGE, (uint32_t)i + 1));
    free(bytes);
}

static void put_half(struct db *db, uint64_t from)
{
    struct err err = {0};
    for (uint64_t i = from; i < from + POINTS / 2; i++)
        assert_int_equal(db_put(db, i, (double[]){(double)i, 1 / (double)(i + 1)}, &err), 0);
    assert_int_equal(db_commit(db, from + POINTS / 2, 0, from > 0, &err), 0);
}

/* While a reader holds an early state: the writer adds pages and copies what it can of its journal,
 * which does not include page 1. */
static int write_and_close(void *ctx, const struct table *row)
{
    (void)row;
    put_half(ctx, POINTS / 2);
    db_close(ctx);
    return 1;
}

static void a_new_store_that_is_read_while_it_grows_stays_whole(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db, *reader;
    struct db_pages pages;
    struct db_run run = run_of_all();
    assert_int_equal(db_open(&db, path, DB_WRITE, &err), 0);
    assert_int_equal(db_run_begin(db, &run, columns, LEN(columns), &err), 0);
    put_half(db, 0);
    assert_int_equal(db_open(&reader, path, DB_READ, &err), 0);
    assert_int_equal(
        db_each(reader, "SELECT tpot_s FROM point", NULL, 0, write_and_close, db, &err), 1);
    free(run.started);
    free(run.ended);

    run = run_of_all(); /* a writer that copies the rest, page 1 first */
    assert_int_equal(db_open(&db, path, DB_WRITE, &err), 0);
    assert_int_equal(db_run_begin(db, &run, columns, LEN(columns), &err), 0);
    db_close(db);
    db_close(reader);
    free(run.started);
    free(run.ended);
    assert_int_equal(db_read_pages(path, &pages, &err), 0);
    assert_true(pages.sealed && pages.there > 4);
    assert_int_equal(pages.failed, 0);
}

static void every_flipped_bit_changes_the_checksum(void **state)
{
    (void)state;
    enum { SIZE = 1024 };
    unsigned char page[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        page[i] = (unsigned char)(i * 37);
    page_seal(page, SIZE, 7);
    assert_true(page_is_sealed(page, SIZE, 7));
    assert_false(page_is_sealed(page, SIZE, 8));
    for (size_t bit = 0; bit < 8 * SIZE; bit++) {
        page[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_false(page_is_sealed(page, SIZE, 7));
        page[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t i = 0; i + 257 < SIZE; i++) { /* the highest bits of neighbours in a lane */
        page[i] ^= 0x80;
        page[i + 256] ^= 0x80;
        assert_false(page_is_sealed(page, SIZE, 7));
        page[i] ^= 0x80;
        page[i + 256] ^= 0x80;
    }
}

static void a_page_that_is_read_and_damaged_is_named(void **state)
{
    (void)state;
    size_t pages;
    struct err err;
    make_store(true);
    unsigned char *bytes = read_all(&pages);
    size_t last = pages - 1; /* of the points */
    unsigned char other = bytes[last * PAGE + 5000] ^ 4;
    write_at(last * PAGE + 5000, &other, 1);
    assert_int_equal(read_points(&err), -1);
    char *want = mem_print("%s: is damaged: page %zu fails its checksum (a fault of the disk, or "
                           "another program has written into the store): run dse check %s",
                           path, pages, path);
    assert_string_equal(err.text, want);
    assert_int_equal(err.status, STATUS_IO);
    free(want);
    write_at(last * PAGE, bytes + last * PAGE, PAGE);
    assert_int_equal(read_points(&err), 0);

    /* an intact page of another place */
    write_at(last * PAGE, bytes + (last - 1) * PAGE, PAGE);
    assert_int_equal(read_points(&err), -1);
    assert_non_null(strstr(err.text, "fails its checksum"));
    free(bytes);
}

static void any_change_of_the_header_is_noticed(void **state)
{
    (void)state;
    size_t pages;
    struct err err;
    make_store(true);
    unsigned char *bytes = read_all(&pages);
    for (size_t at = 0; at < 100; at++) {
        unsigned char other = bytes[at] ^ 1;
        write_at(at, &other, 1);
        assert_int_equal(read_points(&err), -1);
        assert_int_equal(err.status, STATUS_IO);
        write_at(at, &bytes[at], 1);
    }
    assert_int_equal(read_points(&err), 0);
    free(bytes);
}

static void a_file_that_was_cut_is_refused(void **state)
{
    (void)state;
    size_t pages;
    struct err err;
    make_store(true);
    unsigned char *bytes = read_all(&pages);
    size_t size = pages * PAGE;
    static const size_t cut[] = {1, 8, 5000, PAGE, PAGE + 1, 3 * PAGE};
    for (size_t i = 0; i < LEN(cut); i++) {
        assert_int_equal(truncate(path, (off_t)(size - cut[i])), 0);
        assert_int_equal(read_points(&err), -1);
        assert_int_equal(err.status, STATUS_IO);
        assert_non_null(strstr(err.text, "is damaged"));
        write_at(0, bytes, size);
    }
    assert_int_equal(read_points(&err), 0);
    free(bytes);
}

static void a_page_is_missed_while_there_is_a_journal(void **state)
{
    (void)state;
    struct err err;
    make_store_and_die();
    assert_int_equal(read_points(&err), 0);
    char *journal = mem_print("%s-wal", path);
    struct stat st;
    assert_int_equal(stat(journal, &st), 0);
    assert_true(st.st_size > 0);
    free(journal);
}

#define ON_A_FILE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_FILE(every_page_of_a_store_has_its_checksum),
        ON_A_FILE(a_new_store_that_is_read_while_it_grows_stays_whole),
        cmocka_unit_test(every_flipped_bit_changes_the_checksum),
        ON_A_FILE(a_page_that_is_read_and_damaged_is_named),
        ON_A_FILE(any_change_of_the_header_is_noticed),
        ON_A_FILE(a_file_that_was_cut_is_refused),
        ON_A_FILE(a_page_is_missed_while_there_is_a_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
