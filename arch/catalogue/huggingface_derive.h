/* Model parameters that are derived from several keys, per architecture. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_DERIVE_H
#define ARCH_CATALOGUE_HUGGINGFACE_DERIVE_H

#include "arch/catalogue/huggingface_keys.h"
#include "arch/catalogue/imported_model.h"

/* Source of a model parameter: `key`, or `other` if that is absent; `absent` if both are absent or
 * null. `derive` replaces this if one key is not enough. */
struct source {
    size_t member;
    const char *key, *other;
    double absent;
    int (*derive)(const struct config *c, const struct source *s, struct imported *out,
                  struct err *err);
};

/* Index of the row of model_fields with the member at this offset. */
size_t model_row_of(size_t member);

int derive_copy(const struct config *c, const struct source *s, struct imported *out,
                struct err *err);
int derive_flag(const struct config *c, const struct source *s, struct imported *out,
                struct err *err);
int derive_or_null(const struct config *c, const struct source *s, struct imported *out,
                   struct err *err);
int derive_kv_heads(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err);
int derive_head_dim(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err);
int derive_window_all(const struct config *c, const struct source *s, struct imported *out,
                      struct err *err);
int derive_window_alternating(const struct config *c, const struct source *s, struct imported *out,
                              struct err *err);
int derive_window_qwen(const struct config *c, const struct source *s, struct imported *out,
                       struct err *err);
int derive_window_llama4(const struct config *c, const struct source *s, struct imported *out,
                         struct err *err);
int derive_moe_deepseek(const struct config *c, const struct source *s, struct imported *out,
                        struct err *err);
int derive_moe_qwen(const struct config *c, const struct source *s, struct imported *out,
                    struct err *err);
int derive_moe_llama4(const struct config *c, const struct source *s, struct imported *out,
                      struct err *err);
int derive_shared_experts(const struct config *c, const struct source *s, struct imported *out,
                          struct err *err);
int derive_indexer(const struct config *c, const struct source *s, struct imported *out,
                   struct err *err);

#endif
