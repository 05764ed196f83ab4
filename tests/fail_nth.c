/* Preloaded by tests/cli_faults.sh and tests/cli_surroundings.sh: the n-th call of one kind of
 * function of the C library fails. The environment says which (FAIL_CALL, a row of the table
 * below), when (FAIL_AT, from 1; 0: never), whether all later calls fail too (FAIL_ON=1), or the
 * program is killed there, as by kill -9 (FAIL_ON=kill), or the file FAIL_REMOVE is removed instead
 * (FAIL_ON=remove), and where to leave a note: that it has failed, or, if it never does, how many
 * calls there were (FAIL_NOTE). With FAIL_CALL=clock nothing fails, but each look at a clock finds
 * another day.
 *
 * With FAIL_ON=each, while a command changes no file and has one thread: at every FAIL_AT-th call
 * the program forks. In the child that call fails; the parent waits for its end, notes what was
 * wrong, and goes on as if nothing had happened. So each call costs what comes after its failure
 * only. An answer must be that in the file FAIL_RIGHT, with status FAIL_STATUS and, unless that is
 * 0, what FAIL_RIGHT.err has on stderr. "alone": this call must be tried by itself, since the C
 * library holds a lock there, for which a child may wait forever ("signal 14"), or the command has
 * begun to write, or goes on to write in spite of the failure, which only the caller can judge.
 * With FAIL_MAKES=1 the command makes a file, so that no child gives the answer.
 *
 * With FAIL_ON=places nothing fails, and the note says which calls are worth a failure: for each
 * stack of callers the first and the last, a line each. FAIL_PLACES names a file of such lines, in
 * ascending order: FAIL_ON=each then tries only these. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
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
    FOLDER_READ, /* EIO */
    STAT,        /* of a file that is there: EIO */
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
    [FOLDER_READ] = "folder_read",
    [STAT] = "stat",
    [PROGRAM] = "program",
    [THREAD] = "thread",
    [MEMORY] = "memory",
    [CHANGE] = "change",
    [CLOCK] = "clock",
};

static enum kind wanted;
static long at;
static bool goes_on, kills, each, places;
static FILE *asked; /* FAIL_PLACES */
static bool makes;
static const char *removes, *right;
static int right_status;
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
    each = on && !strcmp(on, "each");
    places = on && !strcmp(on, "places");
    right = getenv("FAIL_RIGHT");
    makes = getenv("FAIL_MAKES") != NULL;
    const char *status = getenv("FAIL_STATUS");
    right_status = status ? atoi(status) : 0;
    goes_on = on && !kills && !removes && !each && !places;
    void *frame;
    backtrace(&frame, 1);       /* loads what it needs */
    static char buffer[BUFSIZ]; /* none is to be allocated */
    const char *list = getenv("FAIL_PLACES");
    if (each && found && list &&
        (!(asked = REAL(fopen)(list, "re")) || setvbuf(asked, buffer, _IOFBF, sizeof buffer)))
        abort();
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

/* ---- the places of calls ---- */

enum { PLACES = 1 << 17, DEPTH = 200 };
static struct place {
    unsigned long stack;
    long first, last;
} place[PLACES];

static void note_place(long n)
{
    static atomic_flag busy = ATOMIC_FLAG_INIT;
    void *frame[DEPTH];
    unsigned long stack = 0;
    for (int i = backtrace(frame, DEPTH); i > 0; i--)
        stack = (stack ^ (unsigned long)frame[i - 1] ^ stack >> 29) * 0x9e3779b97f4a7c15U;
    while (atomic_flag_test_and_set(&busy))
        ;
    struct place *p = &place[stack % PLACES];
    while (p->first && p->stack != stack)
        p = p == &place[PLACES - 1] ? place : p + 1;
    if (!p->first)
        *p = (struct place){stack, n, n};
    p->last = n;
    atomic_flag_clear(&busy);
}

static void end_places(void)
{
    for (int i = 0; i < PLACES; i++)
        if (place[i].first)
            dprintf(note, "%ld\n%ld\n", place[i].first, place[i].last);
}

/* ---- at each call ---- */

enum { FILES = 32 }; /* more than are ever open */
static long tried;
static bool alone;  /* in a function that holds a lock of the C library */
static bool writes; /* has opened a file to write it */
static bool child;
enum { WOULD_WRITE = 99 };

/* A child leaves all files as they are. */
static void begin_write(void)
{
    if (child)
        _exit(WOULD_WRITE);
    writes = true;
}

static void note_alone(long n)
{
    char text[64];
    int size = snprintf(text, sizeof text, "%ld: alone\n", n);
    if (write(note, text, (size_t)size) != size)
        abort();
}

/* An end of the child that leaves the parent's files where they are. */
static void end_child(int status, void *unused)
{
    (void)unused;
    fflush(stdout);
    _exit(status);
}

static void copy_before(const char *path, int to)
{
    off64_t start = 0;
    struct stat st;
    int before = REAL(open64)(path, O_RDONLY | O_CLOEXEC);
    if (before < 0 || REAL(fstat)(before, &st) != 0 ||
        sendfile64(to, before, &start, (size_t)st.st_size) < 0)
        abort();
}

/* The child's output goes to files of its own; what the parent has written so far comes first. */
static void begin_child(int out, int err)
{
    enum { CHILD_S = 2 };
    copy_before("/proc/self/fd/1", out);
    copy_before("/proc/self/fd/2", err);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    on_exit(end_child, NULL);
    alarm(CHILD_S);
}

