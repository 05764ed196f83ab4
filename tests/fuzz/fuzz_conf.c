#include "base/conf.h"
#include "tests/fuzz/fuzz.h"

/* Every node can be reached, and has a place in the text. */
static size_t walk(const struct node *n, size_t budget)
{
    must(node_line(n) > 0 && node_column(n) > 0, "a node has a place");
    must(node_text(n) != NULL, "a node has a text");
    for (size_t i = 0; i < node_count(n) && budget > 0; i++)
        budget = walk(node_at(n, i), budget - 1); /* aliases make more ways than nodes */
    return budget;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf *conf;
    struct err err = {0};
    char *text = text_of(data, size);
    if (conf_parse(&conf, "input", text, &err) == 0) {
        walk(conf_root(conf), 10000);
        conf_close(conf);
    } else {
        must_complain(&err, "input:");
    }
    free(text);
    return 0;
}
