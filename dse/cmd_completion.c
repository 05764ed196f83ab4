/* dse completion: scripts for shells, and the words they offer, from the tables of commands,
 * parameters and metrics and from the catalogue. */
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "dse/command.h"
#include "reports/page/embedded.h"
#include "reports/print/figure.h"

/* The word that is being typed: `typed`, of which the first `kept` characters stay; in `err` why
 * the catalogue cannot be read, if so. */
struct typing {
    const char *typed;
    size_t kept;
    struct err *err;
};

/* Offers a word in place of what follows the kept characters, if it begins like that; `end`, such
 * as "=", shows that the word goes on. One line: the whole word, a tab, its meaning. */
static void offer(const struct typing *w, const char *word, const char *end, const char *doc)
{
    const char *begun = w->typed + w->kept;
    if (!strncmp(word, begun, strlen(begun)))
        printf("%.*s%s%s\t%s\n", (int)w->kept, w->typed, word, end, doc);
}

static void offer_commands(const struct typing *w)
{
    for (const struct command *const *c = commands; *c; c++)
        offer(w, (*c)->name, "", (*c)->summary);
}

static void offer_pages(const struct typing *w)
{
    offer_commands(w);
    offer(w, "study", "", "the file of a study");
}

static void offer_figures(const struct typing *w)
{
    for (size_t i = 0; figures[i]; i++)
        offer(w, figures[i]->name, "", figures[i]->doc);
}

/* Paths of all parameters, each followed by `end`. */
static void offer_parameters(const struct typing *w, const char *end)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const struct fields *f = design_parts[part].fields;
        if (design_parts[part].named)
            offer(w, f->section, end, design_parts[part].doc);
        for (size_t i = 0; i < f->n && !design_parts[part].optional; i++) {
            char *path = mem_print("%s%s%s", f->section, *f->section ? "." : "", f->row[i].name);
            offer(w, path, end, f->row[i].doc);
            free(path);
        }
    }
}

/* A list of columns: the last one is being typed. */
static void offer_columns(const struct typing *w)
{
    struct typing last = *w;
    last.kept += strcspn(w->typed + w->kept, "+-") == 0;
    for (const char *comma; (comma = strpbrk(last.typed + last.kept, ",:"));) {
        last.kept = (size_t)(comma + 1 - last.typed);
        last.kept += strcspn(comma + 1, "+-") == 0;
    }
    for (size_t i = 0; i < metrics_fields.n; i++)
        offer(&last, metrics_fields.row[i].name, "", metrics_fields.row[i].doc);
    offer_parameters(&last, "");
}

static void offer_entries(const struct typing *w, size_t part)
{
    struct catalogue *c;
    const char *const *name;
    size_t n;
    if (open_catalogue(&c, w->err) != 0)
        return;
    catalogue_names(c, design_parts[part].entries, &name, &n);
    for (size_t i = 0; i < n; i++)
        offer(w, name[i], "", "");
    if (design_parts[part].optional)
        offer(w, "none", "", "");
    puts(":files .yaml");
    catalogue_close(c);
}

/* PATH=VALUE: a path, then the names or words of its values. */
static void offer_settings(const struct typing *w)
{
    const char *path = w->typed + w->kept, *equals = strchr(path, '=');
    if (!equals) {
        offer_parameters(w, "=");
        return;
    }
    struct typing value = {w->typed, (size_t)(equals + 1 - w->typed), w->err};
    size_t length = (size_t)(equals - path);
    for (size_t part = 0; part < DESIGN_PARTS; part++) {
        const char *section = design_parts[part].fields->section;
        if (design_parts[part].named && strlen(section) == length &&
            !strncmp(path, section, length))
            offer_entries(&value, part);
    }
    char *name = mem_print("%.*s", (int)length, path);
    struct parameter p;
    struct word word;
    struct err err;
    if (design_parameter(name, &p, &err) == 0)
        for (size_t i = 0; field_word_at(p.field, i, &word); i++)
            offer(&value, word.text, "", "");
    free(name);
}

static void offer_paths(const struct typing *w)
{
    if (!strchr(w->typed + w->kept, '='))
        offer_parameters(w, "");
}

/* Files are left to the shell: a line says which. */
static void offer_folders(const struct typing *w)
{
    (void)w;
    puts(":dirs");
}

/* What a value or argument may be, by how help writes it. */
/* clang-format off */
static const struct {
    const char *syntax;
    void (*offer)(const struct typing *w);
} kinds[] = {
    {"PATH=VALUE", offer_settings},
    {"PATH[=FROM:TO]", offer_paths},
    {"COLUMN,...", offer_columns},
    {"COLUMN=REGEX", offer_columns},
    {"COL[:desc]", offer_columns},
    {"A,B", offer_columns},
    {"+A,-B", offer_columns},
    {"X,Y", offer_columns},
    {"FIGURE", offer_figures},
    {"COMMAND", offer_commands},
    {"[COMMAND|study]", offer_pages},
    {"DIR", offer_folders},
};

static const struct {
    const char *syntax, *files;
} file_kinds[] = {
    {".yaml", ":files .yaml"},
    {".json", ":files .json"},
    {".csv", ":files .csv"},
    {".svg", ":files .svg"},
    {".db", ":files .db"},
    {"DB", ":files .db"},
};
/* clang-format on */

/* cost|area|power: words, offered one by one. */
static void offer_words(const struct typing *w, const char *syntax)
{
    for (const char *at = syntax; *at;) {
        size_t n = strcspn(at, "|");
        char *word = mem_print("%.*s", (int)n, at);
        offer(w, word, "", "");
        free(word);
        at += n;
        at += *at == '|';
    }
}

