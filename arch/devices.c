#include "arch/devices.h"

#include <string.h>

#include "arch/timing.h"
#include "arch/precision.h"
#include "base/mem.h"

static const struct engine_limits no_limits = {.power_w = INFINITY, .hosted = 1};

static void look_up_memory(struct devices *d)
{
    const double *kind = LANE(&d->chip, chip, hbm);
    if (lanes_are_equal(kind, d->n)) {
        LANES_FILL(&d->memory, d->n, *memory_of(kind[0]));
        return;
    }
    for (size_t i = 0; i < d->n; i++)
        LANES_PUT(&d->memory, i, *memory_of(kind[i]));
}

FOR_ALL_VECTORS
static bool any_has_engine(const struct engine_lanes *restrict engine, size_t n)
{
    int64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= LANE(engine, engine, bandwidth_ratio)[i] > 0;
    return any;
}

FOR_ALL_VECTORS
static bool any_starts(const struct chip_lanes *restrict chip, size_t n)
{
    int64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= LANE(chip, chip, kernel_start_s)[i] > 0;
    return any;
}

/* ---- a second tier of memory ---- */

FOR_ALL_VECTORS
static bool any_has_tier2(const struct chip_lanes *restrict chip, size_t n)
{
    int64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= (LANE(chip, chip, memory2_byte)[i] > 0) & (LANE(chip, chip, memory2_kind)[i] > 0);
    return any;
}

static void look_up_tier2(struct devices *d)
{
    d->tiered = any_has_tier2(&d->chip, d->n);
    for (size_t i = 0; i < d->n && d->tiered; i++) {
        struct chip c;
        struct tier2 t;
        LANES_TAKE(c, &d->chip, i);
        tier2_of(&t, &c);
        LANES_PUT(&d->tier2, i, t);
    }
}

/* An engine in place does not run what needs the second tier; one apart keeps what it holds. */
static void leave_to_chip(double *runs)
{
    *runs = *runs == RUNS_ALWAYS ? RUNS_ALWAYS : RUNS_NEVER;
}

void devices_share(struct devices *d, const double *weight_share, const double *kv_share)
{
    for (size_t i = 0; i < d->n && d->tiered; i++) {
        struct tier2 t;
        LANES_TAKE(t, &d->tier2, i);
        bool there = t.byte > 0;
        tier2_share(&t, there ? weight_share[i] : 0, there ? kv_share[i] : 0);
        LANES_PUT(&d->tier2, i, t);
        if (t.weight_share > 0)
            leave_to_chip(&LANE(&d->rates, rates, runs_experts)[i]);
        if (t.kv_share <= 0)
            continue;
        leave_to_chip(&LANE(&d->rates, rates, runs_core)[i]);
        leave_to_chip(&LANE(&d->rates, rates, runs_index)[i]);
        leave_to_chip(&LANE(&d->rates, rates, runs_state)[i]);
    }
}

void devices_place(struct devices *d, const double *kv, const double *experts)
{
    for (size_t i = 0; i < d->n; i++) {
        bool apart = LANE(&d->rates, rates, pool_byte)[i] > 0;
        if (apart && kv[i] == PLACE_CHIP) {
            LANE(&d->rates, rates, runs_core)[i] = RUNS_NEVER;
            LANE(&d->rates, rates, runs_index)[i] = RUNS_NEVER;
            LANE(&d->rates, rates, runs_state)[i] = RUNS_NEVER;
        }
        if (apart && experts[i] == PLACE_CHIP)
            LANE(&d->rates, rates, runs_experts)[i] = RUNS_NEVER;
    }
}

/* The shares of a plan and its places; what is auto is 0, and with the engine, until it is chosen.
 */
static void share_as_planned(struct devices *d, const struct plan *p)
{
    lane weight_share, kv_share, kv, experts;
    if (p->kv_place == PLACE_CHIP || p->expert_place == PLACE_CHIP) {
        lanes_set(kv, d->n, p->kv_place);
        lanes_set(experts, d->n, p->expert_place);
        devices_place(d, kv, experts);
    }
    if (!d->tiered)
        return;
    lanes_set(weight_share, d->n, p->weight_share2 > 0 ? p->weight_share2 : 0);
    lanes_set(kv_share, d->n, p->kv_share2 > 0 ? p->kv_share2 : 0);
    devices_share(d, weight_share, kv_share);
}

