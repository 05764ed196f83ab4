#include "arch/catalogue/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/layer_list.h"
#include "arch/catalogue/private.h"
#include "arch/catalogue/trace.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/text_file.h"

/* The folders of the catalogue. */
static const struct folder {
    const char *name, *kind;
    const char *init;     /* default entry */
    bool only_paths;      /* has no entries, only files of the user */
    const char *texts[5]; /* keys whose values are text */
} folders[CATALOGUE_FOLDERS] = {
    [PART_MODEL] = {.name = "models",
                    .kind = "model",
                    .init = "deepseek-r1",
                    .texts = {"about", "source", "base"}},
    [PART_CHIP] = {.name = "chips",
                   .kind = "chip",
                   .init = "b200",
                   .texts = {"about", "source", "calibration", "base"}},
    [PART_ENGINE] = {.name = "engines",
                     .kind = "engine",
                     .init = "none",
                     .texts = {"about", "source", "base"}},
    [CATALOGUE_PRICES] = {.name = "prices", .kind = "price list"},
    [CATALOGUE_CALIBRATIONS] = {.name = "calibrations",
                                .kind = "calibration",
                                .texts = {"about", "source", "measured_on", "base"}},
    [CATALOGUE_TRACES] = {.name = "traces", .kind = "trace", .only_paths = true},
};

static const char NONE[] = "none"; /* the entry of a part that is absent */

static bool is_optional(size_t part)
{
    return part < DESIGN_PARTS && design_parts[part].optional;
}

/* The folder with the entries of a part; a folder of none is its own. */
static size_t folder_of(size_t part)
{
    return is_optional(part) ? design_parts[part].entries : part;
}

const char *catalogue_folder(size_t part)
{
    return folders[folder_of(part)].name;
}

const char *catalogue_default(size_t part)
{
    return is_optional(part) ? NONE : folders[part].init;
}

static const struct fields *fields_of(size_t part)
{
    return part == CATALOGUE_CALIBRATIONS ? &calibration_fields : design_parts[part].fields;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int fail_folder(const char *path, int why, struct err *err)
{
    if (why == ENOENT || why == ENOTDIR)
        return fail_io(err, "%s: catalogue not found: set DSE_CATALOGUE to its folder", path);
    return fail_io(err, "%s: catalogue cannot be read: %s", path, strerror(why));
}

/* Lists the .yaml files of a folder, without the extension. */
static int read_folder(struct catalogue *c, size_t folder, struct err *err)
{
    char *path = mem_print("%s/%s", c->dir, folders[folder].name);
    DIR *dir = opendir(path);
    size_t n = 0, room = 0;

    if (!dir) {
        fail_folder(path, errno, err);
        free(path);
        return -1;
    }
    errno = 0; /* it stays 0 at the end of the folder */
    for (struct dirent *d; (d = readdir(dir)); errno = 0) {
        const char *end = strrchr(d->d_name, '.');
        if (!end || strcmp(end, ".yaml") || end == d->d_name)
            continue;
        if (n == room)
            c->name[folder] =
                mem_grow(c->name[folder], room = room ? 2 * room : 32, sizeof(char *));
        c->name[folder][n] = mem_text(d->d_name);
        c->name[folder][n++][end - d->d_name] = '\0';
    }
    int rc = errno ? fail_folder(path, errno, err) : 0;
    closedir(dir);
    free(path);
    if (n)
        qsort(c->name[folder], n, sizeof(char *), by_text);
    c->names[folder] = n;
    return rc;
}

static void keep_entry(struct catalogue *c, struct entry *e)
{
    if (c->n == c->room)
        c->entry = mem_grow(c->entry, c->room = c->room ? 2 * c->room : 16, sizeof(struct entry *));
    c->entry[c->n++] = e;
}

/* The entry of optional parts that are absent, such as the chip of a pool without devices: all
 * zeros. */
static void add_none(struct catalogue *c, size_t folder)
{
    struct entry *e = mem_alloc(1, sizeof *e);
    e->part = folder;
    e->name = mem_text(NONE);
    e->path = mem_text("");
    e->about = mem_text("Absent: the design has no such part.");
    e->source = mem_text("(not needed)");
    e->value = mem_alloc(1, design_parts[folder].fields->size);
    keep_entry(c, e);
    c->none[folder] = e;
}

int catalogue_open(struct catalogue **out, const char *dir, struct err *err)
{
    struct catalogue *c = mem_alloc(1, sizeof *c);
    c->dir = mem_text(dir ? dir : "");
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (is_optional(part) && !c->none[folder_of(part)])
            add_none(c, folder_of(part));
    for (size_t i = 0; i < CATALOGUE_FOLDERS; i++)
        if (dir && folders[i].name && !folders[i].only_paths && read_folder(c, i, err) != 0) {
            catalogue_close(c);
            return -1;
        }
    *out = c;
    return 0;
}

void catalogue_close(struct catalogue *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        free(c->entry[i]->name);
        free(c->entry[i]->path);
        free(c->entry[i]->about);
        free(c->entry[i]->source);
        free(c->entry[i]->value);
        free(c->entry[i]->layers);
        free(c->entry[i]->measured_on);
        free(c->entry[i]);
    }
    for (size_t f = 0; f < CATALOGUE_FOLDERS; f++) {
        for (size_t i = 0; i < c->names[f]; i++)
            free(c->name[f][i]);
        free(c->name[f]);
    }
    for (size_t i = 0; i < c->sources; i++) {
        free(c->source[i].name);
        free(c->source[i].text);
    }
    for (size_t i = 0; i < c->books; i++)
        free(c->book[i].name);
    free(c->book);
    free(c->source);
    free(c->entry);
    free(c->dir);
    free(c);
}

