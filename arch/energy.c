#include "arch/energy.h"

#include "arch/tier2.h"
#include "base/mem.h"

/* ---- constants ---- */

/* Energy of an operation over that at 5 nm. */
/* clang-format off */
static const struct node_energy { double nm, ratio; const char *source; } nodes[] = {
    { 2,  0.48, "N2 25-30 % under N3E at the same speed (TSMC, via tomshardware)" },
    { 3,  0.66, "N3E 34 %, N3 25-30 % under N5 at the same speed (TSMC, via tomshardware)" },
    { 4,  0.78, "N4P 22 % under N5 (TSMC; recalled)" },
    { 5,  1,    "reference node" },
    { 7,  1.43, "N5 30 % under N7 (TSMC; recalled)" },
    { 14, 2.4,  "V100 and A100 at their peak within 300 and 400 W: 1.7 times (our division)" },
    { 28, 4.8,  "twice that of 14 nm (assumed)" },
};

/* Formats by bytes per element: energy of an operation over a BF16 one, rows of a tile, and those of
 * vLLM's grouped product (get_default_config of its fused_moe.py). */
static const struct format_energy { double least_byte, ratio, tile_tokens; struct served_tile served; const char *source; } formats[] = {
    { 1.5,  1,    0,   { 16, 64 },   "BF16: no padding, as kernels choose tiles down to 16 rows" },
    { 0.75, 0.7,  128, { 64, 64 },   "H200 at its 700 W: 0.63 of the board power per BF16 operation; 128 rows (DeepGEMM's block_m)" },
    { 0,    0.49, 128, { 128, 128 }, "0.7 squared (assumed); 128 rows (CUTLASS block-scaled product)" },
};
/* clang-format on */

/* Floor, and energy of on-die movement, of a chip that was not measured: between those of H100 and
 * B200, which are in their files. Both, with EXPERTS_RATIO, were fitted to half of the rows of
 * ML.ENERGY v3.0 (arXiv:2601.22076) by the mean relative error of board power, each chip, dense and
 * with experts alike; `dse validate --data DIR` reports the error on either half. */
static const double FLOOR_RATIO = 0.44, MOVE_J_PER_BYTE = 3.2e-11;

/* Kernels of a measured step against those at the peaks: energy of an operation, since units wait
 * for their operands at the full clock and voltage, and the floor, which falls while the host
 * prepares the next step. Fitted as above, to both chips and all models at once. */
static const double SERVED_FLOP_RATIO = 1.9, SERVED_FLOOR_RATIO = 0.86;

static const double STATIC_SHARE = 0.5;   /* of the floor, static (assumed) */
static const double EXPERTS_RATIO = 0.03; /* of the rated power; fitted */

/* 1.3 pJ/bit on an NVLink-class link (AttAcc), times about 3 for both ends and the switch
 * (assumed). */
static const double LINK_J_PER_BYTE = 3e-11;

static const double POOL_STATIC_RATIO = 0.2; /* of a pool's design power (assumed) */

/* ---- formulas ---- */

static double node_ratio(double nm)
{
    const struct node_energy *a = NULL, *b = NULL; /* the nearest on either side */
    for (const struct node_energy *x = nodes; x < nodes + LEN(nodes); x++) {
        if (x->nm <= nm && (!a || x->nm > a->nm))
            a = x;
        if (x->nm > nm && (!b || x->nm < b->nm))
            b = x;
    }
    if (!a || !b)
        return a ? a->ratio : b->ratio;
    double t = log(nm / a->nm) / log(b->nm / a->nm);
    return t <= 0 ? a->ratio : a->ratio * pow(b->ratio / a->ratio, t);
}

static const struct format_energy *format_of(double math_byte)
{
    const struct format_energy *f = NULL;
    for (const struct format_energy *x = formats; x < formats + LEN(formats); x++)
        if ((math_byte > x->least_byte || x->least_byte <= 0) &&
            (!f || x->least_byte > f->least_byte))
            f = x;
    return f;
}

double math_energy_ratio(double math_byte)
{
    return math_byte > 2.5 ? math_byte / 2 : format_of(math_byte)->ratio;
}

double tile_tokens(double math_byte)
{
    return format_of(math_byte)->tile_tokens;
}

struct served_tile served_tile(double math_byte)
{
    return format_of(math_byte)->served;
}

void energy_serve(struct energy *e)
{
    e->j_per_flop *= SERVED_FLOP_RATIO;
    e->static_w *= SERVED_FLOOR_RATIO;
    e->clocked_w *= SERVED_FLOOR_RATIO;
}

static double move_j_per_byte(const struct chip *c, double move_ratio)
{
    return c->move_j_per_byte >= 0 ? c->move_j_per_byte : MOVE_J_PER_BYTE * move_ratio;
}

static double j_per_flop(const struct chip *c)
{
    return c->j_per_flop >= 0 ? c->j_per_flop : BOARD_J_PER_FLOP_5NM * node_ratio(c->node_nm);
}

/* What tables tell of a chip: energy of a FLOP in BF16, and of a byte in its memory and on its
 * way. */
struct looked_up {
    double j_per_flop, memory_j_per_byte, move_ratio;
};

static struct looked_up look_up(const struct chip *c)
{
    const struct memory_kind *m = memory_of(c->hbm);
    return (struct looked_up){j_per_flop(c), m->j_per_byte, m->move_ratio};
}

