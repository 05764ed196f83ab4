#include "lib/json_text.h"

#include <stdlib.h>

#include "reports/write.h"

int json_text_of(char **out, void (*write)(const void *what, FILE *out), const void *what,
                 struct err *err)
{
    char *text = NULL;
    size_t size;
    *out = NULL;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return fail_memory(err, "dse");
    write(what, stream);
    int failed = ferror(stream);
    if (fclose(stream) != 0 || failed || !text) {
        free(text);
        return fail_memory(err, "dse");
    }
    *out = text;
    return 0;
}

static void write_table(const void *table, FILE *out)
{
    table_write(table, FORMAT_JSON, out);
}

int json_text_of_table(char **out, const struct table *t, struct err *err)
{
    return json_text_of(out, write_table, t, err);
}
