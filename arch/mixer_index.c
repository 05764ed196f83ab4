#include "arch/mixer_index.h"

#include <math.h>

#include "arch/mixer_core.h"

/* Share of the entries selected for a token that are also selected for the token before it
 * (assumed; queries of neighbouring tokens are similar). */
static const double SELECTED_AGAIN = 0.8;

/* The selection reads the scores, which the scan writes as FP32, and writes positions; it compares
 * each score once at least. */
static void add_selection(struct ops *out, const char *name, double layers,
                          const struct index_scan *x, double pairs, double tokens)
{
    const double score_byte = 4;
    double scores = pairs / x->score_per * x->scores;
    if (tokens > 0)
        ops_add(out, layers,
                (struct op){.name = name,
                            .class = OP_OTHER,
                            .kernel = KERNEL_VECTOR,
                            .flop = scores,
                            .act_byte = 2 * scores * score_byte +
                                        tokens * index_position_byte(x->selected)});
}

void index_add(struct ops *out, double layers, const struct shape *s, const struct index_scan *x)
{
    double tokens = s->prompt - s->prefix;
    double pairs = s->prompts * core_causal_pairs(s->prompt, s->prefix, all_tokens);
    if (s->decode > 0)
        ops_add(out, layers,
                (struct op){.name = "index.score",
                            .class = OP_ATTENTION,
                            .unit = UNIT_INDEX,
                            .kernel = x->decode,
                            .depth = s->context / x->per,
                            .flop = x->flop * s->decode * s->context / x->per,
                            .cache_byte = s->context / x->per * x->byte,
                            .act_byte = s->decode * x->query,
                            .wire_byte = s->decode * (x->query + x->weights + x->byte / x->per),
                            .position_byte = s->decode * index_position_byte(x->selected)});
    if (s->prompts > 0)
        ops_add(out, layers,
                (struct op){.name = "prefill.index",
                            .class = OP_ATTENTION,
                            .unit = UNIT_MAIN,
                            .kernel = x->prefill,
                            .key_flop = s->prompts * x->flop * tokens / x->per,
                            .flop = x->flop * pairs / x->per,
                            .each = s->prompts,
                            .cache_byte = s->prompt / x->per * x->byte,
                            .act_byte = tokens * x->query});
    ops_add_kept(out, "prefill.index-cache", layers, s, UNIT_INDEX, s->prompt / x->per * x->byte);
    add_selection(out, "index.select", layers, x, s->decode * s->context, s->decode);
    add_selection(out, "prefill.select", layers, x, pairs, s->prompts * tokens);
}

double index_entries_read(double topk, double decode, double all)
{
    return fmin(all, topk * (1 + fmax(0, decode - 1) * (1 - SELECTED_AGAIN)));
}
