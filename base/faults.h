/* All errors of one file, so that a user can correct them in one pass. */
#ifndef BASE_FAULTS_H
#define BASE_FAULTS_H

#include <stddef.h>

#include "base/err.h"

struct faults {
    struct err system; /* the first failure that is no mistake of the file; status 0: none */
    size_t n, room;
    struct fault {
        size_t line, column, order;
        char *text;
    } * fault;
};

/* Adds an error at a position of the file. If memory ran out, does not return. */
void faults_add(struct faults *f, size_t line, size_t column, const struct err *what);

/* Sorts by position in the file; errors at one position stay in the order they were added. */
void faults_sort(struct faults *f);

void faults_free(struct faults *f);

#endif
