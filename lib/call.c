#include "lib/call.h"

#include <stdio.h>

#include "base/mem.h"

static _Thread_local struct api_call *innermost;

static void leave(void)
{
    longjmp(innermost->out_of_memory, 1);
}

jmp_buf *call_begin(struct api_call *c)
{
    c->err = (struct err){0};
    c->lines[0] = '\0';
    c->outer = innermost;
    innermost = c;
    mem_on_own_failure(leave);
    return &c->out_of_memory;
}

static void leave_call(const struct api_call *c)
{
    innermost = c->outer;
    mem_on_own_failure(innermost ? leave : NULL);
}

static int report(dse_error *error, int status, const char *text)
{
    if (error) {
        error->status = status;
        snprintf(error->text, sizeof error->text, "%s", text);
    }
    return status;
}

int call_fail_memory(struct api_call *c, dse_error *error)
{
    leave_call(c);
    return report(error, DSE_FAILED, "out of memory");
}

int call_end(struct api_call *c, int rc, dse_error *error)
{
    leave_call(c);
    if (rc != -1)
        return rc;
    return report(error, c->err.status == STATUS_INPUT ? DSE_INPUT : DSE_FAILED,
                  *c->lines ? c->lines : c->err.text);
}
