/* Bytes of a weight include the scales of its group. Where a list leaves some modules or layers of
 * a class unquantised, the class gets the mean over its weights. */
#include "arch/catalogue/huggingface_quantised.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arch/catalogue/huggingface_modules.h"
#include "arch/catalogue/huggingface_scheme.h"
#include "arch/ffn.h"
#include "arch/mixer.h"
#include "base/mem.h"

static const double BF16 = 2;

struct reader {
    struct config *c;
    struct scheme scheme;
    struct modules *ignored, *listed;
    bool experts_outside; /* experts beside the feed-forward, not in it (Gemma 4) */
};

/* Sum over the modules of a class. */
struct mean {
    double weights, bytes;
};

static double byte_of(const struct reader *r, const char *module, bool expert)
{
    long at = modules_find(r->listed, module);
    if (at >= 0)
        return scheme_byte_of_entry(&r->scheme, (size_t)at);
    if (expert && r->scheme.expert_byte > 0)
        return r->scheme.expert_byte;
    if (r->scheme.layers)
        return r->scheme.rest_byte;
    if ((r->scheme.experts_only && !expert) || modules_find(r->ignored, module) >= 0)
        return BF16;
    return r->scheme.byte;
}

/* A module of layer i, "self_attn.q_proj"; "mixer." replaces its first part in Nemotron-H. */
static void add(const struct reader *r, struct mean *sum, size_t i, const char *module,
                double weights)
{
    char name[120];
    bool expert = strstr(module, ".experts.") || !strncmp(module, "experts.", 8);
    snprintf(name, sizeof name, "layers.%zu.%s", i, module);
    double byte = byte_of(r, name, expert);
    const char *rest = strchr(module, '.');
    snprintf(name, sizeof name, "layers.%zu.mixer%s", i, rest ? rest : "");
    if (modules_find(r->ignored, name) >= 0 || modules_find(r->listed, name) >= 0)
        byte = byte_of(r, name, expert);
    sum->weights += weights;
    sum->bytes += weights * byte;
}

/* A parameter of a group's mixer or feed-forward; 0 if the kind has none of this name. */
static double value_of(const struct reader *r, const struct fields *fields, const double *stated,
                       const char *name)
{
    const struct field *f = field_find(*fields, name);
    return f ? stated_value(f, stated, &r->c->out->model) : 0;
}

#define MIXER_VALUE(name) value_of(r, g->mixer->fields, g->mixer_value, name)
#define FFN_VALUE(name) value_of(r, g->ffn->fields, g->ffn_value, name)

static void add_attention(const struct reader *r, struct mean *sum, size_t i,
                          const struct stated_layers *g)
{
    double d = r->c->out->model.hidden, h = MIXER_VALUE("heads");
    if (g->mixer->latent) {
        double q = h * (MIXER_VALUE("qk_nope_dim") + MIXER_VALUE("qk_rope_dim")),
               rank = MIXER_VALUE("q_lora_rank");
        add(r, sum, i, "self_attn.q_a_proj", d * rank);
        add(r, sum, i, rank > 0 ? "self_attn.q_b_proj" : "self_attn.q_proj",
            q * (rank > 0 ? rank : d));
        add(r, sum, i, "self_attn.kv_a_proj_with_mqa",
            d * (MIXER_VALUE("kv_lora_rank") + MIXER_VALUE("qk_rope_dim")));
        add(r, sum, i, "self_attn.kv_b_proj",
            MIXER_VALUE("kv_lora_rank") * h * (MIXER_VALUE("qk_nope_dim") + MIXER_VALUE("v_dim")));
        add(r, sum, i, "self_attn.o_proj", h * MIXER_VALUE("v_dim") * d);
        return;
    }
    double kv = MIXER_VALUE("kv_heads") > 0 ? MIXER_VALUE("kv_heads") : h;
    add(r, sum, i, "self_attn.q_proj", h);
    add(r, sum, i, "self_attn.k_proj", kv);
    add(r, sum, i, "self_attn.v_proj", kv);
    add(r, sum, i, "self_attn.o_proj", h);
}

static void add_state(const struct reader *r, struct mean *sum, size_t i,
                      const struct stated_layers *g)
{
    if (!strcmp(g->mixer->name, "gdn")) {
        double keys = MIXER_VALUE("key_heads") * MIXER_VALUE("key_dim"),
               values = MIXER_VALUE("value_heads") * MIXER_VALUE("value_dim");
        add(r, sum, i, "linear_attn.in_proj_qkv", 2 * keys + values);
        add(r, sum, i, "linear_attn.in_proj_z", values);
        add(r, sum, i, "linear_attn.out_proj", values);
    } else if (!strncmp(g->mixer->name, "mamba", 5)) {
        add(r, sum, i, "mamba.in_proj", 2);
        add(r, sum, i, "mamba.out_proj", 1);
    } else
        add(r, sum, i, "self_attn.q_proj", 1);
}

