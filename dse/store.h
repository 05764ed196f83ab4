/* Where a study goes: the store's name and the mark of the study's text. */
#ifndef DSE_STORE_H
#define DSE_STORE_H

#include "dse/command.h"

/* --db, or the study's file name with .db, in this folder. Caller frees. */
char *store_path(const struct args *a);

/* Of the text of a study: 16 digits. */
void store_hash(const char *text, char out[17]);

#endif
