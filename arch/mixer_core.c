#include "arch/mixer_core.h"

#include <math.h>

#include "arch/mixer_index.h"

const struct reach all_tokens = {INFINITY, false};

struct reach core_reach(double window, double chunked)
{
    return window > 0 ? (struct reach){window, chunked > 0} : all_tokens;
}

double core_causal_pairs(double prompt, double prefix, struct reach reach)
{
    double upto[2] = {prefix, prompt}, pairs[2];
    for (int i = 0; i < 2; i++) {
        double n = upto[i], w = fmin(n, reach.window);
        double chunks = reach.chunked ? floor(n / reach.window) : 0;
        double rest = n - (chunks > 0 ? chunks * reach.window : 0);
        pairs[i] = reach.chunked ? chunks * w * (w + 1) / 2 + rest * (rest + 1) / 2
                                 : w * (w + 1) / 2 + (n - w) * w;
    }
    return pairs[1] - pairs[0];
}

double core_tokens_seen(double context, struct reach reach)
{
    return fmin(context, reach.chunked ? (reach.window + 1) / 2 : reach.window);
}

/* Tokens of the prefix that the tokens of a prompt read. */
static double prefix_read(const struct shape *s, struct reach reach)
{
    return fmin(s->prefix, reach.chunked ? fmod(s->prefix, reach.window) : reach.window);
}

/* Cached tokens that the tokens of a prompt read, themselves included. */
static double tokens_read(const struct shape *s, struct reach reach)
{
    return s->prompt - s->prefix + prefix_read(s, reach);
}

void core_add_decode(struct ops *out, const char *name, double layers, struct sight at,
                     const struct shape *s, const struct core *c)
{
    bool scattered = c->together > 0 && at.read < c->cached;
    if (s->decode > 0)
        ops_add(out, layers,
                (struct op){.name = name,
                            .class = OP_ATTENTION,
                            .unit = UNIT_ATTENTION,
                            .piece_byte = scattered ? c->together * c->cached_byte : 0,
                            .spread = scattered ? c->cached / at.read : 0,
                            .kernel = c->decode,
                            .per_head = c->per_head,
                            .depth = at.seen,
                            .aside = c->decode == KERNEL_DECODE_MLA,
                            .flop = s->decode * at.seen * c->flop,
                            .cache_byte = at.read * c->cached_byte,
                            .act_byte = s->decode * c->q_and_o * s->act_byte,
                            .wire_byte = s->decode * c->wire * s->act_byte,
                            .position_byte = s->decode * index_position_byte(c->positions)});
}

void core_add_prefill(struct ops *out, const char *name, double layers, struct reach reach,
                      const struct shape *s, const struct core *c)
{
    double tokens = s->prompt - s->prefix;
    if (s->prompts > 0)
        ops_add(out, layers,
                (struct op){.name = name,
                            .class = OP_ATTENTION,
                            .unit = UNIT_MAIN,
                            .kernel = c->prefill,
                            .key_flop = s->prompts * tokens * c->flop,
                            .flop = s->prompts * core_causal_pairs(s->prompt, s->prefix, reach) *
                                    c->flop,
                            .each = s->prompts,
                            .cache_byte = tokens_read(s, reach) * c->cached_byte,
                            .act_byte = tokens * c->q_and_o * s->act_byte});
    double written = c->window > 0 ? fmin(tokens, c->window) : tokens;
    ops_add_kept(out, "prefill.cache", layers, s, UNIT_ATTENTION,
                 (prefix_read(s, reach) + written) * c->kept_byte);
}

int core_check_heads(double heads, double kv_heads, struct err *err)
{
    if (fmod(heads, fmax(1, kv_heads)) == 0)
        return 0;
    return fail(err, "model.kv_heads: %g does not divide %g heads: give a divisor of model.heads",
                kv_heads, heads);
}
