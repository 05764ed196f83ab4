#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/compare/compared_points.h"

static void add_counts(struct table *out, const char *name, size_t first, size_t second)
{
    table_text(out, name);
    table_number(out, (double)first);
    table_number(out, (double)second);
}

void verdict_counts(struct table *out, const struct compared_points *p)
{
    static const char *const header[] = {"verdict", "first", "second"};
    table_begin(out, header, LEN(header));
    for (size_t v = 0; v < p->verdicts; v++) {
        size_t n[RUNS] = {0, 0};
        for (int side = 0; side < RUNS; side++)
            for (size_t i = 0; i < p->run[side].n; i++)
                n[side] += p->run[side].point[i].verdict == v;
        add_counts(out, p->verdict[v], n[FIRST], n[SECOND]);
    }
    add_counts(out, "all", p->run[FIRST].n, p->run[SECOND].n);
    add_counts(out, "in both", p->commons, p->commons);
}

void verdict_changes(struct table *out, const struct compared_points *p)
{
    static const char *const header[] = {"first", "second", "designs"};
    size_t count[VERDICTS][VERDICTS] = {{0}};
    for (size_t i = 0; i < p->commons; i++) {
        const struct common_design *c = &p->common[i];
        count[p->run[FIRST].point[c->in[FIRST]].verdict]
             [p->run[SECOND].point[c->in[SECOND]].verdict]++;
    }
    table_begin(out, header, LEN(header));
    for (size_t a = 0; a < p->verdicts; a++)
        for (size_t b = 0; b < p->verdicts; b++) {
            if (a == b || !count[a][b])
                continue;
            table_text(out, p->verdict[a]);
            table_text(out, p->verdict[b]);
            table_number(out, (double)count[a][b]);
        }
}
