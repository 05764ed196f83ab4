/* What keys of a config.json mean: one term for all spellings of a key. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_TERMS_H
#define ARCH_CATALOGUE_HUGGINGFACE_TERMS_H

#include "arch/catalogue/huggingface_keys.h"

enum term {
    TERM_LAYERS,
    TERM_HIDDEN,
    TERM_VOCAB,
    TERM_HEADS,
    TERM_KV_HEADS,
    TERM_HEAD_DIM,
    TERM_WINDOW,
    TERM_CHUNK,
    TERM_KV_LORA_RANK,
    TERM_Q_LORA_RANK,
    TERM_QK_ROPE_DIM,
    TERM_QK_NOPE_DIM,
    TERM_V_DIM,
    TERM_INDEX_HEADS,
    TERM_INDEX_HEAD_DIM,
    TERM_INDEX_TOPK,
    TERM_FFN,
    TERM_DENSE_FFN,
    TERM_EXPERTS,
    TERM_TOP_K,
    TERM_MOE_FFN,
    TERM_SHARED_EXPERTS,
    TERM_SHARED_FFN,
    TERM_LATENT_FFN,
    TERM_ZERO_EXPERTS,
    TERM_DRAFT_LAYERS,
    TERM_STATE_HEADS,
    TERM_STATE_HEAD_DIM,
    TERM_STATE_DIM,
    TERM_STATE_GROUPS,
    TERM_STATE_CONV,
    TERM_STATE_CHUNK,
    TERMS
};

/* The value; `absent` if none of the spellings has one. Spellings that disagree are an error. */
double term_or(struct config *c, enum term t, double absent);

/* The value, an error if there is none. */
double term_need(struct config *c, enum term t);

/* Marks all spellings as understood. */
void term_dismiss(struct config *c, enum term t);

#endif
