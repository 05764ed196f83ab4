/* dse man: manual pages from the tables of commands, parameters, metrics and strategies. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/file.h"
#include "dse/mdoc.h"
#include "lib/listing.h"

/* What a page is about: a command, or NULL with `is_study` for studies, else the program. */
struct page {
    const struct command *command;
    bool is_study;
};

static char *page_name(const struct page *p)
{
    return mem_print("dse%s%s", p->command || p->is_study ? "-" : "",
                     p->command    ? p->command->name
                     : p->is_study ? "study"
                                   : "");
}

static int page_section(const struct page *p)
{
    return p->is_study ? 5 : 1;
}

static void end_page(FILE *out, const char *example, const char *also)
{
    fputs(".Sh EXIT STATUS\n.Bl -tag -width 4n\n", out);
    for (const struct exit_status *s = exit_statuses; s->meaning; s++)
        fprintf(out, ".It %d\n%s\n", s->status, s->meaning);
    fputs(".El\n.Sh EXAMPLES\n", out);
    mdoc_literal(out, example);
    fprintf(out, ".Sh SEE ALSO\n%s", also);
}

static void write_program(FILE *out)
{
    mdoc_page(out, "dse", 1, program_summary);
    fputs(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar argument ...\n.Op Ar option ...\n"
          ".Nm\n.Op Fl \\-help | \\-version\n.Sh DESCRIPTION\n",
          out);
    mdoc_text(out, "The commands are below, each with a page of its own. Results go to standard "
                   "output, errors to standard error, a line each.");
    fputs(".Bl -tag -width 12n\n", out);
    for (const struct command *const *c = commands; *c; c++) {
        fprintf(out, ".It Xr dse-%s 1\n", (*c)->name);
        mdoc_text(out, (*c)->summary);
    }
    fputs(".El\n.Sh ENVIRONMENT\n.Bl -tag -width 12n\n.It Ev DSE_CATALOGUE\n", out);
    mdoc_text(out, "A folder of models, chips, engines, prices and calibrations, instead of the "
                   "catalogue installed with the program.");
    fputs(".It Ev NO_COLOR\n", out);
    mdoc_text(out, "If set, output has no colours.");
    fputs(".El\n.Sh FILES\n.Bl -tag -width 12n\n.It Pa ../share/dse/catalogue\n", out);
    mdoc_text(out, "The catalogue, seen from the folder of the program.");
    fputs(".It Pa ../share/dse/studies\n", out);
    mdoc_text(out, "Studies to run and to begin from.");
    fputs(".El\n", out);
    end_page(out, program_example, ".Xr dse-study 5\n");
}

static void write_command(FILE *out, const struct command *c)
{
    char *name = mem_print("dse-%s", c->name);
    mdoc_page(out, name, 1, c->summary);
    free(name);
    fprintf(out, ".Sh SYNOPSIS\n.Nm dse Cm %s\n", c->name);
    if (*c->arguments)
        mdoc_request(out, ".Ar", c->arguments);
    fputs(".Op Ar option ...\n.Sh DESCRIPTION\nThe options are:\n.Bl -tag -width 12n\n", out);
    for (const struct option *o = c->options; o->name; o++) {
        fprintf(out, ".It Fl \\%s", o->name + 1);
        if (o->value)
            mdoc_request(out, " Ar", o->value);
        else
            fputc('\n', out);
        mdoc_text(out, o->doc);
    }
    fputs(".It Fl \\-help\nhelp in short\n.El\n", out);
    end_page(out, c->example, ".Xr dse 1 ,\n.Xr dse-study 5\n");
}

/* clang-format off */
static const struct {
    const char *key, *doc;
} study_keys[] = {
    {"study", "The name of the run in the store."},
    {"model, models", "A name of the catalogue, a file, or /a pattern/ of names; models: a list, which is an axis."},
    {"chip, engine, plan, pools, workload, precision",
     "Parts of the design: a mapping of parameters; chip and engine also a name or a file, with single values replaced as in {base: b200, memory_byte: 288 GB}."},
    {"timing", "How long an operator takes: see PARAMETERS."},
    {"prices", "A price list by name or file, or single prices over a base."},
    {"sweep", "Axes: a parameter's path and its values, [8192, 65536], or {from: 2 TB/s, to: 16 TB/s, steps: 8, scale: log}. The study is their cross product."},
    {"constraints", "Limits of metrics, [die_area_mm2 <= 1700]; a point beyond them is not feasible. A limit on what a point lacks, such as ffn_devices without that pool, does not apply to it."},
    {"objectives", "Metrics of the front: [+tokens_per_s, -system_cost_usd]."},
    {"search", "{strategy: grid, budget: 1000000, seed: 1}; see STRATEGIES. {evaluator: ./my-sim} takes values from another program."},
    {"keep", "Which points are stored: all, feasible or front."},
    {"store", "rows, columns or auto: how points are stored."},
    {"scenarios", "Named overlays of the whole study, answered side by side."},
};
/* clang-format on */

