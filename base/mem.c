#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*on_failure)(void) = abort;
static _Thread_local void (*on_own_failure)(void);

void mem_on_failure(void (*handler)(void))
{
    on_failure = handler;
}

void mem_on_own_failure(void (*handler)(void))
{
    on_own_failure = handler;
}

void (*mem_own_handler(void))(void)
{
    return on_own_failure;
}

void mem_fail(void)
{
    if (on_own_failure)
        on_own_failure();
    on_failure();
    abort();
}

static void *checked(void *memory)
{
    if (memory == NULL)
        mem_fail();
    return memory;
}

void *mem_alloc(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size));
}

void *mem_grow(void *old, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        checked(NULL);
    size_t bytes = count * size;
    return checked(realloc(old, bytes > 0 ? bytes : 1));
}

char *mem_text(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size, 1), text, size);
}

char *mem_print(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        checked(NULL);
    size_t size = (size_t)length + 1;
    char *text = mem_alloc(size, 1);
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}