INLINED double design_w(const struct chip *c, const struct looked_up *j)
{
    double byte_j = move_j_per_byte(c, j->move_ratio) + j->memory_j_per_byte;
    double rated = c->rated_memory_byte_per_s * byte_j + c->rated_flop_per_s * j->j_per_flop;
    double full = c->memory_byte_per_s * byte_j + chip_flop_per_s(c) * j->j_per_flop;
    return c->rated_w > 0 ? c->rated_w * (full / rated) : c->tdp_w;
}

double chip_design_w(const struct chip *c)
{
    const struct looked_up j = look_up(c);
    return design_w(c, &j);
}

/* `math`: energy of an operation over that in BF16. */
INLINED void find_energy(struct energy *out, const struct chip *c, const struct engine *e,
                         const struct engine_limits *l, const struct looked_up *j, double math,
                         double math_byte)
{
    bool there = engine_is_there(e), pool = there & (e->kind == ENGINE_POOL);
    bool given = c->tdp_w >= 0, on_die = e->kind == ENGINE_ON_DIE;
    bool apart = there & (pool | !(on_die | given)), board = apart & !pool;
    double designed_w = design_w(c, j), rated_w = c->rated_w > 0 ? c->rated_w : c->tdp_w;
    double floor_w = rated_w * (c->floor_ratio >= 0 ? c->floor_ratio : FLOOR_RATIO);
    double byte_per_s = l->bandwidth_ratio * c->memory_byte_per_s;
    double full_w = byte_per_s * (l->j_per_byte + l->ridge_flop_per_byte * l->j_per_flop);
    double engine_full_w = there ? smaller(full_w, l->power_w) : 0;
    double engine_flop_j = l->j_per_flop * smaller(math_byte, 2) / 2, engine_byte_j = l->j_per_byte;

    out->design_w = designed_w;
    out->limit_w = given ? c->tdp_w : designed_w;
    out->static_w = floor_w * STATIC_SHARE;
    out->clocked_w = floor_w * (1 - STATIC_SHARE);
    out->experts_w = rated_w * EXPERTS_RATIO;
    out->j_per_flop = j->j_per_flop * math;
    out->move_j_per_byte = move_j_per_byte(c, j->move_ratio);
    out->memory_j_per_byte = j->memory_j_per_byte;
    out->link_j_per_byte = LINK_J_PER_BYTE;
    out->engine_j_per_byte = there ? engine_byte_j : 0;
    out->engine_j_per_flop = there ? engine_flop_j : 0;
    out->engine_apart = apart ? 1 : 0;
    out->engine_design_w = board ? engine_full_w : 0;
    out->pool_w = pool ? engine_full_w / (1 - POOL_STATIC_RATIO) : 0;
    out->pool_static_w = out->pool_w * POOL_STATIC_RATIO;
    out->far_j_per_byte = out->far_move_j_per_byte = 0;
    out->far_apart_j_per_byte = out->far_apart_w = 0;
}

void energy_of(struct energy *out, const struct chip *c, const struct engine *e,
               const struct engine_limits *l, double math_byte)
{
    const struct looked_up j = look_up(c);
    find_energy(out, c, e, l, &j, math_energy_ratio(math_byte), math_byte);
}

void energy_add_tier2(struct energy *e, const struct chip *c)
{
    const struct tier2_kind *k = tier2_kind_of(c);
    if (!tier2_is_there(c))
        return;
    double idle_w = c->memory2_byte / 1e9 * k->idle_w_per_gb;
    double move_j = k->staged ? 0 : move_j_per_byte(c, 1), memory_j = tier2_j_per_byte(c);
    double full_w = c->memory2_byte_per_s * (memory_j + move_j);
    *(k->apart ? &e->far_apart_w : &e->static_w) += idle_w;
    *(k->apart ? &e->far_apart_j_per_byte : &e->far_j_per_byte) = memory_j;
    e->far_move_j_per_byte = move_j;
    if (k->apart)
        return;
    e->design_w += idle_w + full_w;
    e->limit_w += c->tdp_w >= 0 ? 0 : idle_w + full_w;
}

FOR_ALL_VECTORS
static void
find_energies(struct energy_lanes *restrict out, size_t n, const struct chip_lanes *restrict chip,
              const struct engine_lanes *restrict engine,
              const struct engine_limits_lanes *restrict limits, const double *restrict flop_j,
              const struct memory_kind_lanes *restrict memory, double math, double math_byte)
{
    for (size_t i = 0; i < n; i++) {
        struct chip c;
        struct engine e;
        struct engine_limits l;
        struct energy energy;
        LANES_TAKE(c, chip, i);
        LANES_TAKE(e, engine, i);
        LANES_TAKE(l, limits, i);
        const struct looked_up j = {flop_j[i], LANE(memory, memory_kind, j_per_byte)[i],
                                    LANE(memory, memory_kind, move_ratio)[i]};
        find_energy(&energy, &c, &e, &l, &j, math, math_byte);
        LANES_PUT(out, i, energy);
    }
}

void energy_lanes(struct energy_lanes *out, size_t n, const struct chip_lanes *chip,
                  const struct memory_kind_lanes *memory, const struct engine_lanes *engine,
                  const struct engine_limits_lanes *limits, double math_byte)
{
    const double *node_nm = LANE(chip, chip, node_nm), *given = LANE(chip, chip, j_per_flop);
    lane flop_j;
    for (size_t i = 0; i < n; i++) {
        struct chip c = {.node_nm = node_nm[i], .j_per_flop = given[i]};
        bool same = i > 0 && node_nm[i] == node_nm[i - 1] && given[i] == given[i - 1];
        flop_j[i] = same ? flop_j[i - 1] : j_per_flop(&c);
    }
    find_energies(out, n, chip, engine, limits, flop_j, memory, math_energy_ratio(math_byte),
                  math_byte);
}
