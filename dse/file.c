#define _XOPEN_SOURCE 700 /* realpath */
#include "dse/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { DEPTH = 2 }; /* a file may be written while another is */

static const char *volatile begun[DEPTH]; /* NULL: written in place */
static volatile int depth;

void file_abandon(void)
{
    for (int i = 0; i < depth; i++)
        if (begun[i])
            unlink(begun[i]);
}

/* The file to replace: a link stays, and its file is replaced. NULL for what only looks like a
 * file, which is written in place: a device, a pipe, a link to no file. Caller frees. */
static char *file_to_replace(const char *path)
{
    struct stat st;
    if (lstat(path, &st) == 0 ? S_ISREG(st.st_mode) : errno == ENOENT)
        return mem_text(path);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? realpath(path, NULL) : NULL;
}

int file_write(const char *path, int (*write)(FILE *out, void *ctx), void *ctx, struct err *err)
{
    char *file = file_to_replace(path), *part = file ? mem_print("%s.part", file) : NULL;
    FILE *out = fopen(part ? part : path, "w");
    int rc = 0;

    if (!out)
        rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
    else {
        begun[depth] = part;
        depth++;
        bool bad = write(out, ctx) != 0;
        if (fclose(out) != 0 || bad || (part && rename(part, file) != 0)) {
            rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
            if (part)
                remove(part);
        }
        depth--;
    }
    free(part);
    free(file);
    return rc;
}
