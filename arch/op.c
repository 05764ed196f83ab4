#include "arch/op.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const char *const op_class_text[OP_CLASSES] = {
    [OP_ATTENTION] = "attention", [OP_PROJECTION] = "projection",       [OP_FFN] = "ffn",
    [OP_EXPERT] = "expert",       [OP_COMMUNICATION] = "communication", [OP_OTHER] = "other",
    [OP_STATE] = "state",
};

/* Are calls of `one` like those of `all`, which counts all of its calls? */
static bool is_alike(const struct op *all, const struct op *call)
{
    if (all->class != call->class || all->home != call->home ||
        all->flop != call->flop * all->count || all->group != call->group ||
        strcmp(all->name, call->name) != 0)
        return false;
    struct op one = *call;
    op_make_calls(&one, all->count);
    return all->unit == one.unit && all->kernel == one.kernel &&
           all->weight_byte == one.weight_byte && all->cache_byte == one.cache_byte &&
           all->state_byte == one.state_byte && all->act_byte == one.act_byte &&
           all->wire_byte == one.wire_byte && all->position_byte == one.position_byte &&
           all->hops == one.hops && all->depth == one.depth && all->joined == one.joined &&
           all->key_flop == one.key_flop;
}

void ops_groups_begin(struct ops *list)
{
    list->from = list->n;
}

void ops_next_group(struct ops *list)
{
    list->merging = list->n > list->from; /* the first group has none to be merged with */
    list->at = list->n;
}

void ops_groups_end(struct ops *list)
{
    list->merging = false;
}

void ops_merge(struct ops *list, double count, struct op op)
{
    for (size_t i = list->from; i < list->n; i++)
        if (is_alike(&list->op[i], &op)) {
            op_make_calls(&op, list->op[i].count + count);
            list->op[i] = op;
            list->at = i + 1;
            return;
        }
    while (list->at < list->n && list->op[list->at].class == op.class)
        list->at++;
    size_t at = list->at++;
    assert(list->n < OPS_MOST);
    memmove(&list->op[at + 1], &list->op[at], (list->n++ - at) * sizeof *list->op);
    op_make_calls(&op, count);
    list->op[at] = op;
}

void ops_add_kept(struct ops *list, const char *name, double count, const struct shape *s,
                  enum op_unit unit, double byte)
{
    if (s->keeps && s->prompts > 0 && byte > 0)
        ops_add(list, count,
                (struct op){.name = name,
                            .class = OP_COMMUNICATION,
                            .unit = unit,
                            .kernel = KERNEL_VECTOR,
                            .joined = true,
                            .wire_byte = s->prompts * byte});
}

void ops_repeat(struct ops *list, size_t first, double times)
{
    for (size_t i = first; i < list->n; i++) {
        struct op *o = &list->op[i];
        double *const cost[] = {&o->count,      &o->flop,     &o->weight_byte,  &o->cache_byte,
                                &o->state_byte, &o->act_byte, &o->wire_byte,    &o->byte,
                                &o->hops,       &o->key_flop, &o->position_byte};
        for (size_t k = 0; k < sizeof cost / sizeof *cost; k++)
            *cost[k] *= times;
    }
}

/* By what share a cost of one call grows if the context doubles. */
static double grows(double cost, double calls, double then, double calls_then)
{
    return cost > 0 && calls_then > 0 ? then / calls_then * calls / cost - 1 : 0;
}

/* The operator of the same name, usually at the same place. */
static const struct op *find_like(const struct ops *list, size_t at, const struct op *o)
{
    for (size_t i = 0; i <= list->n; i++) {
        size_t k = i == 0 ? at : i - 1;
        if (k < list->n && list->op[k].drafts == o->drafts &&
            strcmp(list->op[k].name, o->name) == 0)
            return &list->op[k];
    }
    return NULL;
}

void ops_find_by_context(struct ops *list, const struct ops *twice)
{
    for (size_t i = 0; i < list->n; i++) {
        struct op *o = &list->op[i];
        const struct op *x = find_like(twice, i, o);
        if (!x || o->unit == UNIT_EXPERT || o->unit == UNIT_LINK)
            continue;
        double more = fmax(grows(o->flop, o->count, x->flop, x->count),
                           grows(o->byte, o->count, x->byte, x->count));
        o->by_context = more > 1e-9 ? fmin(more, 1) : 0;
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
