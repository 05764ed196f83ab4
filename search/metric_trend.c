#include "search/metric_trend.h"

#include <string.h>

#include "base/mem.h"

/* The trends that a growing parameter has (why: metric_trend.h). */
static const struct {
    const char *path;
    enum trend speed; /* of throughput and of the margin to the limits */
    enum trend cost;
    bool picks_kernels; /* decides which kernel measurements calibrated timing uses */
    double cost_dip;    /* share by which cost may move against its trend */
} rows[] = {
    {"chip.memory_byte_per_s", TREND_UP, TREND_UP, false, 0},
    {"chip.memory_byte", TREND_UP, TREND_UP, false, 0},
    {"chip.compute_units", TREND_UP, TREND_UP, false, 0.03},
    {"chip.unit_flop_per_s", TREND_UP, TREND_UP, false, 0},
    {"chip.fp8_ratio", TREND_UP, TREND_NONE, true, 0},
    {"chip.fp4_ratio", TREND_UP, TREND_NONE, true, 0},
    {"chip.link_byte_per_s", TREND_UP, TREND_UP, false, 0},
    {"chip.link_latency_s", TREND_DOWN, TREND_NONE, false, 0},
    {"chip.network_byte_per_s", TREND_UP, TREND_UP, false, 0},
    {"chip.network_latency_s", TREND_DOWN, TREND_NONE, false, 0},
    {"chip.kernel_start_s", TREND_DOWN, TREND_NONE, false, 0},
    {"engine.bandwidth_ratio", TREND_UP, TREND_UNKNOWN, false, 0},
    {"engine.ridge_flop_per_byte", TREND_UP, TREND_UNKNOWN, false, 0},
    {"workload.tpot_s", TREND_UP, TREND_NONE, false, 0},
    {"workload.ttft_s", TREND_UP, TREND_NONE, false, 0},
    {"workload.context", TREND_DOWN, TREND_NONE, false, 0},
};

enum kind { SPEED, SPEED_AT_BATCH, TIME_AT_BATCH, COST };

static const struct {
    const char *metric;
    enum kind kind;
    bool of_all_devices; /* includes the devices of a prefill pool */
    bool dips;           /* may dip by cost_dip */
} metrics[] = {
    {"tokens_per_s", SPEED, false, false},
    {"tokens_per_s_per_device", SPEED, true, false},
    {"tokens_per_s_per_user", SPEED_AT_BATCH, false, false},
    {"tpot_s", TIME_AT_BATCH, false, false},
    {"die_area_mm2", COST, false, false},
    {"device_cost_usd", COST, false, true},
    {"system_cost_usd", COST, true, true},
    {"package_limit_ratio", COST, false, true},
};

static size_t row_of_path(const char *path)
{
    size_t row = 0;
    while (row < LEN(rows) && strcmp(rows[row].path, path) != 0)
        row++;
    return row;
}

static size_t row_of_metric(const struct field *m)
{
    size_t of = 0;
    while (of < LEN(metrics) && strcmp(metrics[of].metric, m->name) != 0)
        of++;
    return of;
}

static enum trend turned(enum trend t)
{
    return t == TREND_UP ? TREND_DOWN : t == TREND_DOWN ? TREND_UP : t;
}

static bool varies(const struct study *s, const char *path)
{
    bool found = false;
    for (size_t i = 0; i < s->axes; i++)
        found = found || !strcmp(s->axis[i].path, path);
    return found;
}

static bool has_phase(const struct study *s, double phase)
{
    return study_can_be(s, "workload.phase", s->base.workload.phase, phase);
}

static bool only_decodes(const struct study *s)
{
    return !has_phase(s, PHASE_PREFILL) && !has_phase(s, PHASE_SERVING) &&
           !has_phase(s, PHASE_DISAGGREGATED);
}

static bool has_calibration(const struct study *s)
{
    return study_can_be(s, "timing", s->base.mode.timing, TIMING_CALIBRATED);
}

static bool batch_is_given(const struct study *s)
{
    return !varies(s, "workload.batch") && s->base.workload.batch != BATCH_MAX;
}

static bool throttles(const struct study *s)
{
    return study_can_be(s, "timing", s->base.mode.timing, TIMING_IDEAL) || has_calibration(s);
}

