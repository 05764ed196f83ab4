#include "arch/catalogue/huggingface_groups.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface_families.h"
#include "arch/catalogue/huggingface_terms.h"
#include "arch/ffn.h"
#include "arch/mixer.h"
#include "base/mem.h"

enum { SUBLAYERS_MOST = 2 }; /* of one layer: groups beside each other */

static void no_kind(struct config *c, const char *what, const char *kind)
{
    char text[120];
    snprintf(text, sizeof text, "%s of kind %s: cannot be expressed", what, kind);
    config_refuse(c, NULL, text);
}

void group_mixer(struct config *c, struct stated_layers *out, const char *kind)
{
    if (!(out->mixer = mixer_named(kind)))
        no_kind(c, "a mixer", kind);
}

void group_feed(struct config *c, struct stated_layers *out, const char *kind)
{
    if (!(out->ffn = ffn_named(kind)))
        no_kind(c, "a feed-forward", kind);
}

static void put_field(struct config *c, const struct field *f, double *values, double value)
{
    struct err inner;
    char text[200];
    if (field_check(f, value, &inner) != 0) {
        snprintf(text, sizeof text, "%s of its layers: %.140s", f->name, inner.text);
        config_refuse(c, NULL, text);
    }
    field_put(f, values, value);
}

void group_put(struct config *c, struct stated_layers *out, const char *name, double value)
{
    const struct field *mixer = out->mixer ? field_find(*out->mixer->fields, name) : NULL;
    const struct field *ffn = out->ffn ? field_find(*out->ffn->fields, name) : NULL;
    char text[160];
    if (c->failed)
        return;
    if (mixer)
        put_field(c, mixer, out->mixer_value, value);
    if (ffn)
        put_field(c, ffn, out->ffn_value, value);
    if (mixer || ffn || value == 0)
        return;
    snprintf(text, sizeof text, "layers with %s %g: cannot be expressed", name, value);
    config_refuse(c, NULL, text);
}

void group_put_word(struct config *c, struct stated_layers *out, const char *name, const char *word)
{
    const struct field *f = out->mixer ? field_find(*out->mixer->fields, name) : NULL;
    struct err inner;
    double value = NAN;
    assert(f);
    int rc = field_parse(f, word, &value, &inner);
    assert(rc == 0);
    (void)rc;
    group_put(c, out, name, value);
}

/* ---- groups ---- */

