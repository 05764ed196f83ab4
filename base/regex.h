/* Perl-compatible regular expressions. The only module that uses PCRE2. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stddef.h>

#include "base/err.h"

struct regex;

/* Compiles a pattern (with JIT if available). Failure: `PATTERN: at character N: REASON`. Caller
 * closes with regex_close. */
int regex_open(struct regex **out, const char *pattern, struct err *err);

/* Does it match anywhere in the text? 1 yes, 0 no. -1 if PCRE2 reaches its limit, since a
 * repetition inside a repetition can take time exponential in the length: `PATTERN: gives up
 * ...`. */
int regex_match(struct regex *r, const char *text, size_t length, struct err *err);
void regex_close(struct regex *r); /* takes NULL */

#endif
