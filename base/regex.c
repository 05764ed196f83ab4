#include "base/regex.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

struct regex {
    char *pattern;
    pcre2_code *code;
    pcre2_match_data *match;
};

static int fail_match(const char *pattern, size_t length, int code, struct err *err)
{
    char reason[200] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
    if (code == PCRE2_ERROR_NOMEMORY)
        return fail_memory(err, pattern);
    return fail(err,
                "%.200s: gives up on a text of %zu bytes: %s: write it without a repetition inside "
                "a repetition",
                pattern, length, reason);
}

enum { HEAP_FAILED = 121 }; /* PCRE2_ERROR_HEAP_FAILED, missing from older headers */

static size_t characters(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

int regex_open(struct regex **out, const char *pattern, struct err *err)
{
    *out = NULL;
    int code = 0;
    size_t offset = 0;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                         PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
    if (compiled == NULL) {
        char reason[200] = "";
        if (code == HEAP_FAILED)
            return fail_memory(err, pattern);
        pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
        size_t at = characters(pattern, offset);
        return fail(err, "%.200s: at character %zu: %s", pattern, at > 0 ? at : 1, reason);
    }
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (data == NULL) {
        pcre2_code_free(compiled);
        return fail_memory(err, pattern);
    }
    struct regex *r = mem_alloc(1, sizeof *r);
    *r = (struct regex){.pattern = mem_text(pattern), .code = compiled, .match = data};
    *out = r;
    return 0;
}

static int match(struct regex *r, const char *text, size_t length, uint32_t options)
{
    return pcre2_match(r->code, (PCRE2_SPTR)text, length, 0, options, r->match, NULL);
}

int regex_match(struct regex *r, const char *text, size_t length, struct err *err)
{
    int found = match(r, text, length, 0);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = match(r, text, length, PCRE2_NO_JIT);
    if (found >= 0)
        return 1;
    return found == PCRE2_ERROR_NOMATCH ? 0 : fail_match(r->pattern, length, found, err);
}

void regex_close(struct regex *r)
{
    if (r == NULL)
        return;
    pcre2_match_data_free(r->match);
    pcre2_code_free(r->code);
    free(r->pattern);
    free(r);
}
