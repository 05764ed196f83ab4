/* Shared by the files that read the catalogue only. */
#ifndef ARCH_CATALOGUE_PRIVATE_H
#define ARCH_CATALOGUE_PRIVATE_H

#include "arch/catalogue/catalogue.h"

enum { BASES_MOST = 8 }; /* files that are each the base of the next */

struct catalogue {
    char *dir;
    size_t n, room;
    struct entry **entry;
    struct err unread; /* why an entry could not be read, STATUS_OK: none */
    const struct entry *none[CATALOGUE_FOLDERS]; /* among them: of the folders of optional parts */
    size_t depth;                  /* files with a `base` that are being read, each the base of the
                                    * one before */
    const char *chain[BASES_MOST]; /* their paths */
    size_t sources, given;         /* files read, of which the first were given by the caller */
    struct catalogue_source *source;
    size_t books; /* price lists, read once */
    struct named_book {
        char *name; /* "": the newest */
        struct price_book book;
    } * book;
    size_t names[CATALOGUE_FOLDERS];
    char **name[CATALOGUE_FOLDERS];
};

/* The file that the caller gave under this name, NULL if there is none. */
const struct catalogue_source *catalogue_given(const struct catalogue *c, size_t folder,
                                               const char *name);

/* Opens a file: its text if that was given, else the file at `path`, whose text is kept. */
int catalogue_open_source(struct catalogue *c, size_t folder, const char *name, const char *path,
                          struct conf **out, struct err *err);

/* The file of an entry; caller frees. NULL with err if `name` is not in the catalogue. */
char *catalogue_entry_path(const struct catalogue *c, size_t folder, const char *name,
                           struct err *err);

/* The path or name of the base of a file, NULL if it has none. Caller frees. */
char *catalogue_base(const struct conf *conf);

/* Enters the base `name` of a file; leave it with c->depth--. Fails if that is one of the files
 * that are being read. */
int catalogue_enter_base(struct catalogue *c, size_t folder, const struct conf *conf,
                         const char *name, struct err *err);

/* Fails unless every value of `object` is there, from the file or from its base. */
int catalogue_require(const struct node *root, struct fields fields, const void *object,
                      struct err *err);

#endif
