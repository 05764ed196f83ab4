/* All mistakes of one file, so that they can be mended in one go. */
#ifndef BASE_FAULTS_H
#define BASE_FAULTS_H

#include <stddef.h>

#include "base/err.h"

struct node;

struct faults {
    size_t n, room;
    struct fault {
        size_t line, column, order;
        char *text;
    } * fault;
};

/* Notes what is wrong at, or with what is named by, the node. */
void faults_add(struct faults *f, const struct node *n, const struct err *what);

/* In the order of the file; those of one place in the order they were noted. */
void faults_sort(struct faults *f);

void faults_free(struct faults *f);

#endif
