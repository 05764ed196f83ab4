/* Perl-compatible regular expressions. The only module that knows PCRE2. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stddef.h>

#include "base/err.h"

struct regex;

/* Compiles (JIT where there is one). Failure: `PATTERN: at character N: REASON`. Caller frees. */
int regex_open(struct regex **out, const char *pattern, struct err *err);

/* Does it match anywhere in the text? 1 yes, 0 no. -1 if PCRE2 gives up, as patterns that repeat
 * what is repeated can take time that doubles with each character: `PATTERN: gives up ...`. */
int regex_match(struct regex *r, const char *text, size_t length, struct err *err);
void regex_close(struct regex *r); /* takes NULL */

#endif
