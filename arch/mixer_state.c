#include "arch/mixer_state.h"

void state_add(struct ops *out, double layers, const struct shape *s, const struct state_core *c)
{
    double both = c->inputs + c->outputs, tokens = s->prompt - s->prefix;
    if (s->decode > 0)
        ops_add(out, layers,
                (struct op){.name = "state.update",
                            .class = OP_STATE,
                            .unit = UNIT_STATE,
                            .kernel = KERNEL_UNKNOWN,
                            .flop = s->decode * c->flop,
                            .state_byte = c->numbers * (1 + s->decode) * s->state_byte,
                            .act_byte = s->decode * both * s->act_byte,
                            .wire_byte = s->decode * both * s->act_byte});
    if (s->prompts > 0)
        ops_add(out, layers,
                (struct op){.name = "prefill.state",
                            .class = OP_STATE,
                            .unit = UNIT_MAIN,
                            .kernel = KERNEL_UNKNOWN,
                            .flop = s->prompts * tokens * c->chunk_flop,
                            .each = s->prompts,
                            .state_byte = 2 * c->numbers * s->state_byte +
                                          2 * tokens / c->chunk * c->numbers * c->chunk_byte,
                            .act_byte = tokens * both * s->act_byte});
    ops_add_kept(out, "prefill.state-cache", layers, s, UNIT_STATE,
                 (s->prefix > 0 ? 2 : 1) * c->numbers * s->state_byte);
}

void state_add_convolution(struct ops *out, double layers, const struct shape *s, double width,
                           double channels)
{
    double kept = s->decode > 0 ? 2 * (width - 1) * channels : 0; /* read and written */
    ops_add_vector(out, "state.convolution", OP_OTHER, layers, s, 2 * width * s->tokens * channels,
                   2 * s->tokens * channels + kept);
}

double state_delta_rule_flop(double c, double key_dim, double value_dim)
{
    return 2 * c * (3 * key_dim + 2 * value_dim) + 6 * key_dim * value_dim + c * c * 2 / 3;
}
