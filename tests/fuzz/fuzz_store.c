#include "tests/fuzz/fuzz_store.h"

static struct store {
    size_t size;
    char *byte;
} whole;

static void read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    must(f != NULL, "the store is read");
    whole.byte = mem_alloc(1 << 20, 1);
    whole.size = fread(whole.byte, 1, 1 << 20, f);
    fclose(f);
}

/* The input is a store (one of an older version, whose pages have no checksums, gets furthest), or
 * changes of a good one, four bytes each: where (three bytes, from the end
 * of the last page used) and what; the length of the file if `what` is 0. */
static void write_store(const char *path, const uint8_t *data, size_t size)
{
    static const char magic[] = "SQLite format 3";
    FILE *f = fopen(path, "wb");
    must(f != NULL, "the store is written");
    if (size >= sizeof magic && memcmp(data, magic, sizeof magic) == 0) {
        fwrite(data, 1, size, f);
    } else {
        char *copy = mem_alloc(whole.size, 1);
        size_t length = whole.size;
        memcpy(copy, whole.byte, whole.size);
        for (size_t i = 0; i + 4 <= size; i += 4) {
            size_t at = ((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]);
            if (data[i + 3] == 0)
                length = at % (whole.size + 1);
            else
                copy[at % whole.size] = (char)(copy[at % whole.size] ^ data[i + 3]);
        }
        fwrite(copy, 1, length, f);
        free(copy);
    }
    fclose(f);
}

static void ask(struct db *db, const char *sql)
{
    struct table t;
    struct err err = {0};
    if (db_select(db, sql, NULL, 0, &t, &err) == 0)
        table_free(&t);
    else
        must_complain(&err, "");
}

static void read_run(struct db *db)
{
    struct err err = {0};
    struct db_run run;
    struct table t;
    char *misses;
    if (db_run_find(db, NULL, &run, &err) != 0) {
        must_complain(&err, "");
        return;
    }
    must(run.name && run.spec && run.keep && run.started && run.ended, "a run has its texts");
    if (db_files(db, &run, &t, &err) == 0)
        table_free(&t);
    if (db_misses(db, &run, &misses, &err) == 0)
        free(misses);
    if (db_point(db, &run, 3, &t, &err) == 0)
        table_free(&t);
    db_run_free(&run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *path;
    struct db *db;
    struct err err = {0};
    struct table t;
    if (path == NULL) {
        path = fuzz_store_path("bytes.db");
        fuzz_store_make(path);
        read_whole(path);
    }
    write_store(path, data, size);
    if (db_open(&db, path, DB_READ, &err) == 0) {
        read_run(db);
        if (db_columns(db, &t, &err) == 0)
            table_free(&t);
        ask(db, "SELECT * FROM point WHERE run = 1 AND model REGEXP 'a|b' ORDER BY tpot_s");
        ask(db, "SELECT verdict, count(*) FROM point GROUP BY verdict");
        db_close(db);
    } else {
        must_complain(&err, path);
    }
    unlink(path);
    return 0;
}
