/* Which layers have a window or experts, after the modeling code of huggingface/transformers. */
#include "arch/catalogue/huggingface_derive.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

static const struct word bool_words[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
static const struct field flag = {.unit = "1", .only_words = true, .words = bool_words};
static const struct field count = {.unit = "1", .lo = 0, .hi = 1e7, .whole = true};
static const struct field step = {.unit = "1", .lo = 1, .hi = 1e4, .whole = true};

size_t model_row_of(size_t member)
{
    size_t i = 0;
    while (model_fields.row[i].offset != member)
        i++;
    return i;
}

#define NOTE(out, member, text) ((out)->note[model_row_of(offsetof(struct model, member))] = (text))

int derive_copy(const struct config *c, const struct source *s, struct imported *out,
                struct err *err)
{
    const struct field *f = &model_fields.row[model_row_of(s->member)];
    struct value v = config_find(c, s->key), other = {0};

    if (config_is_null(&v) && s->other &&
        (other = config_find(c, s->other), !config_is_null(&other)))
        v = other;
    if (!config_is_null(&v))
        return node_bind_field(v.node, f, v.path, &out->model, err);
    if (isnan(s->absent))
        return node_fail(c->text, v.path, err, "missing: add it, as model.%s is read from it",
                         f->name);
    field_put(f, &out->model, s->absent);
    return 0;
}

int derive_flag(const struct config *c, const struct source *s, struct imported *out,
                struct err *err)
{
    double value;
    if (config_number(c, s->key, &flag, s->absent, &value, err) != 0)
        return -1;
    field_put(&model_fields.row[model_row_of(s->member)], &out->model, value);
    return 0;
}

/* null means none; an absent key is an error. */
int derive_or_null(const struct config *c, const struct source *s, struct imported *out,
                   struct err *err)
{
    struct value v = config_find(c, s->key);
    struct source none = *s;
    if (v.node)
        none.absent = 0;
    return derive_copy(c, &none, out, err);
}

int derive_kv_heads(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err)
{
    struct source as_heads = *s;
    as_heads.absent = out->model.heads;
    return derive_copy(c, &as_heads, out, err);
}

int derive_head_dim(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err)
{
    struct source even = *s;
    double d = out->model.hidden / out->model.heads;
    if (d == floor(d))
        even.absent = d;
    return derive_copy(c, &even, out, err);
}

/* ---- windows ---- */

/* Of L layers, `full` have full attention and the others a window. */
static int put_window(const struct config *c, const struct value *at, double window, double full,
                      struct imported *out, struct err *err)
{
    struct model *m = &out->model;
    double every = full > 0 ? floor(m->layers / full) : 0;

    m->window = m->full_every = 0;
    if (window <= 0 || full >= m->layers)
        return 0;
    if (full > 0 && floor(m->layers / every) != full)
        return node_fail(at->node ? at->node : c->text, at->path, err,
                         "%g of %g layers without a window, not one in every n: "
                         "leave the windows out and set model.full_every",
                         full, m->layers);
    m->window = window;
    m->full_every = every;
    NOTE(out, full_every, full > 0 ? "one layer in this many has full attention" : NULL);
    return 0;
}

/* Number of layers with full attention by layer_types; `full` if it is absent. */
static int full_layers(const struct config *c, const struct model *m, struct value *list,
                       double *full, struct err *err)
{
    static const char *const words[] = {"full_attention", "sliding_attention", "chunked_attention",
                                        NULL};
    if (config_layer_list(c, "layer_types", m->layers, list, err) != 0)
        return -1;
    if (!list->node)
        return 0;
    *full = 0;
    for (double i = 0; i < m->layers; i++) {
        bool is;
        if (config_entry_is(list, i, words, &is, err) != 0)
            return -1;
        *full += is;
    }
    return 0;
}

/* An absent key means the default of transformers, null means no window. */
static int windowed(const struct config *c, const struct source *s, double full,
                    struct imported *out, struct err *err)
{
    struct value list, given = config_find(c, s->key);
    double window;

    if (config_number(c, s->key, &count, given.node ? 0 : s->absent, &window, err) != 0 ||
        full_layers(c, &out->model, &list, &full, err) != 0)
        return -1;
    return put_window(c, &list, window, full, out, err);
}

int derive_window_all(const struct config *c, const struct source *s, struct imported *out,
                      struct err *err)
{
    return windowed(c, s, 0, out, err);
}

/* Every second layer has full attention, beginning with the second. */
int derive_window_alternating(const struct config *c, const struct source *s, struct imported *out,
                              struct err *err)
{
    return windowed(c, s, floor(out->model.layers / 2), out, err);
}

/* Qwen: windows only with use_sliding_window; without layer_types, from layer max_window_layers
 * on. */
int derive_window_qwen(const struct config *c, const struct source *s, struct imported *out,
                       struct err *err)
{
    struct value list;
    double on, window, full = NAN;

    if (config_number(c, "use_sliding_window", &flag, 0, &on, err) != 0)
        return -1;
    if (on == 0)
        return 0;
    if (config_number(c, s->key, &count, 0, &window, err) != 0 ||
        full_layers(c, &out->model, &list, &full, err) != 0)
        return -1;
    if (isnan(full)) {
        list = config_find(c, "max_window_layers");
        if (config_number(c, "max_window_layers", &count, NAN, &full, err) != 0)
            return -1;
    }
    return put_window(c, &list, window, full, out, err);
}

/* Llama 4: layers without rotary embedding have full attention, the others attend to their
 * chunk. */
int derive_window_llama4(const struct config *c, const struct source *s, struct imported *out,
                         struct err *err)
{
    static const char *const words[] = {"0", "1", NULL};
    struct value given = config_find(c, s->key), list, rope;
    double window, interval, full;

    if (config_number(c, s->key, &count, given.node ? 0 : s->absent, &window, err) != 0 ||
        config_number(c, "no_rope_layer_interval", &step, 4, &interval, err) != 0 ||
        config_list(c, "no_rope_layers", &rope, err) != 0)
        return -1;
    full = floor(out->model.layers / interval);
    if (rope.node && node_count(rope.node) > 0) {
        if (config_layer_list(c, "no_rope_layers", out->model.layers, &rope, err) != 0)
            return -1;
        full = 0;
        for (double i = 0; i < out->model.layers; i++) {
            bool is;
            if (config_entry_is(&rope, i, words, &is, err) != 0)
                return -1;
            full += is;
        }
    }
    if (full_layers(c, &out->model, &list, &full, err) != 0 ||
        put_window(c, list.node ? &list : &rope, window, full, out, err) != 0)
        return -1;
    out->model.chunked = out->model.window > 0 ? 1 : 0;
    return 0;
}

/* ---- experts ---- */

struct tally {
    double moe, before; /* MoE layers, and dense layers before the first of them */
};

static void tally_add(struct tally *t, bool is_moe)
{
    t->before += t->moe == 0 && !is_moe;
    t->moe += is_moe;
}

/* Only the number of layers of each kind matters, so every pattern can be represented. */
static void put_moe(const struct tally *t, double every, struct imported *out)
{
    struct model *m = &out->model;

    m->first_dense_layers = 0;
    m->moe_every = 1;
    if (t->moe == 0)
        m->experts = m->top_k = m->moe_ffn = m->shared_ffn = 0;
    else if (t->before + t->moe == m->layers)
        m->first_dense_layers = t->before;
    else if (floor(m->layers / every) == t->moe)
        m->moe_every = every;
    else {
        m->first_dense_layers = m->layers - t->moe;
        NOTE(out, first_dense_layers, "all dense layers, at any position");
    }
    if (model_moe_layers(m) == m->layers)
        m->ffn = 0;
}

int derive_moe_deepseek(const struct config *c, const struct source *s, struct imported *out,
                        struct err *err)
{
    static const char *const words[] = {"sparse", "dense", NULL};
    struct tally t = {0};
    struct value list;
    double first, every;

    if (config_layer_list(c, "mlp_layer_types", out->model.layers, &list, err) != 0 ||
        config_number(c, s->key, &count, list.node ? 0 : s->absent, &first, err) != 0 ||
        config_number(c, "moe_layer_freq", &step, 1, &every, err) != 0)
        return -1;
    for (double i = 0; i < out->model.layers; i++) {
        bool is = i >= first && fmod(i, every) == 0;
        if (list.node && config_entry_is(&list, i, words, &is, err) != 0)
            return -1;
        tally_add(&t, is);
    }
    put_moe(&t, every, out);
    return 0;
}

int derive_moe_qwen(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err)
{
    struct tally t = {0};
    struct value dense;
    double every;

    if (config_number(c, s->key, &step, s->absent, &every, err) != 0 ||
        config_list(c, "mlp_only_layers", &dense, err) != 0)
        return -1;
    for (double i = 0; i < out->model.layers; i++) {
        bool is;
        if (config_list_has(&dense, i, &is, err) != 0)
            return -1;
        tally_add(&t, !is && fmod(i + 1, every) == 0);
    }
    put_moe(&t, every, out);
    return 0;
}

int derive_moe_llama4(const struct config *c, const struct source *s, struct imported *out,
                      struct err *err)
{
    struct tally t = {0};
    struct value list;
    double every;

    if (config_number(c, s->key, &step, s->absent, &every, err) != 0 ||
        config_list(c, "moe_layers", &list, err) != 0)
        return -1;
    for (double i = 0; i < out->model.layers; i++) {
        bool is = fmod(i + 1, every) == 0;
        if (list.node && config_list_has(&list, i, &is, err) != 0)
            return -1;
        tally_add(&t, is);
    }
    put_moe(&t, every, out);
    return 0;
}

/* The number of shared experts, each as wide as a routed one. */
int derive_shared_experts(const struct config *c, const struct source *s, struct imported *out,
                          struct err *err)
{
    double n;
    if (config_number(c, s->key, &count, s->absent, &n, err) != 0)
        return -1;
    out->model.shared_ffn = n * out->model.moe_ffn;
    NOTE(out, shared_ffn, n > 1 ? "shared experts together" : NULL);
    return 0;
}

/* The model has no parameter for layers that reuse the tokens selected by an earlier layer's
 * indexer. */
int derive_indexer(const struct config *c, const struct source *s, struct imported *out,
                   struct err *err)
{
    struct value types, pattern = config_find(c, "index_topk_pattern");
    double every;
    bool shared = !config_is_null(&pattern);

    if (config_number(c, "index_topk_freq", &step, 1, &every, err) != 0 ||
        config_list(c, "indexer_types", &types, err) != 0)
        return -1;
    for (size_t i = 0; types.node && i < node_count(types.node); i++)
        shared |= !strcmp(node_text(node_at(types.node, i)), "shared");
    if (shared || every > 1)
        NOTE(out, index_heads, "some layers share an indexer, but each is counted with its own");
    return derive_copy(c, s, out, err);
}
