/* In place of base/regex.c: patterns of axes are matched by the page, which hosts this module. */
#include "base/regex.h"

#include <stdlib.h>

#include "base/mem.h"

struct regex {
    char *pattern;
};

/* 1 yes, 0 no, -1 not a pattern. */
__attribute__((import_module("page"), import_name("match"))) int page_match(const char *pattern,
                                                                            const char *text);

int regex_open(struct regex **out, const char *pattern, struct err *err)
{
    if (page_match(pattern, "") < 0)
        return fail(err, "%s: not a pattern", pattern);
    *out = mem_alloc(1, sizeof **out);
    (*out)->pattern = mem_text(pattern);
    return 0;
}

int regex_match(struct regex *r, const char *text, size_t length, struct err *err)
{
    (void)length;
    (void)err;
    return page_match(r->pattern, text) == 1;
}

void regex_close(struct regex *r)
{
    if (!r)
        return;
    free(r->pattern);
    free(r);
}
