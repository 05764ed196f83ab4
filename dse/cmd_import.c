/* dse import: a model file from a config.json of Hugging Face. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/huggingface.h"
#include "base/mem.h"
#include "dse/command.h"

static void write_model(const struct imported *m, const char *config, FILE *out)
{
    struct model init;
    char text[64];

    fields_init(model_fields, &init);
    fprintf(out, "# Every value: %s (model_type %s).\n", config, m->type);
    fputs("source: ", out);
    json_text(config, out);
    fputc('\n', out);
    for (size_t i = 0; i < model_fields.n; i++) {
        const struct field *f = &model_fields.row[i];
        double value = field_get(f, &m->model);
        if (value == field_get(f, &init))
            continue;
        const char *word = f->only_words ? field_word(f, value) : NULL;
        fprintf(out, "%s: %s", f->name, word ? word : number_text(value, text, sizeof text));
        fprintf(out, m->note[i] ? "  # %s\n" : "\n", m->note[i]);
    }
}

/* The file appears whole or not at all. */
static int write_file(const struct imported *m, const char *config, const char *path,
                      struct err *err)
{
    char *draft = mem_print("%s.XXXXXX", path);
    int rc = -1, fd = mkstemp(draft);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (!out) {
        fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
        goto done;
    }
    write_model(m, config, out);
    int bad = ferror(out) || fchmod(fd, 0644) != 0 || fsync(fd) != 0;
    bad |= fclose(out) != 0;
    if (bad || rename(draft, path) != 0) {
        fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
        unlink(draft);
        goto done;
    }
    rc = 0;
done:
    free(draft);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    const char *path = args_value(a, "--output");
    struct imported m;
    struct conf *conf;

    if (conf_open(&conf, a->argument[0], err) != 0)
        return -1;
    int rc = huggingface_import(&m, conf_root(conf), err);
    if (rc == 0 && !path)
        write_model(&m, a->argument[0], stdout);
    if (rc == 0 && path && (rc = write_file(&m, a->argument[0], path, err)) == 0)
        printf("%s: %s with %.4g G parameters, %.4g G active\n", path, m.type,
               model_params(&m.model) / 1e9, model_active_params(&m.model) / 1e9);
    conf_close(conf);
    return rc;
}

static const struct option options[] = {
    {"--output", "FILE.yaml", "where to write; default: standard output (also -o)"},
    {NULL, NULL, NULL},
};

const struct command cmd_import = {"import",
                                   "CONFIG.json",
                                   1,
                                   1,
                                   "a model file from a config.json of Hugging Face",
                                   "  dse import config.json -o my-model.yaml\n"
                                   "  dse eval --set model=my-model.yaml --set chip=h200\n",
                                   options,
                                   run};
