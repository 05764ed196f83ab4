/* Notations for numbers that other languages and spreadsheets use and this program does not. `hint`
 * gets what to write instead. */
#ifndef BASE_NUMBER_HINT_H
#define BASE_NUMBER_HINT_H

#include <stdbool.h>
#include <stddef.h>

/* true, yes, on, false, no, off, ~, null, 0x10, 0o10. */
bool number_word_hint(const char *text, char *hint, size_t size);

/* Separators between digits: "1_000", "8,192", "0,5", "1 000", "1'000". */
bool number_separator_hint(const char *text, const char *unit, char *hint, size_t size);

#endif
