/* The metrics of a point, each declared once. */
#ifndef ARCH_METRICS_H
#define ARCH_METRICS_H

#include "arch/design.h"
#include "base/field.h"
#include "base/lanes.h"

/* ok, or why a point is infeasible. */
enum verdict {
    VERDICT_OK,
    VERDICT_MEMORY,
    VERDICT_TPOT,
    VERDICT_TTFT,
    VERDICT_POWER,
    VERDICT_ENDURANCE,
    VERDICT_PACKAGE,
    VERDICT_CONSTRAINT,
    VERDICT_MAPPING,
    VERDICT_CALIBRATION,
    VERDICT_OVERLOAD,
    VERDICT_EVALUATOR,
    VERDICTS
};

/* The properties of a verdict. */
struct verdict_kind {
    const char *name;
    const char *why;   /* explanation; NULL if it depends on the point */
    const char *limit; /* the parameter that was exceeded; NULL if there is none */
    int distance;      /* from feasible; the mapping with the smallest is shown */
};

extern const struct verdict_kind verdict_kinds[VERDICTS];

enum calibrated_on { ON_OWN, ON_GENERATION };
enum limit { LIMIT_CAPACITY, LIMIT_LATENCY, LIMIT_COMPUTE, LIMIT_MEMORY, LIMIT_LINK, LIMITS };

/* What sets the pace of a disaggregated system. */
enum system_pace { SYSTEM_PACE_DECODE, SYSTEM_PACE_PREFILL, SYSTEM_PACE_LINK, SYSTEM_PACES };

struct metrics {
    double verdict;
    double batch, batch_cap, batch_slo;
    double tpot_s, ttft_s;
    double load_ratio, requests_in_flight, goodput_per_s, most_requests_per_s;
    double ttft_mean_s, ttft_p50_s, ttft_p90_s, ttft_p99_s;
    double tpot_mean_s, tpot_p50_s, tpot_p90_s, tpot_p99_s;
    double prefill_devices, kv_transfer_s;
    double prefill_tp, prefill_dp, prefill_ep, prefill_pp, prefill_cp;
    double system_paced_by, decode_busy_ratio, prefill_busy_ratio, kv_link_ratio, prefill_s;
    double prefill_memory_used_byte, prefill_device_power_w, prefill_throttle_ratio,
        prefill_cost_usd;
    double engine_devices, system_devices;
    double ffn_devices, ffn_tp, ffn_ep, micro_batches, paced_by, main_busy_ratio, ffn_busy_ratio;
    double ffn_transfer_s, ffn_transfer_byte_per_token, ffn_memory_used_byte, ffn_weight_byte;
    double ffn_device_power_w, ffn_throttle_ratio, ffn_cost_usd, ffn_weight_share2,
        ffn_memory2_used_byte;
    double ffn_engine_effective_bandwidth_ratio, ffn_engine_effective_ridge_flop_per_byte,
        ffn_engine_limited_by, ffn_engine_power_w, ffn_expert_byte;
    double draft_devices, draft_tp, draft_s, draft_transfer_s, draft_busy_ratio;
    double draft_memory_used_byte, draft_weight_byte, draft_device_power_w, draft_throttle_ratio;
    double draft_cost_usd;
    double tokens_per_s, tokens_per_s_per_device, tokens_per_s_per_user;
    double memory_used_byte, weight_byte, kv_byte, kv_byte_per_token, state_byte_per_request;
    double params, active_params;
    double attention_intensity_flop_per_byte, expert_intensity_flop_per_byte, ridge_flop_per_byte;
    double attention_s, projection_s, ffn_s, expert_s, communication_s, other_s, state_s;
    double context_wait_s;
    double attention_share, engine_speedup;
    double limit;
    double device_power_w, throttle_ratio, power_limit_ratio;
    double die_area_mm2, die_area_mm2_low, die_area_mm2_high;
    double engine_area_mm2, engine_area_mm2_low, engine_area_mm2_high;
    double system_area_mm2;
    double device_cost_usd, device_cost_usd_low, device_cost_usd_high;
    double system_cost_usd, system_cost_usd_low, system_cost_usd_high;
    double power_w, power_w_low, power_w_high;
    double energy_j_per_token, energy_j_per_token_low, energy_j_per_token_high;
    double usd_per_mtok, usd_per_mtok_low, usd_per_mtok_high;
    double engine_cost_usd, engine_cost_usd_low, engine_cost_usd_high;
    double engine_power_w, engine_power_w_low, engine_power_w_high;
    double usd_per_hour, usd_per_hour_low, usd_per_hour_high;
    double tokens_per_s_per_usd;
    double engine_effective_bandwidth_ratio, engine_effective_ridge_flop_per_byte,
        engine_limited_by;
    double engine_stack_power_w, engine_stack_area_mm2, engine_maturity;
    double kv_place, expert_place, expert_byte, memory_ratio;
    double dies, package_limit_ratio;
    double weight_share2, kv_share2, memory2_used_byte, memory2_s, memory2_life_year,
        memory2_prefetch_byte;
    double start_s;

