/* Printing tables for people: as wide as the terminal is. */
#ifndef DSE_TERMINAL_H
#define DSE_TERMINAL_H

#include "reports/write.h"

/* To standard output. A table for reading takes lines of at most $COLUMNS characters, or of the
 * terminal's where it goes to one; what does not fit follows in blocks that begin with the first
 * `keys` columns. */
void print_table(const struct table *t, enum format format, size_t keys);

#endif
