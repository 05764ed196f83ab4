#include "arch/catalogue/huggingface_pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/huggingface_families.h"
#include "arch/catalogue/huggingface_terms.h"
#include "base/mem.h"

/* ---- windows ---- */

static void all_full(struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->layer[i].mixer == MIX_WINDOW || p->layer[i].mixer == MIX_CHUNK)
            p->layer[i].mixer = MIX_FULL;
}

/* A number n: all but every n-th layer; letters "LLLG", repeated: L local, G global. */
static bool read_window_pattern(struct pattern *p)
{
    const struct node *n = config_find(p->c, "sliding_window_pattern");
    if (!n)
        n = config_find(p->c, "_sliding_window_pattern");
    if (!n)
        return false;
    const char *text = node_text(n);
    size_t letters = strspn(text, "LG");
    double every = letters ? 1 : config_count_of(p->c, n, 1);
    for (size_t i = 0; i < p->n && every > 0; i++) {
        bool full = letters ? text[i % letters] == 'G' : fmod((double)i + 1, every) == 0;
        p->layer[i].mixer = full ? MIX_FULL : MIX_WINDOW;
    }
    return true;
}

/* MiMo-V2: 1 window, 0 full. */
static bool read_window_list(struct pattern *p)
{
    const struct node *list = config_list(p->c, "hybrid_layer_pattern", p->n);
    for (size_t i = 0; list && i < p->n; i++)
        p->layer[i].mixer = node_is(node_at(list, i), "1") ? MIX_WINDOW : MIX_FULL;
    return list != NULL;
}

/* Llama 4: 0 has no rotary embedding and full attention. */
static void read_no_rope(struct pattern *p, bool listed)
{
    static const struct word words[] = {{"0", 0}, {"1", 1}, {NULL, 0}};
    double interval = config_count(p->c, "no_rope_layer_interval", 4);
    const struct node *list = config_list(p->c, "no_rope_layers", p->n);
    for (size_t i = 0; i < p->n; i++) {
        bool full = interval > 0 && fmod((double)i + 1, interval) == 0;
        if (list)
            full = config_word(p->c, node_at(list, i), words) == 0;
        if (!listed)
            p->layer[i].mixer = full ? MIX_FULL : MIX_CHUNK;
    }
}

static void by_family(struct pattern *p, int kind)
{
    const struct family *f = p->c->family;
    double first = 0;
    if (f->window_rule == WINDOW_SWITCHED)
        first = config_count(p->c, "max_window_layers", NAN);
    if (isnan(first))
        config_refuse(p->c, NULL, "missing: add it");
    for (size_t i = 0; i < p->n; i++) {
        bool full = f->window_rule == WINDOW_PATTERN ? fmod((double)i + 1, f->full_every) == 0
                                                     : (double)i < first;
        p->layer[i].mixer = full ? MIX_FULL : kind;
    }
}

/* Width of the window or chunk; an absent key means the default, null means none. */
static double width(struct pattern *p, bool *chunk)
{
    const struct family *f = p->c->family;
    bool no_rope = f->window_rule == WINDOW_NO_ROPE;
    enum term t = no_rope ? TERM_CHUNK : TERM_WINDOW;
    const char *key = no_rope ? "attention_chunk_size" : "sliding_window";
    double of_window = term_or(p->c, t, config_given(p->c, key) ? 0 : f->window);
    double of_chunk = no_rope ? 0 : term_or(p->c, TERM_CHUNK, 0);
    *chunk = no_rope || (of_window == 0 && of_chunk > 0);
    if (of_window > 0 && of_chunk > 0 && of_window != of_chunk)
        config_refuse(p->c, config_find(p->c, "attention_chunk_size"),
                      "a chunk beside a sliding window of another width: give one of them");
    return of_window > 0 ? of_window : of_chunk;
}

void pattern_read_windows(struct pattern *p, bool listed)
{
    const struct family *f = p->c->family;
    bool chunk, on = config_flag(p->c, "use_sliding_window", f->window_rule != WINDOW_SWITCHED);
    double window = width(p, &chunk);
    bool list = read_window_list(p), pattern = !list && read_window_pattern(p);

    if (f->window_rule == WINDOW_NO_ROPE)
        read_no_rope(p, listed);
    else if (!listed && !list && !pattern && on && window > 0)
        by_family(p, chunk ? MIX_CHUNK : MIX_WINDOW);
    config_dismiss(p->c, "max_window_layers");
    if (!on || window <= 0)
        all_full(p);
}

/* ---- experts ---- */

static bool read_mlp_types(struct pattern *p)
{
    static const struct word words[] = {{"sparse", FEED_MOE}, {"dense", FEED_DENSE}, {NULL, 0}};
    const struct node *list = config_list(p->c, "mlp_layer_types", p->n);
    for (size_t i = 0; list && i < p->n; i++)
        p->layer[i].feed = (int)config_word(p->c, node_at(list, i), words);
    return list != NULL;
}

