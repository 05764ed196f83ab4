/* The model as a WebAssembly module. The page writes a request into what `request` returns and
 * calls `answer`, which returns the place of the answer; it stays until the next call. */
#include <stdlib.h>

#include "reports/page/what_if.h"

#define EXPORTED(name) __attribute__((export_name(#name)))

char *model_request(size_t bytes);
const char *model_answer(void);

static char *request, *last;
static struct catalogue *catalogue;
static struct what_if *what_if;

EXPORTED(request) char *model_request(size_t bytes)
{
    free(request);
    return request = malloc(bytes);
}

EXPORTED(answer) const char *model_answer(void)
{
    struct err err;
    if (!what_if) {
        catalogue_open(&catalogue, NULL, &err);
        what_if = what_if_make(catalogue);
    }
    free(last);
    return last = what_if_answer(what_if, request);
}