static const char study_example[] = "study: my-question\n"
                                    "models: [llama-3.1-405b, /deepseek-.*/]\n"
                                    "chip: {base: b200, memory_byte: 288 GB}\n"
                                    "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\n"
                                    "workload: {batch: max, tpot: 50 ms}\n"
                                    "sweep:\n"
                                    "  workload.context: [8192, 65536]\n"
                                    "  engine: [none, duplex]\n"
                                    "constraints: [system_cost_usd <= 4 M]\n"
                                    "objectives: [+tokens_per_s, -system_cost_usd]\n";

/* A section from a table of `dse list`: the first column, the meaning, and the other columns that
 * are not empty. */
static int write_listing(FILE *out, const char *heading, const char *what, struct catalogue *c,
                         struct err *err)
{
    struct table t = {0};
    const struct listing *l = listing_named(what, err);
    if (!l || listing_make(&t, l, true, c, err) != 0) {
        table_free(&t);
        return -1;
    }
    mdoc_request(out, ".Sh", heading);
    fputs(".Bl -tag -width 8n\n", out);
    for (size_t row = 0; row < t.rows; row++) {
        mdoc_request(out, ".It Va", table_at(&t, row, 0)->text);
        mdoc_text(out, table_text_at(&t, row, "meaning"));
        for (size_t i = 1; i < t.columns; i++) {
            const struct cell *cell = table_at(&t, row, i);
            if (cell->kind != CELL_TEXT || !*cell->text || !strcmp(t.header[i], "meaning"))
                continue;
            char *text = mem_print("%s: %s.", t.header[i], cell->text);
            mdoc_text(out, text);
            free(text);
        }
    }
    fputs(".El\n", out);
    table_free(&t);
    return 0;
}

static int write_study(FILE *out, struct err *err)
{
    struct catalogue *c;
    if (open_catalogue(&c, err) != 0)
        return -1;
    mdoc_page(out, "dse-study", 5, "a study of dse: designs, axes, limits and search");
    fputs(".Sh DESCRIPTION\n", out);
    mdoc_text(out, "A study is a YAML file. What it does not say has its default. Relative paths "
                   "start beside the study. Its keys, besides any parameter's path:");
    fputs(".Bl -tag -width 8n\n", out);
    for (size_t i = 0; i < LEN(study_keys); i++) {
        mdoc_request(out, ".It Va", study_keys[i].key);
        mdoc_text(out, study_keys[i].doc);
    }
    fputs(".El\n.Sh EXAMPLES\n", out);
    mdoc_literal(out, study_example);
    int rc = 0;
    if (write_listing(out, "PARAMETERS", "parameters", c, err) != 0 ||
        write_listing(out, "METRICS", "metrics", c, err) != 0 ||
        write_listing(out, "STRATEGIES", "strategies", c, err) != 0)
        rc = -1;
    else
        fputs(".Sh SEE ALSO\n.Xr dse 1 ,\n.Xr dse-sweep 1\n", out);
    catalogue_close(c);
    return rc;
}

static int write_page(FILE *out, const struct page *p, struct err *err)
{
    if (p->is_study)
        return write_study(out, err);
    if (p->command)
        write_command(out, p->command);
    else
        write_program(out);
    return 0;
}

struct filling {
    const struct page *page;
    struct err *err;
};

static int fill(FILE *out, void *ctx)
{
    struct filling *f = ctx;
    return write_page(out, f->page, f->err);
}

static int make_folder(const char *path, struct err *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return fail_io(err, "%s: cannot be made: %s", path, strerror(errno));
}

/* Writes a page as DIR/man1/dse-eval.1. */
static int write_file(const char *dir, const struct page *p, struct err *err)
{
    int section = page_section(p);
    char *folder = mem_print("%s/man%d", dir, section), *name = page_name(p);
    char *path = mem_print("%s/%s.%d", folder, name, section);
    struct filling f = {.page = p, .err = err};
    int rc = make_folder(dir, err) == 0 && make_folder(folder, err) == 0
                 ? file_write(path, fill, &f, err)
                 : -1;
    free(path);
    free(name);
    free(folder);
    return rc;
}

static int write_files(const char *dir, struct err *err)
{
    const struct page program = {0}, study = {.is_study = true};
    int rc = write_file(dir, &program, err) == 0 ? write_file(dir, &study, err) : -1;
    for (const struct command *const *c = commands; *c && rc == 0; c++)
        rc = write_file(dir, &(struct page){.command = *c}, err);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    const char *dir = args_value(a, "--output");
    struct page p = {.is_study = a->n && !strcmp(a->argument[0], "study")};
    if (dir && a->n)
        return fail(err, "dse man: --output: writes every page: leave %s out", a->argument[0]);
    if (dir)
        return write_files(dir, err);
    if (a->n && !p.is_study && !(p.command = find_command(a->argument[0], err)))
        return -1;
    return write_page(stdout, &p, err);
}

static const struct option options[] = {
    {"--output", "DIR", "or -o: write every page, to DIR/man1 and DIR/man5"},
    {NULL, NULL, NULL},
};

const struct command cmd_man = {
    .name = "man",
    .arguments = "[COMMAND|study]",
    .least = 0,
    .most = 1,
    .summary = "print the manual page of dse, of a command, or of studies",
    .example = "  dse man sweep | man -l -\n"
               "  dse man study | man -l -",
    .options = options,
    .run = run,
};
