#include "arch/precision.h"

#include <stddef.h>

#include "base/mem.h"

/* A class of weights: its setting, and what the model states. */
#define CLASS(name)                                                                                \
    {                                                                                              \
        offsetof(struct precision, name), offsetof(struct model, name##_weight_byte)               \
    }

static const struct weight_class {
    size_t setting, stated;
} classes[] = {
    CLASS(expert), CLASS(ffn),  CLASS(attention), CLASS(state_layer),
    CLASS(router), CLASS(head), CLASS(draft),
};

#undef CLASS

static const double BF16_BYTE = 2, FP32_BYTE = 4;

#define AT(object, offset) (*(const double *)((const char *)(object) + (offset)))

struct precision precision_settled(const struct precision *p, const struct model *m)
{
    struct precision out = *p;
    for (size_t i = 0; i < LEN(classes); i++) {
        double *at = (double *)((char *)&out + classes[i].setting);
        double stated = AT(m, classes[i].stated);
        if (*at <= 0)
            *at = p->weight > 0 ? p->weight : stated;
        if (*at <= 0 && classes[i].setting != offsetof(struct precision, draft))
            *at = BF16_BYTE;
    }
    out.weight = p->weight > 0 ? p->weight : BF16_BYTE;
    out.kv = p->kv > 0 ? p->kv : m->cache_byte > 0 ? m->cache_byte : BF16_BYTE;
    out.state = p->state > 0 ? p->state : m->state_byte > 0 ? m->state_byte : FP32_BYTE;
    out.rope = p->rope > 0 ? p->rope : out.kv;
    out.dispatch = p->dispatch > 0 ? p->dispatch : p->activation;
    out.combine = p->combine > 0 ? p->combine : p->activation;
    return out;
}

struct precision precision_of_draft(const struct precision *settled)
{
    struct precision out = *settled;
    if (settled->draft > 0)
        out.expert = out.ffn = out.attention = out.state_layer = out.router = settled->draft;
    return out;
}
