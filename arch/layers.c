#include "arch/layers.h"

#include <math.h>
#include <string.h>

#include "arch/ffn.h"
#include "arch/mixer.h"

static const size_t OF_WINDOW = 1 + offsetof(struct model, window);

struct stated_layers stated_layers_of(double count)
{
    struct stated_layers out = {.count = count};
    for (size_t i = 0; i < SUBLAYER_VALUES; i++)
        out.mixer_value[i] = out.ffn_value[i] = NAN;
    return out;
}

double stated_value(const struct field *f, const double *stated, const struct model *m)
{
    double value = stated ? field_get(f, stated) : NAN;
    if (!isnan(value))
        return value;
    return f->parent ? *(const double *)((const char *)m + f->parent - 1) : f->init;
}

/* Fills in what a group does not state. `whole`: no window. */
static void resolve(struct sublayer *out, const struct fields *fields, const double *stated,
                    const struct model *m, bool whole)
{
    out->hidden = m->hidden;
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *f = &fields->row[i];
        bool none = whole && f->parent == OF_WINDOW;
        field_put(f, out->value, none ? 0 : stated_value(f, stated, m));
    }
}

static bool equal(const struct sublayer *a, const struct sublayer *b, const struct fields *fields)
{
    return memcmp(a->value, b->value, fields->size) == 0;
}

/* Adds sublayers to the group of their kind and values. Returns the index of the group. */
static size_t add_mixers(struct layers *l, const struct mixer *kind, double count,
                         const double *stated, const struct model *m, bool whole)
{
    struct mixer_group *g = &l->mixer[l->mixers];
    g->kind = kind;
    g->of.count = count;
    resolve(&g->of, kind->fields, stated, m, whole);
    for (size_t i = 0; i < l->mixers; i++)
        if (l->mixer[i].kind == kind && equal(&l->mixer[i].of, &g->of, kind->fields)) {
            l->mixer[i].of.count += count;
            return i;
        }
    return l->mixers++;
}

static size_t add_ffns(struct layers *l, const struct ffn *kind, double count, const double *stated,
                       const struct model *m)
{
    struct ffn_group *g = &l->ffn[l->ffns];
    g->kind = kind;
    g->of.count = count;
    resolve(&g->of, kind->fields, stated, m, false);
    for (size_t i = 0; i < l->ffns; i++)
        if (l->ffn[i].kind == kind && equal(&l->ffn[i].of, &g->of, kind->fields)) {
            l->ffn[i].of.count += count;
            return i;
        }
    return l->ffns++;
}

/* Layers whose attention has no window: one in full_every. */
static double flat_whole_layers(const struct model *m)
{
    if (m->window <= 0)
        return m->layers;
    return m->full_every > 0 ? floor(m->layers / m->full_every) : 0;
}

static double flat_moe_layers(const struct model *m)
{
    return m->experts > 0 ? fmax(0, floor((m->layers - m->first_dense_layers) / m->moe_every)) : 0;
}

static void flat_layers(struct layers *l, const struct model *m)
{
    double whole = flat_whole_layers(m), moe = flat_moe_layers(m);
    bool last_whole = m->window <= 0 || (m->full_every > 0 && fmod(m->layers, m->full_every) == 0);
    bool last_moe = moe > 0 && fmod(m->layers - m->first_dense_layers, m->moe_every) == 0;
    l->n = m->layers;
    if (whole > 0)
        add_mixers(l, mixer_of(m), whole, NULL, m, true);
    size_t local = l->mixers;
    if (m->layers > whole)
        local = add_mixers(l, mixer_of(m), m->layers - whole, NULL, m, false);
    l->draft_mixer = last_whole ? 0 : local;
    if (m->layers > moe)
        add_ffns(l, &ffn_dense, m->layers - moe, NULL, m);
    l->draft_ffn = last_moe ? l->ffns : 0;
    if (moe > 0)
        add_ffns(l, &ffn_moe, moe, NULL, m);
}

