#include "dse/costs.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "reports/write.h"

struct part_of_cost {
    const char *key, *label, *unit;
    size_t offset;
};

#define PART_OF_COST(member, of_unit, text)                                                        \
    {                                                                                              \
#member, text, of_unit, offsetof(struct device_cost, member)                               \
    }

static const struct part_of_cost parts[] = {
    PART_OF_COST(logic_usd, "USD", "compute dies"),
    PART_OF_COST(memory_usd, "USD", "memory"),
    PART_OF_COST(package_usd, "USD", "package"),
    PART_OF_COST(package_loss_usd, "USD", "lost in packaging"),
    PART_OF_COST(test_usd, "USD", "test, auxiliary"),
    PART_OF_COST(engine_usd, "USD", "engine"),
    PART_OF_COST(total_usd, "USD", "sum"),
    PART_OF_COST(dies, "1", "dies"),
    PART_OF_COST(stacks, "1", "memory stacks"),
    PART_OF_COST(die_mm2, "mm2", "compute dies"),
    PART_OF_COST(area.compute_mm2, "mm2", "compute units"),
    PART_OF_COST(area.cache_mm2, "mm2", "caches"),
    PART_OF_COST(area.memory_mm2, "mm2", "memory interfaces"),
    PART_OF_COST(area.link_mm2, "mm2", "links"),
    PART_OF_COST(area.seam_mm2, "mm2", "die to die"),
    PART_OF_COST(area.other_mm2, "mm2", "other"),
    PART_OF_COST(area.blank_mm2, "mm2", "blank, for edge"),
    PART_OF_COST(engine_mm2, "mm2", "engine"),
    PART_OF_COST(package_mm2, "mm2", "interposer"),
};

static void cost_of(struct device_cost out[3], const struct design *d,
                    const struct price_book *book)
{
    cost_device(&out[0], &d->chip, &d->engine, &book->low);
    cost_device(&out[1], &d->chip, &d->engine, &book->middle);
    cost_device(&out[2], &d->chip, &d->engine, &book->high);
}

static double value(const struct part_of_cost *p, const struct device_cost *c)
{
    return *(const double *)((const char *)c + p->offset);
}

void costs_text(const struct design *d, const struct price_book *book)
{
    struct device_cost c[3];
    char text[3][48];

    cost_of(c, d, book);
    printf("\n  %-22s %12s %12s %12s\n", "one device", "low", "middle", "high");
    for (size_t i = 0; i < LEN(parts); i++) {
        if (value(&parts[i], &c[2]) <= 0)
            continue;
        for (size_t j = 0; j < 3; j++)
            quantity_text(value(&parts[i], &c[j]), parts[i].unit, 3, text[j], 48);
        printf("  %-22s %12s %12s %12s\n", parts[i].label, text[0], text[1], text[2]);
    }
}

void costs_json(const struct design *d, const struct price_book *book)
{
    static const char *const level[] = {"low", "middle", "high"};
    struct device_cost c[3];

    cost_of(c, d, book);
    printf("{");
    for (size_t j = 0; j < 3; j++) {
        printf("%s\n    \"%s\": {", j ? "," : "", level[j]);
        for (size_t i = 0; i < LEN(parts); i++) {
            const char *dot = strrchr(parts[i].key, '.');
            printf("%s\"%s\": ", i ? ", " : "", dot ? dot + 1 : parts[i].key);
            json_number(value(&parts[i], &c[j]), stdout);
        }
        printf("}");
    }
    printf("\n  }");
}
