#include "arch/catalogue/huggingface.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface_families.h"
#include "arch/catalogue/huggingface_groups.h"
#include "arch/catalogue/huggingface_harmless.h"
#include "arch/catalogue/huggingface_quantised.h"
#include "arch/catalogue/huggingface_short.h"
#include "arch/catalogue/huggingface_terms.h"
#include "arch/catalogue/layer_list.h"
#include "arch/design.h"
#include "base/mem.h"

/* ---- the family ---- */

/* The i-th name that a configuration gives its architecture, of the parts in order: the language
 * model's type before that of the whole, types before classes. */
static const struct node *name_at(const struct config *c, size_t i)
{
    if (i < c->parts)
        return node_find(c->part[i].map, "model_type");
    i -= c->parts;
    for (size_t p = 0; p < c->parts; p++) {
        const struct node *list = node_find(c->part[p].map, "architectures");
        size_t n = list ? node_count(list) : 0;
        if (i < n)
            return node_at(list, i);
        i -= n;
    }
    return NULL;
}

static size_t names(const struct config *c)
{
    size_t n = c->parts;
    for (size_t p = 0; p < c->parts; p++) {
        const struct node *list = node_find(c->part[p].map, "architectures");
        n += list ? node_count(list) : 0;
    }
    return n;
}

/* A type whose keys are like those of the file. */
static const char *alike(struct config *c)
{
    if (config_find(c, "kv_lora_rank"))
        return "deepseek_v3";
    return term_or(c, TERM_EXPERTS, 0) > 1 ? "mixtral" : "llama";
}

static void refuse_unknown(struct config *c, const struct node *first)
{
    char list[900], *text;
    const char *like = alike(c);
    family_names(list, sizeof list);
    config_find(c, "model_type");
    if (first && node_kind(first) == NODE_SCALAR)
        text = mem_print("unknown architecture \"%.60s\": give --as TYPE if its layers are those "
                         "of a known one, perhaps --as %s: one of %s",
                         node_text(first), like, list);
    else
        text = mem_print("missing: give --as TYPE, perhaps --as %s: one of %s", like, list);
    if (first && !node_find(c->part[0].map, "model_type") && c->parts == 1)
        snprintf(c->path, sizeof c->path, "architectures");
    config_refuse(c, first, text);
    free(text);
}

static void identify(struct config *c, const char *as)
{
    const struct node *first = NULL;
    for (size_t i = 0; i < names(c) && !c->family; i++) {
        const struct node *n = name_at(c, i);
        if (!n || node_kind(n) != NODE_SCALAR)
            continue;
        first = first ? first : n;
        c->type = node_text(n);
        c->family = as ? NULL : family_of(c->type);
    }
    if (!as) {
        if (!c->family)
            refuse_unknown(c, first);
        return;
    }
    c->type = first ? node_text(first) : as;
    if (!(c->family = family_of(as))) {
        char list[900];
        family_names(list, sizeof list);
        char *text = mem_print("no type \"%.60s\" for --as: one of %s", as, list);
        config_find(c, "model_type");
        config_refuse(c, first, text);
        free(text);
        return;
    }
    config_remark(c, REMARK_ASSUMED, "what the keys leave open is as in %s (--as)", as);
}

/* ---- the model ---- */

/* The format of recurrent states: Qwen, Nemotron. */
static double state_byte_of(struct config *c)
{
    static const char *const keys[] = {"mamba_ssm_cache_dtype", "mamba_ssm_dtype"};
    static const struct word words[] = {{"float32", 4}, {"fp32", 4}, {"bfloat16", 2}, {"bf16", 2},
                                        {"float16", 2}, {"fp16", 2}, {"auto", 0},     {NULL, 0}};
    double byte = 0;
    for (size_t i = 0; i < LEN(keys); i++) {
        const struct node *n = config_find(c, keys[i]);
        byte = n && byte == 0 ? config_word(c, n, words) : byte;
    }
    return byte;
}

static void read_flat(struct config *c, struct model *m)
{
    m->hidden = term_need(c, TERM_HIDDEN);
    m->vocab = term_need(c, TERM_VOCAB);
    m->tied_embeddings =
        config_flag(c, "tie_word_embeddings", config_flag(c, "weight_tying", c->family->tied));
    m->draft_layers = term_or(c, TERM_DRAFT_LAYERS, 0);
    if (m->draft_layers > 0)
        config_remark(c, REMARK_LEFT_OUT, "the weights of %g MTP module%s from the total",
                      m->draft_layers, m->draft_layers > 1 ? "s" : "");
    config_dismiss(c, "mtp_transformer_layers");
    config_dismiss(c, "mtp_use_dedicated_embeddings");
    config_dismiss(c, "use_mtp");
    m->layer_embedding = config_count(c, "hidden_size_per_layer_input", 0);
    m->layer_vocab = config_count(c, "vocab_size_per_layer_input", 0);
    if (m->layer_embedding == 0 || m->layer_vocab == m->vocab)
        m->layer_vocab = 0;
    if (config_count(c, "word_embed_proj_dim", m->hidden) != m->hidden)
        config_refuse(c, NULL, "not the width of the stream: cannot be expressed");
    m->state_byte = state_byte_of(c);
    m->residual_streams = config_count(c, "hc_mult", 1);
    if (config_count(c, "attn_res_block_size", 0) > 0)
        config_remark(c, REMARK_LEFT_OUT, "attention residuals (attn_res_block_size)");
}

static void check(struct config *c, struct model *m)
{
    struct err inner;
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        double value = field_get(f, m);
        if (m->list && isnan(value))
            continue;
        if (!c->failed && field_check(f, value, &inner) != 0) {
            snprintf(c->path, sizeof c->path, "%s", f->name);
            c->at = NULL;
            config_refuse(c, NULL, inner.text);
        }
    }
    c->path[0] = 0;
    c->at = NULL;
    if (!c->failed && m->list && layer_list_finish(config_text(c), &c->out->list, m, c->err) != 0)
        c->failed = true;
    if (!c->failed && design_check_model(m, &inner) != 0)
        config_refuse(c, NULL, inner.text);
}

static void read_model(struct config *c, const struct import_choice *choice)
{
    size_t n = 0, *of = NULL;
    struct imported *out = c->out;
    identify(c, choice ? choice->as : NULL);
    if (c->failed)
        return;
    groups_read(c, &out->list, &n, &of);
    read_flat(c, &out->model);
    if (!c->failed && !short_form(out, of, n))
        list_form(out);
    if (!c->failed)
        quantised_read(c, choice, of, n);
    free(of);
    harmless_check(c, choice);
    check(c, &out->model);
}

int huggingface_import(struct imported *out, const struct node *root,
                       const struct import_choice *choice, struct err *err)
{
    struct config c = {.out = out, .err = err};
    if (node_kind(root) != NODE_MAP)
        return node_fail(root, NULL, err, "not a configuration: give a config.json");
    *out = (struct imported){.type = ""};
    fields_init(model_fields, &out->model);
    config_open(&c, root);
    read_model(&c, choice);
    out->type = c.type ? c.type : "";
    config_close(&c);
    return c.failed ? -1 : 0;
}
