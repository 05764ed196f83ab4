#include "arch/design.h"

#include <stdio.h>
#include <string.h>

#include "arch/draft_pool.h"
#include "arch/ffn.h"
#include "arch/ffn_pool.h"
#include "arch/layers.h"
#include "arch/mixer.h"
#include "arch/step_ops.h"
#include "arch/tier2.h"
#include "arch/timing.h"
#include "arch/traffic_metrics.h"
#include "base/mem.h"

#define PART(member) .fields = &member##_fields, .offset = offsetof(struct design, member)
#define NAMED(member, of)                                                                          \
    PART(member), .named = true, .name_offset = offsetof(struct design, member##_name),            \
                  .entries = of
#define POOL_ENGINE(member) NAMED(member, PART_ENGINE), .optional = true
#define POOL_CHIP(member) NAMED(member, PART_CHIP), .optional = true

const struct part design_parts[DESIGN_PARTS] = {
    [PART_MODEL] = {NAMED(model, PART_MODEL), .doc = "The language model."},
    [PART_CHIP] = {NAMED(chip, PART_CHIP), .hardware = true, .doc = "The accelerator."},
    [PART_ENGINE] = {NAMED(engine, PART_ENGINE), .hardware = true, .doc = "The attention engine."},
    [PART_FFN_CHIP] = {POOL_CHIP(ffn_chip),
                       .doc = "Chip of the devices that run pools.ffn.runs; none: the main devices "
                              "run all. Its values are those of chip, such as "
                              "pools.ffn.chip.memory_byte."},
    [PART_FFN_ENGINE] = {POOL_ENGINE(ffn_engine),
                         .doc = "Engine of the devices of pools.ffn, which runs their routed "
                                "experts. Its values are those of engine, such as "
                                "pools.ffn.engine.bandwidth_ratio."},
    [PART_PREFILL_CHIP] = {POOL_CHIP(prefill_chip),
                           .doc = "Chip of the devices that prefill (disaggregated); none: that of "
                                  "the main devices."},
    [PART_DRAFT_CHIP] = {POOL_CHIP(draft_chip),
                         .doc = "Chip of the devices that run a draft model; none: the main "
                                "devices do."},
    [PART_DRAFT_MODEL] = {NAMED(draft_model, PART_MODEL), .optional = true,
                          .doc = "Model that drafts workload.query_tokens - 1 tokens of each step; "
                                 "none: MTP modules of the model (model.draft_layers), or "
                                 "drafting that takes no time."},
    [PART_PLAN] = {PART(plan), .doc = "The mapping onto devices."},
    [PART_POOLS] = {PART(pools), .doc = "Devices apart from those of plan.devices."},
    [PART_WORKLOAD] = {PART(workload), .doc = "The requests and their latency limits."},
    [PART_PRECISION] = {PART(precision), .doc = "Number formats of storage and arithmetic."},
    [PART_MODE] = {PART(mode), .doc = "How operators are timed."},
};

/* The nearest name of a pool's chip or parameter, of all pools, for a path that begins so. */
static void near_of_pools(const char *path, char *out, size_t size)
{
    enum { NAMES_MOST = 64 };
    const struct fields *f = &pools_fields;
    char own[NAMES_MOST][64];
    const char *name[NAMES_MOST + DESIGN_PARTS], *near;
    size_t n = 0;
    if (strncmp(path, "pools.", 6) != 0)
        return;
    for (size_t i = 0; i < DESIGN_PARTS; i++)
        if (!strncmp(design_parts[i].fields->section, "pools.", 6))
            name[n++] = design_parts[i].fields->section;
    for (size_t i = 0; i < f->n && i < NAMES_MOST; i++) {
        snprintf(own[i], sizeof own[i], "%s.%s", f->section, f->row[i].name);
        name[n++] = own[i];
    }
    if ((near = name_nearest(path, name, n)))
        snprintf(out, size, "%s", near);
}

static int unknown(const char *path, struct err *err)
{
    char known[64], best[64] = "";
    const char *near;
    const char *dot = strchr(path, '.');

    near_of_pools(path, best, sizeof best);
    for (size_t i = 0; i < DESIGN_PARTS && !*best; i++) {
        const struct fields *f = design_parts[i].fields;
        size_t length = strlen(f->section);
        if (dot && length == (size_t)(dot - path) && !strncmp(path, f->section, length) &&
            (near = field_nearest(*f, dot + 1)))
            snprintf(best, sizeof best, "%s.%s", f->section, near);
    }
    for (size_t i = 0; i < DESIGN_PARTS && !*best; i++)
        for (size_t j = 0; j < design_parts[i].fields->n && !*best; j++) {
            struct parameter p = {&design_parts[i].fields->row[j], i, 0};
            const char *name = design_path(&p, known, sizeof known);
            if (name_nearest(path, &name, 1) || (!dot && !strcmp(path, p.field->name)))
                memcpy(best, known, sizeof best);
        }
    if (*best)
        return fail(err, "unknown name: did you mean \"%s\"?", best);
    for (size_t i = 0; i < DESIGN_PARTS && !dot; i++)
        if (design_parts[i].named && name_nearest(path, &design_parts[i].fields->section, 1))
            return fail(err, "unknown name: did you mean \"%s\"?", design_parts[i].fields->section);
    return fail(err, "unknown name: `dse list parameters` shows all");
}

bool design_find(const char *path, struct parameter *out)
{
    for (size_t i = 0; i < DESIGN_PARTS; i++) {
        const struct fields *f = design_parts[i].fields;
        size_t length = strlen(f->section);
        const char *name = path;
        if (length) {
            if (strncmp(path, f->section, length) || path[length] != '.')
                continue;
            name += length + 1;
        }
        const struct field *row = field_find(*f, name);
        if (row) {
            *out = (struct parameter){row, i, design_parts[i].offset + row->offset};
            return true;
        }
    }
    return false;
}

int design_parameter(const char *path, struct parameter *out, struct err *err)
{
    return design_find(path, out) ? 0 : unknown(path, err);
}

bool design_has(const struct design *d, size_t part)
{
    const char *name = design_parts[part].optional ? design_name(d, part) : "";
    return name && strcmp(name, "none") != 0;
}

struct design design_of_pool(const struct design *d, size_t part)
{
    struct design out = *d;
    memcpy(&out.chip, (const char *)d + design_parts[part].offset, sizeof out.chip);
    out.chip_name = design_name(d, part);
    out.engine.bandwidth_ratio = 0;
    if (part == PART_FFN_CHIP && engine_is_there(&d->ffn_engine)) {
        out.engine = d->ffn_engine;
        out.engine.runs = RUNS_EXPERTS; /* all that the pool has for it */
        out.engine_name = d->ffn_engine_name;
    }
    out.plan.weight_share2 = out.plan.kv_share2 = 0;
    return out;
}

char *design_path(const struct parameter *p, char *buffer, size_t size)
{
    const char *section = design_parts[p->part].fields->section;
    snprintf(buffer, size, "%s%s%s", section, *section ? "." : "", p->field->name);
    return buffer;
}

static int check_mixer(const struct mixer_group *g, const struct design *d, struct err *err)
{
    if (mixer_check(g->kind, &g->of, err) != 0)
        return -1;
    if (!timing_of(&d->mode)->list || (g->kind->simulated && !d->model.list))
        return 0;
    return fail(err, "timing: the simulator has no operators for attention %s: write timing: ideal",
                g->kind->name);
}

/* Values that the short form does not use. */
static int check_flat(const struct model *m, struct err *err)
{
    if (m->first_dense_layers > m->layers)
        return fail(err, "model.first_dense_layers: %g of %g layers: give at most model.layers",
                    m->first_dense_layers, m->layers);
    if (m->top_k > m->experts)
        return fail(err, "model.top_k: %g of %g experts: give at most model.experts", m->top_k,
                    m->experts);
    if (m->index_topk > 0 && !mixer_of(m)->latent)
        return fail(err, "model.index_topk: attention %s has no indexer: leave it out",
                    mixer_of(m)->name);
    return 0;
}

/* Values that the list of a model file says instead. */
static int check_listed(const struct model *m, struct err *err)
{
    if (m->attention != m->list->attention)
        return fail(err, "model.attention: the groups of the model file have their own: leave it "
                         "out, or change layers in the file");
    if (m->full_every != 0 || m->first_dense_layers != 0 || m->moe_every != 1)
        return fail(err, "model.%s: the groups of the model file say it: leave it out",
                    m->full_every != 0           ? "full_every"
                    : m->first_dense_layers != 0 ? "first_dense_layers"
                                                 : "moe_every");
    return 0;
}

static int check_layers(const struct design *d, struct err *err)
{
    const struct model *m = &d->model;
    struct layers l;
    if ((m->list ? check_listed(m, err) : check_flat(m, err)) != 0)
        return -1;
    layers_of(&l, m);
    if (!layers_keep(&l))
        return fail(err, "model.layers: no layer keeps a cache or a state of a request: give one a "
                         "mixer that does");
    if (l.n != m->layers)
        return fail(err, "model.layers: %g, but the groups of the model file have %g: leave it out",
                    m->layers, l.n);
    for (size_t i = 0; i < l.mixers; i++)
        if (check_mixer(&l.mixer[i], d, err) != 0)
            return -1;
    for (size_t i = 0; i < l.ffns; i++)
        if (ffn_check(&l.ffn[i], layers_moe(&l), err) != 0)
            return -1;
    if (step_ops_bound(&l) > OPS_MOST)
        return fail(err,
                    "model.layers: too many operators, up to %zu: give fewer groups of layers that "
                    "differ (at most %d operators)",
                    step_ops_bound(&l), OPS_MOST);
    return 0;
}

static const char *prefill_refusal(const struct design *d)
{
    if (!chip_is_there(&d->prefill_chip))
        return NULL;
    if (d->workload.phase != PHASE_DISAGGREGATED)
        return "workload.phase: this one has no devices that only prefill: write disaggregated, or "
               "leave out pools.prefill.chip";
    return NULL;
}

static const char *prefix_refusal(const struct design *d)
{
    const struct workload *w = &d->workload;
    if (w->phase == PHASE_PREFILL && w->prefix > w->context)
        return "workload.prefix: more tokens than the prompt, which is workload.context in this "
               "phase: give at most workload.context";
    if (phase_of(w)->answers && w->prefix > w->input)
        return "workload.prefix: more tokens than the prompt: give at most workload.input";
    return NULL;
}

const char *design_refusal(const struct design *d)
{
    const char *of_ffn = ffn_pool_refusal(d), *of_prefill = prefill_refusal(d);
    const char *of_draft = draft_refusal(d);
    const char *of_prefix = prefix_refusal(d);
    const char *of_pool = of_ffn ? of_ffn : of_prefill ? of_prefill : of_draft;
    return of_pool ? of_pool : of_prefix ? of_prefix : traffic_refusal(d);
}

/* The power limit of each chip. */
static int check_limits(const struct design *d, struct err *err)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct part *p = &design_parts[part];
        const char *section = p->fields->section;
        const struct chip *c = (const struct chip *)(const void *)((const char *)d + p->offset);
        if (p->entries != PART_CHIP || !p->named || !design_has(d, part))
            continue;
        if (c->tdp_w < 0 && c->rated_w <= 0)
            return fail(err,
                        "%s.tdp_w: auto needs a known device: give %s.rated_w, "
                        "%s.rated_flop_per_s and %s.rated_memory_byte_per_s, or a number",
                        section, section, section, section);
    }
    return 0;
}

