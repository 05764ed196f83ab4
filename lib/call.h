/* A call of a public function: its error, and the way back if memory runs out. */
#ifndef LIB_CALL_H
#define LIB_CALL_H

#include <setjmp.h>

#include "base/err.h"
#include "lib/dse.h"

struct api_call {
    struct err err;
    char lines[4096];       /* not empty: used in place of err.text */
    struct api_call *outer; /* of this thread */
    jmp_buf out_of_memory;
};

/* Returns from the public function with the status of `work`: 0, -1 with `call.err` filled, or
 * another DSE_ status. */
#define CALL(error, work)                                                                          \
    do {                                                                                           \
        struct api_call call;                                                                      \
        if (setjmp(*call_begin(&call)) != 0)                                                       \
            return call_fail_memory(&call, error);                                                 \
        return call_end(&call, work, error);                                                       \
    } while (0)

jmp_buf *call_begin(struct api_call *c);
int call_fail_memory(struct api_call *c, dse_error *error);
int call_end(struct api_call *c, int rc, dse_error *error);

#endif
