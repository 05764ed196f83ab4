/* dse eval --points -: answers each row of standard input before it reads the next. */
#ifndef DSE_POINTS_STREAM_H
#define DSE_POINTS_STREAM_H

#include "dse/points_table.h"
#include "reports/write.h"

/* Reads CSV with a header line, or JSON lines: an object of parameters and values each. Writes a
 * row, or an object, per row and flushes it. A row with a mistake: in JSON lines an object with its
 * input and "error", and the next row is read; in CSV -1 with err filled. `format`: CSV or JSONL;
 * NULL: that of the input. Returns an exit status, or -1. Frees with->cursor. */
int points_stream(struct points_base *with, const enum format *format, struct err *err);

#endif
