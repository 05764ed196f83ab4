/* Prints tables as wide as the terminal. What a terminal can show is decided here: its width,
 * colour (only on a terminal, not if NO_COLOR is set or TERM is dumb), and ASCII in place of other
 * characters where the locale's codeset is not UTF-8. */
#ifndef DSE_TERMINAL_H
#define DSE_TERMINAL_H

#include "reports/write.h"

/* Starts a tint for what is printed to standard output next; TINT_NONE ends it. */
enum tint { TINT_NONE, TINT_STRONG, TINT_GOOD, TINT_UNSURE, TINT_BAD };
void terminal_tint(enum tint tint);

/* Is standard output a terminal? */
bool terminal_is_there(void);

/* Does the locale ask for ASCII? */
bool terminal_is_ascii(void);

/* A table for people; tint[i] is that of row i. */
void print_tinted_table(const struct table *t, size_t keys, const enum tint *tint);

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

/* The same; returns how many lines were printed. */
size_t print_lines(size_t hang, const char *format, ...) PRINTF_LIKE(2, 3);

/* Can what was printed be replaced? Then screen_begin moves back over the last `lines`. */
bool terminal_can_redraw(void);
void screen_begin(size_t lines);

/* The height of the terminal; 0 if unknown. */
size_t terminal_height(void);

#endif