static void offer_value(const struct typing *w, const char *syntax)
{
    bool files = false;
    for (size_t i = 0; i < LEN(kinds); i++)
        if (!strcmp(kinds[i].syntax, syntax)) {
            kinds[i].offer(w);
            return;
        }
    for (size_t i = 0; i < LEN(file_kinds); i++)
        if (strstr(syntax, file_kinds[i].syntax)) {
            puts(file_kinds[i].files);
            files = true;
        }
    if (!files && !strncmp(syntax, "FILE", 4))
        puts(":files");
    else if (!files && strchr(syntax, '|'))
        offer_words(w, syntax);
}

/* How help writes argument `k`: "DB", "[STUDY.yaml | DB]"; "" if there is none. Caller frees. */
static char *argument_syntax(const char *arguments, size_t k)
{
    const char *at = arguments, *end;
    for (;; k--, at = end + 1) {
        end = at + strcspn(at, " ");
        while (end[0] && (end[1] == '|' || end[-1] == '|'))
            end += 1 + strcspn(end + 1, " ");
        bool repeats = end - at > 3 && !strncmp(end - 3, "...", 3);
        if (k == 0 || (!*end && repeats))
            return mem_print("%.*s", (int)(end - at), at);
        if (!*end)
            return mem_text("");
    }
}

static const struct option *option_named(const struct command *c, const char *text, size_t length)
{
    for (const struct option *o = c->options; o->name; o++)
        if (strlen(o->name) == length && !strncmp(o->name, text, length))
            return o;
    return NULL;
}

static const struct option *option_of(const struct command *c, const char *text)
{
    return !strcmp(text, "-o") ? option_named(c, "--output", 8)
                               : option_named(c, text, strlen(text));
}

/* Offers words for the last of the words that follow a command. */
static void offer_after(const struct command *c, size_t n, const char *const *word, struct err *err)
{
    const char *last = word[n - 1];
    const struct option *waiting = NULL;
    bool options = true;
    size_t arguments = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (waiting)
            waiting = NULL;
        else if (options && !strcmp(word[i], "--"))
            options = false;
        else if (options && word[i][0] == '-' && word[i][1]) {
            const struct option *o = option_of(c, word[i]);
            waiting = o && o->value ? o : NULL;
        } else
            arguments++;
    }
    struct typing w = {last, 0, err};
    const char *equals = strchr(last, '=');
    if (waiting) {
        offer_value(&w, waiting->value);
    } else if (options && equals && !strncmp(last, "--", 2)) {
        const struct option *o = option_named(c, last, (size_t)(equals - last));
        w.kept = (size_t)(equals + 1 - last);
        if (o && o->value)
            offer_value(&w, o->value);
    } else if (options && last[0] == '-') {
        for (const struct option *o = c->options; o->name; o++)
            offer(&w, o->name, "", o->doc);
        offer(&w, "--help", "", "help in short");
    } else {
        char *syntax = argument_syntax(c->arguments, arguments);
        offer_value(&w, syntax);
        free(syntax);
    }
}

static int offer_next(size_t n, const char *const *word, struct err *err)
{
    struct err unread = {.status = STATUS_OK}, unknown;
    struct typing w = {n ? word[n - 1] : "", 0, &unread};
    if (n > 1 && !strcmp(word[0], "help")) {
        if (n == 2)
            offer_commands(&w);
        return EXIT_DONE;
    }
    if (n > 1) {
        const struct command *c = find_command(word[0], &unknown);
        if (c)
            offer_after(c, n - 1, word + 1, &unread);
        if (unread.status == STATUS_OK)
            return EXIT_DONE;
        *err = unread;
        return -1;
    }
    offer_commands(&w);
    offer(&w, "help", "", "help of a command");
    if (*w.typed == '-') {
        offer(&w, "--help", "", "this program's commands");
        offer(&w, "--version", "", "its version");
    }
    return EXIT_DONE;
}

static const struct {
    const char *shell;
    const struct embedded *script;
} scripts[] = {
    {"bash", &embedded_completion_bash},
    {"zsh", &embedded_completion_zsh},
    {"fish", &embedded_completion_fish},
};

static int run(const struct args *a, struct err *err)
{
    const char *what = a->argument[0];
    if (!strcmp(what, "words"))
        return offer_next(a->n - 1, a->argument + 1, err);
    if (a->n > 1)
        return fail(err, "dse completion: too many arguments: usage is dse completion %s", what);
    for (size_t i = 0; i < LEN(scripts); i++)
        if (!strcmp(scripts[i].shell, what)) {
            fwrite(scripts[i].script->byte, 1, scripts[i].script->n, stdout);
            return EXIT_DONE;
        }
    return fail(err, "dse completion: unknown shell \"%s\": one of bash, zsh, fish", what);
}

static const struct option options[] = {
    {NULL, NULL, NULL},
};

const struct command cmd_completion = {
    .name = "completion",
    .arguments = "bash|zsh|fish|words [WORD...]",
    .least = 1,
    .most = ARGS_MOST,
    .summary = "print a script that completes dse's commands, options and names in a shell",
    .example = "  . <(dse completion bash)\n"
               "  dse completion zsh >~/.zfunc/_dse\n"
               "  dse completion fish >~/.config/fish/completions/dse.fish\n"
               "  dse completion words -- eval --set model=deep\n"
               "\nwords: what may follow, for the scripts: a line each, with its meaning after a\n"
               "tab; `:files .db` and `:dirs` stand for files and folders.",
    .options = options,
    .run = run,
};