/* The sublayers of an MTP module, behind the end of the groups. */
static void state_draft(struct layers *l, const struct stated_layers *g, const struct model *m)
{
    l->draft_mixer = l->draft_ffn = NO_GROUP;
    if (g->mixer) {
        l->draft_mixer = l->mixers;
        l->mixer[l->mixers].kind = g->mixer;
        resolve(&l->mixer[l->mixers].of, g->mixer->fields, g->mixer_value, m, false);
    }
    if (g->ffn) {
        l->draft_ffn = l->ffns;
        l->ffn[l->ffns].kind = g->ffn;
        resolve(&l->ffn[l->ffns].of, g->ffn->fields, g->ffn_value, m, false);
    }
}

static void listed_layers(struct layers *l, const struct model *m)
{
    const struct stated_layers *draft = NULL;
    for (size_t i = 0; i < m->list->n; i++) {
        const struct stated_layers *g = &m->list->group[i];
        if (g->draft) {
            draft = g;
            continue;
        }
        l->n += g->beside ? 0 : g->count;
        if (g->mixer)
            l->draft_mixer = add_mixers(l, g->mixer, g->count, g->mixer_value, m, false);
        if (g->ffn)
            l->draft_ffn = add_ffns(l, g->ffn, g->count, g->ffn_value, m);
    }
    if (draft)
        state_draft(l, draft, m);
}

void layers_of(struct layers *out, const struct model *m)
{
    out->n = 0;
    out->hidden = m->hidden;
    out->residual_streams = m->residual_streams;
    out->layer_embedding = m->layer_embedding;
    out->layer_vocab = m->layer_vocab > 0 ? m->layer_vocab : m->vocab;
    out->mixers = out->ffns = 0;
    out->draft_mixer = out->draft_ffn = NO_GROUP;
    if (m->list)
        listed_layers(out, m);
    else
        flat_layers(out, m);
}

void layers_of_none(struct layers *out)
{
    out->n = out->hidden = out->residual_streams = 0;
    out->layer_embedding = out->layer_vocab = 0;
    out->mixers = out->ffns = 0;
    out->draft_mixer = out->draft_ffn = NO_GROUP;
}

void layers_of_draft(struct layers *out, const struct layers *l)
{
    layers_of_none(out);
    out->n = 1;
    out->hidden = l->hidden;
    out->residual_streams = l->residual_streams;
    if (l->draft_mixer != NO_GROUP) {
        out->mixer[out->mixers] = l->mixer[l->draft_mixer];
        out->mixer[out->mixers++].of.count = 1;
    }
    if (l->draft_ffn != NO_GROUP) {
        out->ffn[out->ffns] = l->ffn[l->draft_ffn];
        out->ffn[out->ffns++].of.count = 1;
    }
}

double layers_sublayers(const struct layers *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->mixers; i++)
        sum += l->mixer[i].of.count;
    for (size_t i = 0; i < l->ffns; i++)
        sum += l->ffn[i].of.count;
    return sum;
}

const struct ffn_group *layers_moe(const struct layers *l)
{
    for (size_t i = 0; i < l->ffns; i++)
        if (l->ffn[i].kind->routed)
            return &l->ffn[i];
    return NULL;
}

double layers_mixer_params(const struct layers *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->mixers; i++)
        sum += l->mixer[i].of.count * l->mixer[i].kind->params(&l->mixer[i].of);
    return sum;
}

double layers_mixer_params_per_rank(const struct layers *l, double tp)
{
    return layers_mixer_byte_per_rank(l, tp, 1, 1);
}

double layers_mixer_byte_per_rank(const struct layers *l, double tp, double attention_byte,
                                  double state_layer_byte)
{
    double sum = 0;
    for (size_t i = 0; i < l->mixers; i++) {
        const struct mixer *kind = l->mixer[i].kind;
        const struct sublayer *of = &l->mixer[i].of;
        double copied = mixer_copied_params(kind, of);
        double byte = kind->recurrent ? state_layer_byte : attention_byte;
        sum += of->count * (copied + (kind->params(of) - copied) / tp) * byte;
    }
    return sum;
}

double layers_routed_params(const struct layers *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->ffns; i++)
        sum += l->ffn[i].of.count * l->ffn[i].kind->routed_params(&l->ffn[i].of);
    return sum;
}

double layers_shared_params(const struct layers *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->ffns; i++)
        sum += l->ffn[i].of.count * l->ffn[i].kind->shared_params(&l->ffn[i].of);
    return sum;
}

double layers_copied_params(const struct layers *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->ffns; i++)
        if (l->ffn[i].kind->copied_params)
            sum += l->ffn[i].of.count * l->ffn[i].kind->copied_params(&l->ffn[i].of);
    return sum;
}

