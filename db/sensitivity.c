/* Sensitivity of a study's metrics to its axes, in a separate table. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "db/private.h"

static void bind_number(sqlite3_stmt *s, int at, double value)
{
    if (isnan(value))
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_double(s, at, value);
}

static int put_all(struct db *db, const struct db_effect *effect, size_t n, struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_prepare(db, &s,
                   "INSERT OR REPLACE INTO sensitivity VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                   " ?10, ?11, ?12, ?13, ?14)",
                   err) != 0)
        return -1;
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        const struct db_effect *e = &effect[i];
        const char *text[] = {e->study, e->spec_hash, e->metric, e->axis};
        double number[] = {
            e->morris_mean, e->morris_deviation, e->first,      e->first_low, e->first_high,
            e->total,       e->total_low,        e->total_high, e->points,    e->seed};
        int at = 1;
        for (size_t k = 0; k < LEN(text); k++)
            sqlite3_bind_text(s, at++, text[k], -1, SQLITE_STATIC);
        for (size_t k = 0; k < LEN(number); k++)
            bind_number(s, at++, number[k]);
        failed = db_step(db, s, err);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return failed;
}

int db_put_effects(struct db *db, const struct db_effect *effect, size_t n, struct err *err)
{
    if (db_begin(db, err) != 0)
        return -1;
    if (db_exec(db,
                "CREATE TABLE IF NOT EXISTS main.sensitivity(study TEXT, spec_hash TEXT,"
                " metric TEXT, axis TEXT, morris_mean REAL, morris_deviation REAL, first REAL,"
                " first_low REAL, first_high REAL, total REAL, total_low REAL, total_high REAL,"
                " points REAL, seed REAL, PRIMARY KEY(study, spec_hash, metric, axis))",
                err) != 0 ||
        put_all(db, effect, n, err) != 0) {
        db_undo(db);
        return -1;
    }
    return db_end(db, err);
}
