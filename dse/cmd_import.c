/* dse import: makes a model file from a Hugging Face config.json. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arch/catalogue/huggingface.h"
#include "arch/ffn.h"
#include "arch/mixer.h"
#include "arch/precision.h"
#include "base/mem.h"
#include "dse/command.h"
#include "dse/file.h"

/* Writes text into a YAML comment; characters that could end it become question marks. */
static void put_plain(const char *text, FILE *out)
{
    for (; *text; text++)
        fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
}

static const char *text_of(const struct node *map, const char *key)
{
    const struct node *n = map ? node_find(map, key) : NULL;
    return n && strcmp(node_text(n), "null") != 0 ? node_text(n) : "";
}

/* The published storage format of the weights, for users who set the precisions. */
static void put_precision(const struct node *root, FILE *out)
{
    const struct node *text = node_find(root, "text_config");
    const struct node *part[2] = {root, text && node_kind(text) == NODE_MAP ? text : NULL};
    const char *type = "", *method = "";

    for (size_t i = 0; i < LEN(part); i++) {
        const struct node *quantised = part[i] ? node_find(part[i], "quantization_config") : NULL;
        type = *type ? type : text_of(part[i], "torch_dtype");
        type = *type ? type : text_of(part[i], "dtype");
        method = *method ? method : text_of(quantised, "quant_method");
    }
    if (!*type && !*method)
        return;
    fputs(*type ? "# Published as " : "# Published", out);
    put_plain(type, out);
    if (*method) {
        fputs(*type ? ", quantised as " : " quantised as ", out);
        put_plain(method, out);
    }
    fputs("; precision.weight overrides it.\n", out);
}

static void put_about(const struct imported *in, FILE *out)
{
    const struct model *m = &in->model;
    const char *last = "";
    struct layers l;

    put_plain(in->type, out);
    fputs(!m->list && m->window > 0 ? ", sliding-window" : ",", out);
    layers_of(&l, m);
    for (size_t i = 0; i < l.mixers; i++) {
        const char *name = l.mixer[i].kind->name;
        if (!strcmp(name, last))
            continue;
        fputs(i > 0 ? " and " : " ", out);
        for (const char *w = name; *w; w++)
            fputc(toupper((unsigned char)*w), out);
        last = name;
    }
    fputs(m->index_topk > 0 ? " with sparse attention (DSA)" : "", out);
    fputs(layers_moe(&l) ? " and MoE" : "", out);
}

static void put_value(const struct field *f, double value, FILE *out)
{
    char number[32];
    const char *word = field_word(f, value);
    fprintf(out, "%s: %s", f->name, word ? word : number_text(value, number, sizeof number));
}

/* The parameters that a group states. */
static void put_stated(const struct fields *fields, const double *values, FILE *out)
{
    for (size_t i = 0; fields && i < fields->n; i++) {
        double value = field_get(&fields->row[i], values);
        if (isnan(value))
            continue;
        fputs(", ", out);
        put_value(&fields->row[i], value, out);
    }
}

static void put_groups(const struct layer_list *list, FILE *out)
{
    fputs("layers:\n", out);
    for (size_t i = 0; i < list->n; i++) {
        const struct stated_layers *g = &list->group[i];
        if (g->draft)
            fputs("  - {draft: yes", out);
        else
            fprintf(out, "  - {count: %.0f", g->count);
        fprintf(out, ", mixer: %s", g->mixer ? g->mixer->name : "none");
        put_stated(g->mixer ? g->mixer->fields : NULL, g->mixer_value, out);
        fprintf(out, ", feed_forward: %s", g->ffn ? g->ffn->name : "none");
        put_stated(g->ffn ? g->ffn->fields : NULL, g->ffn_value, out);
        fputs(g->beside ? ", beside: yes}\n" : "}\n", out);
    }
}

/* The values that differ from their defaults, in table order. */
static void put_values(const struct imported *in, FILE *out)
{
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        double value = field_get(f, &in->model);
        bool counted = in->model.list && f->offset == offsetof(struct model, layers);

        if (value == f->init || counted)
            continue;
        if (in->word[i])
            fprintf(out, "%s: %s", f->name, in->word[i]);
        else
            put_value(f, value, out);
        if (in->note[i])
            fprintf(out, "  # %s", in->note[i]);
        fputc('\n', out);
    }
    if (in->model.list)
        put_groups(in->model.list, out);
}

