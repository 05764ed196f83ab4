#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/private.h"
#include "base/mem.h"
#include "base/text.h"

int catalogue_prices_file(struct catalogue *c, const char *name, struct conf **out, struct err *err)
{
    size_t n = c->names[CATALOGUE_PRICES];
    if (!name && !n && !catalogue_given(c, CATALOGUE_PRICES, ""))
        return fail_io(err, "%s: the catalogue has no price list: reinstall it", c->dir);
    char *path = name || n
                     ? catalogue_entry_path(c, CATALOGUE_PRICES,
                                            name ? name : c->name[CATALOGUE_PRICES][n - 1], err)
                     : mem_text("prices");
    if (!path)
        return -1;
    int rc = catalogue_open_source(c, CATALOGUE_PRICES, name ? name : "", path, out, err);
    free(path);
    return rc;
}

/* The cheap end of a price is not always its lower number. */
static int check_order(const struct node *n, const struct field *f, const struct price_book *book,
                       struct err *err)
{
    double low = field_get(f, &book->low), middle = field_get(f, &book->middle),
           high = field_get(f, &book->high);
    if (middle >= smaller(low, high) && middle <= larger(low, high))
        return 0;
    return node_fail(
        node_find(n, "middle"), f->name, err,
        "the middle, %g, lies outside low to high, %g to %g: give a middle between them", middle,
        low, high);
}

/* A price is one number, or a mapping of low, middle and high, with date and source. */
int catalogue_price(const struct node *n, const struct field *f, struct price_book *out,
                    struct err *err)
{
    struct prices *at[3] = {&out->low, &out->middle, &out->high};
    static const char *const key[] = {"low", "middle", "high", "date", "source"};

    for (size_t i = 0; i < node_count(n) && node_kind(n) == NODE_MAP; i++) {
        const char *near = name_nearest(node_key(n, i), key, LEN(key)), *const *k = key;
        while (k < key + LEN(key) && strcmp(*k, node_key(n, i)) != 0)
            k++;
        if (k == key + LEN(key))
            return near ? node_fail(node_key_node(n, i), f->name, err,
                                    "has no \"%s\": did you mean \"%s\"?", node_key(n, i), near)
                        : node_fail(node_key_node(n, i), f->name, err,
                                    "has no \"%s\": give low, middle, high, date and source",
                                    node_key(n, i));
    }
    for (int i = 0; i < 3; i++) {
        const struct node *v = node_kind(n) == NODE_MAP ? node_find(n, key[i]) : n;
        if (!v)
            return node_fail(n, f->name, err, "has no %s: give low, middle and high, or one number",
                             key[i]);
        if (node_bind_field(v, f, f->name, at[i], err) != 0)
            return -1;
        if (at[i] == &out->middle && price_is_factor(f) && field_get(f, at[i]) != 1)
            return node_fail(v, f->name, err,
                             "a factor on what the design states: give 1 in the middle");
    }
    return check_order(n, f, out, err);
}

static int unknown_price(const struct node *n, const char *key, struct err *err)
{
    const char *near = field_nearest(prices_fields, key);
    return near ? node_fail(n, key, err, "unknown price: did you mean \"%s\"?", near)
                : node_fail(n, key, err, "unknown price: `dse list prices` shows all");
}

/* Copies the prices of the base of a price list, if it has one. */
static int copy_base_prices(struct catalogue *c, const struct conf *conf, struct price_book *out,
                            struct err *err)
{
    struct err inner;
    char *name = catalogue_base(conf);
    if (!name)
        return 0;
    int rc = catalogue_enter_base(c, CATALOGUE_PRICES, conf, name, &inner);
    if (rc == 0) {
        rc = catalogue_prices(c, name, out, &inner);
        c->depth--;
    }
    if (rc != 0)
        node_fail_file(node_find(conf_root(conf), "base"), "base", &inner, err);
    free(name);
    return rc;
}

static int read_prices(struct catalogue *c, const struct conf *conf, struct price_book *out,
                       struct err *err)
{
    const struct node *root = conf_root(conf);
    if (node_kind(root) != NODE_MAP)
        return node_fail(root, NULL, err, "the price list is not a mapping: write NAME: value");
    if (copy_base_prices(c, conf, out, err) != 0)
        return -1;
    for (size_t i = 0; i < node_count(root); i++) {
        const char *key = node_key(root, i);
        const struct field *f = field_find(prices_fields, key);
        if (f ? catalogue_price(node_at(root, i), f, out, err) != 0
              : strcmp(key, "about") && strcmp(key, "source") && strcmp(key, "date") &&
                    strcmp(key, "base") && unknown_price(node_key_node(root, i), key, err) != 0)
            return -1;
    }
    return catalogue_require(root, prices_fields, &out->middle, err);
}

static int read_book(struct catalogue *c, const char *name, struct price_book *out, struct err *err)
{
    struct conf *conf = NULL;
    if (catalogue_prices_file(c, name, &conf, err) != 0)
        return -1;
    fields_init(prices_fields, &out->low);
    fields_init(prices_fields, &out->middle);
    fields_init(prices_fields, &out->high);
    int rc = read_prices(c, conf, out, err);
    conf_close(conf);
    return rc;
}

int catalogue_prices(struct catalogue *c, const char *name, struct price_book *out, struct err *err)
{
    const char *key = name ? name : "";
    size_t i = 0;
    while (i < c->books && strcmp(c->book[i].name, key) != 0)
        i++;
    if (i == c->books) {
        struct price_book book;
        if (read_book(c, name, &book, err) != 0)
            return -1;
        i = c->books++; /* reading it may have added its base */
        c->book = mem_grow(c->book, c->books, sizeof *c->book);
        c->book[i] = (struct named_book){mem_text(key), book};
    }
    *out = c->book[i].book;
    return 0;
}
