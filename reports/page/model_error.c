/* The figures are those of docs/model.md, "Against published results" and "Power of a device",
 * which `dse validate --data DIR` makes; tests/cli_live_page.sh compares the two. */
#include "reports/page/model_error.h"

#include "base/mem.h"

/* Of configurations and models to which nothing was fitted, in percent. */
static const struct {
    double rows, mean, median;
    double within; /* share between our low and high */
} serving_tpot = {565, 12.55, 8.51, 90.8}, siblings_tpot = {1174, 13.21, 8.84, 90.2};

static const struct {
    double least, most;
} power_dense = {8, 9}, power_experts = {10, 12};

static char *ideal(size_t i)
{
    static const char *const line[] = {
        "Timing is ideal: every operator runs at the peak rates of the data sheet, with no "
        "start-up "
        "time and no overlap but what the engine declares. Measured systems are slower; ratios "
        "between designs are less uncertain than the times themselves.",
        "`dse validate` compares ideal times with the published figures of arXiv:2507.15465, "
        "AttAcc, "
        "Duplex and others; docs/model.md lists every difference with its reason.",
    };
    return i < LEN(line) ? mem_text(line[i]) : NULL;
}

static char *calibrated(size_t i)
{
    switch (i) {
    case 0:
        return mem_print("Timing is calibrated: of TPOT, the mean error is %g %% and the median "
                         "%g %% over %g measured serving configurations to which nothing was "
                         "fitted; %g %% of them lie between our low and high.",
                         serving_tpot.mean, serving_tpot.median, serving_tpot.rows,
                         serving_tpot.within);
    case 1:
        return mem_print(
            "For a chip without measurements of its own, timed by the constants of its "
            "siblings, the mean error of TPOT is %g %% and the median %g %% over %g "
            "configurations.",
            siblings_tpot.mean, siblings_tpot.median, siblings_tpot.rows);
    default:
        return NULL;
    }
}

/* What holds with every timing. */
static char *always(size_t i)
{
    switch (i) {
    case 0:
        return mem_print(
            "Power: the mean error over models to which nothing was fitted is %g to "
            "%g %% for dense models and %g to %g %% for models with experts (ML.ENERGY "
            "v3.0, H100 and B200).",
            power_dense.least, power_dense.most, power_experts.least, power_experts.most);
    case 1:
        return mem_text(
            "Costs are public estimates, each with a low and a high value: prices are "
            "drawn a thousand times, the same for both sides; one draw in ten lies below "
            "the low end of P and one in ten above its high end.");
    case 2:
        return mem_text(
            "Left out: tile and wave quantisation, network contention, sampling kernels, "
            "paging of the KV cache.");
    default:
        return NULL;
    }
}

char *model_error_line(const struct timing *timing, size_t i)
{
    const bool is_calibrated = timing->needs_calibration;
    char *(*const of)(size_t) = is_calibrated ? calibrated : ideal;
    enum { OF_TIMING = 2 };
    return i < OF_TIMING ? of(i) : always(i - OF_TIMING);
}
