#include "arch/catalogue/huggingface_short.h"

#include <math.h>
#include <string.h>

#include "arch/ffn.h"
#include "arch/mixer.h"

#define WINDOW (1 + offsetof(struct model, window))
#define CHUNKED (1 + offsetof(struct model, chunked))

static double *model_value(struct model *m, size_t parent)
{
    return (double *)((char *)m + parent - 1);
}

/* A value that the short form has no row for, and that changes what a layer costs. A gate on shared
 * experts is a vector (below 0.1 %). */
static bool is_extra(const struct field *f, double value)
{
    return f->parent == 0 && !isnan(value) && value != f->init &&
           strcmp(f->name, "shared_gate") != 0;
}

/* Do two groups' parameters agree, but for windows? And has the short form rows for them? */
static bool agree(const struct fields *fields, const double *a, const double *b)
{
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *f = &fields->row[i];
        double x = field_get(f, a), y = field_get(f, b);
        if (is_extra(f, x) || is_extra(f, y))
            return false;
        if (f->parent != WINDOW && f->parent != CHUNKED && x != y && !(isnan(x) && isnan(y)))
            return false;
    }
    return true;
}

static void copy_up(struct model *m, const struct fields *fields, const double *value)
{
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *f = &fields->row[i];
        double v = field_get(f, value);
        if (f->parent && !isnan(v))
            *model_value(m, f->parent) = v;
    }
}

/* The first dense and the first routed group, and the group with a window; NULL without. */
struct kinds {
    const struct stated_layers *any, *dense, *routed, *window;
};

static double window_of(const struct stated_layers *g)
{
    for (size_t i = 0; i < g->mixer->fields->n; i++)
        if (g->mixer->fields->row[i].parent == WINDOW) {
            double w = field_get(&g->mixer->fields->row[i], g->mixer_value);
            return isnan(w) ? 0 : w;
        }
    return 0;
}

static bool read_kinds(const struct layer_list *list, struct kinds *k)
{
    *k = (struct kinds){.any = &list->group[0]};
    for (size_t i = 0; i < list->n; i++) {
        const struct stated_layers *g = &list->group[i];
        if (g->beside || g->draft || !g->mixer || !g->ffn || g->mixer->recurrent ||
            (g->mixer != mixer_named("gqa") && g->mixer != mixer_named("mla")) ||
            g->mixer != k->any->mixer ||
            !agree(g->mixer->fields, g->mixer_value, k->any->mixer_value))
            return false;
        const struct stated_layers **same = g->ffn->routed ? &k->routed : &k->dense;
        *same = *same ? *same : g;
        if (g->ffn != (*same)->ffn || !agree(g->ffn->fields, g->ffn_value, (*same)->ffn_value))
            return false;
        if (window_of(g) > 0) {
            k->window = k->window ? k->window : g;
            if (window_of(g) != window_of(k->window))
                return false;
        }
    }
    return true;
}

/* Of n layers, `full` have full attention and the others a window. */
static bool put_windows(struct imported *out, const struct kinds *k, double n, double full)
{
    struct model *m = &out->model;
    double every = full > 0 ? floor(n / full) : 0;
    if (!k->window)
        return true;
    if (full > 0 && floor(n / every) != full)
        return false;
    copy_up(m, k->window->mixer->fields, k->window->mixer_value);
    m->full_every = every;
    NOTE(out, full_every, full > 0 ? "one layer in this many has full attention" : NULL);
    return true;
}

/* Only the number of layers with experts matters, so every pattern can be said. */
static void put_experts(struct imported *out, const size_t *of, size_t n)
{
    struct model *m = &out->model;
    double moe = 0, before = 0, every = 0;
    for (size_t i = 0; i < n; i++) {
        bool routed = out->list.group[of[i]].ffn->routed;
        before += moe == 0 && !routed;
        moe += routed;
    }
    m->first_dense_layers = 0;
    m->moe_every = 1;
    if (moe == 0)
        return;
    for (double e = 2; e <= (double)n && every == 0; e++)
        if (before + 1 == e && floor((double)n / e) == moe)
            every = e;
    if (before + moe == (double)n)
        m->first_dense_layers = before;
    else if (every > 0)
        m->moe_every = every;
    else {
        m->first_dense_layers = (double)n - moe;
        NOTE(out, first_dense_layers, "all dense layers, at any position");
    }
}

bool short_form(struct imported *out, const size_t *of, size_t n)
{
    struct kinds k;
    struct model *m = &out->model;
    double full = 0;
    if (!of || !read_kinds(&out->list, &k))
        return false;
    for (size_t i = 0; i < n; i++)
        full += window_of(&out->list.group[of[i]]) <= 0;
    struct model before = *m;
    copy_up(m, k.any->mixer->fields, k.any->mixer_value);
    if (k.routed)
        copy_up(m, k.routed->ffn->fields, k.routed->ffn_value);
    if (k.dense)
        copy_up(m, k.dense->ffn->fields, k.dense->ffn_value);
    m->layers = (double)n;
    m->attention = mixer_index(k.any->mixer->name);
    m->list = NULL;
    if (!put_windows(out, &k, (double)n, full)) {
        *m = before;
        return false;
    }
    put_experts(out, of, n);
    return true;
}

/* ---- the list ---- */

/* The value that all kinds with a parameter of this parent state; NAN if they differ or leave it
 * out. */
static double common(const struct layer_list *list, size_t parent)
{
    double value = NAN;
    bool first = true;
    for (size_t g = 0; g < list->n; g++)
        for (int side = 0; side < 2; side++) {
            const struct fields *fields =
                side == 0 ? (list->group[g].mixer ? list->group[g].mixer->fields : NULL)
                          : (list->group[g].ffn ? list->group[g].ffn->fields : NULL);
            const double *values =
                side == 0 ? list->group[g].mixer_value : list->group[g].ffn_value;
            for (size_t i = 0; fields && i < fields->n; i++) {
                if (fields->row[i].parent != parent)
                    continue;
                double v = field_get(&fields->row[i], values);
                if (isnan(v) || (!first && v != value))
                    return NAN;
                value = v;
                first = false;
            }
        }
    return value;
}

/* Leaves out what the model or the default of the parameter says. */
static void leave_out(const struct fields *fields, double *values, struct model *m)
{
    for (size_t i = 0; fields && i < fields->n; i++) {
        const struct field *f = &fields->row[i];
        if (field_get(f, values) == (f->parent ? *model_value(m, f->parent) : f->init))
            field_put(f, values, NAN);
    }
}

void list_form(struct imported *out)
{
    struct layer_list *list = &out->list;
    for (size_t i = 0; i < model_fields.n; i++) {
        size_t parent = 1 + model_fields.row[i].offset;
        double value = common(list, parent);
        if (!isnan(value))
            *model_value(&out->model, parent) = value;
    }
    out->model.layers = 0;
    for (size_t g = 0; g < list->n; g++) {
        struct stated_layers *of = &list->group[g];
        leave_out(of->mixer ? of->mixer->fields : NULL, of->mixer_value, &out->model);
        leave_out(of->ffn ? of->ffn->fields : NULL, of->ffn_value, &out->model);
        out->model.layers += of->beside || of->draft ? 0 : of->count;
    }
    out->model.list = list;
}
