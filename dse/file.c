#include "dse/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { DEPTH = 2 }; /* a file may be written while another is */

static const char *volatile begun[DEPTH];
static volatile int depth;

void file_abandon(void)
{
    for (int i = 0; i < depth; i++)
        unlink(begun[i]);
}

int file_write(const char *path, int (*write)(FILE *out, void *ctx), void *ctx, struct err *err)
{
    char *part = mem_print("%s.part", path);
    FILE *out = fopen(part, "w");
    int rc = 0;

    if (!out)
        rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
    else {
        begun[depth] = part;
        depth++;
        bool bad = write(out, ctx) != 0;
        if (fclose(out) != 0 || bad || rename(part, path) != 0) {
            rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
            remove(part);
        }
        depth--;
    }
    free(part);
    return rc;
}
