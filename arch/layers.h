/* The layers of a model, as groups of equal sublayers.
 *
 * A layer has a sequence mixer (attention, or a recurrent state), a feed-forward, or both. Time and
 * memory depend on how many layers have each, not on their order, so mixers and feed-forwards are
 * grouped apart. A model file lists its layers (`layers:`); the short form, the flat values of
 * struct model, describes up to two groups of each. */
#ifndef ARCH_LAYERS_H
#define ARCH_LAYERS_H

#include "arch/model.h"

enum { GROUPS_MOST = 24, SUBLAYER_VALUES = 24, NO_GROUP = GROUPS_MOST };

struct mixer;
struct ffn;

/* `count` equal sublayers of one kind, with the parameters of the kind: its struct, of doubles. */
struct sublayer {
    double count, hidden;
    double value[SUBLAYER_VALUES];
};

/* A group as a model file states it. Values that it leaves out are NAN: those of the model, or
 * their defaults. */
struct stated_layers {
    double count;
    bool beside; /* sublayers beside those of the group before, no layers of their own */
    bool draft;  /* the layer of an MTP module, none of the model's own */
    const struct mixer *mixer; /* NULL: layers without a mixer */
    const struct ffn *ffn;     /* NULL: layers without a feed-forward */
    double mixer_value[SUBLAYER_VALUES], ffn_value[SUBLAYER_VALUES];
};

struct layer_list {
    size_t n;
    double attention; /* of the model when the list was read: no other value has an effect */
    struct stated_layers group[GROUPS_MOST];
};

/* `count` layers without a kind, with nothing stated. */
struct stated_layers stated_layers_of(double count);

/* The value of parameter `f` of a kind: as `stated` (NULL: nothing is), else as the model's own,
 * else its default. */
double stated_value(const struct field *f, const double *stated, const struct model *m);

struct mixer_group {
    const struct mixer *kind;
    struct sublayer of;
};

struct ffn_group {
    const struct ffn *kind;
    struct sublayer of;
};

struct layers {
    double n; /* layers of the model, over which a pipeline splits it */
    double hidden, residual_streams;
    double layer_embedding, layer_vocab; /* as the model's; its vocabulary, if it has none */
    size_t mixers, ffns;
    /* Of an MTP module, at or behind the end of the groups: those of the last layer that has one,
     * unless the list states its own; NO_GROUP: none. */
    size_t draft_mixer, draft_ffn;
    struct mixer_group mixer[GROUPS_MOST];
    struct ffn_group ffn[GROUPS_MOST];
};

/* All values resolved. Valid while the model's list is; owns nothing. */
void layers_of(struct layers *out, const struct model *m);

/* No layers at all. */
void layers_of_none(struct layers *out);

/* The layer of an MTP module: as the list states, else with the last mixer and the last
 * feed-forward of the model (arXiv:2412.19437). */
void layers_of_draft(struct layers *out, const struct layers *l);

/* Norms and residual additions: one per sublayer. */
double layers_sublayers(const struct layers *l);

/* The layers with routed experts, all of one shape; NULL without. */
const struct ffn_group *layers_moe(const struct layers *l);

/* Weights in parameters; norms and biases (below 0.1 %) are left out. Of a mixer's, each of `tp`
 * ranks keeps a full copy of some and its heads' share of the others. */
double layers_mixer_params(const struct layers *l);
double layers_routed_params(const struct layers *l); /* experts */
double layers_shared_params(const struct layers *l); /* feed-forward outside experts and routers */
double layers_copied_params(const struct layers *l); /* of these, on every device */
double layers_active_params(const struct layers *l); /* used by one token */
double layers_router_params(const struct layers *l);
double layers_residual_params(const struct layers *l); /* hyper-connections, of all sublayers */
/* Embeddings of each layer: the table, of which a token reads a row; its matrices. */
double layers_embedding_params(const struct layers *l);
double layers_embedding_matrix_params(const struct layers *l);
double layers_mixer_params_per_rank(const struct layers *l, double tp);

/* The same in bytes, by the formats of attention and of layers with a recurrent state. */
double layers_mixer_byte_per_rank(const struct layers *l, double tp, double attention_byte,
                                  double state_layer_byte);

/* Largest number of ranks that tensor parallelism can use, and whether it can use `tp`. */
double layers_tp_most(const struct layers *l);
bool layers_tp_divides(const struct layers *l, double tp);

/* Can a request's context be split over devices? Not if a layer keeps a recurrent state. */
bool layers_context_divides(const struct layers *l);

/* KV cache of one token over all layers on one of `tp` ranks, in bytes; an element takes `kv_byte`,
 * of MLA's rotary part `rope_byte`. Layers with a window count in proportion to what they keep of
 * `context` tokens; with context 0, as if no layer had a window. */
double layers_kv_byte_per_token(const struct layers *l, double tp, double kv_byte, double rope_byte,
                                double context);

/* What a request keeps at any context: recurrent states at `state_byte` an element, the inputs of
 * convolutions at `act_byte`, and windows of compressed caches at `kv_byte`. */
struct state_bytes {
    double state_byte, act_byte, kv_byte;
};
double layers_state_byte_per_request(const struct layers *l, double tp,
                                     const struct state_bytes *b);

/* Of what a request with `cached` tokens keeps, the bytes that core attention, indexers, and
 * updates of recurrent states read in decode. `window_at`: the context of layers_kv_byte_per_token.
 */
struct engine_byte {
    double core, index, state;
};
void layers_engine_byte(struct engine_byte *out, const struct layers *l, double tp,
                        const struct state_bytes *b, double rope_byte, double cached,
                        double window_at);

/* Does a layer keep anything of a request? If none did, memory would not limit the batch. */
bool layers_keep(const struct layers *l);

static inline const void *sublayer_values(const struct sublayer *s)
{
    return s->value;
}

/* In a row of a kind's parameters: absent from a group, the value is that of the model. */
#define AS_MODEL(member) .parent = 1 + offsetof(struct model, member)

/* Fails to compile if the parameters of a kind do not fit a sublayer. */
#define FITS_SUBLAYER(type)                                                                        \
    _Static_assert(sizeof(struct type) <= SUBLAYER_VALUES * sizeof(double), "more values than "    \
                                                                            "fit")

#endif
