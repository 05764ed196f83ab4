/* dse import: makes a model file from a Hugging Face config.json. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arch/catalogue/huggingface.h"
#include "base/mem.h"
#include "dse/command.h"

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
    fputs("; the study sets precision.weight.\n", out);
}

static void put_about(const struct imported *in, FILE *out)
{
    const struct model *m = &in->model;
    const struct field *attention = field_find(model_fields, "attention");

    put_plain(in->type, out);
    fputs(m->window > 0 ? ", sliding-window " : ", ", out);
    for (const char *w = field_word(attention, m->attention); *w; w++)
        fputc(toupper((unsigned char)*w), out);
    fputs(m->index_topk > 0 ? " with sparse attention (DSA)" : "", out);
    fputs(m->experts > 0 ? " and MoE" : "", out);
}

/* The values that differ from their defaults, in table order. */
static void put_values(const struct imported *in, FILE *out)
{
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        double value = field_get(f, &in->model);
        char number[32];

        if (value == f->init)
            continue;
        fprintf(out, "%s: %s", f->name,
                f->only_words ? field_word(f, value) : number_text(value, number, sizeof number));
        if (in->note[i])
            fprintf(out, "  # %s", in->note[i]);
        fputc('\n', out);
    }
}

static int put_model(const struct imported *in, const struct conf *conf, FILE *out)
{
    fputs("# ", out);
    put_about(in, out);
    fputs(".\n# Every value: ", out);
    put_plain(conf_path(conf), out);
    fputs(", read by dse import; values not listed here have their default.\n", out);
    put_precision(conf_root(conf), out);
    fputs("about: \"", out);
    put_about(in, out);
    fputs("\"\nsource: ", out);
    json_text(conf_path(conf), out);
    fputc('\n', out);
    put_values(in, out);
    return ferror(out) ? -1 : 0;
}

/* Writes to a temporary file beside `path` and renames it, so that a failed write leaves the old
 * file; writes directly to a pipe or a device, which must not be replaced. */
static int write_file(const struct imported *in, const struct conf *conf, const char *path,
                      struct err *err)
{
    struct stat there;
    bool direct = stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
    char *part = mem_print("%s%s", path, direct ? "" : ".part");
    FILE *out = fopen(part, "w");
    int rc = 0;

    if (!out)
        rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
    else {
        bool bad = put_model(in, conf, out) != 0;
        if (fclose(out) != 0 || bad || (!direct && rename(part, path) != 0)) {
            rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
            if (!direct)
                remove(part);
        }
    }
    free(part);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    const char *path = args_value(a, "--output");
    struct conf *conf;
    struct imported in;
    int rc;

    if (conf_open(&conf, a->argument[0], err) != 0)
        return -1;
    rc = huggingface_import(&in, conf_root(conf), err);
    if (rc == 0 && path)
        rc = write_file(&in, conf, path, err);
    else if (rc == 0)
        put_model(&in, conf, stdout);
    conf_close(conf);
    return rc;
}

static const struct option options[] = {
    {"--output", "MODEL.yaml", "or -o: the file to write; default: standard output"},
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