static bool is_same(int out, const char *path)
{
    char a[4096], b[4096];
    int want = REAL(open64)(path, O_RDONLY | O_CLOEXEC);
    ssize_t n, m;
    off64_t offset = 0;
    bool same = want >= 0;
    do {
        n = REAL(pread64)(out, a, sizeof a, offset);
        m = REAL(pread64)(want, b, sizeof b, offset);
        same = same && n >= 0 && n == m && memcmp(a, b, (size_t)n) == 0;
        offset += n;
    } while (same && n > 0);
    close(want);
    return same;
}

static bool is_right(int out, int err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.err", right);
    return is_same(out, right) && (right_status == 0 || is_same(err, path));
}

/* An answer, or status 1 and one line, perhaps after the reason why there is no answer. */
static void judge(long n, int status, int out, int err)
{
    char said[400], text[512];
    ssize_t length = REAL(pread64)(err, said, sizeof said - 1, 0);
    said[length > 0 ? length : 0] = '\0';
    char *line = strchr(said, '\n');
    bool ended = WIFEXITED(status), one_line = line && (line[1] == '\0' || right_status != 0);
    if (ended && WEXITSTATUS(status) == WOULD_WRITE) {
        note_alone(n);
        return;
    }
    if (ended && WEXITSTATUS(status) == right_status
            ? !makes && is_right(out, err)
            : ended && WEXITSTATUS(status) == 1 && one_line)
        return;
    int size =
        snprintf(text, sizeof text, "%ld%s: %s %d: %.300s\n", n, goes_on ? " on" : "",
                 ended ? "exit" : "signal", ended ? WEXITSTATUS(status) : WTERMSIG(status), said);
    if (write(note, text, (size_t)size) != size)
        abort();
}

/* The n-th call: true in a child, where it fails. */
static bool try_call(long n, bool all_later)
{
    off64_t offset[FILES];
    int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC), status;
    for (int i = 0; i < FILES; i++)
        offset[i] = lseek64(i, 0, SEEK_CUR);
    goes_on = all_later;
    pid_t pid = fork();
    if (pid < 0)
        abort();
    if (pid == 0) {
        child = true;
        at = n;
        each = false;
        begin_child(out, err);
        note = -1;
        return true;
    }
    while (waitpid(pid, &status, 0) < 0)
        ;
    judge(n, status, out, err);
    for (int i = 0; i < FILES; i++)
        if (offset[i] >= 0 && i != note)
            lseek64(i, offset[i], SEEK_SET);
    goes_on = false;
    close(out);
    close(err);
    tried++;
    return false;
}

static bool is_asked(long n)
{
    static long next;
    while (asked && next < n && fscanf(asked, "%ld", &next) == 1)
        ;
    return asked ? n == next : n % at == 0;
}

static bool try_each(long n)
{
    if (!is_asked(n))
        return false;
    if (alone || writes) {
        note_alone(n);
        return false;
    }
    return try_call(n, false) || (n % 3 == 0 && try_call(n, true));
}

static void end_each(void)
{
    char text[64];
    int size = snprintf(text, sizeof text, "tried %ld\n", tried);
    if (write(note, text, (size_t)size) != size)
        abort();
}

/* ---- one call ---- */

__attribute__((destructor)) static void end(void)
{
    if (!wanted)
        return;
    if (places)
        end_places();
    else if (at == 0)
        leave_note(atomic_load(&calls));
    if (each)
        end_each();
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
    if (places) {
        note_place(n);
        return false;
    }
    if (each) {
        int before = errno;
        bool failing = try_each(n);
        errno = failing ? why : before;
        return failing;
    }
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
    if (strstr(path, ".db") && flags & O_CREAT)
        begin_write();
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
    if (*mode == 'w')
        begin_write();
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

ssize_t getline(char **line, size_t *room, FILE *f)
{
    if (!fails(FILE_READ, EIO))
        return REAL(getline)(line, room, f);
    break_stream(f);
    return -1;
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
    begin_write();
    return fails(RENAME, EIO) ? -1 : REAL(rename)(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    begin_write();
    return fails(RENAME, EIO) ? -1 : REAL(renameat2)(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
    begin_write();
    return fails(FOLDER, EACCES) ? -1 : REAL(mkdir)(path, mode);
}

int link(const char *from, const char *to)
{
    begin_write();
    return fails(RENAME, EIO) ? -1 : REAL(link)(from, to);
}

DIR *opendir(const char *path)
{
    return fails(FOLDER_READ, EIO) ? NULL : REAL(opendir)(path);
}

struct dirent *readdir(DIR *folder)
{
    return fails(FOLDER_READ, EIO) ? NULL : REAL(readdir)(folder);
}

int stat(const char *path, struct stat *out)
{
    int rc = REAL(stat)(path, out);
    return rc == 0 && fails(STAT, EIO) ? -1 : rc;
}

int stat64(const char *path, struct stat64 *out)
{
    int rc = REAL(stat64)(path, out);
    return rc == 0 && fails(STAT, EIO) ? -1 : rc;
}

int fstat(int fd, struct stat *out)
{
    int rc = REAL(fstat)(fd, out);
    return rc == 0 && fails(STAT, EIO) ? -1 : rc;
}

int fstat64(int fd, struct stat64 *out)
{
    int rc = REAL(fstat64)(fd, out);
    return rc == 0 && fails(STAT, EIO) ? -1 : rc;
}

int access(const char *path, int mode)
{
    int rc = REAL(access)(path, mode);
    return rc == 0 && fails(STAT, EIO) ? -1 : rc;
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

locale_t newlocale(int mask, const char *name, locale_t base)
{
    alone = true;
    locale_t new = REAL(newlocale)(mask, name, base);
    alone = false;
    return new;
}

/* ---- nobody waits for what will not change ---- */

int nanosleep(const struct timespec *time, struct timespec *left)
{
    return wanted ? 0 : REAL(nanosleep)(time, left);
}

int usleep(useconds_t us)
{
    return wanted ? 0 : REAL(usleep)(us);
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
