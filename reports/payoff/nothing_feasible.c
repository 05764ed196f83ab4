#include "reports/payoff/nothing_feasible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The number of points per verdict, if the store has no reasons. */
static int read_verdicts(char **out, struct db *db, const struct db_run *run, struct err *err)
{
    struct table t;
    char id[32];
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    const char *texts[] = {id};
    if (db_select(db,
                  "SELECT verdict, count(*) AS points FROM point WHERE run = ?1 AND verdict <> 'ok'"
                  " GROUP BY verdict ORDER BY points DESC",
                  texts, 1, &t, err) != 0)
        return -1;
    char *text = mem_text("");
    for (size_t i = 0; i < t.rows; i++) {
        char *longer = mem_print("%s  %.0f infeasible: %s\n", text,
                                 table_number_at(&t, i, "points"), table_text_at(&t, i, "verdict"));
        free(text);
        text = longer;
    }
    table_free(&t);
    *out = text;
    return 0;
}

/* Why no point is feasible; NULL: some are. */
static int read_reasons(char **out, struct db *db, const struct db_run *run, struct err *err)
{
    *out = NULL;
    if (run->feasible)
        return 0;
    int rc = db_misses(db, run, out, err);
    if (rc == 0 && **out)
        return 0;
    free(*out);
    return rc == 0 ? read_verdicts(out, db, run, err) : -1;
}

int nothing_feasible_lines(char **out, struct db *db, const struct db_run *run, struct err *err)
{
    char *why;
    if (read_reasons(&why, db, run, err) != 0)
        return -1;
    *out = why ? mem_print("run %s: no feasible point among %llu\n%s", run->name,
                           (unsigned long long)run->done, why)
               : mem_print("run %s: no feasible point meets the conditions\n", run->name);
    free(why);
    return 0;
}

/* Its lines, in one sentence. */
static char *sentence_of(const struct db_run *run, char *lines)
{
    char *text = mem_print("No point of run %s is feasible, of %llu", run->name,
                           (unsigned long long)run->done);
    const char *before = ": ";
    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n"), before = "; ") {
        char *longer = mem_print("%s%s%s", text, before, line + strspn(line, " "));
        free(text);
        text = longer;
    }
    char *sentence = mem_print("%s.", text);
    free(text);
    return sentence;
}

int nothing_feasible_sentence(char **out, struct db *db, const struct db_run *run, struct err *err)
{
    char *why;
    if (read_reasons(&why, db, run, err) != 0)
        return -1;
    *out = why ? sentence_of(run, why)
               : mem_print("No feasible point of run %s meets the conditions.", run->name);
    free(why);
    return 0;
}