void devices_look_up(struct devices *d)
{
    look_up_memory(d);
    look_up_tier2(d);
    d->starts = any_starts(&d->chip, d->n);
    if (any_has_engine(&d->engine, d->n))
        engine_limits_lanes(&d->limits, d->n, &d->chip, &d->memory, &d->engine);
    else
        LANES_FILL(&d->limits, d->n, no_limits);
}

FOR_ALL_VECTORS
static void make_rates(struct rates_lanes *restrict out, size_t n,
                       const struct chip_lanes *restrict chip,
                       const struct engine_lanes *restrict engine,
                       const struct engine_limits_lanes *restrict limits, struct peaks peaks)
{
    for (size_t i = 0; i < n; i++) {
        struct chip c;
        struct engine e;
        struct engine_limits l;
        struct rates r;
        LANES_TAKE(c, chip, i);
        LANES_TAKE(e, engine, i);
        LANES_TAKE(l, limits, i);
        device_rates(&r, &c, &e, &l, &peaks);
        LANES_PUT(out, i, r);
    }
}

void devices_find_measured(struct measured *out, const struct design *d)
{
    const struct precision p = precision_settled(&d->precision, &d->model);
    const struct calibration *from = timing_of(&d->mode)->needs_calibration ? d->calibration : NULL;

    *out = (struct measured){.calibration = from,
                             .calibration_own = d->calibration_own,
                             .few = from && calibration_has_few(from, p.expert)};
    for (int k = 0; k < KERNELS; k++)
        out->number[k] = from ? calibration_number(from, (enum kernel)k, p.math, p.kv) : -1;
}

static void find_weight_only(struct devices *d, const struct precision *p)
{
    for (size_t i = 0; i < d->n; i++) { /* units with FP4 also multiply FP4 by FP8 */
        bool has_fp4 = LANE(&d->chip, chip, fp4_ratio)[i] > LANE(&d->chip, chip, fp8_ratio)[i];
        d->weight_only[i] = p->expert < 0.75 && (p->math > 1.5 || !has_fp4) ? 1 : 0;
    }
}

static void find_per_unit(struct devices *d)
{
    const struct calibration *c = d->like.calibration;
    for (size_t i = 0; i < d->n; i++)
        d->per_unit[i] = c->unit_flop_per_s > 0
                             ? LANE(&d->chip, chip, unit_flop_per_s)[i] / c->unit_flop_per_s
                             : 1;
}

FOR_ALL_VECTORS
static void slow_down(double *restrict s, double *restrict core_s, size_t n,
                      const double *restrict flop_s, const double *restrict core_flop_s,
                      const double *restrict ratio)
{
    for (size_t i = 0; i < n; i++) {
        double longer = 1 / ratio[i];
        s[i] = flop_s[i] * longer;
        core_s[i] = core_flop_s[i] * longer;
    }
}

void devices_set_clock(struct devices *d, const double *flop_s, const double *core_flop_s,
                       const double *ratio)
{
    slow_down(LANE(&d->rates, rates, main.s_per_flop), LANE(&d->rates, rates, main.s_per_core_flop),
              d->n, flop_s, core_flop_s, ratio);
}

FOR_ALL_VECTORS
static void pick_lanes(lane *restrict out, const lane *restrict from, size_t members,
                       const size_t *restrict of, size_t n)
{
    for (size_t k = 0; k < members; k++)
        for (size_t i = 0; i < n; i++)
            out[k][i] = from[k][of[i]];
}

void devices_pick(struct devices *out, const struct devices *d, const size_t *of, size_t n)
{
    out->n = n;
    out->like = d->like;
    pick_lanes(out->rates.at, d->rates.at, LEN(d->rates.at), of, n);
    pick_lanes(out->energy.at, d->energy.at, LEN(d->energy.at), of, n);
    if (d->like.calibration) {
        pick_lanes(&out->weight_only, &d->weight_only, 1, of, n);
        pick_lanes(&out->per_unit, &d->per_unit, 1, of, n);
    }
    out->starts = d->starts;
    out->tiered = d->tiered;
    if (d->tiered)
        pick_lanes(out->tier2.at, d->tier2.at, LEN(d->tier2.at), of, n);
}

