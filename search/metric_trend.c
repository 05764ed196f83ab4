#include "search/metric_trend.h"

#include <string.h>

#include "base/mem.h"

/* Rows of parameters by what more of them does. */
static const struct {
    const char *path;
    enum trend speed; /* of throughput and of what keeps limits */
    enum trend cost;
} rows[] = {
    {"chip.memory_byte_per_s", TREND_UP, TREND_UP},
    {"chip.memory_byte", TREND_UP, TREND_UP},
    {"chip.compute_units", TREND_UP, TREND_UP},
    {"chip.unit_flop_per_s", TREND_UP, TREND_UP},
    {"chip.fp8_ratio", TREND_UP, TREND_NONE},
    {"chip.fp4_ratio", TREND_UP, TREND_NONE},
    {"chip.link_byte_per_s", TREND_UP, TREND_UP},
    {"chip.link_latency_s", TREND_DOWN, TREND_NONE},
    {"chip.network_byte_per_s", TREND_UP, TREND_UP},
    {"chip.network_latency_s", TREND_DOWN, TREND_NONE},
    {"engine.bandwidth_ratio", TREND_UP, TREND_UNKNOWN},
    {"engine.ridge_flop_per_byte", TREND_UP, TREND_UNKNOWN},
    {"workload.tpot_s", TREND_UP, TREND_NONE},
    {"workload.ttft_s", TREND_UP, TREND_NONE},
    {"workload.context", TREND_DOWN, TREND_NONE},
};

enum kind { SPEED, SPEED_AT_BATCH, TIME_AT_BATCH, COST };

static const struct {
    const char *metric;
    enum kind kind;
} metrics[] = {
    {"tokens_per_s", SPEED},
    {"tokens_per_s_per_device", SPEED},
    {"tokens_per_s_per_user", SPEED_AT_BATCH},
    {"tpot_s", TIME_AT_BATCH},
    {"die_area_mm2", COST},
    {"device_cost_usd", COST},
    {"system_cost_usd", COST},
};

static enum trend turned(enum trend t)
{
    return t == TREND_UP ? TREND_DOWN : t == TREND_DOWN ? TREND_UP : t;
}

static const struct axis *batch_axis(const struct study *s)
{
    for (size_t i = 0; i < s->axes; i++)
        if (!strcmp(s->axis[i].path, "workload.batch"))
            return &s->axis[i];
    return NULL;
}

bool trend_always(const struct field *m)
{
    for (size_t i = 0; m && i < LEN(metrics); i++)
        if (!strcmp(metrics[i].metric, m->name))
            return metrics[i].kind == COST;
    return false;
}

static enum trend by_path(const struct study *s, const struct field *m, const char *path)
{
    size_t row = 0, of = 0;
    while (row < LEN(rows) && strcmp(rows[row].path, path) != 0)
        row++;
    if (row == LEN(rows))
        return TREND_UNKNOWN;
    if (!m)
        return turned(rows[row].speed); /* how far a limit is exceeded */
    while (of < LEN(metrics) && strcmp(metrics[of].metric, m->name) != 0)
        of++;
    if (of == LEN(metrics))
        return TREND_UNKNOWN;
    switch (metrics[of].kind) {
    case SPEED:
        return rows[row].speed;
    case COST:
        return rows[row].cost;
    case SPEED_AT_BATCH:
    case TIME_AT_BATCH:
        if (batch_axis(s) || s->base.workload.batch == BATCH_MAX)
            return TREND_UNKNOWN;
        return metrics[of].kind == SPEED_AT_BATCH ? rows[row].speed : turned(rows[row].speed);
    }
    return TREND_UNKNOWN;
}

enum trend trend_declared(const struct study *s, const struct field *m, const struct axis *a)
{
    if (a->is_part || a->real || a->text)
        return TREND_UNKNOWN;
    bool up = true, down = true; /* the order in which the study lists the values */
    for (size_t i = 1; i < a->n; i++) {
        up = up && a->value[i] > a->value[i - 1];
        down = down && a->value[i] < a->value[i - 1];
    }
    enum trend t = by_path(s, m, a->path);
    return up || t == TREND_NONE ? t : down ? turned(t) : TREND_UNKNOWN;
}