const struct catalogue_source *catalogue_sources(const struct catalogue *c, size_t *n)
{
    *n = c->sources;
    return c->source;
}

size_t catalogue_folder_named(const char *name)
{
    size_t i = 0;
    while (i < CATALOGUE_FOLDERS && (!folders[i].name || strcmp(folders[i].name, name) != 0))
        i++;
    return i;
}

static void add_source(struct catalogue *c, size_t folder, const char *name, const char *text)
{
    for (size_t i = 0; i < c->sources; i++)
        if (c->source[i].folder == folder && !strcmp(c->source[i].name, name))
            return;
    c->source = mem_grow(c->source, c->sources + 1, sizeof *c->source);
    c->source[c->sources++] = (struct catalogue_source){folder, mem_text(name), mem_text(text)};
}

/* The names of a folder become those of the given files. */
static void list_given(struct catalogue *c, size_t folder)
{
    for (size_t i = 0; i < c->names[folder]; i++)
        free(c->name[folder][i]);
    c->name[folder] = mem_grow(c->name[folder], c->given, sizeof(char *));
    c->names[folder] = 0;
    for (size_t i = 0; i < c->given; i++) {
        const struct catalogue_source *s = &c->source[i];
        if (s->folder == folder && *s->name && !catalogue_is_path(s->name))
            c->name[folder][c->names[folder]++] = mem_text(s->name);
    }
    qsort(c->name[folder], c->names[folder], sizeof(char *), by_text);
}

void catalogue_give(struct catalogue *c, size_t folder, const char *name, const char *text)
{
    add_source(c, folder, name, text);
    c->given = c->sources;
    list_given(c, folder);
}

const struct catalogue_source *catalogue_given(const struct catalogue *c, size_t folder,
                                               const char *name)
{
    for (size_t i = 0; i < c->given; i++)
        if (c->source[i].folder == folder && !strcmp(c->source[i].name, name))
            return &c->source[i];
    return NULL;
}

int catalogue_open_source(struct catalogue *c, size_t folder, const char *name, const char *path,
                          struct conf **out, struct err *err)
{
    const struct catalogue_source *given = catalogue_given(c, folder, name);
    if (given)
        return conf_parse(out, path, given->text, err);
    if (conf_open(out, path, err) != 0)
        return -1;
    add_source(c, folder, name, conf_text(*out));
    return 0;
}

bool catalogue_is_path(const char *name)
{
    const char *end = strrchr(name, '.');
    return strchr(name, '/') || (end && (!strcmp(end, ".yaml") || !strcmp(end, ".yml")));
}

char *catalogue_path(const char *folder, const char *name)
{
    bool relative = catalogue_is_path(name) && *name != '/';
    return mem_print("%s%s", relative ? folder : "", name);
}

char *catalogue_base(const struct conf *conf)
{
    const struct node *root = conf_root(conf);
    const struct node *base = node_kind(root) == NODE_MAP ? node_find(root, "base") : NULL;
    if (!base)
        return NULL;
    char *folder = file_folder(conf_path(conf));
    char *path = catalogue_path(folder, node_text(base));
    free(folder);
    return path;
}

char *catalogue_entry_path(const struct catalogue *c, size_t folder, const char *name,
                           struct err *err)
{
    const char *const *names = (const char *const *)c->name[folder];
    if (catalogue_is_path(name))
        return mem_text(name);
    for (size_t i = 0; i < c->names[folder]; i++)
        if (!strcmp(names[i], name))
            return mem_print("%s/%s/%s.yaml", c->dir, folders[folder].name, name);
    const char *near = name_nearest(name, names, c->names[folder]);
    if (near)
        fail(err, "unknown %s \"%s\": did you mean \"%s\"?", folders[folder].kind, name, near);
    else
        fail(err, "unknown %s \"%s\": `dse list %s` shows all, or give a .yaml file",
             folders[folder].kind, name, folders[folder].name);
    return NULL;
}

