#include "reports/point/verdict_reason.h"

#include <stddef.h>

const char *verdict_reason(enum verdict v, const struct design *d)
{
    const char *fault = v == VERDICT_MAPPING ? plan_fault(&d->plan, &d->model) : NULL;
    if (v == VERDICT_MAPPING && fault == NULL)
        fault =
            "pools.prefill gives the prefill pool no mapping: its tp, ep, pp and cp must divide "
            "plan.devices, heads and experts, as those of plan must";
    const char *why = fault != NULL ? fault : verdict_kinds[v].why;
    return why != NULL ? why : "";
}
