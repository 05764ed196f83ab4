#include "arch/dies.h"

#include "base/power.h"

static const double PI = 3.14159265358979323846;
static const double WAFER_MM = 300, EDGE_MM = 5, SCRIBE_MM = 0.2;
static const double CLUSTERS = 10;
static const double FEWER_DIES_MOST = 16; /* smaller numbers of dies to compare with */

enum { TERMS = 4 }; /* terms of a series per loop iteration */

static inline double dies_per_wafer(double mm2)
{
    double side = sqrt(mm2), with_scribe = mm2 + 2 * SCRIBE_MM * side + SCRIBE_MM * SCRIBE_MM;
    double usable = WAFER_MM / 2 - EDGE_MM;
    return larger(1, PI * usable * usable / with_scribe - PI * 2 * usable / sqrt(2 * with_scribe));
}

/* Poisson probability of no more defects than spares, linear between whole numbers, times the yield
 * of the uncore. The series is summed from its last significant term to the first (Horner); terms
 * beyond the spares, or so far beyond the mean that they are below rounding, are left out. */
FOR_ALL_VECTORS
static void die_yields(double *restrict out, size_t n, struct die_lanes *restrict die,
                       const double *restrict defects_per_mm2, const struct prices *restrict p)
{
    const double *compute_mm2 = LANE(die, die, compute_mm2), *spares = LANE(die, die, spares);
    double fatal_ratio = 1 - p->uncore_repair_ratio;
    lane mean, top, sum;
    int32_t most = 0;

    for (size_t i = 0; i < n; i++) {
        double whole = floor(spares[i]);
        mean[i] = defects_per_mm2[i] * compute_mm2[i];
        double counts = floor(smaller(20 + 3 * mean[i], 1e6));
        top[i] = smaller(whole + 1, counts);
        sum[i] = whole + 1 > counts ? 1 : spares[i] - whole;
        int32_t last = (int32_t)top[i];
        most = last > most ? last : most;
    }
    int32_t groups = (most + TERMS - 1) / TERMS;
    for (double from = TERMS * (double)groups; from > 0; from -= TERMS)
        for (size_t i = 0; i < n; i++) {
            double all = sum[i];
            UNROLLED
            for (int j = 0; j < TERMS; j++) {
                double k = from - j, longer = 1 + mean[i] * (1 / k) * all;
                all = k <= top[i] ? longer : all;
            }
            sum[i] = all;
        }
    for (size_t i = 0; i < n; i++) {
        double at_most = smaller(1, power_exp(-mean[i]) * sum[i]);
        double fatal = defects_per_mm2[i] * LANE(die, die, uncore_mm2)[i] * fatal_ratio;
        double once = 1 + fatal / CLUSTERS, twice = once * once, fourth = twice * twice;
        double good = at_most / (twice * (fourth * fourth)); /* to the power CLUSTERS */
        out[i] = larger(good, 1e-6); /* also for means above 700, where the series underflows */
    }
}

double die_yield(const struct die *d, double defects_per_mm2, const struct prices *p)
{
    struct die_lanes die;
    lane out;
    LANES_PUT(&die, 0, *d);
    die_yields(out, 1, &die, &defects_per_mm2, p);
    return out[0];
}

static inline double tested_usd(double per_wafer, double wafer_usd, const struct prices *p)
{
    return wafer_usd / per_wafer + p->die_test_usd;
}

double good_die_usd(const struct die *d, const struct process *at, const struct prices *p)
{
    double mm2 = d->compute_mm2 + d->uncore_mm2 + d->blank_mm2;
    if (mm2 <= 0)
        return 0;
    return tested_usd(dies_per_wafer(mm2), at->wafer_usd, p) / die_yield(d, at->defects_per_mm2, p);
}

/* SRAM that is the memory counts as blank area: its defects are repaired. */
static inline double uncore_of(const struct area *a)
{
    return a->die_mm2 - a->compute_mm2 - (a->blank_mm2 + a->sram_mm2);
}

/* One of the equal dies of a chip. */
static inline struct die equal_die(const struct area *a)
{
    double part = 1 / a->dies, uncore = uncore_of(a);
    return (struct die){a->compute_mm2 * part, uncore * part, (a->blank_mm2 + a->sram_mm2) * part,
                        a->spare_units * part};
}

