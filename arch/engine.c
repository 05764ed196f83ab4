#include "arch/engine.h"

#include "base/mem.h"

/* clang-format off */
static const struct word runs_words[] = {
    { "attention", RUNS_ATTENTION }, { "experts", RUNS_EXPERTS }, { "both", RUNS_BOTH }, { "state", RUNS_STATE },
    { "core", RUNS_CORE }, { "index", RUNS_INDEX }, { "attention+state", RUNS_ATTENTION | RUNS_STATE },
    { "state+experts", RUNS_STATE | RUNS_EXPERTS }, { "attention+state+experts", RUNS_BOTH | RUNS_STATE },
    { "core+experts", RUNS_CORE | RUNS_EXPERTS }, { "core+state", RUNS_CORE | RUNS_STATE },
    { "core+state+experts", RUNS_CORE | RUNS_STATE | RUNS_EXPERTS }, { "index+experts", RUNS_INDEX | RUNS_EXPERTS },
    { "index+state", RUNS_INDEX | RUNS_STATE }, { "index+state+experts", RUNS_INDEX | RUNS_STATE | RUNS_EXPERTS }, { NULL, 0 },
};

const struct engine_class engine_classes[ENGINE_CLASSES] = {
    { "attention", RUNS_ATTENTION },
    { "experts", RUNS_EXPERTS },
    { "state", RUNS_STATE },
};

static const struct word kind_words[] = {
    { "bank", ENGINE_BANK }, { "logic_die", ENGINE_LOGIC_DIE }, { "on_die", ENGINE_ON_DIE }, { "pool", ENGINE_POOL }, { NULL, 0 },
};

static const struct word limits_words[] = { { "physical", 1 }, { "none", 0 }, { NULL, 0 } };

const struct word engine_status_words[] = {
    { "built", STATUS_BUILT }, { "published", STATUS_PUBLISHED }, { "hypothetical", STATUS_HYPOTHETICAL }, { NULL, 0 },
};

static const struct word memory_words[] = {
    { "hbm", MEMORY_HBM }, { "gddr6", MEMORY_GDDR6 }, { "lpddr5x", MEMORY_LPDDR5X }, { "3d_dram", MEMORY_DRAM_3D }, { "sram", MEMORY_SRAM }, { NULL, 0 },
};

static const struct word derived[] = { { "auto", -1 }, { NULL, 0 } };

