/* A thread's share of some work, which memory may not suffice for. */
#ifndef SEARCH_GUARDED_H
#define SEARCH_GUARDED_H

#include <stdbool.h>

/* Runs fn(ctx). If memory runs out meanwhile: without `guards`, mem_fail ends it all; with it, the
 * locks that fn holds are given back and the result is false. What fn allocated is then lost. A
 * thread whose own handler leaves by longjmp (mem_on_own_failure) guards its work while other
 * threads share it. */
bool run_guarded(void (*fn)(void *ctx), void *ctx, bool guards);

#endif