double layers_router_params(const struct layers *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->ffns; i++)
        sum += l->ffn[i].of.count * l->ffn[i].kind->router_params(&l->ffn[i].of);
    return sum;
}

/* Hyper-connections (DeepSeek-V4): each sublayer maps its n streams to 2 + n weights per stream. */
double layers_residual_params(const struct layers *l)
{
    double n = l->residual_streams;
    return n > 1 ? layers_sublayers(l) * (2 + n) * n * n * l->hidden : 0;
}

double layers_embedding_params(const struct layers *l)
{
    return l->layer_vocab * l->n * l->layer_embedding;
}

/* The stream is projected to the embeddings of all layers; each layer has a gate and a projection
 * back. */
double layers_embedding_matrix_params(const struct layers *l)
{
    return 3 * l->hidden * l->n * l->layer_embedding;
}

double layers_active_params(const struct layers *l)
{
    double sum =
        layers_mixer_params(l) + layers_residual_params(l) + layers_embedding_matrix_params(l);
    for (size_t i = 0; i < l->ffns; i++)
        sum += l->ffn[i].of.count * l->ffn[i].kind->active_params(&l->ffn[i].of);
    return sum;
}

double layers_tp_most(const struct layers *l)
{
    double most = INFINITY;
    for (size_t i = 0; i < l->mixers; i++)
        most = fmin(most, mixer_heads(l->mixer[i].kind, &l->mixer[i].of));
    return most;
}

bool layers_tp_divides(const struct layers *l, double tp)
{
    for (size_t i = 0; i < l->mixers; i++)
        if (fmod(mixer_heads(l->mixer[i].kind, &l->mixer[i].of), tp) != 0)
            return false;
    return true;
}

bool layers_context_divides(const struct layers *l)
{
    for (size_t i = 0; i < l->mixers; i++)
        if (l->mixer[i].kind->recurrent)
            return false;
    return true;
}

/* Of `context` tokens, the share that a layer keeps. */
static double share_kept(const struct kept *k, double context)
{
    return context > 0 && k->window > 0 ? fmin(1, k->window / context) : 1;
}

double layers_kv_byte_per_token(const struct layers *l, double tp, double kv_byte, double rope_byte,
                                double context)
{
    double sum = 0;
    for (size_t i = 0; i < l->mixers; i++) {
        struct kept k;
        l->mixer[i].kind->kept(&k, &l->mixer[i].of, tp);
        double byte = k.token * kv_byte + k.token_rope * (rope_byte - kv_byte) + k.token_byte;
        sum += l->mixer[i].of.count * share_kept(&k, context) * byte;
    }
    return sum;
}

double layers_state_byte_per_request(const struct layers *l, double tp, const struct state_bytes *b)
{
    double sum = 0;
    for (size_t i = 0; i < l->mixers; i++) {
        struct kept k;
        l->mixer[i].kind->kept(&k, &l->mixer[i].of, tp);
        sum += l->mixer[i].of.count *
               (k.state * b->state_byte + k.inputs * b->act_byte + k.fixed * b->kv_byte);
    }
    return sum;
}

void layers_engine_byte(struct engine_byte *out, const struct layers *l, double tp,
                        const struct state_bytes *b, double rope_byte, double cached,
                        double window_at)
{
    *out = (struct engine_byte){0};
    for (size_t i = 0; i < l->mixers; i++) {
        struct kept k;
        const struct mixer *kind = l->mixer[i].kind;
        double n = l->mixer[i].of.count;
        kind->kept(&k, &l->mixer[i].of, tp);
        double tokens = cached * share_kept(&k, window_at);
        double entry =
            (k.token - k.token_index) * b->kv_byte + k.token_rope * (rope_byte - b->kv_byte);
        out->core += n * (tokens * entry + k.fixed * b->kv_byte);
        out->index += n * tokens * (k.token_index * b->kv_byte + k.token_byte);
        out->state += kind->recurrent ? n * k.state * b->state_byte : 0;
    }
}

bool layers_keep(const struct layers *l)
{
    const struct state_bytes b = {1, 1, 1};
    return layers_kv_byte_per_token(l, 1, 1, 1, 0) + layers_state_byte_per_request(l, 1, &b) > 0;
}
