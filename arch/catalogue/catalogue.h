/* The catalogue: one small YAML file per model, chip, engine, price list and calibration. A user's
 * own file works exactly like an entry. A file with `base: NAME` changes single values of another.
 * This module only reads; the rest of arch/ knows no files. */
#ifndef ARCH_CATALOGUE_CATALOGUE_H
#define ARCH_CATALOGUE_CATALOGUE_H

#include "arch/cost.h"
#include "arch/design.h"
#include "base/conf.h"

struct catalogue;

/* An entry, read and checked. Lives until catalogue_close. */
struct entry {
    size_t part; /* PART_MODEL, PART_CHIP, PART_ENGINE, or CATALOGUE_CALIBRATIONS */
    char *name;  /* file name without .yaml */
    char *path;
    char *about, *source;
    void *value;                     /* struct model, chip, engine or calibration */
    struct layer_list *layers;       /* that a model file lists, or NULL */
    const struct entry *calibration; /* of a chip; NULL: none */
    bool calibration_own;            /* measured on this very chip */
    char *measured_on;               /* of a calibration: names of chips, blank-separated */
};

/* Folders of the catalogue, after those of named parts. */
enum {
    CATALOGUE_PRICES = DESIGN_PARTS,
    CATALOGUE_CALIBRATIONS,
    CATALOGUE_TRACES,
    CATALOGUE_FOLDERS
};

/* Name of the folder with a part's entries, such as "chips", and its default entry; NULL if the
 * part has no folder. */
const char *catalogue_folder(size_t part);
const char *catalogue_default(size_t part);

/* Opens `dir`, which holds models/, chips/, engines/, prices/ and calibrations/. NULL: no folder,
 * only files given by catalogue_give. Caller closes. */
int catalogue_open(struct catalogue **out, const char *dir, struct err *err);
void catalogue_close(struct catalogue *c); /* NULL is allowed */

/* The entry called `name`, or the file at that path if it contains a '/' or ends in .yaml or .yml.
 * `none` is an entry of optional parts. Read once and kept. Error for an unknown name: `unknown
 * model "x": did you mean "y"?`, without position. */
int catalogue_find(struct catalogue *c, size_t part, const char *name, const struct entry **out,
                   struct err *err);

/* Could all entries be read that were found so far? If not, why the first could not. For callers
 * that go on without what the catalogue does not have. */
int catalogue_all_read(const struct catalogue *c, struct err *err);

/* Names of a part's entries, sorted; borrowed until catalogue_close. */
void catalogue_names(const struct catalogue *c, size_t part, const char *const **out, size_t *n);

/* A file as it was read: `name` is that of an entry, or the path of a user's file; "" in
 * CATALOGUE_PRICES: the newest price list. */
struct catalogue_source {
    size_t folder;
    char *name, *text;
};

/* The files read so far; borrowed until the next call of this module. */
const struct catalogue_source *catalogue_sources(const struct catalogue *c, size_t *n);

/* From now on, the file `name` of a folder has this text. The entries of the folder are those that
 * were given. Call it before anything is read. */
void catalogue_give(struct catalogue *c, size_t folder, const char *name, const char *text);

/* The folder called `name`, such as "chips"; CATALOGUE_FOLDERS if there is none. */
size_t catalogue_folder_named(const char *name);

/* Is `name` a path rather than an entry? */
bool catalogue_is_path(const char *name);

/* The path of `name` if that is a path, from `folder` if it is relative ("" or with its last '/');
 * a copy of any other name. Caller frees. */
char *catalogue_path(const char *folder, const char *name);

/* Copies an entry into a part of a design, with its name and, for the main chip, its calibration;
 * entry_put_name sets only these two. */
void entry_put(const struct entry *e, size_t part, struct design *d);
void entry_put_name(const struct entry *e, size_t part, struct design *d);

/* A price list, given by name or path; NULL: the newest. Read once and kept. */
int catalogue_prices(struct catalogue *c, const char *name, struct price_book *out,
                     struct err *err);

/* Replaces one price by `n`: a number, or a mapping of low, middle and high. */
int catalogue_price(const struct node *n, const struct field *f, struct price_book *out,
                    struct err *err);

/* The YAML tree of a price list, for its sources. Caller closes. */
int catalogue_prices_file(struct catalogue *c, const char *name, struct conf **out,
                          struct err *err);

/* The trace in the CSV file `name`, from `folder` if that is relative: arch/catalogue/trace.h. */
int catalogue_trace(struct catalogue *c, const char *folder, const char *name, struct workload *out,
                    struct err *err);

/* The design with all defaults: deepseek-r1 on b200 without an engine. */
int catalogue_default_design(struct catalogue *c, struct design *out, struct err *err);

#endif
