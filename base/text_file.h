/* Text files, read whole. Anything that can be read from its start will do: a pipe as well as a
 * file. Text in UTF-16 or UTF-32 is named as such, a UTF-8 byte order mark is left out. */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stddef.h>

#include "base/err.h"

/* The text and a NUL, or NULL; `length` is without the NUL. A file over `most_mib` MiB is refused.
 * Caller frees. */
char *text_file_read(const char *path, size_t most_mib, size_t *length, struct err *err);

/* Fails if the bytes are in another encoding than UTF-8: STATUS_INPUT. */
int text_encoding_check(const char *path, const char *text, size_t length, struct err *err);

/* The length of a UTF-8 byte order mark at the start of the text: 3 or 0. */
size_t text_mark_length(const char *text, size_t length);

/* The file's name without folder and ending: "b" of "a/b.yaml" and of "a/b", ".b" of "a/.b", all of
 * "llama-3.1-8b", whose ending is not of letters. Caller frees. */
char *file_stem(const char *path);

#endif
