/* Idea: a layer over SQLite's own file system layer, for the main file of a connection only. The
 * checksum is taken in 32 lanes of 64 bits, which become vector instructions: in each, the sum of
 * its words, and a sum of those sums that is rotated between words and so depends on their order.
 * Invariant: a change of one word changes the first sum; of several words, both with probability
 * 1 - 2^-64 each. The page's number takes part, so a page in the wrong place is noticed too. */
#include "db/page_checksum.h"

#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "db/private.h"

enum {
    WORD = 8, /* bytes */
    STRIPE = LANES * WORD,
    HEADER = 100,      /* bytes of SQLite's header, at the start of page 1 */
    AT_PAGE_SIZE = 16, /* two bytes, big-endian; 1 is 65536 */
    AT_RESERVED = 20,
    AT_SCHEMA = 60,
    AT_APPLICATION = 68,
    GET_STATE = 0x64736501, /* a file control of this layer only */
    SUBPAGE_READ = 0x8000,  /* SQLITE_IOCAP_SUBPAGE_READ of later versions */
};

/* ---- the checksum ---- */

/* Odd, from the fractional part of the golden ratio. */
#define MULTIPLIER 0x9e3779b97f4a7c15u

/* A word of the file, whose lowest byte is first on every machine. */
INLINED uint64_t load(const unsigned char *p)
{
    const uint64_t one = 1;
    uint64_t word, swapped = 0;
    memcpy(&word, p, WORD);
    if (*(const unsigned char *)&one == 1)
        return word;
    for (int i = 0; i < WORD; i++)
        swapped |= (uint64_t)p[i] << 8 * i;
    return swapped;
}

static void store(unsigned char *p, uint64_t word)
{
    for (int i = 0; i < WORD; i++)
        p[i] = (unsigned char)(word >> 8 * i);
}

INLINED uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * MULTIPLIER;
    return state << 31 | state >> 33;
}

struct sums {
    uint64_t words[LANES], order[LANES];
};

FOR_ALL_VECTORS
static void add_stripes(struct sums *to, const unsigned char *bytes, uint32_t size)
{
    struct sums s = *to;
    for (uint32_t at = 0; at < size; at += STRIPE)
        for (uint32_t i = 0; i < LANES; i++) {
            s.words[i] += load(bytes + at + (size_t)i * WORD);
            s.order[i] = (s.order[i] << 29 | s.order[i] >> 35) + s.words[i];
        }
    *to = s;
}

uint64_t page_checksum(const unsigned char *page, uint32_t size, uint32_t number)
{
    struct sums s;
    unsigned char last[STRIPE];
    uint64_t sum = size;
    for (uint32_t i = 0; i < LANES; i++)
        s.words[i] = s.order[i] = i * MULTIPLIER;
    add_stripes(&s, page, size - STRIPE);
    memcpy(last, page + size - STRIPE, STRIPE);
    store(last + STRIPE - WORD, number);
    add_stripes(&s, last, STRIPE);
    for (uint32_t i = 0; i < LANES; i++)
        sum = mix(mix(sum, s.words[i]), s.order[i]);
    sum = (sum ^ sum >> 32) * MULTIPLIER;
    return sum ^ sum >> 29;
}

bool page_is_sealed(const unsigned char *page, uint32_t size, uint32_t number)
{
    return load(page + size - PAGE_CHECKSUM_BYTES) == page_checksum(page, size, number);
}

void page_seal(unsigned char *page, uint32_t size, uint32_t number)
{
    store(page + size - PAGE_CHECKSUM_BYTES, page_checksum(page, size, number));
}

/* ---- the file ---- */

struct file {
    sqlite3_file base;
    sqlite3_file *inner; /* behind this struct, in the memory that SQLite allocates */
    uint32_t page_size;  /* 0 until the header was seen */
    struct page_state state;
    unsigned char *sealed; /* a copy of the page that is written */
    uint32_t room;
};

static struct file *file_of(sqlite3_file *f)
{
    return (struct file *)(void *)f;
}

