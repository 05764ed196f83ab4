#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "lib/call.h"
#include "lib/catalogue_folder.h"
#include "lib/handle.h"
#include "lib/json_text.h"
#include "lib/listing.h"

const char *dse_version(void)
{
    return DSE_VERSION;
}

void dse_free(void *text)
{
    free(text);
}

/* FOLDER/UP/share/dse/catalogue, if it is there; caller frees. */
static char *catalogue_beside(const char *folder, const char *up)
{
    struct stat there;
    char *path = mem_print("%s%s/share/dse/catalogue", folder, up);
    if (stat(path, &there) == 0)
        return path;
    free(path);
    return NULL;
}

/* The file of the program or library that has this code; caller frees. A program that was found by
 * PATH knows only its name. */
static char *own_file(void)
{
    Dl_info info;
    bool is_path = dladdr(DSE_VERSION, &info) && info.dli_fname && strchr(info.dli_fname, '/');
    return realpath(is_path ? info.dli_fname : "/proc/self/exe", NULL);
}

char *catalogue_folder_found(void)
{
    const char *given = getenv("DSE_CATALOGUE");
    if (given && *given)
        return mem_text(given);
    char *self = own_file(), *found = NULL;
    char *slash = self ? strrchr(self, '/') : NULL;
    if (slash) {
        static const char *const up[] = {"/..", "/../.."}; /* bin, lib; lib/x86_64-linux-gnu */
        *slash = '\0';
        for (size_t i = 0; i < LEN(up) && !found; i++)
            found = catalogue_beside(self, up[i]);
    }
    free(self);
    return found ? found : mem_text(DSE_CATALOGUE_DIR);
}

int open_catalogue(struct catalogue **out, struct err *err)
{
    char *folder = catalogue_folder_found();
    int rc = catalogue_open(out, folder, err);
    free(folder);
    return rc;
}

static int open_in(dse_catalogue **out, const char *given, struct err *err)
{
    struct catalogue *c;
    char *folder = given ? mem_text(given) : catalogue_folder_found();
    *out = NULL;
    if (catalogue_open(&c, folder, err) != 0) {
        free(folder);
        return -1;
    }
    *out = mem_alloc(1, sizeof **out);
    **out = (dse_catalogue){folder, c, lock_make()};
    return 0;
}

int dse_catalogue_open(dse_catalogue **out, const char *folder, dse_error *error)
{
    CALL(error, open_in(out, folder, &call.err));
}

void dse_catalogue_close(dse_catalogue *catalogue)
{
    if (!catalogue)
        return;
    catalogue_close(catalogue->open);
    lock_free(catalogue->lock);
    free(catalogue->folder);
    free(catalogue);
}

static int list(dse_catalogue *c, const char *what, char **json, struct err *err)
{
    struct table t = {0};
    *json = NULL;
    const struct listing *l = listing_named(what, err);
    if (!l)
        return -1;
    lock_take(c->lock);
    int rc = listing_make(&t, l, true, c->open, err);
    lock_give(c->lock);
    if (rc == 0)
        rc = json_text_of_table(json, &t, err);
    table_free(&t);
    return rc;
}

int dse_list(dse_catalogue *catalogue, const char *what, char **json, dse_error *error)
{
    CALL(error, list(catalogue, what, json, &call.err));
}