static int check_tier2(const struct design *d, struct err *err)
{
    const size_t parts[] = {PART_CHIP, PART_FFN_CHIP};
    const struct chip *chips[] = {&d->chip, &d->ffn_chip};
    for (size_t i = 0; i < LEN(parts); i++)
        if (tier2_is_there(chips[i]) && chips[i]->memory2_byte_per_s <= 0)
            return fail(err,
                        "%s.memory2_byte_per_s: a second tier of memory without bandwidth: "
                        "give how many bytes per second it is read with",
                        design_parts[parts[i]].fields->section);
    return 0;
}

static int check_starts(const struct design *d, struct err *err)
{
    if (!timing_of(&d->mode)->needs_calibration || !(d->chip.kernel_start_s > 0))
        return 0;
    return fail(err, "chip.kernel_start_s: calibrated timing has the start-up times of measured "
                     "kernels: write timing: ideal, or leave it out");
}

/* The layers of a draft model. */
static int check_draft_model(const struct design *d, struct err *err)
{
    struct err inner;
    if (!model_is_there(&d->draft_model))
        return 0;
    struct design draft = *d;
    draft.model = d->draft_model;
    return check_layers(&draft, &inner) == 0 ? 0 : fail(err, "pools.draft.%s", inner.text);
}

static int check_engine(const struct design *d, struct err *err)
{
    if (!engine_lacks_stacks(&d->engine))
        return 0;
    if (d->engine.kind == ENGINE_POOL)
        return fail(err, "engine.added_stack_ratio: fewer stacks than hold engine.capacity_ratio - "
                         "1 times the memory of the chip: give at least that, or auto");
    return fail(err, "engine.capacity_ratio: above 1, but an engine in place adds no memory: give "
                     "at most 1, or more chip.memory_byte");
}

