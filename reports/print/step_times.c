#include "reports/print/step_times.h"

const struct bar_part step_times[STEP_TIMES] = {
    {"attention_s", "core attention"},
    {"state_s", "states"},
    {"projection_s", "projections"},
    {"expert_s", "routed experts"},
    {"ffn_s", "dense and shared"},
    {"communication_s", "communication"},
    {"other_s", "other"},
};
