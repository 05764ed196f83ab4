/* A store that is worth nothing until it is whole, such as the output of a merge: written once, as
 * PATH.part without a journal, and renamed at the end. Shared by the files of db/ only. */
#ifndef DB_PART_H
#define DB_PART_H

#include "db/private.h"

/* Sets db->part unless db->path exists; removes such a file of a process that was killed. */
int part_begin(struct db *db, struct err *err);

/* After the connection is open: no journal, and no other process. */
int part_open(struct db *db, struct err *err);

/* After the connection is closed, frees `part`: to the disk, then to its place. */
int part_end(char *part, const char *path, struct err *err);

/* Removes the file, or does nothing if it was not `there` any more; frees `part`. */
void part_drop(char *part, bool there);

#endif
