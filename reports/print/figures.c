#include <string.h>

#include "base/nearest_name.h"
#include "base/mem.h"
#include "reports/print/figure.h"

const struct figure *const figures[] = {
    &figure_payoff_map,      &figure_front,    &figure_roofline,
    &figure_tornado,         &figure_flips,    &figure_breakdown,
    &figure_paper_table1,    &figure_paper_2,  &figure_paper_3,
    &figure_paper_4,         &figure_paper_6,  &figure_paper_6b,
    &figure_paper_6_prefill, &figure_paper_8,  &figure_paper_9,
    &figure_paper_10,        &figure_paper_11, &figure_paper_12,
    &figure_paper_13,        &figure_paper_14, NULL};

const struct figure *figure_find(const char *name, struct err *err)
{
    const char *names[LEN(figures)];
    size_t n = 0;
    for (; figures[n]; n++) {
        names[n] = figures[n]->name;
        if (!strcmp(names[n], name))
            return figures[n];
    }
    const char *near = name_nearest(name, names, n);
    fail(err, "\"%s\" is not a figure: %s%s%s", name, near ? "did you mean \"" : "",
         near ? near : "dse list figures shows them", near ? "\"?" : "");
    return NULL;
}
