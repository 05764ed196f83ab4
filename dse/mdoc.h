/* Writes manual pages in mdoc(7), which groff and mandoc read. All text is escaped. */
#ifndef DSE_MDOC_H
#define DSE_MDOC_H

#include <stdio.h>

/* Begins a page: its name, such as "dse-eval", section and summary of one line. */
void mdoc_page(FILE *out, const char *name, int section, const char *summary);

/* Flowing text in short lines, each sentence on a line of its own. */
void mdoc_text(FILE *out, const char *text);

/* Lines as they are. */
void mdoc_literal(FILE *out, const char *text);

/* A request such as ".Sh" or ".It Ar" with one argument, which may hold blanks. */
void mdoc_request(FILE *out, const char *request, const char *argument);

#endif
