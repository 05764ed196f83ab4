/* Everything the model says about a point, declared once. */
#ifndef ARCH_METRICS_H
#define ARCH_METRICS_H

#include "base/field.h"

enum verdict {
    VERDICT_OK,
    VERDICT_MEMORY,
    VERDICT_TPOT,
    VERDICT_TTFT,
    VERDICT_CONSTRAINT,
    VERDICT_MAPPING,
    VERDICTS
};
enum limit { LIMIT_CAPACITY, LIMIT_LATENCY, LIMIT_COMPUTE, LIMIT_MEMORY, LIMIT_LINK };

struct metrics {
    double verdict;
    double batch, batch_cap, batch_slo;
    double tpot_s, ttft_s, prefill_devices, kv_transfer_s;
    double tokens_per_s, tokens_per_s_per_device, tokens_per_s_per_user;
    double memory_used_byte, weight_byte, kv_byte, kv_byte_per_token;
    double attention_intensity_flop_per_byte, expert_intensity_flop_per_byte, ridge_flop_per_byte;
    double attention_s, projection_s, ffn_s, expert_s, communication_s, other_s;
    double attention_share, engine_speedup;
    double limit;
    double die_area_mm2, die_area_mm2_low, die_area_mm2_high;
    double engine_area_mm2, engine_area_mm2_low, engine_area_mm2_high;
    double device_cost_usd, device_cost_usd_low, device_cost_usd_high;
    double system_cost_usd, system_cost_usd_low, system_cost_usd_high;
    double power_w, power_w_low, power_w_high;
    double energy_j_per_token, energy_j_per_token_low, energy_j_per_token_high;
    double usd_per_mtok, usd_per_mtok_low, usd_per_mtok_high;
    double tokens_per_s_per_usd;
};

extern const struct fields metrics_fields;

const char *verdict_text(enum verdict v);

#endif