int design_check_hardware(const struct design *d, struct err *err)
{
    if (check_tier2(d, err) != 0 || check_starts(d, err) != 0 || check_engine(d, err) != 0)
        return -1;
    return check_limits(d, err);
}

int design_check(const struct design *d, struct err *err)
{
    if (check_layers(d, err) != 0 || check_draft_model(d, err) != 0)
        return -1;
    bool given = timing_of(&d->mode)->gives_time;
    if (given && !(d->workload.measured_tpot_s > 0))
        return fail(err, "timing: measured needs a time: give workload.measured_tpot_s");
    if (given && d->workload.phase != PHASE_DECODE && d->workload.phase != PHASE_SERVING)
        return fail(err, "timing: measured is for a decode or serving step: write workload.phase: "
                         "decode or serving, or another timing");
    if (design_refusal(d))
        return fail(err, "%s", design_refusal(d));
    if (design_check_hardware(d, err) != 0)
        return -1;
    if (d->workload.acceptance == ACCEPTANCE_GIVEN &&
        d->workload.accepted_tokens > d->workload.query_tokens)
        return fail(err,
                    "workload.accepted_tokens: more than the %g tokens of a step: give at most "
                    "workload.query_tokens",
                    d->workload.query_tokens);
    return 0;
}

int design_check_model(const struct model *m, struct err *err)
{
    struct design d = {.model = *m};
    fields_init(workload_fields, &d.workload);
    fields_init(mode_fields, &d.mode);
    return design_check(&d, err);
}
