/* The tables and views of a store: is a file a store, and of which version; makes a new one; adds
 * or shows what an older one lacks (also db_upgrade, db_make_chunks). Shared by the files of db/
 * only. */
#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

#include "db/private.h"

struct schema_state {
    int64_t application, version, objects;
};

/* The first read of the file, where SQLite notices a file that it cannot read. Returns SQLite's
 * result code. */
int schema_read(struct db *db, struct schema_state *out);

bool schema_is_empty(const struct schema_state *s);

/* Fails unless the file is a store that this version reads, or empty and to be written. */
int schema_check(struct db *db, const struct schema_state *s, struct err *err);

/* Makes the tables of a new store, with its points in rows. */
int schema_make(struct db *db, struct err *err);

/* Shows this connection the points, in whichever form the store has them, as the table of today. */
int schema_show(struct db *db, struct err *err);

#endif
