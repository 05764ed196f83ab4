/* One design: a model on a number of chips, with or without an engine, under a workload. A plain
 * value: copied by assignment, owns nothing. */
#ifndef ARCH_DESIGN_H
#define ARCH_DESIGN_H

#include "arch/calibration.h"
#include "arch/chip.h"
#include "arch/engine.h"
#include "arch/model.h"
#include "arch/plan.h"

struct design {
    struct model model;
    struct model draft_model; /* see model_is_there */
    struct chip chip;
    struct chip ffn_chip, prefill_chip, draft_chip; /* of the pools; see chip_is_there */
    struct engine engine;
    struct engine ffn_engine; /* of the devices of pools.ffn */
    struct plan plan;
    struct pools pools;
    struct workload workload;
    struct precision precision;
    struct mode mode;
    const char *model_name, *chip_name, *engine_name; /* borrowed from the catalogue */
    const char *ffn_chip_name, *ffn_engine_name, *prefill_chip_name, *draft_chip_name,
        *draft_model_name;
    const struct calibration *calibration; /* of the chip, borrowed; NULL: none */
    const char *calibration_name;
    bool calibration_own;                          /* measured on this very chip */
    const struct calibration *prefill_calibration; /* the same of pools.prefill.chip */
    const char *prefill_calibration_name;
    bool prefill_calibration_own;
    bool relaxed; /* timed at most as long as it takes: devices_time */
};

/* A part of a design. */
struct part {
    const struct fields *fields;
    size_t offset;      /* in struct design */
    bool named;         /* chosen by name: an entry of the catalogue, or a file */
    size_t name_offset; /* of its name in struct design, if named */
    size_t entries;     /* the part whose entries it takes, if named: its own, or that of
                         * another, such as PART_CHIP */
    bool optional;      /* may be `none`: design_has */
    bool hardware;      /* does not change the operators of a step */
    const char *doc;
};

enum {
    PART_MODEL,
    PART_CHIP,
    PART_ENGINE,
    PART_FFN_CHIP,
    PART_FFN_ENGINE,
    PART_PREFILL_CHIP,
    PART_DRAFT_CHIP,
    PART_DRAFT_MODEL,
    PART_PLAN,
    PART_POOLS,
    PART_WORKLOAD,
    PART_PRECISION,
    PART_MODE,
    DESIGN_PARTS
};

extern const struct part design_parts[DESIGN_PARTS];

/* A parameter of a design by its path, "chip.memory_byte" or "timing". */
struct parameter {
    const struct field *field;
    size_t part;
    size_t offset; /* in struct design */
};

/* Is there such a parameter? */
bool design_find(const char *path, struct parameter *out);

/* The same: 0, or -1 with "unknown name: did you mean ..." in err, without position or path. */
int design_parameter(const char *path, struct parameter *out, struct err *err);

/* The name of the entry of a part that is named. */
static inline const char *design_name(const struct design *d, size_t part)
{
    return *(const char *const *)((const char *)d + design_parts[part].name_offset);
}

/* Does the design have this part? */
bool design_has(const struct design *d, size_t part);

/* Writes the path of a parameter, such as "chip.memory_byte". Returns `buffer`. */
char *design_path(const struct parameter *p, char *buffer, size_t size);

static inline double design_get(const struct design *d, const struct parameter *p)
{
    return *(const double *)((const char *)d + p->offset);
}

static inline void design_put(struct design *d, const struct parameter *p, double value)
{
    *(double *)((char *)d + p->offset) = value;
}

/* The design of a system of the devices of a pool alone: `part` is that of their chip. Those of the
 * FFN pool have its engine, others none; they keep all in the first tier of memory. */
struct design design_of_pool(const struct design *d, size_t part);

/* Checks the values of a design against each other, beyond their ranges: top_k <= experts, MLA has
 * a latent, and so on. On failure err->text is "PATH: WHAT: RIGHT". */
int design_check(const struct design *d, struct err *err);

/* The part of it that values of chips and engines decide. */
int design_check_hardware(const struct design *d, struct err *err);

/* Why the parts of a design cannot be priced together, as "PATH: WHAT: RIGHT"; NULL if they can.
 * design_check fails with it; where an axis combines such parts, no mapping fits. */
const char *design_refusal(const struct design *d);

/* design_check for a model alone, with the default workload and timing. */
int design_check_model(const struct model *m, struct err *err);

#endif
