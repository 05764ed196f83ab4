#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Formats into a buffer, so that err->text may be among the arguments. */
static int set_text(struct err *err, int status, const char *format, va_list args)
{
    char text[sizeof err->text];
    vsnprintf(text, sizeof text, format, args);
    text_tame(text, "");
    memcpy(err->text, text, sizeof text);
    err->status = status;
    err->memory = false;
    return -1;
}

int fail(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(err, STATUS_INPUT, format, args);
    va_end(args);
    return -1;
}

int fail_io(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(err, STATUS_IO, format, args);
    va_end(args);
    return -1;
}

int fail_memory(struct err *err, const char *place)
{
    fail_io(err, "%.400s: out of memory", place);
    err->memory = true;
    return -1;
}

int fail_as(struct err *err, const struct err *inner, const char *place)
{
    if (inner->status == STATUS_INPUT)
        return fail(err, "%s: %s", place, inner->text);
    *err = *inner;
    return -1;
}
