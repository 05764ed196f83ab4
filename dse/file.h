/* Files written whole or not at all. */
#ifndef DSE_FILE_H
#define DSE_FILE_H

#include <stdio.h>

#include "base/err.h"

/* Writes beside `path` first, so that a failed write leaves what was there. `write` returns 0, or
 * -1 if it could not. */
int file_write(const char *path, int (*write)(FILE *out, void *ctx), void *ctx, struct err *err);

/* Removes what file_write has begun; for a program that ends at once. */
void file_abandon(void);

#endif