static char *scalar_of(const struct node *map, const char *key)
{
    const struct node *n = node_find(map, key);
    return mem_text(n ? node_text(n) : "");
}

static int check_file_name(const char *path, const struct node *root, struct err *err)
{
    struct err inner;
    char *name = file_stem(path);
    int rc = name_check(name, &inner);
    free(name);
    return rc == 0 ? 0 : node_fail(root, NULL, err, "%s", inner.text);
}

static int check_alone(const struct entry *e, const struct node *root, struct err *err)
{
    struct err inner;
    if (e->part != PART_MODEL)
        return 0;
    return design_check_model(e->value, &inner) == 0 ? 0
                                                     : node_fail(root, NULL, err, "%s", inner.text);
}

/* The calibration named in a chip's file. */
static int find_calibration(struct catalogue *c, struct entry *e, const struct node *root,
                            struct err *err)
{
    const struct node *name = node_find(root, "calibration");
    struct err inner;
    if (e->part != PART_CHIP || !name ||
        catalogue_find(c, CATALOGUE_CALIBRATIONS, node_text(name), &e->calibration, &inner) == 0)
        return 0;
    if (inner.status == STATUS_INPUT)
        return node_fail(name, "calibration", err, "%s", inner.text);
    *err = inner;
    return -1;
}

static bool is_listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    return false;
}

/* "a.yaml -> b.yaml", from place `first` of the chain. Caller frees. */
static char *chain_text(const struct catalogue *c, size_t first)
{
    char *text = mem_text("");
    for (size_t i = first; i < c->depth; i++) {
        char *longer = mem_print("%s%s -> ", text, c->chain[i]);
        free(text);
        text = longer;
    }
    return text;
}

int catalogue_enter_base(struct catalogue *c, size_t folder, const struct conf *conf,
                         const char *name, struct err *err)
{
    struct err ignored;
    size_t own = 0;
    if (!*name)
        return fail(err, "is not a name: write a catalogue name, or a .yaml file beside this one");
    char *path = catalogue_entry_path(c, folder, name, &ignored);
    c->chain[c->depth++] = conf_path(conf);
    while (path && own < c->depth && strcmp(c->chain[own], path) != 0)
        own++;
    bool cycle = path && own < c->depth;
    int rc = 0;
    if (cycle || c->depth == BASES_MOST) {
        char *chain = chain_text(c, cycle ? own : 0);
        rc = cycle ? fail(err, "is its own base: %s%s: name another base", chain, path)
                   : fail(err,
                          "over %d files are each the base of the one before: %s%s: name a base "
                          "with fewer",
                          BASES_MOST - 1, chain, name);
        free(chain);
        c->depth--;
    }
    free(path);
    return rc;
}

/* Copies the values of the base of an entry's file, if it has one. */
static int copy_base(struct catalogue *c, struct entry *e, const struct conf *conf, struct err *err)
{
    const struct entry *from = NULL;
    struct err inner;
    char *name = catalogue_base(conf);
    if (!name)
        return 0;
    int rc = catalogue_enter_base(c, e->part, conf, name, &inner);
    if (rc == 0) {
        rc = catalogue_find(c, e->part, name, &from, &inner);
        c->depth--;
    }
    if (rc == 0) {
        memcpy(e->value, from->value, fields_of(e->part)->size);
        e->calibration = from->calibration;
    } else {
        node_fail_file(node_find(conf_root(conf), "base"), "base", &inner, err);
    }
    free(name);
    return rc;
}

int catalogue_require(const struct node *root, struct fields fields, const void *value,
                      struct err *err)
{
    if (node_require(root, fields, value, err) == 0)
        return 0;
    size_t at = strlen(err->text);
    snprintf(err->text + at, sizeof err->text - at,
             ", or take what is not written from base: NAME");
    return -1;
}

/* Keys of a file that are not values of its fields: texts, and a list of layers. */
struct other_keys {
    const char *key[LEN(folders[0].texts) + 1];
};

static struct other_keys other_keys_of(size_t part, bool listed)
{
    struct other_keys out = {{NULL}};
    size_t n = 0;
    if (listed)
        out.key[n++] = "layers";
    for (const char *const *text = folders[part].texts; *text; text++)
        out.key[n++] = *text;
    return out;
}

static int read_layers(struct entry *e, const struct node *root, struct err *err)
{
    struct model *m = e->value;
    e->layers = mem_alloc(1, sizeof *e->layers);
    return layer_list_read(root, e->layers, m, err);
}

static struct entry *read_entry(struct catalogue *c, size_t part, const char *name, char *path,
                                struct err *err)
{
    const struct fields *fields = fields_of(part);
    struct conf *conf;

