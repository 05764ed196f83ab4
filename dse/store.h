/* The store of a study: its file name, and the hash of the study's text. */
#ifndef DSE_STORE_H
#define DSE_STORE_H

#include "dse/command.h"

/* --db, or the study's file name with .db, in this folder. Caller frees. */
char *store_path(const struct args *a);

/* Hash of a study's text: 16 hexadecimal digits. */
void store_hash(const char *text, char out[17]);

#endif
