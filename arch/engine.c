#include "arch/engine.h"

#include "base/mem.h"

/* clang-format off */
static const struct word runs_words[] = {
    { "attention", RUNS_ATTENTION }, { "experts", RUNS_EXPERTS }, { "both", RUNS_BOTH }, { NULL, 0 },
};

static const struct field rows[] = {
    { FIELD(engine, bandwidth_ratio, "1"), .lo = 0, .hi = 1e4, .init = 0, .doc = "m: bandwidth the engine sees over that of the chip; 0: no engine." },
    { FIELD(engine, ridge_flop_per_byte, "FLOP/B"), .lo = 1e-3, .hi = 1e6, .init = 1, .doc = "r: the engine's ridge point; its peak is m r times the memory bandwidth." },
    { FIELD(engine, capacity_ratio, "1"), .lo = 0.01, .hi = 100, .init = 1, .doc = "kappa: memory capacity with the engine over that without." },
    { FIELD(engine, link_byte_per_s, "B/s"), .lo = 0, .hi = 1e15, .init = 0, .doc = "Link from the chip to a discrete engine; 0: the engine is in place." },
    { FIELD(engine, overlap, "1"), .lo = 0, .hi = 1, .init = 0, .doc = "Share of the shorter of engine time and chip time that is hidden behind the other." },
    { FIELD(engine, runs, "1"), .lo = RUNS_ATTENTION, .hi = RUNS_BOTH, .init = RUNS_ATTENTION, .only_words = true, .words = runs_words,
      .doc = "Operators the engine may run; each still goes to the fastest unit." },
    { FIELD(engine, dram_area_ratio, "1"), .lo = 0, .hi = 10, .init = 0, .doc = "Area added to each DRAM die, as a share of the die." },
    { FIELD(engine, logic_mm2_per_stack, "mm2"), .lo = 0, .hi = 1e3, .init = 0, .doc = "Logic added to the base die of each memory stack." },
    { FIELD(engine, added_stack_ratio, "1"), .lo = 0, .hi = 100, .init = 0, .doc = "Memory stacks that come with the engine, over those of the chip." },
    { FIELD(engine, power_ratio, "1"), .lo = 0, .hi = 100, .init = 1, .doc = "Energy of a byte read by the engine over one read by the chip." },
};
/* clang-format on */
COVERS(rows, engine);

const struct fields engine_fields = {"engine", rows, LEN(rows), sizeof(struct engine)};
