/* PDF and PNG from SVG, by the program rsvg-convert of librsvg, if it is there. */
#ifndef DSE_RSVG_H
#define DSE_RSVG_H

#include <stdio.h>

#include "base/err.h"

/* Converts what `write` writes to the file `path`, which appears whole or not at all. `format`:
 * pdf, or png at 300 dots per inch. */
int rsvg_write(const char *path, const char *format, int (*write)(FILE *out, void *ctx), void *ctx,
               struct err *err);

#endif
