/* What is written to a stream, as a text. */
#ifndef LIB_JSON_TEXT_H
#define LIB_JSON_TEXT_H

#include <stdio.h>

#include "base/err.h"

/* Caller frees. */
int json_text_of(char **out, void (*write)(const void *what, FILE *out), const void *what,
                 struct err *err);

#endif
