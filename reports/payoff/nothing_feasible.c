#include "reports/payoff/nothing_feasible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The number of points per verdict, if the store has no reasons. */
static char *verdicts_text(struct db *db, const struct db_run *run)
{
    struct table t;
    struct err ignored;
    char *text = mem_text(""), id[32];
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    const char *texts[] = {id};
    if (db_select(db,
                  "SELECT verdict, count(*) AS points FROM point WHERE run = ?1 AND verdict <> 'ok'"
                  " GROUP BY verdict ORDER BY points DESC",
                  texts, 1, &t, &ignored) != 0)
        return text;
    for (size_t i = 0; i < t.rows; i++) {
        char *longer = mem_print("%s  %.0f infeasible: %s\n", text,
                                 table_number_at(&t, i, "points"), table_text_at(&t, i, "verdict"));
        free(text);
        text = longer;
    }
    table_free(&t);
    return text;
}

static char *reasons(struct db *db, const struct db_run *run)
{
    struct err ignored;
    char *text = NULL;
    if (db_misses(db, run, &text, &ignored) == 0 && *text)
        return text;
    free(text);
    return verdicts_text(db, run);
}

char *nothing_feasible_lines(struct db *db, const struct db_run *run)
{
    if (run->feasible)
        return mem_print("run %s: no feasible point meets the conditions\n", run->name);
    char *why = reasons(db, run);
    char *text = mem_print("run %s: no feasible point among %llu\n%s", run->name,
                           (unsigned long long)run->done, why);
    free(why);
    return text;
}

char *nothing_feasible_sentence(struct db *db, const struct db_run *run)
{
    if (run->feasible)
        return mem_print("No feasible point of run %s meets the conditions.", run->name);
    char *why = reasons(db, run);
    char *text = mem_print("No point of run %s is feasible, of %llu", run->name,
                           (unsigned long long)run->done);
    const char *before = ": ";
    for (char *line = strtok(why, "\n"); line; line = strtok(NULL, "\n"), before = "; ") {
        char *longer = mem_print("%s%s%s", text, before, line + strspn(line, " "));
        free(text);
        text = longer;
    }
    char *sentence = mem_print("%s.", text);
    free(text);
    free(why);
    return sentence;
}
