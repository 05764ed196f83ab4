#include "base/regex.h"
#include "tests/fuzz/fuzz.h"

/* The first line is a pattern, the rest is the text to match. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct regex *regex;
    struct err err = {0};
    char *text = text_of(data, size), *rest = strchr(text, '\n');
    if (rest != NULL)
        *rest++ = '\0';
    else
        rest = text;
    if (regex_open(&regex, text, &err) == 0) {
        int found = regex_match(regex, rest, size - (size_t)(rest - text), &err);
        must(found >= -1 && found <= 1, "a match is yes, no or an error");
        if (found < 0)
            must_complain(&err, "");
        regex_close(regex);
    } else {
        must_complain(&err, "");
    }
    free(text);
    return 0;
}
