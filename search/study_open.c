/* Opens a study and its scenarios: sets the defaults, reads the file, reports its mistakes in file
 * order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/text_file.h"
#include "search/study.h"
#include "search/study_read.h"

static const char BASE[] = "base"; /* the scenario without an overlay */

/* A study with all defaults. */
static int make(struct study **out, const struct conf *conf, const char *folder,
                const char *scenario, struct catalogue *c, struct err *err)
{
    struct study *s = mem_alloc(1, sizeof *s);

    s->name = file_stem(conf_path(conf));
    s->text = mem_text(conf_text(conf));
    s->folder = mem_text(folder);
    s->scenario = mem_text(scenario);
    s->whole = s;
    s->budget = s->seconds = s->stall = INFINITY;
    s->seed = 1;
    s->keep = KEEP_ALL;
    *out = s;
    return catalogue_default_design(c, &s->base, err) != 0 ||
                   catalogue_prices(c, NULL, &s->prices, err) != 0
               ? -1
               : 0;
}

/* Letters, digits and "._-": a name can stand in a condition and in a file's name. */
static bool is_name(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return *text && text[strspn(text, allowed)] == '\0';
}

static int check_name(const struct node *key, struct err *err)
{
    if (!strcmp(node_text(key), BASE))
        return node_fail(key, "scenarios", err,
                         "base is the study without an overlay: choose another name");
    if (!is_name(node_text(key)))
        return node_fail(key, "scenarios", err,
                         "\"%s\" is not a name: use letters, digits, '-', '_' and '.'",
                         node_text(key));
    struct err inner;
    return name_check(node_text(key), &inner) == 0
               ? 0
               : node_fail(key, "scenarios", err, "%s", inner.text);
}

/* Adds the mistakes that `found` does not have: one in the base can appear in every scenario. */
static void add_new_faults(struct faults *found, const struct faults *more)
{
    if (found->system.status == STATUS_OK)
        found->system = more->system;
    for (size_t k = 0; k < more->n; k++) {
        struct err err;
        size_t i = 0;
        while (i < found->n && strcmp(found->fault[i].text, more->fault[k].text) != 0)
            i++;
        fail(&err, "%s", more->fault[k].text);
        if (i == found->n)
            faults_add(found, more->fault[k].line, more->fault[k].column, &err);
    }
}

/* Reads scenario `i` of the mapping `all`. -1 only if the defaults cannot be read. */
static int read_scenario(struct study *base, const struct conf *conf, const struct node *all,
                         size_t i, struct catalogue *c, struct faults *found, struct err *err)
{
    const struct node *key = node_key_node(all, i);
    struct faults own = {0};
    struct study *s = NULL;
    struct err inner;

    if (check_name(key, &inner) != 0)
        node_add_fault(key, found, &inner);
    int rc = make(&s, conf, base->folder, node_text(key), c, err);
    base->overlay[base->overlays++] = s;
    if (rc != 0)
        return -1;
    s->whole = base;
    free(s->name);
    s->name = mem_text(base->name);
    study_read(s, &(struct study_text){conf_root(conf), node_at(all, i)}, c, &own);
    add_new_faults(found, &own);
    faults_free(&own);
    return 0;
}

/* Numbers the points of all scenarios, one after the other. */
static void number_points(struct study *base)
{
    uint64_t first = 0;
    for (size_t i = 0; i < study_scenarios(base); i++) {
        struct study *s = study_scenario(base, i);
        s->first = first;
        first += s->size;
    }
}

static int read_scenarios(struct study *base, const struct conf *conf, struct catalogue *c,
                          struct faults *found, struct err *err)
{
    const struct node *all = node_find(conf_root(conf), "scenarios");
    struct err inner;

    if (all && node_kind(all) != NODE_MAP)
        node_fail(all, "scenarios", &inner, "is not a mapping: write NAME: {KEY: value, ...}");
    else if (all && node_count(all) > SCENARIOS_MOST)
        node_fail(all, "scenarios", &inner, "more than %d: remove some", SCENARIOS_MOST);
    else if (all) {
        base->overlay = mem_alloc(node_count(all) + 1, sizeof(struct study *));
        for (size_t i = 0; i < node_count(all); i++)
            if (read_scenario(base, conf, all, i, c, found, err) != 0)
                return -1;
        return 0;
    }
    if (all)
        node_add_fault(all, found, &inner);
    return 0;
}

static int read_all(struct study *s, const struct conf *conf, struct catalogue *c,
                    struct faults *found, struct err *err)
{
    const struct node *root = conf_root(conf);
    struct err inner;
    study_read(s, &(struct study_text){root, NULL}, c, found);
    if (name_check(s->name, &inner) != 0) { /* the name of the file: it has none of its own */
        node_fail(root, "study", &inner, "%s", inner.text);
        node_add_fault(root, found, &inner);
    }
    if (node_kind(root) == NODE_MAP && read_scenarios(s, conf, c, found, err) != 0)
        return -1;
    faults_sort(found);
    if (found->system.status != STATUS_OK) {
        *err = found->system;
        return -1;
    }
    if (found->n > 0)
        return fail(err, "%s", found->fault[0].text);
    number_points(s);
    return 0;
}

static int read_conf(struct study **out, struct conf *conf, const char *folder, struct catalogue *c,
                     struct faults *found, struct err *err)
{
    struct study *s;
    int rc = make(&s, conf, folder, BASE, c, err);
    if (rc == 0)
        rc = read_all(s, conf, c, found, err);
    conf_close(conf);
    if (rc == 0)
        *out = s;
    else
        study_free(s);
    return rc;
}

int study_parse_in(struct study **out, const char *folder, const char *name, const char *text,
                   struct catalogue *c, struct err *err)
{
    struct conf *conf;
    struct faults found = {0};
    int rc = conf_parse(&conf, name, text, err);
    if (rc == 0)
        rc = read_conf(out, conf, folder, c, &found, err);
    faults_free(&found);
    return rc;
}

int study_parse(struct study **out, const char *name, const char *text, struct catalogue *c,
                struct err *err)
{
    return study_parse_in(out, "", name, text, c, err);
}

int study_open_all(struct study **out, const char *path, struct catalogue *c, struct faults *found,
                   struct err *err)
{
    struct conf *conf;
    if (conf_open(&conf, path, err) != 0)
        return -1;
    const struct node *root = conf_root(conf);
    if (node_kind(root) == NODE_MAP && node_count(root) == 0) {
        node_fail(root, NULL, err, "the study is empty: write key: value lines, like chip: b200");
        conf_close(conf);
        return -1;
    }
    bool is_pipe = !strncmp(path, "/dev/", 5); /* the text of no folder */
    char *folder = is_pipe ? mem_text("") : file_folder(path);
    int rc = read_conf(out, conf, folder, c, found, err);
    free(folder);
    return rc;
}

int study_open(struct study **out, const char *path, struct catalogue *c, struct err *err)
{
    struct faults found = {0};
    if (!path)
        return study_parse(out, "defaults", "", c, err);
    int rc = study_open_all(out, path, c, &found, err);
    faults_free(&found);
    return rc;
}
