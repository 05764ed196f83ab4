#include "arch/op.h"

#include <assert.h>
#include <string.h>

const char *const op_class_text[OP_CLASSES] = {
    [OP_ATTENTION] = "attention", [OP_PROJECTION] = "projection",       [OP_FFN] = "ffn",
    [OP_EXPERT] = "expert",       [OP_COMMUNICATION] = "communication", [OP_OTHER] = "other",
    [OP_STATE] = "state",
};

/* The costs of all `count` calls of an operator that states those of one. */
static struct op of_calls(struct op op, double count)
{
    double each = op.each > 0 ? op.each : 1;
    op.count = count;
    op.flop *= count;
    op.weight_byte *= count;
    op.byte = each * (op.cache_byte + op.act_byte + op.state_byte) * count;
    op.cache_byte *= each * count;
    op.state_byte *= each * count;
    op.act_byte *= each * count;
    op.each = 1;
    op.routed = op.routed > 0 ? op.routed : 1;
    op.wire_byte *= count;
    op.hops *= count;
    op.key_flop *= count;
    return op;
}

/* Are calls of `one` like those of `all`, which counts all of its calls? */
static bool is_alike(const struct op *all, struct op one)
{
    if (strcmp(all->name, one.name) != 0)
        return false;
    one = of_calls(one, all->count);
    return all->class == one.class && all->unit == one.unit && all->kernel == one.kernel &&
           all->flop == one.flop && all->weight_byte == one.weight_byte &&
           all->cache_byte == one.cache_byte && all->state_byte == one.state_byte &&
           all->act_byte == one.act_byte && all->wire_byte == one.wire_byte &&
           all->hops == one.hops && all->group == one.group && all->depth == one.depth &&
           all->joined == one.joined && all->key_flop == one.key_flop;
}

void ops_groups_begin(struct ops *list)
{
    list->from = list->n;
    list->merging = true;
}

void ops_next_group(struct ops *list)
{
    list->at = list->n;
}

void ops_groups_end(struct ops *list)
{
    list->merging = false;
}

void ops_add(struct ops *list, double count, struct op op)
{
    if (count <= 0)
        return;
    size_t at = list->n;
    for (size_t i = list->from; list->merging && i < list->n; i++)
        if (is_alike(&list->op[i], op)) {
            list->op[i] = of_calls(op, list->op[i].count + count);
            list->at = i + 1;
            return;
        }
    assert(list->n < OPS_MOST);
    if (list->merging) {
        while (list->at < list->n && list->op[list->at].class == op.class)
            list->at++;
        at = list->at++;
        memmove(&list->op[at + 1], &list->op[at], (list->n - at) * sizeof *list->op);
    }
    list->op[at] = of_calls(op, count);
    list->n++;
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
