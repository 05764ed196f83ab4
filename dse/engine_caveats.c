#include "dse/engine_caveats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/terminal.h"
#include "reports/payoff/payoff_sentence.h"

static bool names_engine(const struct table *t, const char *engine)
{
    for (size_t i = 0; i < t->rows; i++)
        if (!strcmp(table_text_at(t, i, "engine"), engine))
            return true;
    return false;
}

void engine_caveats_print(const struct table *t, struct db *db, const struct db_run *run)
{
    static const char sql[] =
        "SELECT engine, engine_limited_by, engine_maturity, count(*) AS points FROM point"
        " WHERE run = ?1 AND verdict = 'ok' AND engine <> 'none' GROUP BY 1, 2, 3 ORDER BY 1, 4 "
        "DESC";
    struct table of;
    struct err ignored;
    char id[32], *line = mem_text("");
    const char *const texts[] = {id}, *before = "";
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    if (table_find(t, "engine") >= 0 && db_select(db, sql, texts, 1, &of, &ignored) == 0) {
        for (size_t i = 0; i < of.rows; i++) {
            const char *engine = table_text_at(&of, i, "engine");
            char *caveat = engine_caveat(table_text_at(&of, i, "engine_limited_by"),
                                         table_text_at(&of, i, "engine_maturity"));
            if (*caveat && strcmp(before, engine) != 0 && names_engine(t, engine)) {
                engine_caveat_add(&line, engine, caveat);
                before = engine;
            }
            free(caveat);
        }
        if (*line)
            print_line(2, "\n%s\n", line);
        table_free(&of);
    }
    free(line);
}
