/* Preloaded by tests/cli_faults.sh and tests/cli_surroundings.sh: the n-th call of one kind of
 * function of the C library fails. The environment says which (FAIL_CALL, a row of the table
 * below), when (FAIL_AT, from 1; 0: never), whether all later calls fail too (FAIL_ON=1), or the
 * program is killed there, as by kill -9 (FAIL_ON=kill), or the file FAIL_REMOVE is removed instead
 * (FAIL_ON=remove), and where to leave a note: that it has failed, or, if it never does, how many
 * calls there were (FAIL_NOTE). With FAIL_CALL=clock nothing fails, but each look at a clock finds
 * another day. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum kind {
    NOTHING,
    WRITE,       /* a page is not written: EIO */
    SPACE,       /* the same: ENOSPC */
    SHORT_WRITE, /* half of it is written, and then no more */
    READ,        /* EIO */
    SHORT_READ,  /* half of it is read, and then the end of the file */
    SYNC,
    TRUNCATE,
    OPEN, /* a store or its journal */
    LOCK,
    MAP, /* shared memory of readers and writer */
    UNLINK,
    FILE_OPEN, /* other files */
    FILE_READ,
    FILE_WRITE,
    FILE_CLOSE,
    RENAME,
    FOLDER,
    PROGRAM,
    THREAD,
    MEMORY,
    CHANGE, /* any call that changes a file or a lock */
    CLOCK,
    KINDS
};

static const char *const names[KINDS] = {
    [WRITE] = "write",
    [SPACE] = "space",
    [SHORT_WRITE] = "short_write",
    [READ] = "read",
    [SHORT_READ] = "short_read",
    [SYNC] = "sync",
    [TRUNCATE] = "truncate",
    [OPEN] = "open",
    [LOCK] = "lock",
    [MAP] = "map",
    [UNLINK] = "unlink",
    [FILE_OPEN] = "file_open",
    [FILE_READ] = "file_read",
    [FILE_WRITE] = "file_write",
    [FILE_CLOSE] = "file_close",
    [RENAME] = "rename",
    [FOLDER] = "folder",
    [PROGRAM] = "program",
    [THREAD] = "thread",
    [MEMORY] = "memory",
    [CHANGE] = "change",
    [CLOCK] = "clock",
};

static enum kind wanted;
static long at;
static bool goes_on, kills;
static const char *removes;
static int note = -1; /* a file that is open before anything fails */
static atomic_long calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
    const char *call = getenv("FAIL_CALL"), *n = getenv("FAIL_AT"), *path = getenv("FAIL_NOTE");
    enum kind found = NOTHING;
    for (int i = 1; i < KINDS && !strcmp(program_invocation_short_name, "dse"); i++)
        if (call && !strcmp(call, names[i]))
            found = (enum kind)i;
    at = n ? atol(n) : 0;
    const char *on = getenv("FAIL_ON");
    kills = on && !strcmp(on, "kill");
    removes = on && !strcmp(on, "remove") ? getenv("FAIL_REMOVE") : NULL;
    goes_on = on && !kills && !removes;
    if (path && found)
        note = REAL(open64)(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    wanted = found;
}

static void leave_note(long n)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", n);
    if (note >= 0 && REAL(pwrite64)(note, text, (size_t)length, 0) != length)
        abort();
}

__attribute__((destructor)) static void end(void)
{
    if (wanted && at == 0)
        leave_note(atomic_load(&calls));
}

static bool fails(enum kind kind, int why)
{
    static const bool changes[KINDS] = {
        [SPACE] = true,  [SHORT_WRITE] = true, [SYNC] = true,       [TRUNCATE] = true,
        [OPEN] = true,   [LOCK] = true,        [UNLINK] = true,     [FILE_OPEN] = true,
        [RENAME] = true, [FOLDER] = true,      [FILE_CLOSE] = true, [MAP] = true,
    };
    if (kind != wanted && !(wanted == CHANGE && changes[kind]))
        return false;
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (at == 0 || !(n == at || (goes_on && n > at)))
        return false;
    leave_note(n);
    if (removes) {
        REAL(unlink)(removes);
        return false;
    }
    if (kills && kind != SHORT_WRITE)
        kill(getpid(), SIGKILL);
    errno = why;
    return true;
}

