#include "reports/page/page_sources.h"

#include <string.h>

#include "arch/catalogue/catalogue.h"
#include "base/conf.h"
#include "reports/write.h"

/* Writes a text of the file's own about itself, "" if it has none. */
static void own_text_json(const struct conf *conf, const char *key, FILE *out)
{
    const struct node *root = conf != NULL ? conf_root(conf) : NULL;
    const struct node *text =
        root != NULL && node_kind(root) == NODE_MAP ? node_find(root, key) : NULL;
    json_text(text != NULL ? node_text(text) : "", out);
}

void page_sources_json(const struct table *files, FILE *out)
{
    for (size_t i = 0; i < files->rows; i++) {
        struct conf *conf;
        struct err ignored;
        const char *name = table_text_at(files, i, "name");
        if (conf_parse(&conf, name, table_text_at(files, i, "text"), &ignored) != 0)
            conf = NULL;
        fprintf(out, "%s\n {\"name\": ", i > 0 ? "," : "[");
        json_text(name, out);
        fputs(", \"kind\": ", out);
        json_text(table_text_at(files, i, "kind"), out);
        fputs(", \"about\": ", out);
        own_text_json(conf, "about", out);
        fputs(", \"source\": ", out);
        own_text_json(conf, "source", out);
        fputs("}", out);
        if (conf != NULL)
            conf_close(conf);
    }
    fputs(files->rows > 0 ? "]" : "[]", out);
}

const char *page_price_list(const struct table *files)
{
    for (size_t i = 0; i < files->rows; i++)
        if (!strcmp(table_text_at(files, i, "kind"), catalogue_folder(CATALOGUE_PRICES)))
            return table_text_at(files, i, "text");
    return NULL;
}
