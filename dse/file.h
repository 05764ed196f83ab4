/* Files written completely or not at all. */
#ifndef DSE_FILE_H
#define DSE_FILE_H

#include <stdio.h>

#include "base/err.h"

/* Writes a temporary file beside `path` and renames it, so that a failed write leaves the old file.
 * Devices and pipes are written in place, and links stay. `write` returns 0, or -1 on failure. */
int file_write(const char *path, int (*write)(FILE *out, void *ctx), void *ctx, struct err *err);

/* Removes the temporary file, for a program that exits at once. */
void file_abandon(void);

#endif
