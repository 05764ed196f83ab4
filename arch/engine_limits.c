/* The stack's heat leaves through its top: its power over its area times a thermal resistance is
 * the temperature of the DRAM above the coolant. The logic on a base die is denser than the DRAM
 * above it, so it has a power density limit of its own. All of it runs in lanes (base/lanes.h),
 * without branches. */
#include "arch/engine_limits.h"

/* Where an engine's logic stands. Path energies: AttAcc's table for HBM3
 * (scale-snu/attacc_simulator src/config.py): 0.55 pJ/bit to the ALUs of a bank, 1.56 to a bank
 * group, 3.29 to the base die, 3.59 to the chip. Arithmetic: AttAcc's ALU 0.32 pJ per FP16 MAC, in
 * a DRAM process of the 22 nm class (assumed); Stratum (MICRO 2025) 43 W for 128 TFLOP/s with
 * everything on its 7 nm logic die. Units on a compute die, of the chip or of a pool's devices,
 * spend what those of a chip do. Duplex's areas are taken as those of 7 nm (assumed). */
struct site {
    double node_nm;    /* of the logic by default; 0: that of the compute dies */
    double read_ratio; /* energy of a byte by its path over that of a byte sent to the chip */
    double j_per_flop, energy_nm; /* energy of a FLOP, at this node */
};

/* clang-format off */
static const struct site sites[] = {
    [ENGINE_BANK]      = { .node_nm = 22, .read_ratio = 0.55 / 3.59, .j_per_flop = 0.16e-12, .energy_nm = 22 },
    [ENGINE_LOGIC_DIE] = { .node_nm = 7,  .read_ratio = 3.29 / 3.59, .j_per_flop = 0.34e-12, .energy_nm = 7 },
    [ENGINE_ON_DIE]    = { .node_nm = 0,  .read_ratio = 1,           .j_per_flop = BOARD_J_PER_FLOP_5NM, .energy_nm = 5 },
    [ENGINE_POOL]      = { .node_nm = 0,  .read_ratio = 1,           .j_per_flop = BOARD_J_PER_FLOP_5NM, .energy_nm = 5 },
};
/* clang-format on */

/* N12FFC+ to N5: 0.35 times the power at speed, 0.39 times the area (TSMC), as powers of the node:
 * log 0.35 and log 0.39 over log(5 / 12). */
static const double ENERGY_POWER = 1.199, AREA_POWER = 1.076;

/* On a base die, at 7 nm: Duplex (MICRO 2024), 3.02 mm2 of MACs for 21.3 TFLOP/s, buffers 2.26 and
 * softmax 1.64 mm2; TSVs, which do not shrink, 10.89 mm2 for 4 times 0.67 TB/s, of which the pins'
 * own TSVs carry 0.819 (our division). */
static const double AREA_NM = 7;
static const double MAC_MM2_PER_FLOP_PER_S = 0.142e-12, BUFFER_MM2 = 3.9;
static const double TSV_MM2_PER_BYTE_PER_S = 5.85e-12;
static const double TSV_SHARE = 0.5; /* of the free area, at most: the rest is logic (assumed) */

/* DRAM is validated up to 95 C; direct liquid cooling at 35 C; thermal resistance times area such
 * that the 75 W of an HBM4 stack (KAIST) reach 85 C, the end of the normal range (assumed). */
static const double DRAM_C = 95, COOLANT_C = 35, K_MM2_PER_W = 95;
/* Stratum: 43 W on a logic die of 121 mm2 under DRAM, HotSpot, with liquid cooling. */
static const double BASE_W_PER_MM2 = 0.36;
/* Ceiling of a GPU-class die (planning value of public design tools), and the largest die. */
static const double DIE_W_PER_MM2 = 1.1, DIE_MM2 = 858;

double engine_read_ratio(const struct engine *e)
{
    return e->power_ratio >= 0 ? e->power_ratio : sites[(size_t)e->kind].read_ratio;
}

double engine_node_nm(const struct engine *e, const struct chip *c)
{
    double own = sites[(size_t)e->kind].node_nm;
    return e->node_nm > 0 ? e->node_nm : own > 0 ? own : c->node_nm;
}

/* What the kind and the node decide. */
struct logic {
    double read_ratio, j_per_flop, area_ratio; /* area_ratio: over that at 7 nm */
};
LANES_OF(logic);

static double flop_j(const struct engine *e, double node_nm)
{
    const struct site *s = &sites[(size_t)e->kind];
    return e->j_per_flop >= 0 ? e->j_per_flop
                              : s->j_per_flop * pow(node_nm / s->energy_nm, ENERGY_POWER);
}

