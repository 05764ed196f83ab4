/* Rate of pricing points and of storing them. Prints ratios within one run;
 * absolute rates depend on the machine. Not a test.
 *
 * usage: build/bench [POINTS]      points of the study written to the store, default 2 000 000 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"
#include "search/block.h"
#include "search/sweep.h"
#include "tests/bench.h"

/* The work of a thread. */
struct share {
    const struct study *s;
    const struct price_book *book;
    bool single; /* one at a time */
    uint64_t first, last;
    double sum; /* keeps the compiler from removing the work */
};

static void price_singly(struct share *w, struct cursor *c)
{
    struct metrics m;
    for (uint64_t i = w->first; i < w->last; i++, cursor_next(c)) {
        evaluate_prepared(&c->prepared, &c->design, w->book, &m, NULL);
        w->sum += m.tokens_per_s;
    }
}

static void price_many(struct share *w, struct cursor *c)
{
    struct block *b = mem_alloc(1, sizeof *b);
    for (uint64_t i = w->first; i < w->last; b->devices.n = 0) {
        i += block_fill(b, c, NULL, NULL, (size_t)(w->last - i));
        evaluate_many(b->prepared, &b->like, w->book, &b->devices, &b->metrics, b->mapped);
        for (size_t k = 0; k < b->devices.n; k++)
            w->sum += LANE(&b->metrics, metrics, tokens_per_s)[k];
    }
    free(b);
}

static void *price(void *ctx)
{
    struct share *w = ctx;
    struct cursor c = {0};
    cursor_seek(&c, w->s, w->first);
    prepare(&c.prepared, &c.design); /* once: no axis of the study changes the operators */
    c.fresh = true;
    (w->single ? price_singly : price_many)(w, &c);
    cursor_free(&c);
    return NULL;
}

static double price_rate(const struct study *s, const struct price_book *book, bool single,
                         size_t threads, uint64_t points)
{
    struct share w[16];
    pthread_t t[16];
    points = points < s->size ? points : s->size;
    double start = now_s();
    for (size_t i = 0; i < threads; i++) {
        w[i] = (struct share){s, book, single, points * i / threads, points * (i + 1) / threads, 0};
        pthread_create(&t[i], NULL, price, &w[i]);
    }
    for (size_t i = 0; i < threads; i++)
        pthread_join(t[i], NULL);
    return (double)points / (now_s() - start);
}

/* The best of three runs, since the machine may be busy. */
static double best_rate(const struct study *s, const struct price_book *book, bool single,
                        size_t threads, uint64_t points)
{
    double best = 0;
    for (int i = 0; i < 3; i++)
        best = fmax(best, price_rate(s, book, single, threads, points));
    return best;
}

struct sink {
    struct db *db;
    struct err err;
    uint64_t put;
};

static int take(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct sink *k = ctx;
    extern size_t bench_stride;
    for (size_t i = 0; i < count; i++)
        if (db_put(k->db, first + i, rows + i * bench_stride, &k->err) != 0)
            stop(k->err.text);
    k->put += count;
    return k->put % 51200 < count && db_commit(k->db, k->put, 0, false, &k->err) != 0 ? -1 : 0;
}

size_t bench_stride;

static double store_rate(const struct study *s, const struct columns *columns, size_t jobs,
                         const char *path)
{
    struct sink k = {0};
    struct db_run run = {.name = mem_text("bench"),
                         .spec = mem_text(""),
                         .spec_hash = mem_text("0"),
                         .program = mem_text("bench"),
                         .keep = mem_text("all"),
                         .space = s->size,
                         .last = s->size};
    struct db_column *of = mem_alloc(columns->n, sizeof *of);
    for (size_t i = 0; i < columns->n; i++)
        of[i] = (struct db_column){columns->column[i].name, columns->column[i].unit,
                                   columns->column[i].doc, columns->column[i].texts};
    double start = now_s();
    bench_stride = columns->stride;
    if (db_open(&k.db, path, DB_WRITE, &k.err) != 0 ||
        db_run_begin(k.db, &run, of, columns->n, &k.err) != 0 ||
        sweep_run(s, columns, (struct point_range){0, s->size}, jobs, take, &k) != 0 ||
        db_commit(k.db, s->size, 0, true, &k.err) != 0)
        stop(k.err.text);
    db_close(k.db);
    db_run_free(&run);
    free(of);
    return (double)s->size / (now_s() - start);
}

/* SQLite alone: one prepared INSERT of the same numbers and texts, same settings. */
static double raw_rate(const struct columns *columns, const double *row, uint64_t points,
                       const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    char *sql = mem_text("CREATE TABLE point (id INTEGER PRIMARY KEY, run INTEGER, point INTEGER");
    for (size_t i = 0; i < columns->n; i++) {
        char *longer = mem_print("%s, \"%s\"", sql, columns->column[i].name);
        free(sql);
        sql = longer;
    }
    char *whole = mem_print("PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA "
                            "synchronous=NORMAL; PRAGMA cache_size=-2048; %s);",
                            sql);
    double start = now_s();
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, whole, NULL, NULL, NULL) != SQLITE_OK)
        stop("raw SQLite failed");
    free(sql);
    free(whole);
    sql = mem_text("INSERT INTO point VALUES (?, ?, ?");
    for (size_t i = 0; i < columns->n; i++) {
        char *longer = mem_print("%s, ?", sql);
        free(sql);
        sql = longer;
    }
    whole = mem_print("%s)", sql);
    sqlite3_prepare_v2(db, whole, -1, &st, NULL);
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    for (uint64_t p = 0; p < points; p++) {
        sqlite3_bind_int64(st, 1, (sqlite3_int64)p);
        sqlite3_bind_int64(st, 2, 1);
        sqlite3_bind_int64(st, 3, (sqlite3_int64)p);
        for (size_t i = 0; i < columns->n; i++) {
            const struct column *c = &columns->column[i];
            if (isnan(row[i]))
                sqlite3_bind_null(st, (int)i + 4);
            else if (c->texts)
                sqlite3_bind_text(st, (int)i + 4, c->texts[(size_t)row[i]], -1, SQLITE_STATIC);
            else
                sqlite3_bind_double(st, (int)i + 4, row[i] + 1e-9 * (double)p);
        }
        sqlite3_step(st);
        sqlite3_reset(st);
        if (p % 51200 == 51199)
            sqlite3_exec(db, "COMMIT; BEGIN", NULL, NULL, NULL);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_finalize(st);
    sqlite3_close(db);
    free(sql);
    free(whole);
    return (double)points / (now_s() - start);
}

