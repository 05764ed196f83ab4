#define _GNU_SOURCE
#include "db/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static const char *volatile unfinished;

void db_abandon(void)
{
    const char *part = unfinished;
    if (part != NULL)
        unlink(part);
}

char *db_part_path(const char *path)
{
    char *plain = db_plain_path(path), *part = mem_print("%s.part", plain);
    free(plain);
    return part;
}

/* The file is this process's from here on, since it has made it. */
static int make(const char *part)
{
    if (unlink(part) != 0 && errno != ENOENT)
        return -1;
    int file = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    return file < 0 ? -1 : close(file);
}

int part_begin(struct db *db, struct err *err)
{
    struct stat st;
    char *plain = db_plain_path(db->path);
    bool is_there = lstat(plain, &st) == 0;
    free(plain);
    if (is_there)
        return 0;

    char *part = db_part_path(db->path);
    errno = EEXIST;
    int failed = db_is_held(part) ? -1 : make(part);
    if (!failed) {
        db->part = part;
        unfinished = part;
        mem_on_own_failure(db_abandon);
        return 0;
    }
    free(part);
    if (errno == EEXIST)
        return fail_io(err,
                       "%s: another process is writing: wait for it to end, or give another file",
                       db->path);
    return fail_io(err, "%s: cannot be written: %s: give a path where files can be made", db->path,
                   strerror(errno));
}

int part_open(struct db *db, struct err *err)
{
    /* Pages that are new in a transaction take no room in a journal in memory. part_end syncs. */
    return db_exec(db,
                   "PRAGMA main.locking_mode = EXCLUSIVE; PRAGMA main.journal_mode = MEMORY;"
                   "PRAGMA main.synchronous = OFF",
                   err);
}

static void forget(char *part)
{
    unfinished = NULL;
    mem_on_own_failure(NULL);
    free(part);
}

void part_drop(char *part, bool there)
{
    if (there)
        unlink(part);
    forget(part);
}

/* As rename, but never over a file. */
static int move(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (access(to, F_OK) != 0) /* the file system has no such call */
        return rename(from, to);
    errno = EEXIST;
    return -1;
}

static int sync_file(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    int failed = fsync(file), why = errno;
    close(file);
    errno = why;
    return failed;
}

int part_end(char *part, const char *path, struct err *err)
{
    char *plain = db_plain_path(path), *folder = mem_text(plain);
    strrchr(folder, '/')[1] = '\0';
    int failed = sync_file(part) != 0 || move(part, plain) != 0;
    if (failed)
        fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
    else
        sync_file(folder); /* so that the new name is on the disk; some file systems cannot */
    free(folder);
    free(plain);
    part_drop(part, failed);
    return failed ? -1 : 0;
}