double engine_j_per_flop(const struct engine *e, const struct chip *c)
{
    return flop_j(e, engine_node_nm(e, c));
}

static double area_ratio(double node_nm)
{
    return pow(node_nm / AREA_NM, AREA_POWER);
}

/* Bandwidth to a base die beyond that of the stack's own TSVs, which serve its pins. */
static inline double more_byte_per_s(double m, double byte_per_s, const struct memory_kind *h)
{
    return larger(0, m * byte_per_s - h->stack_byte_per_s);
}

/* The engine's logic on a base die of a stack that gives `byte_per_s` to the chip. */
static inline double base_mm2(double m, double r, double byte_per_s, const struct memory_kind *h,
                              double area_ratio)
{
    return more_byte_per_s(m, byte_per_s, h) * TSV_MM2_PER_BYTE_PER_S +
           area_ratio * (m * r * byte_per_s * MAC_MM2_PER_FLOP_PER_S + BUFFER_MM2);
}

/* One limit on m with its reason. */
struct most {
    double m;
    double by;
};

static inline struct most least(struct most a, struct most b)
{
    bool first = a.m <= b.m;
    return (struct most){first ? a.m : b.m, first ? a.by : b.by};
}

/* The limits of one device; `stacks` of the chip. */
static inline void limits_of(struct engine_limits *out, const struct chip *c,
                             const struct memory_kind *h, const struct engine *e,
                             const struct logic *l)
{
    bool bank = e->kind == ENGINE_BANK, base = e->kind == ENGINE_LOGIC_DIE;
    bool die = e->kind == ENGINE_ON_DIE, pool = e->kind == ENGINE_POOL, own = bank | base;
    double chip_stacks = larger(1, chip_memory_stacks(c, h)), added = engine_added_stack_ratio(e);
    double spread = pool ? added : 1; /* stacks of the engine over those of the chip */
    double stacks = chip_stacks * spread, each = c->memory_byte_per_s / chip_stacks;
    double byte_j = l->read_ratio * h->j_per_byte, flop_j = l->j_per_flop;

    /* Watts. */
    double heat_w = (DRAM_C - COOLANT_C) * h->base_mm2 * (1 / K_MM2_PER_W);
    double supply_w = bank ? e->power_budget * h->j_per_byte * h->stack_byte_per_s : INFINITY;
    double tdp_w = c->tdp_w > 0 ? c->tdp_w : INFINITY;
    double die_w = die ? tdp_w / stacks : INFINITY;
    double pool_w = DIE_W_PER_MM2 * DIE_MM2 * larger(1, ceil(added)) / stacks;
    double usual_w = smaller(smaller(own ? heat_w : INFINITY, supply_w),
                             smaller(die_w, pool ? pool_w : INFINITY));
    bool hot = own & (heat_w < supply_w), given = e->power_w_per_stack >= 0;
    double most_w = given ? e->power_w_per_stack : usual_w;
    double by_watts = (hot & !given) ? LIMITED_BY_TEMPERATURE : LIMITED_BY_POWER;
    double fed_by_watts = most_w * spread / (each * byte_j);

    /* Bandwidth. */
    double free_mm2 = h->base_mm2 * h->base_free_ratio, buffer_mm2 = BUFFER_MM2 * l->area_ratio;
    double logic_mm2 = larger(0, free_mm2 - buffer_mm2);
    bool sized = base & (e->logic_mm2_per_stack < 0); /* its area follows from m and r */
    double by_tsv =
        (h->stack_byte_per_s + TSV_SHARE * logic_mm2 * (1 / TSV_MM2_PER_BYTE_PER_S)) / each;
    double inside = bank ? h->bank_byte_per_s : h->group_byte_per_s;
    bool hosted = (!own | (inside > 0)) & !engine_lacks_stacks(e);
    double pins = added * h->stack_byte_per_s / each;
    double by_place = own ? inside / each : die ? 1 : pins;
    struct most most = {e->bandwidth_ratio * (1 + 1e-9), LIMITED_BY_NOTHING};
    most = least(most, (struct most){by_place, own ? LIMITED_BY_BANKS : LIMITED_BY_MEMORY});
    most = least(most, (struct most){sized ? by_tsv : INFINITY, LIMITED_BY_TSV});
    most = least(most, (struct most){fed_by_watts, by_watts});
    bool limited = (e->limits > 0) & hosted;
    double m = limited ? smaller(most.m, e->bandwidth_ratio) : e->bandwidth_ratio;

    /* Arithmetic. */
    double tsv_mm2 = more_byte_per_s(m, each, h) * TSV_MM2_PER_BYTE_PER_S;
    double by_area =
        larger(0, logic_mm2 - tsv_mm2) / (l->area_ratio * MAC_MM2_PER_FLOP_PER_S * each * m);
    double by_heat = BASE_W_PER_MM2 * h->base_mm2 / (flop_j * each * m);
    double most_r = smaller(sized ? by_area : INFINITY, base ? by_heat : INFINITY);
    double r_by = by_heat < by_area ? LIMITED_BY_TEMPERATURE : LIMITED_BY_AREA;
    double r = limited ? smaller(most_r, e->ridge_flop_per_byte) : e->ridge_flop_per_byte;
    bool less_r = r < e->ridge_flop_per_byte;
    double full_w = m * each / spread * (byte_j + r * flop_j);
    double by_both = full_w > most_w ? by_watts : LIMITED_BY_NOTHING;

    out->bandwidth_ratio = m;
    out->ridge_flop_per_byte = r;
    out->read_ratio = l->read_ratio;
    out->j_per_byte = byte_j;
    out->j_per_flop = flop_j;
    out->power_w = limited ? most_w * stacks : INFINITY;
    out->stack_w = limited ? smaller(full_w, most_w) : full_w;
    double sized_mm2 = base ? base_mm2(m, r, each, h, l->area_ratio) : 0;
    out->stack_mm2 = e->logic_mm2_per_stack >= 0 ? e->logic_mm2_per_stack : sized_mm2;
    out->base_mm2 = (own & limited & (free_mm2 > 0)) ? free_mm2 : INFINITY;
    double not_m = less_r ? r_by : by_both;
    double why = m < e->bandwidth_ratio ? most.by : not_m;
    out->limited_by = limited ? why : hosted ? LIMITED_BY_NOTHING : LIMITED_BY_MEMORY;
    out->hosted = hosted ? 1 : 0;
    out->stack_w = hosted ? out->stack_w : 0;
    out->stack_mm2 = hosted ? out->stack_mm2 : 0;
}