/* What the model came to, and what the user must know, a line each. */
static void put_summary(const struct imported *in, const char *start, FILE *out)
{
    static const char *const kind[] = {"Assumed: ", "Left out: ", "Precision: "};
    char total[48], active[48], kv[48], state[48];
    const struct model *m = &in->model;
    struct layers l;
    layers_of(&l, m);
    struct precision states = precision_settled(&(struct precision){0}, m);
    double kept = layers_state_byte_per_request(&l, 1, &(struct state_bytes){states.state, 2, 2});
    fprintf(out, "%s%s parameters, %s used by a token; KV cache %s B per token in BF16", start,
            quantity_text(model_params(m), "", 5, total, sizeof total),
            quantity_text(model_active_params(m), "", 4, active, sizeof active),
            number_readable(layers_kv_byte_per_token(&l, 1, 2, 2, 0), 6, kv, sizeof kv));
    if (kept > 0)
        fprintf(out, "; state %s per request", quantity_text(kept, "B", 4, state, sizeof state));
    fputs(".\n", out);
    for (size_t i = 0; i < in->remarks; i++) {
        bool more = i > 0 && in->remark[i].kind == REMARK_PRECISION &&
                    in->remark[i - 1].kind == REMARK_PRECISION;
        fprintf(out, "%s%s%s",
                i == 0 ? ""
                : more ? ", "
                       : ".\n",
                more ? "" : start, more ? "" : kind[in->remark[i].kind]);
        put_plain(in->remark[i].text, out);
    }
    fputs(in->remarks ? ".\n" : "", out);
}

struct model_file {
    const struct imported *in;
    const struct conf *conf;
};

static int put_model(FILE *out, void *ctx)
{
    const struct model_file *m = ctx;
    const struct imported *in = m->in;
    fputs("# ", out);
    put_about(in, out);
    fputs(".\n# Every value: ", out);
    put_plain(conf_path(m->conf), out);
    fputs(", read by dse import; values not listed here have their default.\n", out);
    put_precision(conf_root(m->conf), out);
    put_summary(in, "# ", out);
    fputs("about: \"", out);
    put_about(in, out);
    fputs("\"\nsource: ", out);
    json_text(conf_path(m->conf), out);
    fputc('\n', out);
    put_values(in, out);
    return ferror(out) ? -1 : 0;
}

/* hf_quant_config.json beside the configuration; NULL without. Caller closes. */
static int open_quantised(struct conf **out, const char *config, struct err *err)
{
    const char *slash = strrchr(config, '/');
    char *path =
        mem_print("%.*shf_quant_config.json", slash ? (int)(slash + 1 - config) : 0, config);
    struct stat there;
    *out = NULL;
    int rc = stat(path, &there) == 0 ? conf_open(out, path, err) : 0;
    free(path);
    return rc;
}

static int import(const struct args *a, const struct conf *conf, const struct node *quantised,
                  struct err *err)
{
    const char *path = args_value(a, "--output"), *ignore[ARGS_MOST];
    struct import_choice choice = {
        .as = args_value(a, "--as"), .ignore = ignore, .quantised = quantised};
    struct imported in;
    struct model_file model = {&in, conf};

    while ((ignore[choice.ignored] = args_each(a, "--ignore", choice.ignored)))
        choice.ignored++;
    int rc = huggingface_import(&in, conf_root(conf), &choice, err);
    if (rc == 0 && path)
        rc = file_write(path, put_model, &model, err);
    else if (rc == 0)
        put_model(stdout, &model);
    if (rc == 0)
        put_summary(&in, "dse: ", stderr);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    struct conf *conf, *quantised;
    if (conf_open(&conf, a->argument[0], err) != 0)
        return -1;
    int rc = open_quantised(&quantised, a->argument[0], err);
    if (rc == 0)
        rc = import(a, conf, quantised ? conf_root(quantised) : NULL, err);
    conf_close(quantised);
    conf_close(conf);
    return rc;
}

static const struct option options[] = {
    {"--output", "MODEL.yaml", "or -o: the file to write; default: standard output"},
    {"--as", "TYPE", "what the keys leave open is as in models of this type"},
    {"--ignore", "KEY", "go on though this key is not understood; " REPEATABLE},
    {NULL, NULL, NULL},
};

const struct command cmd_import = {
    .name = "import",
    .arguments = "CONFIG.json",
    .least = 1,
    .most = 1,
    .summary = "make a model file from a Hugging Face config.json",
    .example = "  dse import config.json -o my-model.yaml\n  dse eval --set model=my-model.yaml",
    .options = options,
    .run = run,
};
