#include "dse/price_shares_text.h"

#include <stdlib.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "dse/terminal.h"

void price_shares_print(const struct metrics *m)
{
    const struct {
        const char *name;
        double usd;
    } pool[] = {{"pools.ffn", m->ffn_cost_usd},
                {"pools.draft", m->draft_cost_usd},
                {"prefill pool", m->prefill_cost_usd}};
    double main_usd = m->system_cost_usd;
    char *shares = mem_text(""), buffer[48];
    for (size_t i = 0; i < LEN(pool); i++) {
        if (!(pool[i].usd > 0))
            continue;
        char *longer = mem_print("%s, %s %s", shares, pool[i].name,
                                 quantity_text(pool[i].usd, "USD", 3, buffer, sizeof buffer));
        free(shares);
        shares = longer;
        main_usd -= pool[i].usd;
    }
    if (*shares)
        print_line(25, "  %-22s main devices %s%s\n", "  of that",
                   quantity_text(main_usd, "USD", 3, buffer, sizeof buffer), shares);
    free(shares);
}
