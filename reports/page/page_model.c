#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>

#include "base/conf.h"
#include "base/mem.h"
#include "base/mem_stream.h"
#include "reports/page/embedded.h"
#include "reports/page/page_data.h"
#include "reports/write.h"

static void put_node(const struct node *n, FILE *out)
{
    enum node_kind kind = node_kind(n);
    if (kind == NODE_SCALAR) {
        json_text(node_text(n), out);
        return;
    }
    fputc(kind == NODE_MAP ? '{' : '[', out);
    for (size_t i = 0; i < node_count(n); i++) {
        fputs(i > 0 ? "," : "", out);
        if (kind == NODE_MAP) {
            json_text(node_key(n, i), out);
            fputc(':', out);
        }
        put_node(node_at(n, i), out);
    }
    fputc(kind == NODE_MAP ? '}' : ']', out);
}

/* A YAML text as a JSON text, in a JSON string. */
static int put_yaml(const char *yaml, FILE *out)
{
    struct conf *c;
    struct err ignored;
    struct mem_stream memory;
    if (conf_parse(&c, "", yaml, &ignored) != 0)
        return -1;
    mem_stream_open(&memory);
    put_node(conf_root(c), memory.out);
    conf_close(c);
    char *text = mem_stream_text(&memory, NULL);
    json_text(text, out);
    free(text);
    return 0;
}

static int put_file(const struct table *files, size_t row, FILE *out)
{
    fprintf(out, "%s\n{\"folder\": ", row > 0 ? "," : "");
    json_text(table_text_at(files, row, "kind"), out);
    fputs(", \"name\": ", out);
    json_text(table_text_at(files, row, "name"), out);
    fputs(", \"text\": ", out);
    int rc = put_yaml(table_text_at(files, row, "text"), out);
    fputc('}', out);
    return rc;
}

static int put_study(const struct page_data *d, FILE *out)
{
    const struct db_run *run = d->q->run;
    fputs("{\"study\": {\"name\": ", out);
    json_text(run->name, out);
    fputs(", \"folder\": ", out);
    json_text(run->folder != NULL ? run->folder : "", out);
    fputs(", \"text\": ", out);
    int rc = put_yaml(run->spec, out);
    fputs("}, \"files\": [", out);
    for (size_t i = 0; i < d->files.rows && rc == 0; i++)
        rc = put_file(&d->files, i, out);
    fputs("]}", out);
    return rc;
}

void page_model_json(const struct page_data *d, FILE *out)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    int rc = embedded_model.n > 0 && d->q->study != NULL ? put_study(d, memory.out) : -1;
    char *text = mem_stream_text(&memory, NULL);
    fputs(rc == 0 ? text : "null", out);
    free(text);
}