struct means {
    struct mean expert, ffn, attention, state;
};

static void add_layer(const struct reader *r, struct means *m, size_t i,
                      const struct stated_layers *g)
{
    if (g->mixer && g->mixer->recurrent)
        add_state(r, &m->state, i, g);
    else if (g->mixer)
        add_attention(r, &m->attention, i, g);
    if (g->ffn && g->ffn->routed) {
        add(r, &m->expert, i, r->experts_outside ? "experts.0" : "mlp.experts.0", 1);
        if (FFN_VALUE("shared_ffn") > 0)
            add(r, &m->ffn, i, "mlp.shared_experts", FFN_VALUE("shared_ffn"));
    } else if (g->ffn)
        add(r, &m->ffn, i, "mlp.gate_proj", FFN_VALUE("ffn"));
}

static void put(double *out, const struct mean *m)
{
    *out = m->weights > 0 ? m->bytes / m->weights : 0;
}

/* Embedding and head share a class; the embedding is never quantised. */
static double head_byte(const struct reader *r)
{
    double head = r->scheme.head_too || modules_find(r->listed, "lm_head") >= 0
                      ? byte_of(r, "lm_head", false)
                      : BF16;
    return r->c->out->model.tied_embeddings > 0 ? BF16 : (BF16 + head) / 2;
}

static bool draft_is_ignored(const struct reader *r, size_t n)
{
    char name[60];
    snprintf(name, sizeof name, "layers.%zu.mlp.experts.0", n);
    return !r->scheme.layers &&
           (modules_mention(r->ignored, "mtp*") || modules_mention(r->ignored, "mtp.*") ||
            modules_mention(r->ignored, "mtp.layers.0*") || modules_find(r->ignored, name) >= 0);
}

/* INT4 in groups of 32 takes as many bytes as NVFP4. */
static const char *word_of(const struct reader *r, const struct field *f, double byte)
{
    struct word w;
    const char *found = NULL;
    for (size_t i = 0; field_word_at(f, i, &w); i++)
        if (w.value == byte && (!found || (r->scheme.integers && !strncmp(w.text, "int", 3))))
            found = w.text;
    return found;
}

static void say(struct reader *r, const char *what, const char *name)
{
    char number[32];
    struct imported *out = r->c->out;
    const struct field *f = field_find(model_fields, name);
    double byte = field_get(f, &out->model);
    const char *word = word_of(r, f, byte);
    out->word[f - model_fields.row] = word;
    if (byte > 0 && word)
        config_remark(r->c, REMARK_PRECISION, "%s %s", what, word);
    else if (byte > 0)
        config_remark(r->c, REMARK_PRECISION, "%s %s bytes a weight", what,
                      number_readable(byte, 5, number, sizeof number));
}

static void read_classes(struct reader *r, const size_t *of, size_t n)
{
    struct model *m = &r->c->out->model;
    const struct layer_list *list = &r->c->out->list;
    struct means sum = {0};
    m->cache_byte = r->scheme.cache_byte;
    for (size_t i = 0; i < (of ? n : list->n); i++) {
        size_t at = of ? of[i] : i;
        add_layer(r, &sum, i, &list->group[at]);
        while (of && at + 1 < list->n && list->group[at + 1].beside)
            add_layer(r, &sum, i, &list->group[++at]);
    }
    put(&m->expert_weight_byte, &sum.expert);
    put(&m->ffn_weight_byte, &sum.ffn);
    put(&m->attention_weight_byte, &sum.attention);
    put(&m->state_layer_weight_byte, &sum.state);
    m->head_weight_byte = head_byte(r);
    m->draft_weight_byte = m->draft_layers > 0 && draft_is_ignored(r, n) ? BF16 : 0;
    static const char *const said[][2] = {{"experts", "expert_weight_byte"},
                                          {"other feed-forward", "ffn_weight_byte"},
                                          {"attention", "attention_weight_byte"},
                                          {"layers with a state", "state_layer_weight_byte"},
                                          {"embedding and head", "head_weight_byte"},
                                          {"MTP modules", "draft_weight_byte"},
                                          {"KV cache", "cache_byte"}};
    for (size_t i = 0; i < LEN(said); i++)
        say(r, said[i][0], said[i][1]);
}

void quantised_read(struct config *c, const struct import_choice *choice, const size_t *of,
                    size_t n)
{
    struct reader r = {.c = c};
    bool found = scheme_read(&r.scheme, c, choice ? choice->quantised : NULL);
    r.experts_outside = config_flag(c, "enable_moe_block", false);
    if (!found || c->failed)
        return;
    if (modules_open(&r.ignored, r.scheme.ignore, c->err) != 0 ||
        modules_open(&r.listed, r.scheme.layers, c->err) != 0)
        c->failed = true;
    else
        read_classes(&r, of, n);
    modules_close(r.ignored);
    modules_close(r.listed);
}
