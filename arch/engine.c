#include "arch/engine.h"

#include "base/mem.h"

/* clang-format off */
static const struct word runs_words[] = {
    { "attention", RUNS_ATTENTION }, { "experts", RUNS_EXPERTS }, { "both", RUNS_BOTH }, { NULL, 0 },
};

static const struct word kind_words[] = {
    { "bank", ENGINE_BANK }, { "logic_die", ENGINE_LOGIC_DIE }, { "on_die", ENGINE_ON_DIE }, { "pool", ENGINE_POOL }, { NULL, 0 },
};

static const struct word derived[] = { { "auto", -1 }, { NULL, 0 } };

static const struct field rows[] = {
    { FIELD(engine, kind, "1"), .init = ENGINE_LOGIC_DIE, .only_words = true, .words = kind_words,
      .doc = "Where it stands: in the banks of the memory dies, on their logic die, on the compute dies, or in a pool of its own." },
    { FIELD(engine, bandwidth_ratio, "1"), .lo = 0, .hi = 1e4, .init = 0,
      .doc = "m: bandwidth the engine sees over that of the chip; 0: no engine. A bank has no more than engine.power_budget feeds, an on_die no more than 1."  },
    { FIELD(engine, ridge_flop_per_byte, "FLOP/B"), .lo = 1e-3, .hi = 1e6, .init = 1, .doc = "r: the engine's ridge point; its peak is m r times the memory bandwidth." },
    { FIELD(engine, capacity_ratio, "1"), .lo = 0.01, .hi = 100, .init = 1, .doc = "kappa: memory capacity with the engine over that without." },
    { FIELD(engine, link_byte_per_s, "B/s"), .lo = 0, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = 0, .doc = "Link from the chip to a discrete engine; 0: the engine is in place." },
    { FIELD(engine, overlap, "1"), .lo = 0, .hi = 1, .init = 0, .doc = "Share of the shorter of engine time and chip time that is hidden behind the other." },
    { FIELD(engine, runs, "1"), .init = RUNS_ATTENTION, .only_words = true, .words = runs_words,
      .doc = "Operators the engine may run; each still goes to the fastest unit." },
    { FIELD(engine, dram_area_ratio, "1"), .lo = 0, .hi = 10, .init = 0, .doc = "Area added to each DRAM die, as a share of the die." },
    { FIELD(engine, logic_mm2_per_stack, "mm2"), .lo = 0, .hi = 1e3, .init = -1, .words = derived,
      .doc = "Logic added to the base die of each memory stack; auto: by m and r on a logic_die, none elsewhere." },
    { FIELD(engine, added_stack_ratio, "1"), .lo = 0, .hi = 100, .init = -1, .words = derived,
      .doc = "Memory stacks of a pool, over those of the chip; auto: m." },
    { FIELD(engine, power_ratio, "1"), .lo = 0, .hi = 100, .init = 1, .doc = "Energy of a byte read by the engine over one read by the chip." },
    { FIELD(engine, power_budget, "1"), .lo = 0.01, .hi = 1e4, .init = 1.35,
      .doc = "In the banks: power that a stack may draw over that of the chip reading it at full rate; m is at most this over engine.power_ratio." },
};
/* clang-format on */
COVERS(rows, engine);

const struct fields engine_fields = {"engine", rows, LEN(rows), sizeof(struct engine)};
