/* Prints tables as wide as the terminal. */
#ifndef DSE_TERMINAL_H
#define DSE_TERMINAL_H

#include "reports/write.h"

/* Prints to standard output. A table for people has lines of at most $COLUMNS characters, or as
 * wide as the terminal; columns that do not fit follow in blocks that start with the first `keys`
 * columns. */
void print_table(const struct table *t, enum format format, size_t keys);

/* The width of those lines, for a table printed row by row. */
struct fit terminal_fit(size_t keys);

/* Prints text to standard output. Lines wider than the terminal are broken at blanks; what follows
 * is indented by `hang`. A file or a pipe gets the lines as they are. The last line may lack its
 * line end. */
void print_line(size_t hang, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
