#include "dse/rsvg.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dse/file.h"

extern char **environ;

/* Runs rsvg-convert from one file to another, without a shell; silent. Returns its status, or -1
 * with errno set. */
static int convert(FILE *svg, FILE *out, const char *format)
{
    /* The dots per inch matter to a PNG only: a PDF has the size of the SVG. */
    char *pdf[] = {"rsvg-convert", "--format=pdf", NULL};
    char *png[] = {"rsvg-convert", "--format=png", "--dpi-x=300", "--dpi-y=300", NULL};
    char **argument = strcmp(format, "pdf") == 0 ? pdf : png;
    posix_spawn_file_actions_t files;
    pid_t child;
    int status, failed = posix_spawn_file_actions_init(&files);
    if (!failed) {
        failed = posix_spawn_file_actions_adddup2(&files, fileno(svg), STDIN_FILENO);
        if (!failed)
            failed = posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO);
        if (!failed)
            failed = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", 1, 0);
        if (!failed)
            failed = posix_spawnp(&child, argument[0], &files, NULL, argument, environ);
        posix_spawn_file_actions_destroy(&files);
    }
    if (failed) {
        errno = failed;
        return -1;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

struct conversion {
    FILE *svg;
    const char *format;
    int status, error;
};

static bool is_empty_file(FILE *out)
{
    struct stat st;
    return fstat(fileno(out), &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

static int write_converted(FILE *out, void *ctx)
{
    struct conversion *c = ctx;
    c->status = convert(c->svg, out, c->format);
    c->error = errno;
    return c->status == 0 && !is_empty_file(out) ? 0 : -1;
}

int rsvg_write(const char *path, const char *format, int (*write)(FILE *out, void *ctx), void *ctx,
               struct err *err)
{
    struct conversion c = {.svg = tmpfile(), .format = format};
    if (!c.svg || write(c.svg, ctx) != 0 || fflush(c.svg) != 0 ||
        lseek(fileno(c.svg), 0, SEEK_SET) != 0) {
        if (c.svg)
            fclose(c.svg);
        return fail_io(err, "%s: its SVG cannot be written: %s", path, strerror(errno));
    }
    int rc = file_write(path, write_converted, &c, err);
    fclose(c.svg);
    if (rc == 0 || c.status == 0)
        return rc;
    if (c.status == 127 || (c.status < 0 && c.error == ENOENT))
        return fail_io(
            err, "%s: a %s needs the program rsvg-convert: install librsvg2-bin, or write .svg",
            path, format);
    return fail_io(err, "%s: rsvg-convert failed with status %d: write .svg instead", path,
                   c.status);
}
