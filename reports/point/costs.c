#include "reports/point/costs.h"

#include <string.h>

#include "base/mem.h"
#include "reports/write.h"

struct made {
    struct device_cost cost;
    struct area area;
};

struct part_of_cost {
    const char *key, *label, *unit;
    size_t offset;
};

#define PART_OF_COST(member, of_unit, text)                                                        \
    {                                                                                              \
#member, text, of_unit, offsetof(struct made, member)                                      \
    }

static const struct part_of_cost parts[] = {
    PART_OF_COST(cost.logic_usd, "USD", "compute dies"),
    PART_OF_COST(cost.memory_usd, "USD", "memory"),
    PART_OF_COST(cost.memory2_usd, "USD", "second tier of memory"),
    PART_OF_COST(cost.package_usd, "USD", "package"),
    PART_OF_COST(cost.package_loss_usd, "USD", "packaging loss"),
    PART_OF_COST(cost.test_usd, "USD", "test and auxiliary"),
    PART_OF_COST(cost.engine_usd, "USD", "engine"),
    PART_OF_COST(cost.total_usd, "USD", "sum"),
    PART_OF_COST(cost.dies, "1", "dies"),
    PART_OF_COST(cost.stacks, "1", "memory stacks"),
    PART_OF_COST(cost.die_mm2, "mm2", "compute dies"),
    PART_OF_COST(area.compute_mm2, "mm2", "compute units"),
    PART_OF_COST(area.cache_mm2, "mm2", "caches"),
    PART_OF_COST(area.sram_mm2, "mm2", "SRAM memory"),
    PART_OF_COST(area.memory_mm2, "mm2", "memory interfaces"),
    PART_OF_COST(area.link_mm2, "mm2", "links"),
    PART_OF_COST(area.seam_mm2, "mm2", "die to die"),
    PART_OF_COST(area.other_mm2, "mm2", "other"),
    PART_OF_COST(area.blank_mm2, "mm2", "unused, for edge"),
    PART_OF_COST(cost.engine_mm2, "mm2", "engine"),
    PART_OF_COST(cost.package_mm2, "mm2", "interposer"),
};

static void cost_of(struct made out[3], const struct design *d, const struct price_book *book)
{
    cost_device(&out[0].cost, &out[0].area, &d->chip, &d->engine, &book->low);
    cost_device(&out[1].cost, &out[1].area, &d->chip, &d->engine, &book->middle);
    cost_device(&out[2].cost, &out[2].area, &d->chip, &d->engine, &book->high);
}

static double value(const struct part_of_cost *p, const struct made *c)
{
    return *(const double *)((const char *)c + p->offset);
}

void costs_table(struct table *out, const char *what, const struct design *d,
                 const struct price_book *book)
{
    const char *const header[] = {what, "low", "middle", "high"};
    struct made c[3];
    char text[64];

    cost_of(c, d, book);
    table_begin(out, header, LEN(header));
    for (size_t i = 0; i < LEN(parts); i++) {
        if (value(&parts[i], &c[2]) <= 0)
            continue;
        snprintf(text, sizeof text, "  %s", parts[i].label);
        table_text(out, text);
        for (size_t j = 0; j < 3; j++)
            table_quantity(out, quantity_text(value(&parts[i], &c[j]), parts[i].unit, 3, text, 48));
    }
}

void costs_json(const struct design *d, const struct price_book *book, FILE *out)
{
    static const char *const level[] = {"low", "middle", "high"};
    struct made c[3];

    cost_of(c, d, book);
    fprintf(out, "{");
    for (size_t j = 0; j < 3; j++) {
        fprintf(out, "%s\n    \"%s\": {", j ? "," : "", level[j]);
        for (size_t i = 0; i < LEN(parts); i++) {
            const char *dot = strrchr(parts[i].key, '.');
            fprintf(out, "%s\"%s\": ", i ? ", " : "", dot ? dot + 1 : parts[i].key);
            json_number(value(&parts[i], &c[j]), out);
        }
        fprintf(out, "}");
    }
    fprintf(out, "\n  }");
}
