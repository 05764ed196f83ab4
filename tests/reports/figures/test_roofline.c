#define _POSIX_C_SOURCE 200809L

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "reports/figures/figures.h"

/* Models with random intensities, many of them alike, so that labels meet. */
static void make_models(struct table *out, size_t n, uint64_t seed)
{
    static const char *const header[] = {"model",        "attention_from", "attention_to",
                                         "experts_from", "experts_to",     "ridge_from",
                                         "ridge_to"};
    struct random r;
    random_seed(&r, seed);
    table_begin(out, header, 7);
    for (size_t i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "model-%zu", i);
        double from = 1 + 3 * random_unit(&r), experts = 60 + 5 * random_unit(&r);
        table_text(out, name);
        table_number(out, from);
        table_number(out, from * 1.01);
        table_number(out, experts);
        table_number(out, experts * 1.02);
        table_number(out, 110);
        table_number(out, 293);
    }
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void every_model_gets_its_labels_however_close(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct table t;
        struct model_colours colours = {0};
        char *text;
        size_t size;
        make_models(&t, 14, seed);
        model_colours_add(&colours, &t);
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        roofline_svg(&t, &colours, out);
        fclose(out);
        assert_int_equal(count(text, "class=\"label\""), 28);
        free(text);
        table_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_gets_its_labels_however_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
