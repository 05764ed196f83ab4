/* Timing in the conventions of arXiv:2507.15465's simulator: its operators and memory
 * (arch/simulator.h) at the peaks of the data sheet. Invariant: except for that list it equals
 * timing_ideal. */
#include "arch/simulator.h"
#include "arch/timing_ideal.h"

static const struct op_list list = {
    .ops = simulator_ops,
    .weight_byte = simulator_weight_byte,
    .live_numbers = simulator_live_numbers,
    .windows_cache_all = true,
};

const struct timing timing_simulator = {
    .name = "simulator",
    .shown = "as in arXiv:2507.15465's simulator",
    .list = &list,
    .sum = ideal_sum,
    .main_split = ideal_main_split,
    .place = ideal_place,
    .add_wire = ideal_add_wire,
};
