#include "arch/op.h"

#include <assert.h>

const char *const op_class_text[OP_CLASSES] = {
    [OP_ATTENTION] = "attention", [OP_PROJECTION] = "projection",       [OP_FFN] = "ffn",
    [OP_EXPERT] = "expert",       [OP_COMMUNICATION] = "communication", [OP_OTHER] = "other",
};

void ops_add(struct ops *list, double count, struct op op)
{
    if (count <= 0)
        return;
    assert(list->n < OPS_MOST);
    op.count = count;
    op.flop *= count;
    op.weight_byte *= count;
    double each = op.each > 0 ? op.each : 1;
    op.byte = each * (op.cache_byte + op.act_byte + op.state_byte) * count;
    op.cache_byte *= each * count;
    op.state_byte *= each * count;
    op.act_byte *= each * count;
    op.each = 1;
    op.routed = op.routed > 0 ? op.routed : 1;
    op.wire_byte *= count;
    op.hops *= count;
    op.key_flop *= count;
    list->op[list->n++] = op;
}

void ops_repeat(struct ops *list, size_t first, double times)
{
    for (size_t i = first; i < list->n; i++) {
        struct op *o = &list->op[i];
        double *const cost[] = {&o->count,      &o->flop,     &o->weight_byte, &o->cache_byte,
                                &o->state_byte, &o->act_byte, &o->wire_byte,   &o->byte,
                                &o->hops,       &o->key_flop};
        for (size_t k = 0; k < sizeof cost / sizeof *cost; k++)
            *cost[k] *= times;
    }
}

void ops_add_gemms(struct ops *list, const char *name, enum op_class class, double count,
                   double products, const struct shape *s, double tokens, double in, double out)
{
    ops_add(list, count,
            (struct op){.name = name,
                        .class = class,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_GEMM,
                        .depth = in,
                        .flop = products * 2 * tokens * in * out,
                        .weight_byte = products * in * out * s->weight_byte,
                        .act_byte = products * tokens * (in + out) * s->act_byte});
}

void ops_add_gemm(struct ops *list, const char *name, enum op_class class, double count,
                  const struct shape *s, double tokens, double in, double out)
{
    ops_add_gemms(list, name, class, count, 1, s, tokens, in, out);
}

void ops_add_vector(struct ops *list, const char *name, enum op_class class, double count,
                    const struct shape *s, double flop, double numbers)
{
    ops_add(list, count,
            (struct op){.name = name,
                        .class = class,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_VECTOR,
                        .flop = flop,
                        .act_byte = numbers * s->act_byte});
}

void ops_add_all_reduce(struct ops *list, const char *name, double count, const struct shape *s,
                        double p, double numbers)
{
    if (p > 1)
        ops_add(list, count,
                (struct op){.name = name,
                            .class = OP_COMMUNICATION,
                            .unit = UNIT_LINK,
                            .wire_byte = 2 * (p - 1) / p * numbers * s->act_byte,
                            .hops = 2 * (p - 1),
                            .group = p,
                            .kernel = KERNEL_REDUCE});
}

void ops_add_all_to_all(struct ops *list, const char *name, double count, const struct shape *s,
                        double p, double numbers)
{
    if (p > 1)
        ops_add(list, count,
                (struct op){.name = name,
                            .class = OP_COMMUNICATION,
                            .unit = UNIT_LINK,
                            .wire_byte = numbers * s->act_byte,
                            .hops = 1,
                            .group = p,
                            .kernel = KERNEL_EXCHANGE,
                            .busiest = 1});
}
