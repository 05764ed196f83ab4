/* Reads whole text files, from pipes as well as from disk. Text in UTF-16 or UTF-32 is refused by
 * name; a UTF-8 byte order mark is skipped. */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The text with a final NUL, or NULL; `length` excludes the NUL. A file over `most_mib` MiB is
 * refused. Caller frees. */
char *text_file_read(const char *path, size_t most_mib, size_t *length, struct err *err);

/* Is there no such file? If that cannot be told, no: its reader then says why. */
bool text_file_is_absent(const char *path);

/* Fails if the bytes are not UTF-8 but UTF-16 or UTF-32: STATUS_INPUT. */
int text_encoding_check(const char *path, const char *text, size_t length, struct err *err);

/* The length of a UTF-8 byte order mark at the start of the text: 3 or 0. */
size_t text_mark_length(const char *text, size_t length);

/* The file's name without folder and ending: "b" for "a/b.yaml" and for "a/b", ".b" for "a/.b", all
 * of "llama-3.1-8b", since an ending has letters only. Caller frees. */
char *file_stem(const char *path);

/* The part of `path` before the file's name, with its last '/'; "" if there is none. Caller frees.
 */
char *file_folder(const char *path);

#endif