/* moe_layer_freq as a list: 1 has experts. */
static bool read_moe_flags(struct pattern *p)
{
    const struct node *n = config_find(p->c, "moe_layer_freq");
    if (!n || node_kind(n) != NODE_LIST)
        return false;
    const struct node *list = config_list(p->c, "moe_layer_freq", p->n);
    for (size_t i = 0; list && i < p->n; i++)
        p->layer[i].feed = node_is(node_at(list, i), "0") ? FEED_DENSE : FEED_MOE;
    return list != NULL;
}

/* Numbers of the layers with experts: a list, or "4,5,6". */
static bool read_moe_numbers(struct pattern *p)
{
    const struct node *list = config_given(p->c, "moe_layers");
    const struct node *text = config_find(p->c, "moe_layers_enum");
    if (node_is(list, "null"))
        list = NULL;
    if (list && node_kind(list) != NODE_LIST)
        config_refuse(p->c, list, "not a list: give one");
    if (!list && !text)
        return false;
    for (size_t i = 0; i < p->n; i++)
        p->layer[i].feed = list && config_list_has(p->c, list, (double)i) ? FEED_MOE : FEED_DENSE;
    for (const char *at = text ? node_text(text) : ""; *at;) {
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        if (end == at || (*end && *end != ',') || number >= p->n) {
            config_find(p->c, "moe_layers_enum");
            config_refuse(p->c, text, "not numbers of layers with commas between: give \"4,5,6\"");
            break;
        }
        p->layer[number].feed = FEED_MOE;
        at = *end ? end + 1 : end;
    }
    return true;
}

static double step_of(struct config *c, const char *key)
{
    double value = config_count(c, key, 1);
    if (value < 1)
        config_refuse(c, config_find(c, key), "0 is out of range: give 1 or more");
    return value < 1 ? 1 : value;
}

/* Steps and bounds; absent, every layer has experts. */
static void read_moe_steps(struct pattern *p)
{
    struct config *c = p->c;
    const struct node *dense = config_list(c, "mlp_only_layers", 0);
    double first = config_count(c, "first_k_dense_replace", c->family->first_dense ? NAN : 0);
    if (isnan(first)) {
        config_find(c, "first_k_dense_replace");
        config_refuse(c, NULL, "missing: add it");
    }
    double freq = step_of(c, "moe_layer_freq");
    double step = step_of(c, "decoder_sparse_step") * step_of(c, "interleave_moe_layer_step");
    double period = step_of(c, "expert_layer_period");
    double offset = config_count(c, "expert_layer_offset", 0);
    double start = config_count(c, "moe_layer_start_index", 0);
    double end = config_count(c, "moe_layer_end_index", (double)p->n);
    double interval = step_of(c, "moe_layer_interval");
    config_find(c, "mlp_only_layers");
    for (size_t i = 0; i < p->n; i++) {
        double k = (double)i;
        bool moe = k >= first && fmod(k, freq) == 0 && fmod(k + 1, step) == 0 &&
                   fmod(k, period) == fmod(offset, period) && k >= start && k <= end &&
                   fmod(k + 1, interval) == 0 && !config_list_has(c, dense, k);
        p->layer[i].feed = moe ? FEED_MOE : FEED_DENSE;
    }
}

/* Without meaning where no layer has experts. */
static const enum term of_experts[] = {TERM_TOP_K, TERM_MOE_FFN, TERM_SHARED_EXPERTS,
                                       TERM_SHARED_FFN, TERM_FFN};

void pattern_read_experts(struct pattern *p)
{
    double experts = term_or(p->c, TERM_EXPERTS, 0);
    for (size_t i = 0; i < p->n; i++)
        p->layer[i].feed = FEED_DENSE;
    if (experts <= 1) {
        config_dismiss(p->c, "mlp_only_layers");
        config_dismiss(p->c, "decoder_sparse_step");
        config_dismiss(p->c, "interleave_moe_layer_step");
        config_dismiss(p->c, "first_k_dense_replace");
        if (experts == 0)
            term_dismiss(p->c, TERM_TOP_K);
        return;
    }
    bool types = read_mlp_types(p), flags = !types && read_moe_flags(p);
    if (types) {
        config_dismiss(p->c, "moe_layer_freq");
        config_dismiss(p->c, "first_k_dense_replace");
    }
    bool numbers = !types && !flags && read_moe_numbers(p);
    if (config_count(p->c, "moe_every_n_layer", 1) != 1 && !numbers)
        config_refuse(p->c, NULL, "not 1: list the layers with experts in moe_layers_enum");
    if (!types && !flags && !numbers)
        read_moe_steps(p);
    else
        config_dismiss(p->c, "interleave_moe_layer_step");
    bool routed = false;
    for (size_t i = 0; i < p->n; i++)
        routed |= p->layer[i].feed == FEED_MOE;
    for (size_t i = 0; i < LEN(of_experts) && !routed; i++)
        term_dismiss(p->c, of_experts[i]);
}