/* Values are all set or NAN, so bytes compare. */
static bool equal_values(const double *a, const double *b)
{
    for (size_t i = 0; i < SUBLAYER_VALUES; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

static bool equal(const struct stated_layers *a, const struct stated_layers *b)
{
    return a->mixer == b->mixer && a->ffn == b->ffn && a->beside == b->beside &&
           equal_values(a->mixer_value, b->mixer_value) && equal_values(a->ffn_value, b->ffn_value);
}

/* Index of the group that is equal, with the same groups beside it; adds them if there is none. */
static size_t add(struct config *c, struct layer_list *out, const struct stated_layers *g, size_t n)
{
    for (size_t i = 0; i + n <= out->n; i++) {
        size_t same = 0;
        while (same < n && equal(&out->group[i + same], &g[same]))
            same++;
        if (same < n || (i + n < out->n && out->group[i + n].beside))
            continue;
        for (size_t k = 0; k < n; k++)
            out->group[i + k].count += g[k].count;
        return i;
    }
    if (out->n + n > GROUPS_MOST) {
        config_find(c, "num_hidden_layers");
        config_refuse(c, NULL, "more kinds of layers than a model file can list");
        return 0;
    }
    memcpy(&out->group[out->n], g, n * sizeof *g);
    out->n += n;
    return out->n - n;
}

/* The groups of the last layer are moved to the end: MTP modules repeat it. */
static void move_last(struct layer_list *out, size_t *of, size_t layers)
{
    struct stated_layers moved[GROUPS_MOST];
    size_t at = of[layers - 1], n = 1;
    while (at + n < out->n && out->group[at + n].beside)
        n++;
    size_t after = out->n - at - n;
    memcpy(moved, &out->group[at], n * sizeof *moved);
    memmove(&out->group[at], &out->group[at + n], after * sizeof *moved);
    memcpy(&out->group[at + after], moved, n * sizeof *moved);
    for (size_t i = 0; i < layers; i++)
        of[i] = of[i] == at ? at + after : of[i] > at ? of[i] - n : of[i];
}

static size_t read_layer(struct config *c, const struct layer *l, struct stated_layers *g)
{
    size_t n = 1;
    g[0] = stated_layers_of(1);
    group_set_mixer(c, l, &g[0]);
    group_set_feed(c, l, &g[0]);
    g[1] = stated_layers_of(1);
    g[1].beside = true;
    if (c->family->beside) {
        struct layer mamba = {.mixer = MIX_MAMBA};
        group_set_mixer(c, &mamba, &g[1]);
        n = 2;
    } else if (l->feed == FEED_MOE && config_flag(c, "enable_moe_block", false)) {
        /* Gemma 4: a dense feed-forward beside the experts of every layer. */
        struct layer dense = {.feed = FEED_DENSE};
        group_set_feed(c, &dense, &g[1]);
        n = 2;
    }
    return n;
}

/* What the file says of an MTP module: letters or words for its sublayers (Nemotron), or a ratio of
 * compressed attention beyond those of the layers (DeepSeek-V4). `last` is the model's last layer.
 */
static bool read_draft(struct config *c, const struct layer *last, size_t layers, struct layer *out)
{
    static const struct word words[] = {
        {"mamba", 'M'}, {"attention", '*'}, {"moe", 'E'}, {"mlp", '-'}, {NULL, 0}};
    const struct node *letters = config_find(c, "mtp_hybrid_override_pattern");
    const struct node *list = config_list(c, "mtp_layers_block_type", 1);
    const struct node *ratios = config_list(c, "compress_ratios", layers);
    char text[8] = "";
    if (letters)
        snprintf(text, sizeof text, "%s", node_text(letters));
    for (size_t i = 0; list && i < node_count(list) && i + 1 < sizeof text; i++)
        text[i] = (char)config_word(c, node_at(list, i), words);
    *out = *last;
    if (ratios && node_count(ratios) > layers)
        out->ratio = config_count_of(c, node_at(ratios, layers), 0);
    if (*text) {
        out->mixer = strchr(text, '*') ? MIX_FULL : strchr(text, 'M') ? MIX_MAMBA : MIX_NONE;
        out->feed = strchr(text, 'E') ? FEED_MOE : strchr(text, '-') ? FEED_DENSE : FEED_NONE;
    }
    return *text || (ratios && node_count(ratios) > layers);
}

/* Adds a group for an MTP module that is no copy of the last layer. */
static void add_draft(struct config *c, struct layer_list *out, const struct layer *last,
                      size_t layers)
{
    struct layer l;
    struct stated_layers g[SUBLAYERS_MOST], same[SUBLAYERS_MOST];
    if (!read_draft(c, last, layers, &l) || term_or(c, TERM_DRAFT_LAYERS, 0) <= 0 || c->failed)
        return;
    read_layer(c, &l, g);
    read_layer(c, last, same);
    if (c->failed || equal(&g[0], &same[0]) || out->n == GROUPS_MOST)
        return;
    g[0].draft = true;
    out->group[out->n++] = g[0];
}

/* LongCat: a layer is two of attention and dense feed-forward, with one MoE beside. */
static void read_doubled(struct config *c, struct layer_list *out)
{
    static const struct layer dense = {.mixer = MIX_FULL, .feed = FEED_DENSE},
                              moe = {.mixer = MIX_NONE, .feed = FEED_MOE};
    double n = config_count(c, "num_layers", NAN);
    config_dismiss(c, "num_hidden_layers");
    config_dismiss(c, "attention_method");
    if (isnan(n)) {
        config_find(c, "num_layers");
        config_refuse(c, NULL, "missing: add it");
        return;
    }
    out->n = 2;
    out->group[0] = stated_layers_of(2 * n);
    out->group[1] = stated_layers_of(n);
    out->group[1].beside = true;
    group_set_mixer(c, &dense, &out->group[0]);
    group_set_feed(c, &dense, &out->group[0]);
    group_set_feed(c, &moe, &out->group[1]);
}

void groups_read(struct config *c, struct layer_list *out, size_t *n_layers, size_t **of)
{
    *n_layers = out->n = 0;
    *of = NULL;
    if (c->family->doubled) {
        read_doubled(c, out);
        return;
    }
    struct layer *layer = layers_read(c, n_layers);
    if (!layer)
        return;
    *of = mem_alloc(*n_layers, sizeof **of);
    for (size_t i = 0; i < *n_layers && !c->failed; i++) {
        struct stated_layers g[SUBLAYERS_MOST];
        size_t n = read_layer(c, &layer[i], g);
        (*of)[i] = c->failed ? 0 : add(c, out, g, n);
    }
    if (!c->failed) {
        move_last(out, *of, *n_layers);
        add_draft(c, out, &layer[*n_layers - 1], *n_layers);
    }
    free(layer);
}
