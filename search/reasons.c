#include "search/reasons.h"

#include <string.h>

static size_t reason(enum verdict v)
{
    return (size_t)1 << (v - 1);
}

/* A point without metrics, which has no mapping or no calibration, exceeds no limit on a metric. */
static bool exceeds_constraint(const struct study *s, bool has_metrics, const double *excess)
{
    for (size_t k = 0; k < s->constraints; k++)
        if (excess[1 + k] > 0 && (has_metrics || isfinite(excess[1 + k])))
            return true;
    return false;
}

/* Memory is checked first, so a point that exceeds it has that verdict. */
size_t reasons_of(const struct study *s, const struct workload *w, const struct metrics_lanes *m,
                  size_t i, const double *excess)
{
    enum verdict first = (enum verdict)LANE(m, metrics, verdict)[i];
    bool has_metrics = first != VERDICT_MAPPING && first != VERDICT_CALIBRATION;
    size_t set = reason(first);
    if (LANE(m, metrics, tpot_s)[i] > w->tpot_s)
        set |= reason(VERDICT_TPOT);
    if (LANE(m, metrics, ttft_s)[i] > w->ttft_s)
        set |= reason(VERDICT_TTFT);
    if (LANE(m, metrics, power_limit_ratio)[i] > 1)
        set |= reason(VERDICT_POWER);
    if (excess[study_package_limit(s)] > 0)
        set |= reason(VERDICT_PACKAGE);
    if (exceeds_constraint(s, has_metrics, excess))
        set |= reason(VERDICT_CONSTRAINT);
    return set;
}

void reasons_text(size_t set, char text[REASONS_SIZE])
{
    text[0] = '\0';
    for (size_t v = 1; v < VERDICTS; v++) {
        if (!(set & reason((enum verdict)v)))
            continue;
        strcat(text, *text ? ", " : "");
        strcat(text, verdict_kinds[v].name);
    }
}
