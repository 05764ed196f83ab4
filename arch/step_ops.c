#include "arch/step_ops.h"

#include "arch/ffn.h"
#include "arch/mixer.h"
#include "arch/precision.h"
#include "arch/timing.h"

/* A norm and a residual addition per sublayer: read and write the stream, or all its copies, which
 * hyper-connections mix. */
static void add_norms(struct ops *out, const struct layers *l, const struct shape *s)
{
    double stream = s->tokens * l->hidden, n = layers_sublayers(l), streams = l->residual_streams;
    ops_add_vector(out, "norm", OP_OTHER, n, s, 4 * stream, 2 * stream);
    ops_add_vector(out, "residual", OP_OTHER, n, s, streams * stream, (2 * streams + 1) * stream);
    out->op[out->n - 1].joined = true; /* to the norm */
    if (streams > 1)
        ops_add_gemm(out, "hyper-connection", OP_OTHER, n, s, s->tokens, streams * l->hidden,
                     (2 + streams) * streams);
}

/* Every token reads its row of the embedding; head_tokens of them get logits, of which each rank
 * has its share of the vocabulary: an all-gather over a ring sends (p - 1) / p of them. */
static void add_vocabulary(struct ops *out, const struct model *m, const struct shape *s)
{
    ops_add_vector(out, "embedding", OP_OTHER, 1, s, 0, 2 * s->tokens * m->hidden);
    ops_add_gemm(out, "head", OP_OTHER, 1, s, s->head_tokens, m->hidden, m->vocab / s->tp);
    if (s->tp > 1)
        ops_add(
            out, 1,
            (struct op){.name = "head.gather",
                        .class = OP_COMMUNICATION,
                        .unit = UNIT_LINK,
                        .kernel = KERNEL_EXCHANGE,
                        .wire_byte = (s->tp - 1) / s->tp * s->head_tokens * m->vocab * s->act_byte,
                        .hops = s->tp - 1,
                        .group = s->tp});
}

/* Embeddings of each layer (Gemma 3n): a token reads a row of all layers, to which a projection of
 * the stream is added; each layer gates its part by the stream and projects it back. Every device
 * does all of it. */
static void add_layer_embeddings(struct ops *out, const struct layers *l, const struct shape *s)
{
    double w = l->layer_embedding, all = l->n * w, q = s->tokens;
    if (w <= 0)
        return;
    ops_add_vector(out, "layer-embedding", OP_OTHER, 1, s, 2 * q * all, 3 * q * all);
    ops_add_gemm(out, "layer-embedding.all", OP_OTHER, 1, s, q, l->hidden, all);
    ops_add_gemm(out, "layer-embedding.gate", OP_OTHER, l->n, s, q, l->hidden, w);
    ops_add_gemm(out, "layer-embedding.out", OP_OTHER, l->n, s, q, w, l->hidden);
    ops_add_vector(out, "layer-embedding.add", OP_OTHER, l->n, s, 2 * q * (w + l->hidden),
                   3 * q * (w + l->hidden));
}

static void add_layers(struct ops *out, const struct model *m, const struct layers *l,
                       const struct shape *of)
{
    struct shape s = *of;
    s.weight_byte = of->precision->head;
    out->home = HOME_OUTSIDE;
    add_vocabulary(out, m, &s);
    out->home = HOME_LAYER;
    add_norms(out, l, &s);
    s.weight_byte = of->precision->ffn;
    add_layer_embeddings(out, l, &s);
    out->home = HOME_MIXER;
    ops_groups_begin(out);
    for (size_t i = 0; i < l->mixers; i++) {
        const struct mixer *kind = l->mixer[i].kind;
        s.weight_byte = kind->recurrent ? of->precision->state_layer : of->precision->attention;
        ops_next_group(out);
        kind->ops(&l->mixer[i].of, &s, out);
    }
    out->home = HOME_FFN;
    ops_groups_begin(out);
    s.weight_byte = of->precision->ffn;
    for (size_t i = 0; i < l->ffns; i++) {
        ops_next_group(out);
        l->ffn[i].kind->ops(&l->ffn[i].of, &s, out);
    }
    ops_groups_end(out);
    out->home = HOME_LAYER;
}

/* Share of the tokens of a replica that one copy of the experts gets. */
static double copy_share(const struct shape *s)
{
    return s->group / s->devices;
}

static void add_draft(struct ops *out, const struct model *m, const struct draft *d,
                      const struct shape *own)
{
    size_t first = out->n;
    if (d->passes <= 0)
        return;
    add_layers(out, d->model ? d->model : m, &d->layer, &d->shape);
    if (!d->model)
        ops_add_gemm(out, "projection", OP_PROJECTION, 1, &d->shape, d->shape.tokens,
                     2 * d->layer.hidden, d->layer.hidden);
    ops_repeat(out, first, d->passes);
    for (size_t i = first; i < out->n; i++) {
        out->op[i].routed =
            d->shape.tokens / own->tokens * (copy_share(&d->shape) / copy_share(own));
        out->op[i].drafts = true;
        if (d->model)
            out->op[i].busiest = 0; /* one part holds all its experts */
    }
}

/* Context parallelism: the tokens of a request's context and prompt are split over cp devices, each
 * of which computes the new tokens of its share of the requests. What is not split by tokens,
 * windows and the tokens of an image, is kept and read by the device that computes the request's
 * new tokens: on average, too, a device has 1 / cp of it. Experts already count the tokens of all
 * devices. */
