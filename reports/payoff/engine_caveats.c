#include "reports/payoff/engine_caveats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_sentence.h"

static bool are_known(struct db *db, const char *const columns[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!db_is_column(db, columns[i], strlen(columns[i])))
            return false;
    return true;
}

/* How many feasible points of the run have an engine with these limits. */
#define COUNTED(engine, limited_by, maturity)                                                      \
    "SELECT " engine " AS engine, " limited_by " AS limited_by, " maturity " AS maturity,"         \
    " count(*) AS points FROM point WHERE run = ?1 AND verdict = 'ok' AND " engine " <> 'none'"    \
    " GROUP BY 1, 2, 3"

int engine_caveats_read(struct table *out, struct db *db, const struct db_run *run, struct err *err)
{
    static const char *const header[] = {"engine", "caveat"};
    static const char *const main_columns[] = {"engine", "engine_limited_by", "engine_maturity"};
    static const char *const pool_columns[] = {"pools_ffn_engine", "ffn_engine_limited_by"};
    static const char main_sql[] = COUNTED("engine", "engine_limited_by", "engine_maturity");
    static const char pool_sql[] =
        " UNION ALL " COUNTED("pools_ffn_engine", "ffn_engine_limited_by", "''");
    struct table of;
    char id[32];
    const char *const texts[] = {id}, *before = "";
    table_begin(out, header, LEN(header));
    if (!are_known(db, main_columns, LEN(main_columns)))
        return 0;
    bool pools = are_known(db, pool_columns, LEN(pool_columns));
    char *sql = mem_print("%s%s ORDER BY 1, 4 DESC", main_sql, pools ? pool_sql : "");
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    int rc = db_select(db, sql, texts, LEN(texts), &of, err);
    free(sql);
    if (rc != 0) {
        table_free(out);
        return -1;
    }
    for (size_t i = 0; i < of.rows; i++) {
        const char *engine = table_text_at(&of, i, "engine");
        char *caveat =
            engine_caveat(table_text_at(&of, i, "limited_by"), table_text_at(&of, i, "maturity"));
        if (*caveat && strcmp(before, engine) != 0) {
            table_text(out, engine);
            table_text(out, caveat);
            before = engine;
        }
        free(caveat);
    }
    table_free(&of);
    return 0;
}