    if (catalogue_open_source(c, part, name, path, &conf, err) != 0)
        return NULL;
    const struct node *root = conf_root(conf);
    struct entry *e = mem_alloc(1, sizeof *e);
    e->part = part;
    e->path = path;
    e->value = mem_alloc(1, fields->size);
    fields_init(*fields, e->value);
    bool listed = part == PART_MODEL && layer_list_is(root);
    struct other_keys others = other_keys_of(part, listed);
    if (check_file_name(path, root, err) != 0 || copy_base(c, e, conf, err) != 0 ||
        node_bind(root, *fields, others.key, e->value, NULL, err) != 0 ||
        (listed && read_layers(e, root, err) != 0) ||
        catalogue_require(root, *fields, e->value, err) != 0 || check_alone(e, root, err) != 0 ||
        find_calibration(c, e, root, err) != 0) {
        conf_close(conf);
        free(e->value);
        free(e->layers);
        free(e);
        return NULL;
    }
    if (part == PART_CHIP)
        chip_rate((struct chip *)e->value);
    e->name = file_stem(path);
    e->about = scalar_of(root, "about");
    e->source = scalar_of(root, "source");
    e->measured_on = scalar_of(root, "measured_on");
    e->calibration_own = e->calibration && is_listed(e->calibration->measured_on, e->name);
    conf_close(conf);
    return e;
}

int catalogue_find(struct catalogue *c, size_t part, const char *name, const struct entry **out,
                   struct err *err)
{
    if (is_optional(part) && !strcmp(name, NONE)) {
        *out = c->none[folder_of(part)];
        return 0;
    }
    part = folder_of(part);
    char *path = catalogue_entry_path(c, part, name, err);
    if (!path)
        return -1;
    for (size_t i = 0; i < c->n; i++)
        if (c->entry[i]->part == part && !strcmp(c->entry[i]->path, path)) {
            *out = c->entry[i];
            free(path);
            return 0;
        }
    struct entry *e = read_entry(c, part, name, path, err);
    if (!e) {
        free(path);
        if (c->unread.status == STATUS_OK)
            c->unread = *err;
        return -1;
    }
    keep_entry(c, e);
    *out = e;
    return 0;
}

int catalogue_all_read(const struct catalogue *c, struct err *err)
{
    if (c->unread.status == STATUS_OK)
        return 0;
    *err = c->unread;
    return -1;
}

void catalogue_names(const struct catalogue *c, size_t part, const char *const **out, size_t *n)
{
    *out = (const char *const *)c->name[folder_of(part)];
    *n = c->names[folder_of(part)];
}

void entry_put_name(const struct entry *e, size_t part, struct design *d)
{
    memcpy((char *)d + design_parts[part].name_offset, &e->name, sizeof e->name);
    const struct entry *from = e->calibration;
    const struct calibration *constants = from ? from->value : NULL;
    const char *name = from ? from->name : NULL;
    if (part == PART_CHIP) {
        d->calibration = constants;
        d->calibration_name = name;
        d->calibration_own = e->calibration_own;
    } else if (part == PART_PREFILL_CHIP) {
        d->prefill_calibration = constants;
        d->prefill_calibration_name = name;
        d->prefill_calibration_own = e->calibration_own;
    }
}

void entry_put(const struct entry *e, size_t part, struct design *d)
{
    const struct part *p = &design_parts[part];
    memcpy((char *)d + p->offset, e->value, p->fields->size);
    entry_put_name(e, part, d);
}

int catalogue_trace(struct catalogue *c, const char *folder, const char *name, struct workload *out,
                    struct err *err)
{
    enum { MIB_MOST = 256 };
    size_t length;
    char *path = mem_print("%s%s", *name == '/' ? "" : folder, name);
    const struct catalogue_source *given = catalogue_given(c, CATALOGUE_TRACES, path);
    char *text = given ? NULL : text_file_read(path, MIB_MOST, &length, err);
    int rc = given  ? trace_parse(out, path, given->text, strlen(given->text), err)
             : text ? trace_parse(out, path, text, length, err)
                    : -1;
    if (rc == 0 && text)
        add_source(c, CATALOGUE_TRACES, path, text);
    free(text);
    free(path);
    return rc;
}

int catalogue_default_design(struct catalogue *c, struct design *out, struct err *err)
{
    *out = (struct design){0};
    for (size_t i = 0; i < DESIGN_PARTS; i++) {
        const struct entry *e;
        if (design_parts[i].named) {
            if (catalogue_find(c, i, catalogue_default(i), &e, err) != 0)
                return -1;
            entry_put(e, i, out);
        } else {
            fields_init(*design_parts[i].fields, (char *)out + design_parts[i].offset);
        }
    }
    return 0;
}