int main(int argc, char **argv)
{
    struct catalogue *c;
    struct err err;
    struct rusage use;
    const char *dir = getenv("DSE_CATALOGUE");
    char scratch[] = "/tmp/dse-bench-XXXXXX";
    double points = argc > 1 ? atof(argv[1]) : 2e6;

    if (catalogue_open(&c, dir ? dir : BENCH_CATALOGUE, &err) != 0 || !mkdtemp(scratch))
        stop(err.text);
    double steps = ceil(pow(points / 3, 0.25));
    struct study *s = study_of(c, steps, "batch: max, tpot: 50 ms", "");
    struct study *fixed = study_of(c, steps, "batch: 1024", "");
    struct study *measured = study_of(c, steps, "batch: max, tpot: 50 ms", "timing: calibrated\n");
    struct columns *columns = mem_alloc(1, sizeof *columns);
    columns_make(columns, s);
    struct cursor cursor = {0};
    struct block *block = mem_alloc(1, sizeof *block);
    double row[ROW_MOST];
    cursor_seek(&cursor, s, s->size / 2);
    block_add(block, &cursor, columns, row);
    block_price(block);
    cursor_free(&cursor);
    free(block);

    double single = best_rate(s, &s->prices, true, 1, 500000);
    double one = best_rate(s, &s->prices, false, 1, 2000000);
    double two = best_rate(s, &s->prices, false, 2, 4000000);
    double plain = best_rate(fixed, NULL, false, 1, 2000000);
    double calibrated = best_rate(measured, &s->prices, false, 1, 1000000);
    printf("one point at a time        %10.0f points/s   batch max, cost\n", single);
    printf("many at once               %10.0f points/s   %.1f times as many\n", one, one / single);
    printf("many, two threads          %10.0f points/s   %.2f times one thread\n", two, two / one);
    printf("many, batch given, no cost %10.0f points/s   %.1f times with both\n", plain,
           plain / one);
    printf("many, calibrated timing    %10.0f points/s   ideal timing is %.1f times as fast\n",
           calibrated, one / calibrated);
    study_free(fixed);
    study_free(measured);
    char *a = mem_print("%s/store.db", scratch), *b = mem_print("%s/raw.db", scratch);
    double stored = store_rate(s, columns, 2, a);
    getrusage(RUSAGE_SELF, &use);
    long store_kb = use.ru_maxrss;
    double raw = raw_rate(columns, row, s->size, b);
    remove(a);
    remove(b);
    raw = fmax(
        raw, raw_rate(columns, row, s->size, b)); /* the better of two, for a disk that was busy */
    stored = fmax(stored, store_rate(s, columns, 2, a));
    printf("sweep into the store       %10.0f points/s   %llu points of %zu columns\n", stored,
           (unsigned long long)s->size, columns->n);
    printf("SQLite alone, same rows    %10.0f rows/s     the sweep reaches %.0f %% of it\n", raw,
           100 * stored / raw);
    printf("memory at the peak         %10.1f MB         while sweeping\n",
           (double)store_kb / 1024);
    /* After the peak was read: so many mappings take memory of their own. */
    static const char *const plans[] = {"tp: auto, ep: auto",
                                        "tp: auto, ep: auto, pp: auto, cp: auto"};
    for (size_t i = 0; i < LEN(plans); i++) {
        struct study *any = study_of_plan(c, plans[i], steps, "batch: max, tpot: 50 ms", "");
        size_t mappings = plan_mappings(&any->base.plan, &any->base.model, NULL, 0);
        double rate = best_rate(any, &any->prices, false, 1, i ? 100000 : 500000);
        printf(
            "many, best of %3zu mappings %10.0f points/s   a given mapping is %.1f times as fast\n",
            mappings, rate, one / rate);
        study_free(any);
    }
    static const char *const pools[] = {"devices: 16, tp: 1", "devices: auto"};
    for (size_t i = 0; i < LEN(pools); i++) {
        char *pool = mem_print("pools: {ffn: {chip: h200, %s}}\n", pools[i]);
        char *plan = mem_print("tp: 1%s", i ? "" : ", micro_batches: 3");
        struct study *shared = study_of_plan(c, plan, steps, "batch: max, tpot: 50 ms", pool);
        double rate = best_rate(shared, &shared->prices, false, 1, i ? 20000 : 500000);
        printf("many, with an FFN pool     %10.0f points/s   %.2f times those without; %s\n", rate,
               rate / one, pools[i]);
        study_free(shared);
        free(plan);
        free(pool);
    }
    const char *const files[] = {a, b};
    for (size_t i = 0; i < 2; i++)
        remove(files[i]);
    rmdir(scratch);
    free(a);
    free(b);
    free(columns);
    study_free(s);
    catalogue_close(c);
    return 0;
}