static void share_context(struct ops *list, double cp)
{
    for (size_t i = 0; i < list->n; i++) {
        struct op *o = &list->op[i];
        if (o->unit == UNIT_EXPERT)
            continue;
        o->flop /= cp;
        o->byte /= cp;
        o->cache_byte /= cp;
        o->state_byte /= cp;
        o->act_byte /= cp;
        o->wire_byte /= cp;
        o->position_byte /= cp;
        o->key_flop /= cp;
    }
}

/* Tokens of a prompt whose keys and values go round the ring; with a window, only those within one
 * of another device's. */
static double tokens_sent(const struct kept *k, double prompt, double cp)
{
    return k->window > 0 ? fmin(prompt, k->window * cp / (cp - 1)) : prompt;
}

/* Queries and partial results of the shared context. */
static void add_exchange(struct ops *list, const struct layers *l, const struct shape *s, double cp,
                         double times)
{
    list->home = HOME_MIXER;
    ops_groups_begin(list);
    for (size_t i = 0; i < l->mixers; i++) {
        const struct mixer_group *g = &l->mixer[i];
        struct kept k;
        g->kind->kept(&k, &g->of, s->tp);
        double sent = s->decode * g->kind->query(&g->of, s->tp) +
                      s->prompts * tokens_sent(&k, s->prompt, cp) * k.token;
        ops_next_group(list);
        ops_add(list, sent > 0 ? times * g->of.count : 0,
                (struct op){.name = "attention.exchange",
                            .class = OP_COMMUNICATION,
                            .unit = UNIT_LINK,
                            .kernel = KERNEL_EXCHANGE,
                            .wire_byte = (cp - 1) / cp * sent * s->act_byte,
                            .hops = 1,
                            .group = cp});
    }
    ops_groups_end(list);
    list->home = HOME_LAYER;
}

/* Operators of layers whose groups have none in common, with their exchanges. */
static size_t ops_apart(const struct layers *l, const struct shape *s)
{
    struct ops one;
    size_t sum = 0;
    for (size_t i = 0; i < l->mixers; i++, sum += one.n + 1) {
        ops_clear(&one);
        l->mixer[i].kind->ops(&l->mixer[i].of, s, &one);
    }
    for (size_t i = 0; i < l->ffns; i++, sum += one.n) {
        ops_clear(&one);
        l->ffn[i].kind->ops(&l->ffn[i].of, s, &one);
    }
    return sum;
}

size_t step_ops_bound(const struct layers *l)
{
    /* Vocabulary, norms and hyper-connections, of a draft too; its projection; the pipeline. */
    enum { WITHOUT_LAYERS = 2 * 6 + 1 + 1, LAYER_EMBEDDING = 5 };
    const struct precision any = {0};
    struct routing routing = {.groups = ROUTING_GROUPS, .imbalance = 1};
    for (size_t i = 0; i < ROUTING_GROUPS; i++)
        routing.group[i] = (struct expert_group){.experts = 1, .share = 0.5};
    /* Prompts beside answers; MLA both absorbed and not. */
    const struct shape s = {.tokens = 2,
                            .decode = 1,
                            .context = 2,
                            .prompts = 1,
                            .prompt = 2,
                            .keeps = true,
                            .absorb_decode = true,
                            .tp = 2,
                            .ep = 4,
                            .group = 4,
                            .devices = 4,
                            .dp = 2,
                            .act_byte = 1,
                            .precision = &any,
                            .routing = &routing};
    struct layers draft;
    layers_of_draft(&draft, l);
    size_t embeddings = l->layer_embedding > 0 ? LAYER_EMBEDDING : 0;
    return ops_apart(l, &s) + ops_apart(&draft, &s) + WITHOUT_LAYERS + embeddings;
}

void step_ops_list(struct ops *out, const struct listing *of)
{
    const struct model *m = &of->design->model;
    const struct op_list *list = timing_of(&of->design->mode)->list;
    const struct shape *s = &of->shape;
    const struct plan *plan = of->plan;

    ops_clear(out);
    out->home = HOME_LAYER;
    if (list) {
        list->ops(m, s, out);
    } else {
        if (of->side != SIDE_DRAFT)
            add_layers(out, m, of->layers, s);
        add_draft(out, m, &of->draft, s);
    }
    if (plan->cp > 1) {
        share_context(out, plan->cp);
        add_exchange(out, of->layers, s, plan->cp, 1);
        if (of->draft.passes > 0)
            add_exchange(out, &of->draft.layer, &of->draft.shape, plan->cp, of->draft.passes);
    }
    if (plan->pp > 1)
        ops_add(out, plan->pp - 1,
                (struct op){.name = "pipeline.send",
                            .class = OP_COMMUNICATION,
                            .unit = UNIT_LINK,
                            .kernel = KERNEL_EXCHANGE,
                            .wire_byte = s->tokens * m->hidden / s->tp / plan->cp * s->act_byte,
                            .hops = 1,
                            .group = plan->devices});
}

void step_ops_by_context(struct ops *out, const struct listing *of)
{
    struct listing longer = *of;
    struct ops twice;
    longer.shape.context *= 2;
    longer.draft.shape.context *= 2;
    step_ops_list(&twice, &longer);
    ops_find_by_context(out, &twice);
}
