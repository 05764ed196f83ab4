#include <math.h>

#include "arch/metrics.h"
#include "search/space.h"
#include "tests/fuzz/fuzz_study.h"

/* Points that take longer are left out: all their mappings are searched. */
enum { DEVICES_MOST = 512 };

static void must_be_positive(double value, const char *what)
{
    must(isfinite(value) && value > 0, what);
}

/* A number that a metric has in some phases only. */
static void must_be_a_share(double value, const char *what)
{
    must(isnan(value) || (value >= 0 && value <= 1 + 1e-9), what);
}

static void must_have_sound_metrics(const struct metrics *m)
{
    must_be_positive(m->tokens_per_s, "a feasible design is served");
    must_be_positive(m->batch, "a feasible design has a batch");
    must_be_positive(m->memory_used_byte, "a model takes memory");
    must_be_positive(m->device_power_w, "a device takes power");
    must_be_positive(m->system_cost_usd, "a system has a price");
    must(isnan(m->tpot_s) || m->tpot_s > 0, "a step takes time");
    must_be_a_share(m->attention_share, "attention is a share of a step");
    must_be_a_share(m->throttle_ratio, "a clock is at most nominal");
    must(m->system_cost_usd_low <= m->system_cost_usd * (1 + 1e-9) &&
             m->system_cost_usd <= m->system_cost_usd_high * (1 + 1e-9),
         "a price is in its range");
}

static void price(const struct study *s, uint64_t index)
{
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;
    cursor_seek(&c, s, index);
    if (c.design.plan.devices <= DEVICES_MOST) {
        cursor_evaluate(&c, &m, &plan);
        must(m.verdict >= 0 && m.verdict < VERDICTS, "a point has a verdict");
        if (m.verdict == VERDICT_OK)
            must_have_sound_metrics(&m);
    }
    cursor_free(&c);
}

/* The ends of the first scenario of a study that is accepted are priced. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct study *s = fuzz_study(data, size, &err);
    if (s) {
        price(study_scenario(s, 0), 0);
        price(study_scenario(s, 0), study_scenario(s, 0)->size - 1);
        study_free(s);
    }
    return 0;
}
