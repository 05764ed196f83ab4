/* Allocation that ends the program instead of failing, so that callers need no checks: on failure
 * it calls the handler given to mem_on_failure, and aborts if that returns. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/err.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

void mem_on_failure(void (*handler)(void)); /* before any thread starts */

/* The handler of the calling thread, called first; it may leave by longjmp. NULL: none. */
void mem_on_own_failure(void (*handler)(void));
void (*mem_own_handler(void))(void);

/* What a failed allocation does. Does not return. */
void mem_fail(void);

void *mem_alloc(size_t count, size_t size);                 /* zeroed; caller frees with free() */
void *mem_grow(void *old, size_t count, size_t size);       /* like realloc; new part undefined */
char *mem_text(const char *text);                           /* a copy; caller frees */
char *mem_print(const char *format, ...) PRINTF_LIKE(1, 2); /* into a new string; caller frees */

#endif
