/* Perl-compatible regular expressions. The only module that knows PCRE2. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct regex;

/* Compiles (JIT where there is one). Failure: `PATTERN: at character N: REASON`. Caller frees. */
int regex_open(struct regex **out, const char *pattern, struct err *err);
bool regex_match(struct regex *r, const char *text, size_t length); /* anywhere in text */
void regex_close(struct regex *r);                                  /* takes NULL */

#endif