/* ---- files that SQLite opens ---- */

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    if (fails(WRITE, EIO) || fails(SPACE, ENOSPC))
        return -1;
    if (fails(SHORT_WRITE, ENOSPC)) {
        ssize_t written = REAL(pwrite64)(fd, bytes, n / 2, offset);
        (void)written;
        if (kills)
            kill(getpid(), SIGKILL);
        errno = ENOSPC;
        return -1;
    }
    return REAL(pwrite64)(fd, bytes, n, offset);
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t offset)
{
    static _Thread_local bool cut;
    if (fails(READ, EIO))
        return -1;
    if (cut) {
        cut = false;
        return 0;
    }
    if (n > 1 && fails(SHORT_READ, 0)) {
        cut = true;
        n /= 2;
    }
    return REAL(pread64)(fd, bytes, n, offset);
}

int fsync(int fd)
{
    return fails(SYNC, EIO) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return fails(SYNC, EIO) ? -1 : REAL(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t size)
{
    return fails(TRUNCATE, EIO) ? -1 : REAL(ftruncate64)(fd, size);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    if (strstr(path, ".db") && fails(OPEN, EMFILE))
        return -1;
    return REAL(open64)(path, flags, mode);
}

int fcntl64(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *value = va_arg(args, void *);
    va_end(args);
    if (command == F_SETLK && fails(LOCK, ENOLCK))
        return -1;
    return REAL(fcntl64)(fd, command, value);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
    if (fd >= 0 && fails(MAP, ENOMEM))
        return MAP_FAILED;
    return REAL(mmap64)(address, size, protection, flags, fd, offset);
}

int unlink(const char *path)
{
    return fails(UNLINK, EIO) ? -1 : REAL(unlink)(path);
}

/* ---- other files ---- */

FILE *fopen(const char *path, const char *mode)
{
    return fails(FILE_OPEN, EMFILE) ? NULL : REAL(fopen)(path, mode);
}

/* Gives the stream an error, as a disk would. */
static size_t break_stream(FILE *f)
{
    enum { ERROR_SEEN = 0x20 }; /* _IO_ERR_SEEN of glibc */
    f->_flags |= ERROR_SEEN;
    return 0;
}

size_t fread(void *bytes, size_t size, size_t n, FILE *f)
{
    return fails(FILE_READ, EIO) ? break_stream(f) : REAL(fread)(bytes, size, n, f);
}

size_t fwrite(const void *bytes, size_t size, size_t n, FILE *f)
{
    return f != stderr && fails(FILE_WRITE, ENOSPC) ? break_stream(f)
                                                    : REAL(fwrite)(bytes, size, n, f);
}

int fclose(FILE *f)
{
    int rc = REAL(fclose)(f);
    return fails(FILE_CLOSE, ENOSPC) ? EOF : rc;
}

int rename(const char *from, const char *to)
{
    return fails(RENAME, EIO) ? -1 : REAL(rename)(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return fails(RENAME, EIO) ? -1 : REAL(renameat2)(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(FOLDER, EACCES) ? -1 : REAL(mkdir)(path, mode);
}

FILE *popen(const char *line, const char *mode)
{
    return fails(PROGRAM, EAGAIN) ? NULL : REAL(popen)(line, mode);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *), void *arg)
{
    return fails(THREAD, EAGAIN) ? EAGAIN : REAL(pthread_create)(thread, how, start, arg);
}

/* ---- memory ---- */

void *malloc(size_t size)
{
    static void *(*real)(size_t);
    if (!real)
        real = REAL(malloc);
    return fails(MEMORY, ENOMEM) ? NULL : real(size);
}

void *calloc(size_t n, size_t size)
{
    static void *(*real)(size_t, size_t);
    if (!real)
        real = REAL(calloc);
    return fails(MEMORY, ENOMEM) ? NULL : real(n, size);
}

void *realloc(void *old, size_t size)
{
    static void *(*real)(void *, size_t);
    if (!real)
        real = REAL(realloc);
    return fails(MEMORY, ENOMEM) ? NULL : real(old, size);
}

/* ---- clocks ---- */

/* Days forward and back, further each time. */
static long jump_s(void)
{
    static atomic_long looks;
    long n = wanted == CLOCK ? atomic_fetch_add(&looks, 1) + 1 : 0;
    return (n % 2 ? -1 : 1) * n * 86400;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    int rc = REAL(clock_gettime)(clock, t);
    t->tv_sec += jump_s();
    return rc;
}

int gettimeofday(struct timeval *t, void *zone)
{
    int rc = REAL(gettimeofday)(t, zone);
    t->tv_sec += jump_s();
    return rc;
}

time_t time(time_t *out)
{
    time_t now = REAL(time)(NULL) + jump_s();
    if (out)
        *out = now;
    return now;
}
