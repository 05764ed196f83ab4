/* A store of made-up points: the test gives every number that a pay-off reads. */
#ifndef TESTS_REPORTS_PAYOFF_MADE_UP_RUN_H
#define TESTS_REPORTS_PAYOFF_MADE_UP_RUN_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"
#include "tests/test.h"

enum made_up_verdict { OK, NO_MEMORY };
enum made_up_engine { NO_ENGINE, DUPLEX, ATTACC };

/* One point: a design on a hardware `chip_memory_byte` for a workload. */
struct made_up {
    double model, context, memory_byte; /* what is swept; model 0 or 1 */
    enum made_up_engine engine;
    double tokens_per_s, system_cost_usd;
    double speedup;              /* NAN without an engine */
    double attention_share;      /* 0: 0.5 */
    double area_mm2, engine_mm2; /* of a device; 0: 1000 and none */
    double power_w;              /* of the system; 0: 1000 */
    double low_usd, high_usd;    /* 0: system_cost_usd */
    double devices;              /* 0: 4 */
    double tp;                   /* 0: 4 */
    enum made_up_verdict verdict;
};

static const char *const made_up_models[] = {"small", "large"};
static const char *const made_up_engines[] = {"none", "duplex", "attacc"};
static const char *const made_up_verdicts[] = {"ok", "memory"};
static const char *const made_up_chips[] = {"chip-a"};
static const char *const made_up_limits[] = {"memory"};

static const struct db_column made_up_columns[] = {
    {"model", "", "", made_up_models},
    {"chip", "", "", made_up_chips},
    {"engine", "", "", made_up_engines},
    {"workload_context", "1", "", NULL},
    {"chip_memory_byte", "B", "", NULL},
    {"plan_tp", "1", "", NULL},
    {"plan_dp", "1", "", NULL},
    {"plan_ep", "1", "", NULL},
    {"verdict", "", "", made_up_verdicts},
    {"limit", "", "", made_up_limits},
    {"tokens_per_s", "1/s", "", NULL},
    {"tokens_per_s_per_device", "1/s", "", NULL},
    {"system_cost_usd", "USD", "", NULL},
    {"system_cost_usd_low", "USD", "", NULL},
    {"system_cost_usd_high", "USD", "", NULL},
    {"die_area_mm2", "mm2", "", NULL},
    {"engine_area_mm2", "mm2", "", NULL},
    {"power_w", "W", "", NULL},
    {"engine_speedup", "1", "", NULL},
    {"attention_share", "1", "", NULL},
    {"attention_intensity_flop_per_byte", "FLOP/B", "", NULL},
    {"ridge_flop_per_byte", "FLOP/B", "", NULL},
    {"tpot_s", "s", "", NULL},
    {"usd_per_mtok", "USD", "", NULL},
};

struct made_up_run {
    char *path;
    struct db *db;
    struct db_run run;
};

static inline double or_else(double given, double otherwise)
{
    return given != 0 ? given : otherwise;
}

static inline double made_up_area_mm2(const struct made_up *p)
{
    return (or_else(p->area_mm2, 1000) + p->engine_mm2) * or_else(p->devices, 4);
}

static inline void made_up_put(struct db *db, uint64_t i, const struct made_up *p)
{
    struct err err = {0};
    double devices = or_else(p->devices, 4);
    const double row[] = {p->model,
                          0,
                          p->engine,
                          p->context,
                          p->memory_byte,
                          or_else(p->tp, 4),
                          1,
                          1,
                          p->verdict,
                          0,
                          p->tokens_per_s,
                          p->tokens_per_s / devices,
                          p->system_cost_usd,
                          or_else(p->low_usd, p->system_cost_usd),
                          or_else(p->high_usd, p->system_cost_usd),
                          or_else(p->area_mm2, 1000),
                          p->engine_mm2,
                          or_else(p->power_w, 1000),
                          p->engine == NO_ENGINE ? NAN : p->speedup,
                          or_else(p->attention_share, 0.5),
                          8,
                          200,
                          0.05,
                          1};
    _Static_assert(LEN(row) == LEN(made_up_columns), "a number per column");
    if (db_put(db, i, row, &err) != 0)
        assert_string_equal(err.text, "");
}

/* A store of `n` points in a file that made_up_end deletes. */
static inline struct made_up_run made_up_begin(const struct made_up *point, size_t n)
{
    const char *base = getenv("TMPDIR");
    struct made_up_run r = {.path = mem_print("%s/dse-test-XXXXXX", base ? base : "/tmp")};
    struct err err = {0};
    int file = mkstemp(r.path);
    assert_true(file >= 0);
    close(file);
    unlink(r.path);
    struct db_run run = {.name = "made-up",
                         .spec = "study: made-up\n",
                         .spec_hash = "0",
                         .program = "test",
                         .keep = "all",
                         .space = n,
                         .last = n};
    if (db_open(&r.db, r.path, DB_WRITE, &err) != 0 ||
        db_run_begin(r.db, &run, made_up_columns, LEN(made_up_columns), &err) != 0)
        assert_string_equal(err.text, "");
    for (size_t i = 0; i < n; i++)
        made_up_put(r.db, i, &point[i]);
    if (db_commit(r.db, n, n, true, &err) != 0 || db_run_find(r.db, NULL, &r.run, &err) != 0)
        assert_string_equal(err.text, "");
    free(run.started);
    free(run.ended);
    return r;
}

static inline void made_up_end(struct made_up_run *r)
{
    db_run_free(&r->run);
    db_close(r->db);
    unlink(r->path);
    free(r->path);
}

#endif