/* Does any engine of the study have the property? */
static bool some_engine(const struct study *s, bool (*has)(const struct engine *))
{
    bool found = !varies(s, "engine") && has(&s->base.engine);
    for (size_t i = 0; i < s->axes; i++)
        for (size_t j = 0; j < s->axis[i].n && s->axis[i].is_part && s->axis[i].part == PART_ENGINE;
             j++)
            found = found || has(s->axis[i].part_value[j]);
    return found;
}

static bool overlaps(const struct engine *e)
{
    return e->overlap > 0;
}

static bool some_engine_overlaps_chip(const struct study *s)
{
    return varies(s, "engine.overlap") || some_engine(s, overlaps);
}

bool trends_need_relaxing(const struct study *s)
{
    bool shares = varies(s, "engine.bandwidth_ratio") || some_engine(s, engine_is_there);
    return some_engine_overlaps_chip(s) || (throttles(s) && shares);
}

/* Are the number of devices and their mappings chosen by price too? */
static bool chooses_by_price(const struct study *s)
{
    return study_has(s, PART_FFN_CHIP) || study_has(s, PART_DRAFT_CHIP);
}

/* Does the declared speed trend of the row apply to this study? */
static bool speed_holds(const struct study *s, const struct field *m, size_t row)
{
    bool context = !strcmp(rows[row].path, "workload.context");
    bool only_ideal =
        !has_calibration(s) && !study_can_be(s, "timing", s->base.mode.timing, TIMING_SIMULATOR);
    return (only_ideal || !some_engine_overlaps_chip(s)) &&
           !(rows[row].picks_kernels && has_calibration(s)) && !(context && m && !only_decodes(s));
}

bool trend_always(const struct field *m)
{
    size_t of = m ? row_of_metric(m) : LEN(metrics);
    return of < LEN(metrics) && metrics[of].kind == COST;
}

double trend_dip(const struct field *m, const struct axis *a)
{
    size_t row = row_of_path(a->path), of = m ? row_of_metric(m) : LEN(metrics);
    return row < LEN(rows) && of < LEN(metrics) && metrics[of].dips ? rows[row].cost_dip : 0;
}

/* Does the metric depend on the device alone, not on how many there are? */
static bool is_of_device(const struct field *m)
{
    size_t of = m ? row_of_metric(m) : LEN(metrics);
    return of < LEN(metrics) && metrics[of].kind == COST && !metrics[of].of_all_devices;
}

static bool has_traffic(const struct study *s)
{
    return varies(s, "workload.requests_per_s") || workload_has_traffic(&s->base.workload);
}

static enum trend by_path(const struct study *s, const struct field *m, const char *path)
{
    size_t row = row_of_path(path);
    if (row == LEN(rows) || ((chooses_by_price(s) || has_traffic(s)) && !is_of_device(m)))
        return TREND_UNKNOWN;
    enum trend speed = speed_holds(s, m, row) ? rows[row].speed : TREND_UNKNOWN;
    if (!m)
        return turned(speed); /* the excess over a limit */
    size_t of = row_of_metric(m);
    if (of == LEN(metrics) || (metrics[of].of_all_devices && has_phase(s, PHASE_DISAGGREGATED)))
        return TREND_UNKNOWN;
    switch (metrics[of].kind) {
    case SPEED:
        return speed;
    case COST:
        return rows[row].cost;
    case SPEED_AT_BATCH:
    case TIME_AT_BATCH:
        if (!batch_is_given(s) || !only_decodes(s))
            return TREND_UNKNOWN;
        return metrics[of].kind == SPEED_AT_BATCH ? speed : turned(speed);
    }
    return TREND_UNKNOWN;
}

enum trend trend_declared(const struct study *s, const struct field *m, const struct axis *a)
{
    if (a->is_part || a->real || a->text)
        return TREND_UNKNOWN;
    bool up = true, down = true; /* are the listed values in rising or falling order? */
    for (size_t i = 1; i < a->n; i++) {
        up = up && a->value[i] > a->value[i - 1];
        down = down && a->value[i] < a->value[i - 1];
    }
    enum trend t = by_path(s, m, a->path);
    return up || t == TREND_NONE ? t : down ? turned(t) : TREND_UNKNOWN;
}