void devices_pick_quoted(struct devices *out, const struct devices *d, size_t first, size_t n)
{
    out->n = n;
    out->tiered = d->tiered;
    for (size_t i = 0; i < n; i++) {
        LANES_COPY(&out->chip, i, &d->chip, first + i);
        LANES_COPY(&out->engine, i, &d->engine, first + i);
        LANES_COPY(&out->memory, i, &d->memory, first + i);
        LANES_COPY(&out->limits, i, &d->limits, first + i);
        LANES_COPY(&out->energy, i, &d->energy, first + i);
    }
}

void devices_copy(struct devices *out, const struct devices *d)
{
    out->n = d->n;
    out->like = d->like;
    out->rates = d->rates;
    out->energy = d->energy;
    if (d->like.calibration) {
        memcpy(out->weight_only, d->weight_only, sizeof out->weight_only);
        memcpy(out->per_unit, d->per_unit, sizeof out->per_unit);
    }
    out->starts = d->starts;
    out->tiered = d->tiered;
    if (d->tiered)
        out->tier2 = d->tier2;
}

void devices_move(struct devices *d, size_t to, size_t from)
{
    if (to == from)
        return;
    LANES_COPY(&d->rates, to, &d->rates, from);
    LANES_COPY(&d->energy, to, &d->energy, from);
    if (d->like.calibration) {
        d->weight_only[to] = d->weight_only[from];
        d->per_unit[to] = d->per_unit[from];
    }
    if (d->tiered)
        LANES_COPY(&d->tier2, to, &d->tier2, from);
}

void devices_find_energy(struct devices *d, double math_byte)
{
    energy_lanes(&d->energy, d->n, &d->chip, &d->memory, &d->engine, &d->limits, math_byte);
    for (size_t i = 0; i < d->n && d->tiered; i++) {
        struct chip c;
        struct energy e;
        LANES_TAKE(c, &d->chip, i);
        LANES_TAKE(e, &d->energy, i);
        energy_add_tier2(&e, &c);
        LANES_PUT(&d->energy, i, e);
    }
}

void devices_of(struct devices *out, const struct design *d)
{
    out->n = 0;
    devices_add(out, &d->chip, &d->engine);
    devices_time(out, d);
}

static void scale(struct unit *u, double by, double flop_by)
{
    u->s_per_flop *= by * flop_by;
    u->s_per_core_flop *= by * flop_by;
    u->s_per_byte *= by;
    u->s_per_wire_byte *= by;
}

/* Overlap hides at most half of what both units compute. Without energy no limit is met. */
static void relax(struct devices *d)
{
    for (size_t i = 0; i < d->n; i++) {
        struct rates r;
        struct energy e;
        LANES_TAKE(r, &d->rates, i);
        LANES_TAKE(e, &d->energy, i);
        double left = 1 - r.overlap / 2;
        bool there = r.engine.s_per_flop > 0;
        double ridge = there ? LANE(&d->limits, engine_limits, ridge_flop_per_byte)[i] /
                                   LANE(&d->engine, engine, ridge_flop_per_byte)[i]
                             : 1;
        scale(&r.main, left, 1);
        r.start_s *= left;
        scale(&r.engine, left, ridge);
        r.feed.s_per_flop *= left;
        r.feed.s_per_core_flop *= left;
        r.feed.s_per_byte *= left;
        r.overlap = 0;
        e.static_w = e.clocked_w = e.experts_w = 0;
        e.j_per_flop = e.move_j_per_byte = e.memory_j_per_byte = e.link_j_per_byte = 0;
        e.engine_j_per_byte = e.engine_j_per_flop = 0;
        e.far_j_per_byte = e.far_move_j_per_byte = 0;
        if (d->tiered)
            LANE(&d->tier2, tier2, s_per_byte)[i] *= left;
        LANES_PUT(&d->rates, i, r);
        LANES_PUT(&d->energy, i, e);
    }
}

void devices_time(struct devices *d, const struct design *like)
{
    const struct precision p = precision_settled(&like->precision, &like->model);
    devices_look_up(d);
    devices_find_measured(&d->like, like);
    if (d->like.calibration) {
        find_weight_only(d, &p);
        find_per_unit(d);
    }
    make_rates(&d->rates, d->n, &d->chip, &d->engine, &d->limits, peaks_of(&p));
    devices_find_energy(d, p.math);
    if (d->like.calibration)
        d->tiered = false; /* no kernel that reads a second tier was measured: evaluate.c refuses */
    share_as_planned(d, &like->plan);
    if (like->relaxed)
        relax(d);
}
