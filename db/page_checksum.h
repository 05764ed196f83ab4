/* A checksum for every page of the store's file, in the bytes that SQLite reserves at the end of
 * each page; part of SQLite's file format, so any client can still read the file.
 *
 * Pages are sealed when they are written to the file, also when the journal is copied back, and
 * checked when they are read from it. Frames of the journal have checksums of SQLite's own. A page
 * that fails makes the read fail with SQLITE_IOERR_DATA. A file without reserved bytes, made by an
 * older version or another program, is read and written as it is. */
#ifndef DB_PAGE_CHECKSUM_H
#define DB_PAGE_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

struct sqlite3;

enum { PAGE_CHECKSUM_BYTES = 8 };

/* The name of the file system layer with checksums; NULL if it cannot be registered. For
 * sqlite3_open_v2. */
const char *page_checksum_vfs(void);

/* Makes new files of this connection have checksums. Before anything is written. */
void page_checksum_enable(struct sqlite3 *sqlite);

struct page_state {
    bool sealed;      /* the file has checksums */
    bool fresh;       /* it is going to: nothing was written but its header */
    uint32_t damaged; /* the last page that failed, from 1; 0 for none */
};

/* The state of `schema` ("main", or an attached file). All zero if it is not open. */
struct page_state page_checksum_state(struct sqlite3 *sqlite, const char *schema);

/* The checksum of a page, less its last PAGE_CHECKSUM_BYTES. `size` is a multiple of 256. */
uint64_t page_checksum(const unsigned char *page, uint32_t size, uint32_t number);

/* Does the end of the page hold its checksum? / Puts it there. */
bool page_is_sealed(const unsigned char *page, uint32_t size, uint32_t number);
void page_seal(unsigned char *page, uint32_t size, uint32_t number);

#endif
