#include "dse/engine_caveats.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/engine_caveats.h"
#include "reports/payoff/payoff_sentence.h"

static bool names_engine(const struct table *t, const char *engine)
{
    for (size_t i = 0; i < t->rows; i++)
        if (!strcmp(table_text_at(t, i, "engine"), engine) ||
            !strcmp(table_text_at(t, i, "pools_ffn_engine"), engine))
            return true;
    return false;
}

char *engine_caveats_line(const struct table *t, struct db *db, const struct db_run *run,
                          struct err *err)
{
    struct table of;
    char *line = mem_text("");
    if (table_find(t, "engine") < 0 && table_find(t, "pools_ffn_engine") < 0)
        return line;
    if (engine_caveats_read(&of, db, run, err) != 0) {
        free(line);
        return NULL;
    }
    for (size_t i = 0; i < of.rows; i++)
        if (names_engine(t, table_text_at(&of, i, "engine")))
            engine_caveat_add(&line, table_text_at(&of, i, "engine"),
                              table_text_at(&of, i, "caveat"));
    table_free(&of);
    return line;
}