    /* Calibrated timing only, else NAN. */
    double calibrated_on, timing_error;
    double tpot_s_low, tpot_s_high, ttft_s_low, ttft_s_high;
    double tokens_per_s_low, tokens_per_s_high;
    double tokens_per_s_per_device_low, tokens_per_s_per_device_high;
    double tokens_per_s_per_user_low, tokens_per_s_per_user_high;
    double attention_s_low, attention_s_high, projection_s_low, projection_s_high;
    double ffn_s_low, ffn_s_high, expert_s_low, expert_s_high;
    double communication_s_low, communication_s_high, other_s_low, other_s_high;
    double state_s_low, state_s_high;
};
LANES_OF(metrics);

extern const struct fields metrics_fields;

/* Sets every metric of the first n points to NAN. */
void metrics_clear(struct metrics_lanes *out, size_t n);

/* What attention_share, attention_intensity_flop_per_byte and engine_speedup are of: "core
 * attention", or "state updates" in a model without any. */
const char *metrics_core(const struct metrics *m);

/* Its bit of engine.runs. */
int metrics_core_runs(const struct metrics *m);

/* When a metric has a value; otherwise it is NAN. In `more` of its row in metrics_fields. */
struct metric {
    unsigned phases; /* a set of 1u << PHASE_DECODE and so on */
    bool needs_prices, needs_calibration, needs_engine, needs_experts, needs_ffn_pool, needs_apart,
        needs_memory2, needs_draft_pool, needs_ffn_engine, needs_starts, needs_contexts,
        needs_traffic;
    bool optional; /* is left out where it has no value: metric_is_listed */
};

static inline const struct metric *metric_of(const struct field *f)
{
    return f->more;
}

/* Is it `limit` or `batch_slo`: what the batch that was chosen would do if it were larger? */
bool metric_tells_limit(const struct field *f);

/* The row of the numeric metric `name`; else NULL, with "WHAT: RIGHT" in err->text. */
const struct field *metric_number(const char *name, struct err *err);

/* Parses an objective: "+tokens_per_s" (more is better), "-power_w", or just the name if the row
 * has a better direction. `sense` gets +1 or -1. On failure err->text is "WHAT: RIGHT". */
int metric_goal(const char *text, const struct field **out, int *sense, struct err *err);

/* Which phases, prices, timing and parts occur in a study or a point. Start from {0}, add
 * designs. */
struct metric_scope {
    unsigned phases;
    bool prices, calibration, engine, apart, experts, ffn_pool, memory2, draft_pool, ffn_engine,
        starts, contexts, traffic;
};

void metric_scope_add(struct metric_scope *out, const struct design *d);

/* Do stores and files of what is in scope have the metric? Those of a timing or a pool that is not
 * there are left out. */
bool metric_is_listed(const struct field *f, const struct metric_scope *in);

/* Can any point of `in` have a value of the metric? If not, err->text is "WHAT: RIGHT", such as
 * "\"ttft_s\" has no value here: it needs workload.phase: prefill, serving or disaggregated".
 * search/study.h fills the scope of a study. */
bool metric_exists(const struct field *f, const struct metric_scope *in, struct err *err);

#endif
