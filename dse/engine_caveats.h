/* What a reader must know of the engines in a table: that nobody designed one, or that it cannot be
 * fed or cooled as its file states. */
#ifndef DSE_ENGINE_CAVEATS_H
#define DSE_ENGINE_CAVEATS_H

#include "db/db.h"

/* The line below a table with a column `engine`; "" if there is no caveat, or the store is too old
 * to know any; NULL: failed. Caller frees. */
char *engine_caveats_line(const struct table *t, struct db *db, const struct db_run *run,
                          struct err *err);

#endif
