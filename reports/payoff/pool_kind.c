#include "reports/payoff/pool_kind.h"

#include "base/mem.h"

static const struct pool_kind kinds[POOL_KINDS] = {
    {.part = PART_FFN_CHIP,
     .noun = "FFN pool",
     .prefix = "pools_ffn_",
     .chip = "pools_ffn_chip",
     .devices = "ffn_devices",
     .usd = "ffn_cost_usd"},
    {.part = PART_PREFILL_CHIP,
     .noun = "prefill pool",
     .prefix = "pools_prefill_",
     .chip = "pools_prefill_chip",
     .devices = "prefill_devices",
     .usd = "prefill_cost_usd"},
    {.part = PART_DRAFT_CHIP,
     .noun = "draft pool",
     .prefix = "pools_draft_",
     .chip = "pools_draft_chip",
     .devices = "draft_devices",
     .usd = "draft_cost_usd"},
};

const struct pool_kind *pool_kinds(size_t *n)
{
    *n = LEN(kinds);
    return kinds;
}

/* Does `column` begin with a prefix? '.' equals '_'. */
static bool begins(const char *column, const char *prefix)
{
    while (*prefix && (*column == *prefix || (*column == '.' && *prefix == '_')))
        column++, prefix++;
    return !*prefix;
}

const struct pool_kind *pool_of(const char *column)
{
    for (size_t i = 0; i < LEN(kinds); i++)
        if (begins(column, kinds[i].prefix))
            return &kinds[i];
    return NULL;
}
