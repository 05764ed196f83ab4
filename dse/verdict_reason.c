#include "dse/verdict_reason.h"

#include <stddef.h>

const char *verdict_reason(enum verdict v, const struct design *d)
{
    const char *fault = v == VERDICT_MAPPING ? plan_fault(&d->plan, &d->model) : NULL;
    const char *why = fault != NULL ? fault : verdict_kinds[v].why;
    return why != NULL ? why : "";
}