FOR_ALL_VECTORS
static void limit_all(struct engine_limits_lanes *restrict out, size_t n,
                      const struct chip_lanes *restrict chip,
                      const struct memory_kind_lanes *restrict memory,
                      const struct engine_lanes *restrict engine,
                      const struct logic_lanes *restrict logic)
{
    for (size_t i = 0; i < n; i++) {
        struct chip c;
        struct memory_kind h;
        struct engine e;
        struct logic l;
        struct engine_limits limits;
        LANES_TAKE(c, chip, i);
        LANES_TAKE(h, memory, i);
        LANES_TAKE(e, engine, i);
        LANES_TAKE(l, logic, i);
        limits_of(&limits, &c, &h, &e, &l);
        LANES_PUT(out, i, limits);
    }
}

void engine_limits_lanes(struct engine_limits_lanes *out, size_t n, const struct chip_lanes *chip,
                         const struct memory_kind_lanes *memory, const struct engine_lanes *engine)
{
    struct logic_lanes logic;
    struct logic last = {0};
    struct engine of = {.kind = -1};
    double at_nm = -1;
    for (size_t i = 0; i < n; i++) {
        struct engine e;
        struct chip c = {.node_nm = LANE(chip, chip, node_nm)[i]};
        LANES_TAKE(e, engine, i);
        double node_nm = engine_node_nm(&e, &c);
        last.read_ratio = engine_read_ratio(&e);
        if (e.kind != of.kind || node_nm != at_nm || e.j_per_flop != of.j_per_flop)
            last.j_per_flop = flop_j(&e, node_nm);
        if (node_nm != at_nm)
            last.area_ratio = area_ratio(node_nm);
        of = e;
        at_nm = node_nm;
        LANES_PUT(&logic, i, last);
    }
    limit_all(out, n, chip, memory, engine, &logic);
}

void engine_limits_of(struct engine_limits *out, const struct chip *c, const struct engine *e)
{
    double node_nm = engine_node_nm(e, c);
    struct logic l = {engine_read_ratio(e), flop_j(e, node_nm), area_ratio(node_nm)};
    limits_of(out, c, memory_of(c->hbm), e, &l);
}

double engine_stack_limit_w(const struct chip *c, const struct engine *e)
{
    struct engine_limits l;
    engine_limits_of(&l, c, e);
    double spread = e->kind == ENGINE_POOL ? engine_added_stack_ratio(e) : 1;
    return l.power_w / (larger(1, chip_memory_stacks(c, memory_of(c->hbm))) * spread);
}
