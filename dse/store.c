#include "dse/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

char *store_path(const struct args *a)
{
    const char *path = args_value(a, "--db");
    if (path)
        return mem_text(path);
    const char *file = strrchr(a->argument[0], '/');
    char *stem = mem_text(file ? file + 1 : a->argument[0]);
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem)
        *dot = '\0';
    char *with = mem_print("%s.db", stem);
    free(stem);
    return with;
}

void store_hash(const char *text, char out[17])
{
    snprintf(out, 17, "%016" PRIx64, hash_text(text));
}
