/* Opens a study: sets the defaults, reads the file, reports its mistakes in file order. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/text_file.h"
#include "search/study.h"
#include "search/study_read.h"

static int read_conf(struct study **out, struct conf *conf, struct catalogue *c,
                     struct faults *found, struct err *err)
{
    struct study *s = mem_alloc(1, sizeof *s);

    s->name = file_stem(conf_path(conf));
    s->text = mem_text(conf_text(conf));
    s->budget = s->seconds = s->stall = INFINITY;
    s->seed = 1;
    s->keep = KEEP_ALL;
    int rc = catalogue_default_design(c, &s->base, err) != 0 ||
                     catalogue_prices(c, NULL, &s->prices, err) != 0
                 ? -1
                 : 0;
    if (rc == 0) {
        study_read(s, conf, c, found);
        faults_sort(found);
        if (found->n > 0)
            rc = fail(err, "%s", found->fault[0].text);
    }
    conf_close(conf);
    if (rc == 0)
        *out = s;
    else
        study_free(s);
    return rc;
}

int study_parse(struct study **out, const char *name, const char *text, struct catalogue *c,
                struct err *err)
{
    struct conf *conf;
    struct faults found = {0};
    int rc = conf_parse(&conf, name, text, err);
    if (rc == 0)
        rc = read_conf(out, conf, c, &found, err);
    faults_free(&found);
    return rc;
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
    return read_conf(out, conf, c, found, err);
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
