#include "arch/engine.h"

#include "base/mem.h"

/* clang-format off */
static const struct word runs_words[] = {
    { "attention", RUNS_ATTENTION }, { "experts", RUNS_EXPERTS }, { "both", RUNS_BOTH }, { NULL, 0 },
};

const struct engine_class engine_classes[ENGINE_CLASSES] = {
    { "attention", RUNS_ATTENTION },
    { "experts", RUNS_EXPERTS },
};

static const struct word kind_words[] = {
    { "bank", ENGINE_BANK }, { "logic_die", ENGINE_LOGIC_DIE }, { "on_die", ENGINE_ON_DIE }, { "pool", ENGINE_POOL }, { NULL, 0 },
};

static const struct word derived[] = { { "auto", -1 }, { NULL, 0 } };

static const struct field rows[] = {
    { FIELD(engine, kind, "1"), .init = ENGINE_LOGIC_DIE, .only_words = true, .words = kind_words,
      .doc = "Location: in the banks of the DRAM dies, on the base (logic) die of the stacks, on the compute dies, or in a separate pool." },
    { FIELD(engine, bandwidth_ratio, "1"), .lo = 0, .hi = 1e4, .init = 0,
      .doc = "m: memory bandwidth of the engine over that of the chip; 0: no engine. Limited by engine.power_budget for kind bank, and to 1 for kind on_die."  },
    { FIELD(engine, ridge_flop_per_byte, "FLOP/B"), .lo = 1e-3, .hi = 1e6, .init = 1, .doc = "r: the engine's ridge point; its peak is m r times the memory bandwidth." },
    { FIELD(engine, capacity_ratio, "1"), .lo = 0.01, .hi = 100, .init = 1, .doc = "kappa: memory capacity with the engine over that without." },
    { FIELD(engine, link_byte_per_s, "B/s"), .lo = 0, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = 0, .doc = "Link from the chip to a discrete engine; 0: the engine is in place." },
    { FIELD(engine, overlap, "1"), .lo = 0, .hi = 1, .init = 0, .doc = "Overlap of engine and chip: share of the shorter time hidden behind the longer." },
    { FIELD(engine, runs, "1"), .init = RUNS_ATTENTION, .only_words = true, .joined = true, .words = runs_words,
      .doc = "Operators the engine may run, joined by + (attention+experts); each still runs on the faster unit." },
    { FIELD(engine, dram_area_ratio, "1"), .lo = 0, .hi = 10, .init = 0, .doc = "Area added to each DRAM die, as a share of the die." },
    { FIELD(engine, logic_mm2_per_stack, "mm2"), .lo = 0, .hi = 1e3, .init = -1, .words = derived,
      .doc = "Logic added to the base die of each memory stack; auto: from m and r for kind logic_die, else none." },
    { FIELD(engine, added_stack_ratio, "1"), .lo = 0, .hi = 100, .init = -1, .words = derived,
      .doc = "Memory stacks of a pool over those of the chip; auto: m." },
    { FIELD(engine, power_ratio, "1"), .lo = 0, .hi = 100, .init = 1, .doc = "Energy of a byte read by the engine over one read by the chip." },
    { FIELD(engine, power_budget, "1"), .lo = 0.01, .hi = 1e4, .init = 1.35,
      .doc = "Kind bank: power limit of a stack over its power when the chip reads it at full rate; m is at most this over engine.power_ratio." },
};
/* clang-format on */
COVERS(rows, engine);

const struct fields engine_fields = {"engine", rows, LEN(rows), sizeof(struct engine)};
