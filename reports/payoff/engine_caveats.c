#include "reports/payoff/engine_caveats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_sentence.h"

static bool are_known(struct db *db)
{
    static const char *const columns[] = {"engine", "engine_limited_by", "engine_maturity"};
    for (size_t i = 0; i < LEN(columns); i++)
        if (!db_is_column(db, columns[i], strlen(columns[i])))
            return false;
    return true;
}

int engine_caveats_read(struct table *out, struct db *db, const struct db_run *run, struct err *err)
{
    static const char *const header[] = {"engine", "caveat"};
    static const char sql[] =
        "SELECT engine, engine_limited_by, engine_maturity, count(*) AS points FROM point"
        " WHERE run = ?1 AND verdict = 'ok' AND engine <> 'none' GROUP BY 1, 2, 3"
        " ORDER BY 1, 4 DESC";
    struct table of;
    char id[32];
    const char *const texts[] = {id}, *before = "";
    table_begin(out, header, LEN(header));
    if (!are_known(db))
        return 0;
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    if (db_select(db, sql, texts, LEN(texts), &of, err) != 0) {
        table_free(out);
        return -1;
    }
    for (size_t i = 0; i < of.rows; i++) {
        const char *engine = table_text_at(&of, i, "engine");
        char *caveat = engine_caveat(table_text_at(&of, i, "engine_limited_by"),
                                     table_text_at(&of, i, "engine_maturity"));
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
