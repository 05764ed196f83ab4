/* Preloaded by tests/cli_faults.sh: the n-th call of one function of the C library fails, once. The
 * environment says which (FAIL_CALL: write, sync, read, open, truncate, memory), when (FAIL_AT,
 * from 1) and where to leave a note that it has failed (FAIL_NOTE). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const char *call;
static long at;
static atomic_long calls;

__attribute__((constructor)) static void begin(void)
{
    const char *n = getenv("FAIL_AT");
    call = getenv("FAIL_CALL");
    at = n ? atol(n) : 0;
}

static bool fails(const char *what)
{
    if (!call || strcmp(call, what) != 0 || atomic_fetch_add(&calls, 1) + 1 != at)
        return false;
    int (*real)(const char *, int, ...) =
        (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
    const char *note = getenv("FAIL_NOTE");
    int fd = note ? real(note, O_CREAT | O_WRONLY, 0644) : -1;
    if (fd >= 0)
        close(fd);
    return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    if (fails("write"))
        return errno = EIO, -1;
    return REAL(pwrite64)(fd, bytes, n, offset);
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t offset)
{
    if (fails("read"))
        return errno = EIO, -1;
    return REAL(pread64)(fd, bytes, n, offset);
}

int fsync(int fd)
{
    return fails("sync") ? (errno = EIO, -1) : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return fails("sync") ? (errno = EIO, -1) : REAL(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t size)
{
    return fails("truncate") ? (errno = EIO, -1) : REAL(ftruncate64)(fd, size);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    if (strstr(path, ".db") && fails("open"))
        return errno = EMFILE, -1;
    return REAL(open64)(path, flags, mode);
}

#ifdef FAIL_MEMORY
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    return fails("memory") ? (errno = ENOMEM, NULL) : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails("memory") ? (errno = ENOMEM, NULL) : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails("memory") ? (errno = ENOMEM, NULL) : __libc_realloc(old, size);
}
#endif
