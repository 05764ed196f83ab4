/* Text from outside the program: names are checked where they enter; what is shown later encodes
 * itself by the format it is written in (reports/write.h, reports/figures/svg.h). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { NAME_MOST = 200, NOT_UTF8 = 0x110000 };

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD, shown for what cannot be shown */

/* The character at `at` (not the final NUL), which is moved behind it. NOT_UTF8 for each byte that
 * is not part of valid UTF-8. */
unsigned text_next(const char **at);

/* Characters that are not shown but act on a terminal, on the direction of the text around them or
 * on a parser: U+0000-1F, U+007F-9F, line and paragraph separators, the bidirectional embeddings,
 * overrides and isolates, U+FFFE and U+FFFF. */
bool text_is_control(unsigned character);

/* Refuses bytes that are not UTF-8 and control characters; `allowed` lists control characters to
 * accept, such as "\n\t". err->text is "WHAT: RIGHT". */
int text_check(const char *text, const char *allowed, struct err *err);

/* Refuses what cannot be a name: also a text of more than NAME_MOST bytes. */
int name_check(const char *name, struct err *err);

/* Replaces control characters by blanks and bytes that are not UTF-8 by '?', in place. */
void text_tame(char *text, const char *allowed);

#endif
