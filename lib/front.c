/* Fronts: of plain arrays, and of a run in a store. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/pareto.h"
#include "db/db.h"
#include "lib/call.h"
#include "lib/json_text.h"
#include "lib/options.h"
#include "lib/stored_run.h"
#include "reports/front.h"

static int pareto(size_t n, size_t objectives, const double *value, const int *sense,
                  unsigned char *on_front, struct err *err)
{
    for (size_t k = 0; k < objectives; k++)
        if (sense[k] != 1 && sense[k] != -1)
            return fail(err, "sense of objective %zu: %d: give +1 (more is better) or -1", k,
                        sense[k]);
    if (!objectives)
        return fail(err, "no objectives: give one at least");
    double *at = mem_alloc(n * objectives, sizeof *at);
    bool *keep = mem_alloc(n, sizeof *keep);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < objectives; k++)
            at[i * objectives + k] = -sense[k] * value[i * objectives + k];
    pareto_front(at, n, objectives, keep);
    for (size_t i = 0; i < n; i++)
        on_front[i] = keep[i];
    free(keep);
    free(at);
    return 0;
}

int dse_pareto(size_t n, size_t objectives, const double *value, const int *sense,
               unsigned char *on_front, dse_error *error)
{
    CALL(error, pareto(n, objectives, value, sense, on_front, &call.err));
}

static int front(const char *path, const char *const *options, char **json, struct err *err)
{
    static const char *const known[] = {"run", "by", "over", "objectives", "where", NULL};
    struct stored_run r;
    struct table t;
    char *where = NULL;
    *json = NULL;
    if (options_check(options, known, err) != 0 ||
        stored_run_open(&r, path, options_value(options, "run"), err) != 0)
        return -1;
    const char *condition = options_value(options, "where");
    int rc = condition ? db_where(r.db, condition, &where, err) : 0;
    if (rc == 0)
        rc = front_make(&t, r.db, &r.run,
                        &(struct front_question){.by = options_value(options, "by"),
                                                 .over = options_value(options, "over"),
                                                 .objectives = options_value(options, "objectives"),
                                                 .where = where},
                        err);
    if (rc == 0) {
        rc = json_text_of_table(json, &t, err);
        table_free(&t);
    }
    free(where);
    stored_run_close(&r);
    return rc;
}

int dse_front(const char *path, const char *const *options, char **json, dse_error *error)
{
    CALL(error, front(path, options, json, &call.err));
}
