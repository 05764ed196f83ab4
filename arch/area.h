/* Silicon area of a device's compute dies, from what is on them, and into how many dies it falls.
 *
 * Logic is counted in transistors over the density of the process node, caches by the node's area
 * per mebibyte; PHYs do not scale with the node, controllers do (the scheme and most constants are
 * those of LLMCompass, ISCA 2024). */
#ifndef ARCH_AREA_H
#define ARCH_AREA_H

#include "arch/chip.h"
#include "arch/prices.h"

/* The constants of one node. */
struct process {
    double wafer_usd, defects_per_mm2, m_per_mm2, mm2_per_mib;
};

struct process process_at(struct node_place at, const struct prices *p);

/* Parts of one device, mm2, all dies together. */
struct area {
    double compute_mm2; /* compute units, spare ones too */
    double cache_mm2, memory_mm2, link_mm2, other_mm2;
    double seam_mm2;  /* die-to-die interfaces */
    double blank_mm2; /* dies grown for the length of their edge */
    double die_mm2;   /* sum of all above */
    double dies;
    double spare_units; /* compute units that may be bad */
    double edge_mm;     /* that interfaces need, seams included */
};

/* Memory stacks and links at the edge of a die. */
struct edge {
    const struct hbm *hbm;
    double stacks, memory_byte_per_s, link_byte_per_s;
};

/* Area of the interfaces alone. */
double area_of_memory(const struct edge *e, const struct process *at, const struct prices *p);
double area_of_links(const struct edge *e, const struct process *at, const struct prices *p);

/* Of a chip; `more` mm2 of logic and `more_link` B/s of link come on top. */
void area_of_chip(struct area *out, const struct chip *c, double more, double more_link,
                  const struct process *at, const struct prices *p);

/* Splits what `a` holds over the fewest dies that a scanner can expose and whose edges hold the
 * interfaces. Where the edge is what is short, dies first grow (blank_mm2), then one more is
 * taken; the silicon is then never less than that of the dies before, so that area never falls as
 * a chip grows. Fills seam, blank, die_mm2, dies, edge. */
void area_split(struct area *a, const struct edge *e, const struct prices *p);

/* Logic of `flop_per_s` BF16 in the chip's own process. */
double area_of_engine(double flop_per_s, const struct chip *c, const struct process *at,
                      const struct prices *p);

#endif
