/* The parts of a step, as columns of a run. */
#ifndef REPORTS_PRINT_STEP_TIMES_H
#define REPORTS_PRINT_STEP_TIMES_H

#include "reports/print/bar_chart.h"

enum { STEP_TIMES = 7 };
extern const struct bar_part step_times[STEP_TIMES];

#define STEP_TIMES_SQL                                                                             \
    "attention_s, state_s, projection_s, expert_s, ffn_s, communication_s, other_s"

#endif