/* One of `dies` full dies, fewer than the chip needs: as large as a die can be, holding as much of
 * the chip's logic as fits. */
static inline struct die full_die(const struct area *a, double dies, double full_mm2)
{
    double part = 1 / dies, uncore = uncore_of(a);
    double seam = dies > 1 ? 0 : a->seam_mm2; /* a single die has no die-to-die interface */
    double compute = a->compute_mm2 * part, held = smaller(1, full_mm2 / compute);
    struct die d = {compute * held, smaller((uncore - seam) * part, full_mm2), 0,
                    a->spare_units * part * held};
    d.blank_mm2 = full_mm2 - d.compute_mm2 - d.uncore_mm2;
    return d;
}

/* Is it enough to compare with one full die less, because the cost of full dies grows with their
 * number? n of them cost n / yield, so one more costs more unless the log of the yield grows by
 * more than log(1 + 1/n) >= 1/(n + 1). One more die removes at most 1/(n + 1) of a die's contents.
 * The log yield of the uncore grows by the defects removed; that of the compute units by the
 * defects removed times the probability that a die with no more defects than spares has exactly as
 * many: with two spares, below hits^2 / 2. */
static inline bool fewer_cost_less(const struct area *a, double full_mm2, double defects_per_mm2,
                                   double fatal_ratio)
{
    double uncore = uncore_of(a);
    double fatal = defects_per_mm2 * smaller(full_mm2, uncore) * fatal_ratio;
    double hits = defects_per_mm2 * smaller(full_mm2, a->compute_mm2), twice = hits * hits;
    double spares = a->spare_units * smaller(1 / a->dies, full_mm2 / a->compute_mm2);
    double last = spares >= 4 ? twice * twice / 24 : spares >= 2 ? twice / 2 : 1;
    return hits * last + fatal <= 1;
}

FOR_ALL_VECTORS
static void find_dies_usd(double *restrict usd, size_t n, const struct area_lanes *restrict area,
                          const struct process_lanes *restrict process,
                          const struct prices *restrict p)
{
    const double *wafer_usd = LANE(process, process, wafer_usd), *dies = LANE(area, area, dies);
    const double *defects_per_mm2 = LANE(process, process, defects_per_mm2);
    const double *full_mm2 = LANE(area, area, limit_mm2);
    struct die_lanes die;
    struct area a;
    lane yield, first, fewer;

    for (size_t i = 0; i < n; i++) {
        LANES_TAKE(a, area, i);
        struct die one = equal_die(&a);
        LANES_PUT(&die, i, one);
    }
    die_yields(yield, n, &die, defects_per_mm2, p);
    for (size_t i = 0; i < n; i++) {
        LANES_TAKE(a, area, i);
        struct die one = equal_die(&a);
        double mm2 = one.compute_mm2 + one.uncore_mm2 + one.blank_mm2;
        double good_usd = tested_usd(dies_per_wafer(mm2), wafer_usd[i], p) / yield[i];
        usd[i] = mm2 > 0 ? a.dies * good_usd : 0;
        bool last =
            fewer_cost_less(&a, full_mm2[i], defects_per_mm2[i], 1 - p->uncore_repair_ratio);
        first[i] = larger(1, a.dies - (last ? 1 : FEWER_DIES_MOST));
    }
    for (double more = 0;; more++) {
        int64_t any = 0;
        for (size_t i = 0; i < n; i++) {
            fewer[i] = first[i] + more;
            any |= fewer[i] < dies[i];
        }
        if (!any)
            return;
        for (size_t i = 0; i < n; i++) {
            LANES_TAKE(a, area, i);
            struct die full = full_die(&a, fewer[i], full_mm2[i]);
            LANES_PUT(&die, i, full);
        }
        die_yields(yield, n, &die, defects_per_mm2, p);
        for (size_t i = 0; i < n; i++) {
            double good_usd = tested_usd(dies_per_wafer(full_mm2[i]), wafer_usd[i], p) / yield[i];
            double all_usd = fewer[i] * good_usd;
            usd[i] = fewer[i] < dies[i] ? larger(usd[i], all_usd) : usd[i];
        }
    }
}

void dies_usd(double *usd, size_t n, const struct area_lanes *area,
              const struct process_lanes *process, const struct prices *p)
{
    find_dies_usd(usd, n, area, process, p);
}
