/* The operators of a pass one by one, in lanes: their requests, the share of weights read, and the
 * unit that may run them. Shared by the time of a step and its split. */
#ifndef ARCH_STEP_RUN_H
#define ARCH_STEP_RUN_H

#include "arch/step_time.h"
#include "arch/timing.h"

/* Input of all operators of a pass. */
struct pass {
    const struct step *step;
    const struct devices *devices;
    struct steps_memo *memo;
    const double *most, *mean; /* requests of the fullest replica, and the mean */
    const double *busiest;     /* load of the busiest device over the mean; NULL: 1 for all */
    const double *context;     /* of the fullest rank over the mean; NULL: no rank waits */
    struct pass_room {
        lane most, mean, busiest, context;
    } room;
};

/* Total time of a pass by unit. The members after the times are filled as far as requested. */
struct sums {
    lane chip_s, engine_s, wire_s;
    lane chip_slope, engine_slope, wire_slope; /* seconds per request, approximate */
    lane chip_clocked_s, engine_clocked_s;     /* follow the clock of the chip */
    /* Clocks over the present one at which the next operators change their unit: 0 and INFINITY if
     * none does. */
    lane moves_below, moves_above;
    lane fixed_byte; /* of work.byte: at any load */
    struct work_lanes work;
};

/* Zeros that fill the tiles of an operator, in FLOP: an active expert executes whole tiles. The
 * expected rows of n tokens are about the larger of a tile and n plus half a tile. 0 without tiles.
 */
INLINED double padding_flop(const struct op *o, double requests, double share)
{
    double tokens = larger(o->tokens * requests, 1e-300);
    double rows = larger(o->tile_tokens, tokens + o->tile_tokens / 2) * share;
    return larger(rows / tokens - 1, 0) * o->flop * requests;
}

/* Bytes of an operator in both tiers of memory; scattered pieces smaller than a page cost a page,
 * at most all pages of the cache. */
INLINED struct tier_byte op_tier_byte(const struct op *o, const struct tier2 *t, double weight_byte,
                                      double requests)
{
    double held = op_held_byte(o), piece = o->piece_byte;
    struct tier_byte b = tier2_byte(t, weight_byte, o->byte, held, requests);
    double pages = piece > 0 ? smaller(larger(1, t->page_byte / piece), o->spread) : 1;
    b.far += o->cache_byte * t->kv_share * requests * (pages - 1);
    return b;
}

/* Bytes of the main operators in both tiers of memory, all of which read in order. */
INLINED struct tier_byte main_tier_byte(const struct main_ops *m, const struct tier2 *t,
                                        double requests)
{
    return tier2_byte(t, m->all_weight_byte, m->all_byte, m->all_held_byte, requests);
}

/* Parts of a sum with work: of the main operators, with which it begins; of an operator that an
 * engine may run; of a collective. */
void sum_main_work(struct sums *x, const struct pass *p);
void sum_placed_work(struct sums *x, const struct run *r, const struct placed *placed,
                     const struct devices *d);
void sum_sent_work(struct sums *x, const struct run *r, size_t n);

/* `halves`: sequential halves of the step, each a pass. */
void pass_begin(struct pass *out, const struct step *s, const struct devices *d, const double *most,
                const double *mean, double halves, struct steps_memo *memo);

struct run_room {
    lane requests, waited, share;
};

/* Parts of pass_run: pass_wait applies the load of the slowest device, pass_wait_context the
 * context of the fullest rank; pass_share gives the active share of the experts of operator `op`.
 */
void pass_wait(struct run *r, struct run_room *room, const struct pass *p);
void pass_wait_context(struct run *r, struct run_room *room, const struct pass *p);
const double *pass_share(double *room, const struct pass *p, size_t op);

/* Fills the run of an operator of the step; its pointers may refer to `room`. */
INLINED void pass_run(struct run *out, struct run_room *room, const struct pass *p, size_t op)
{
    const struct op *o = &p->step->ops.op[op];
    bool expert = o->unit == UNIT_EXPERT;
    const double *load = expert ? p->mean : p->most;
    *out = (struct run){
        o, load, load, lanes_of_one, lanes_of_one, 0, unit_allowed(&p->devices->rates, o->unit)};
    if (o->busiest > 0 && p->busiest)
        pass_wait(out, room, p);
    if (o->by_context > 0)
        pass_wait_context(out, room, p);
    if (expert) {
        out->share = pass_share(room->share, p, op);
        out->idle = -o->log_idle * o->routed * p->step->group_tokens;
    }
}

/* Finds the time that an engine's attention spends behind the prompts' attention on the chip, where
 * both run at the same time (engine.co_processing). Returns false, with `hidden_s` untouched, if
 * there is none. */
bool pass_hidden(double *hidden_s, const struct pass *p);

/* Adds the time of a collective. */
void pass_send(struct spell sum, const struct pass *p, const struct run *r);

#endif
