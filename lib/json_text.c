#include "lib/json_text.h"

#include "base/mem_stream.h"
#include "reports/write.h"

int json_text_of(char **out, void (*write)(const void *what, FILE *out), const void *what,
                 struct err *err)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    write(what, memory.out);
    *out = mem_stream_try_text(&memory, NULL);
    return *out ? 0 : fail_memory(err, "dse");
}

static void write_table(const void *table, FILE *out)
{
    table_write(table, FORMAT_JSON, out);
}

int json_text_of_table(char **out, const struct table *t, struct err *err)
{
    return json_text_of(out, write_table, t, err);
}