static uint32_t read_number(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Does page 1 say that pages have checksums? Those of a newer version may be others. */
static void read_header(struct file *f, const unsigned char *header)
{
    uint32_t application = read_number(header + AT_APPLICATION);
    uint32_t size = (uint32_t)header[AT_PAGE_SIZE] << 8 | (uint32_t)(header[AT_PAGE_SIZE + 1] & 1)
                                                              << 16;
    bool reserves =
        size >= 512 && (size & (size - 1)) == 0 && memcmp(header, "SQLite format 3", 16) == 0 &&
        header[AT_RESERVED] == PAGE_CHECKSUM_BYTES && read_number(header + AT_SCHEMA) <= SCHEMA;
    f->page_size = size;
    f->state.sealed = reserves && application == STORE_ID;
    f->state.fresh = reserves && application == 0;
}

static bool is_page(const struct file *f, int amount, sqlite3_int64 offset)
{
    return (uint32_t)amount == f->page_size && offset % amount == 0;
}

static int read_file(sqlite3_file *base, void *buffer, int amount, sqlite3_int64 offset)
{
    struct file *f = file_of(base);
    int code = f->inner->pMethods->xRead(f->inner, buffer, amount, offset);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        return code;
    if (offset == 0 && amount >= HEADER)
        read_header(f, buffer);
    if (!f->state.sealed || !is_page(f, amount, offset))
        return code;
    uint32_t number = (uint32_t)(offset / amount) + 1;
    if (code == SQLITE_OK && page_is_sealed(buffer, f->page_size, number))
        return SQLITE_OK;
    f->state.damaged = number;
    return SQLITE_IOERR_DATA;
}

static int write_file(sqlite3_file *base, const void *bytes, int amount, sqlite3_int64 offset)
{
    struct file *f = file_of(base);
    if (offset == 0 && amount >= HEADER)
        read_header(f, bytes);
    /* While a reader holds an early state, a checkpoint may copy other pages of a new store before
     * the page 1 that says that they are sealed. */
    if ((f->state.sealed || f->state.fresh) && is_page(f, amount, offset)) {
        if (f->room < f->page_size) {
            free(f->sealed);
            f->room = 0;
            f->sealed = malloc(f->page_size);
            if (f->sealed == NULL)
                return SQLITE_IOERR_NOMEM;
            f->room = f->page_size;
        }
        memcpy(f->sealed, bytes, f->page_size);
        page_seal(f->sealed, f->page_size, (uint32_t)(offset / amount) + 1);
        bytes = f->sealed;
    }
    return f->inner->pMethods->xWrite(f->inner, bytes, amount, offset);
}

static int control_file(sqlite3_file *base, int what, void *argument)
{
    struct file *f = file_of(base);
    if (what != GET_STATE)
        return f->inner->pMethods->xFileControl(f->inner, what, argument);
    *(struct page_state *)argument = f->state;
    return SQLITE_OK;
}

static int close_file(sqlite3_file *base)
{
    struct file *f = file_of(base);
    free(f->sealed);
    return f->inner->pMethods->xClose(f->inner);
}

/* A later SQLite may read a part of a page, which has no checksum. */
static int characteristics(sqlite3_file *base)
{
    sqlite3_file *f = file_of(base)->inner;
    return f->pMethods->xDeviceCharacteristics(f) & ~SUBPAGE_READ;
}

/* ---- what passes through ---- */

#define PASS(name, parameters, arguments)                                                          \
    static int name##_file parameters                                                              \
    {                                                                                              \
        sqlite3_file *f = file_of(base)->inner;                                                    \
        return f->pMethods->name arguments;                                                        \
    }

PASS(xTruncate, (sqlite3_file * base, sqlite3_int64 size), (f, size))
PASS(xSync, (sqlite3_file * base, int flags), (f, flags))
PASS(xFileSize, (sqlite3_file * base, sqlite3_int64 *size), (f, size))
PASS(xLock, (sqlite3_file * base, int level), (f, level))
PASS(xUnlock, (sqlite3_file * base, int level), (f, level))
PASS(xCheckReservedLock, (sqlite3_file * base, int *out), (f, out))
PASS(xSectorSize, (sqlite3_file * base), (f))
PASS(xShmMap, (sqlite3_file * base, int page, int size, int extend, void volatile **out),
     (f, page, size, extend, out))
PASS(xShmLock, (sqlite3_file * base, int offset, int n, int flags), (f, offset, n, flags))
PASS(xShmUnmap, (sqlite3_file * base, int delete), (f, delete))

static void xShmBarrier_file(sqlite3_file *base)
{
    sqlite3_file *f = file_of(base)->inner;
    f->pMethods->xShmBarrier(f);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* no xFetch: mapped pages would not be checked */
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = xTruncate_file,
    .xSync = xSync_file,
    .xFileSize = xFileSize_file,
    .xLock = xLock_file,
    .xUnlock = xUnlock_file,
    .xCheckReservedLock = xCheckReservedLock_file,
    .xFileControl = control_file,
    .xSectorSize = xSectorSize_file,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = xShmMap_file,
    .xShmLock = xShmLock_file,
    .xShmBarrier = xShmBarrier_file,
    .xShmUnmap = xShmUnmap_file,
};

/* ---- the layer ---- */

static sqlite3_vfs *below, layer;

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return below->xOpen(below, name, base, flags, out);

    struct file *f = file_of(base);
    memset(f, 0, sizeof *f);
    f->inner = (sqlite3_file *)(void *)(f + 1);
    int code = below->xOpen(below, name, f->inner, flags, out);
    if (f->inner->pMethods != NULL) /* then SQLite closes the file, also after a failure */
        f->base.pMethods = &methods;
    return code;
}

static void make_layer(void)
{
    sqlite3_vfs *found = sqlite3_vfs_find(NULL);
    if (found == NULL)
        return;
    layer = *found; /* its other functions do not look at the files */
    layer.zName = "dse";
    layer.pNext = NULL;
    layer.szOsFile = (int)sizeof(struct file) + found->szOsFile;
    layer.xOpen = open_file;
    below = found;
    if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK)
        below = NULL;
}

const char *page_checksum_vfs(void)
{
    if (sqlite3_initialize() != SQLITE_OK)
        return NULL;
    sqlite3_mutex *once = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(once);
    if (below == NULL)
        make_layer();
    sqlite3_mutex_leave(once);
    return below != NULL ? layer.zName : NULL;
}

void page_checksum_enable(sqlite3 *sqlite)
{
    int reserved = PAGE_CHECKSUM_BYTES;
    sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
}

struct page_state page_checksum_state(sqlite3 *sqlite, const char *schema)
{
    struct page_state state = {0};
    if (sqlite3_file_control(sqlite, schema, GET_STATE, &state) != SQLITE_OK)
        state = (struct page_state){0};
    return state;
}
