/* Prices the runs of a damaged store again, from the studies and files that it keeps. */
#ifndef DSE_REPAIR_H
#define DSE_REPAIR_H

#include <stddef.h>

#include "base/err.h"

/* Sweeps every run into PATH.repair and compares the rows that can still be read. If all are there
 * and equal, the file only gets its checksums again; else the new file replaces it, and the old one
 * is kept as PATH.damaged, which may not be there before. Fails, and leaves the store as it is, if
 * a study or its files cannot be read, or if most rows differ, so that another program or version
 * has priced them. Prints what it has done. */
int repair_store(const char *path, size_t jobs, struct err *err);

#endif
