#include "reports/payoff/engine_caveats.h"

#include <string.h>

#include "base/mem.h"
#include "reports/compare/compare.h"

/* Two lists sorted by engine, merged. */
static void join(struct table *out, const struct table of[RUNS])
{
    for (size_t at[RUNS] = {0, 0}; at[FIRST] < of[FIRST].rows || at[SECOND] < of[SECOND].rows;) {
        const char *name[RUNS];
        for (int side = 0; side < RUNS; side++)
            name[side] =
                at[side] < of[side].rows ? table_text_at(&of[side], at[side], "engine") : NULL;
        int order = !name[FIRST] ? 1 : !name[SECOND] ? -1 : strcmp(name[FIRST], name[SECOND]);
        table_text(out, order <= 0 ? name[FIRST] : name[SECOND]);
        for (int side = 0; side < RUNS; side++) {
            bool has = side == FIRST ? order <= 0 : order >= 0;
            table_text(out, has ? table_text_at(&of[side], at[side]++, "caveat") : NULL);
        }
    }
}

int caveat_changes(struct table *out, const struct compared_run run[RUNS], struct err *err)
{
    static const char *const header[] = {"engine", "first", "second"};
    struct table of[RUNS] = {{0}, {0}};
    int rc = 0;
    for (int side = 0; side < RUNS && rc == 0; side++)
        rc = engine_caveats_read(&of[side], run[side].db, run[side].run, err);
    if (rc == 0) {
        table_begin(out, header, LEN(header));
        join(out, of);
    }
    for (int side = 0; side < RUNS; side++)
        table_free(&of[side]);
    return rc;
}
