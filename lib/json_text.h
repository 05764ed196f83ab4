/* What is written to a stream, as a text. */
#ifndef LIB_JSON_TEXT_H
#define LIB_JSON_TEXT_H

#include <stdio.h>

#include "base/err.h"
#include "base/table.h"

/* Caller frees. */
int json_text_of(char **out, void (*write)(const void *what, FILE *out), const void *what,
                 struct err *err);

/* A table, as an array of objects. */
int json_text_of_table(char **out, const struct table *t, struct err *err);

#endif