static const struct field rows[] = {
    { FIELD(engine, kind, "1"), .init = ENGINE_LOGIC_DIE, .only_words = true, .words = kind_words,
      .doc = "Location: in the banks of the DRAM dies, on the base (logic) die of the stacks, on the compute dies, or in a separate pool." },
    { FIELD(engine, bandwidth_ratio, "1"), .lo = 0, .hi = 1e4, .init = 0,
      .doc = "m: memory bandwidth of the engine over that of the chip; 0: no engine. Lowered to what can be fed (engine.limits)." },
    { FIELD(engine, ridge_flop_per_byte, "FLOP/B"), .lo = 1e-3, .hi = 1e6, .init = 1, .doc = "r: the engine's ridge point; its peak is m r times the memory bandwidth. Lowered to what can be fed (engine.limits)." },
    { FIELD(engine, capacity_ratio, "1"), .lo = 0.01, .hi = 100, .init = 1, .doc = "kappa: memory capacity with the engine over that without; in place at most 1. Above 1, a pool holds what its operators read (caches, states, weights of experts) in the memory it adds, and always runs them." },
    { FIELD(engine, link_byte_per_s, "B/s"), .lo = 0, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = 0, .doc = "Link from the chip to a discrete engine; 0: the engine is in place." },
    { FIELD(engine, overlap, "1"), .lo = 0, .hi = 1, .init = 0, .doc = "Overlap of engine and chip: share of the shorter time hidden behind the longer, on two halves of the batch that each read the weights; only where faster." },
    { FIELD(engine, runs, "1"), .init = RUNS_ATTENTION, .only_words = true, .joined = true, .words = runs_words,
      .doc = "Operators the engine may run, joined by +: attention (core and index), core, index (sparse indexers), state (updates of recurrent states), experts; both is attention+experts. Each still runs on the faster unit, but those of a pool with memory of its own (engine.capacity_ratio)." },
    { FIELD(engine, dram_area_ratio, "1"), .lo = 0, .hi = 10, .init = 0, .doc = "Area added to each DRAM die, as a share of the die." },
    { FIELD(engine, logic_mm2_per_stack, "mm2"), .lo = 0, .hi = 1e3, .init = -1, .words = derived,
      .doc = "Logic added to the base die of each memory stack; auto: from m and r for kind logic_die, else none." },
    { FIELD(engine, added_stack_ratio, "1"), .lo = 0.01, .hi = 100, .init = -1, .words = derived,
      .doc = "Memory stacks of a pool over those of the chip; auto: the larger of m and kappa - 1. Fewer than kappa - 1 only if they are no HBM (engine.memory)." },
    { FIELD(engine, power_ratio, "1"), .lo = 0, .hi = 100, .init = -1, .words = derived,
      .doc = "Energy of a byte read by the engine over one read by the chip; auto: by kind." },
    { FIELD(engine, j_per_flop, "J"), .lo = 0, .hi = 1e-9, .init = -1, .words = derived,
      .doc = "Energy of a BF16 operation of the engine; auto: by kind and engine.node_nm." },
    { FIELD(engine, power_budget, "1"), .lo = 0.01, .hi = 1e4, .init = 1.43,
      .doc = "Kind bank: power limit of a stack over its power when the chip reads it at the full rate of its generation." },
    { FIELD(engine, power_w_per_stack, "W"), .lo = 0.1, .hi = 1e5, .init = -1, .words = derived,
      .doc = "Power limit of a stack while the engine runs; auto: by kind, the smaller of its supply and its cooling." },
    { FIELD(engine, node_nm, "1"), .lo = 2, .hi = 45, .init = -1, .words = derived,
      .doc = "Process node of the engine's logic, nm; auto: 22 in banks, 7 on base dies, else that of the compute dies." },
    { FIELD(engine, limits, "1"), .init = 1, .only_words = true, .words = limits_words,
      .doc = "physical: m and r are lowered to what the stacks can feed and cool; none: m and r as given." },
    { FIELD(engine, co_processing, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true,
      .doc = "1: chip and engine run at the same time, as in Duplex: they share the routed experts of a step, and where prompts run within it (phase serving) the engine attends for the answers while the chip attends for the prompts." },
    { FIELD(engine, status, "1"), .init = STATUS_HYPOTHETICAL, .only_words = true, .words = engine_status_words,
      .doc = "Whether the engine exists: built, published as a design, or hypothetical." },
    { FIELD(engine, bandwidth_low_ratio, "1"), .lo = 0.01, .hi = 1, .init = 1, .doc = "Lowest likely m over engine.bandwidth_ratio; payoff draws m between both ends." },
    { FIELD(engine, bandwidth_high_ratio, "1"), .lo = 1, .hi = 100, .init = 1, .doc = "Highest likely m over engine.bandwidth_ratio." },
    { FIELD(engine, ridge_low_ratio, "1"), .lo = 0.01, .hi = 1, .init = 1, .doc = "Lowest likely r over engine.ridge_flop_per_byte; payoff draws r between both ends." },
    { FIELD(engine, ridge_high_ratio, "1"), .lo = 1, .hi = 100, .init = 1, .doc = "Highest likely r over engine.ridge_flop_per_byte." },
    { FIELD(engine, efficiency_low_ratio, "1"), .lo = 0.01, .hi = 1, .init = 1,
      .doc = "Lowest likely share of its bandwidth and peak that the engine reaches; payoff draws it from there to 1." },
    { FIELD(engine, energy_low_ratio, "1"), .lo = 0.01, .hi = 1, .init = 1, .doc = "Lowest likely energy of a byte over what is stated; payoff draws it between both ends." },
    { FIELD(engine, energy_high_ratio, "1"), .lo = 1, .hi = 100, .init = 1, .doc = "Highest likely energy of a byte over what is stated." },
    { FIELD(engine, memory, "1"), .init = MEMORY_HBM, .only_words = true, .words = memory_words,
      .doc = "Memory that the engine is designed for. A label: an engine in place is priced and limited as one in the stacks of the chip, a pool as stacks of its bandwidth and memory." },
};
/* clang-format on */
COVERS(rows, engine);

#define ENGINE(section)                                                                            \
    {                                                                                              \
        section, rows, LEN(rows), sizeof(struct engine)                                            \
    }
const struct fields engine_fields = ENGINE("engine"),
                    ffn_engine_fields = ENGINE("pools.ffn.engine");
#undef ENGINE
