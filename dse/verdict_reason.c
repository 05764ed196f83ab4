#include "dse/verdict_reason.h"

#include <stddef.h>

const char *verdict_reason(const struct metrics *m, const struct design *d)
{
    enum verdict v = (enum verdict)m->verdict;
    const char *fault = v == VERDICT_MAPPING ? plan_fault(&d->plan, &d->model) : NULL;
    const char *why = fault != NULL ? fault : verdict_kinds[v].why;
    return why != NULL ? why : "";
}
