#include "reports/print/ruler.h"

#include <math.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/print/drawing.h"

void ruler_begin(struct ruler *r, bool linear, const char *unit)
{
    *r = (struct ruler){.linear = linear,
                        .unit = unit ? unit : "",
                        .lo = linear ? 0 : INFINITY,
                        .hi = linear ? 0 : -INFINITY};
}

bool ruler_shows(const struct ruler *r, double value)
{
    return isfinite(value) && (r->linear ? value >= 0 : value > 0);
}

void ruler_include(struct ruler *r, double value)
{
    if (!ruler_shows(r, value))
        return;
    r->lo = fmin(r->lo, value);
    r->hi = fmax(r->hi, value);
}

/* The largest of 1, 2, 5, 10, ... that is not above v; the least that is not below. */
static double round_down(double v)
{
    double decade = pow(10, floor(log10(v) + 1e-9)), lead = v / decade;
    return decade * (lead >= 5 - 1e-9 ? 5 : lead >= 2 - 1e-9 ? 2 : 1);
}

static double round_up(double v)
{
    double decade = pow(10, floor(log10(v) + 1e-9)), lead = v / decade;
    return decade * (lead <= 1 + 1e-9 ? 1 : lead <= 2 + 1e-9 ? 2 : lead <= 5 + 1e-9 ? 5 : 10);
}

/* The same with two digits. */
static double round_finely(double v, bool up)
{
    double step = pow(10, floor(log10(v) + 1e-9) - 1);
    return step * (up ? ceil(v / step - 1e-9) : floor(v / step + 1e-9));
}

/* Is the range so narrow that ends at 1, 2 or 5 would leave much of it empty? */
static bool is_narrow(const struct ruler *r)
{
    enum { NARROW_RATIO = 12 };
    return r->hi / r->lo < NARROW_RATIO;
}

static double linear_step(const struct ruler *r, double parts)
{
    return round_up((r->hi - r->lo) / parts);
}

void ruler_round(struct ruler *r)
{
    enum { PARTS = 5 };
    if (r->linear) {
        if (r->hi <= r->lo)
            r->hi = r->lo + 1;
        double step = linear_step(r, PARTS);
        r->hi = step * ceil(r->hi / step - 1e-9);
        return;
    }
    if (!isfinite(r->lo) || !isfinite(r->hi))
        r->lo = 1, r->hi = 10;
    bool narrow = is_narrow(r) && r->hi > r->lo;
    r->lo = narrow ? round_finely(0.97 * r->lo, false) : round_down(r->lo);
    r->hi = narrow ? round_finely(1.03 * r->hi, true) : round_up(r->hi);
    if (r->hi <= r->lo)
        r->hi = 10 * r->lo;
}

double ruler_point(const struct ruler *r, double value)
{
    double t =
        r->linear ? (value - r->lo) / (r->hi - r->lo) : log(value / r->lo) / log(r->hi / r->lo);
    return r->at + t * (r->end - r->at);
}

/* The candidates, from dense to coarse: on a log ruler some digits of each decade, the
 * decades, every second decade ...; on a linear one larger and larger steps. */
static void candidate(const struct ruler *r, int coarse, struct ticks *out)
{
    *out = (struct ticks){0};
    if (r->linear) {
        static const double parts[] = {8, 5, 4, 3, 2, 1};
        double step = linear_step(r, parts[coarse < 5 ? coarse : 5]);
        for (double v = step * ceil(r->lo / step - 1e-9);
             v <= r->hi * (1 + 1e-9) && out->n < TICKS_MOST; v += step)
            out->value[out->n++] = v;
        return;
    }
    static const struct {
        size_t n;
        double lead[8];
    } dense[] = {{8, {1, 1.5, 2, 3, 4, 5, 6, 8}}, {6, {1, 1.5, 2, 3, 5, 7}}, {3, {1, 2, 5}}};
    static const double one[] = {1};
    int skipped = is_narrow(r) ? 0 : (int)LEN(dense) - 1, at = coarse + skipped;
    bool decades = at >= (int)LEN(dense);
    int every = decades ? at - (int)LEN(dense) + 1 : 1;
    const double *lead = decades ? one : dense[at].lead;
    int from = (int)floor(log10(r->lo) + 1e-9), to = (int)floor(log10(r->hi) + 1e-9);
    for (int e = from; e <= to; e++) {
        if ((e - to) % every)
            continue;
        for (size_t k = 0; k < (decades ? 1 : dense[at].n); k++) {
            double v = lead[k] * pow(10, e);
            if (v >= r->lo * (1 - 1e-9) && v <= r->hi * (1 + 1e-9) && out->n < TICKS_MOST)
                out->value[out->n++] = v;
        }
    }
}

static bool fits(const struct ruler *r, bool stands, struct ticks *t)
{
    bool apart = true;
    t->widest = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (*r->unit)
            quantity_text(t->value[i], r->unit, 3, t->text[i], sizeof t->text[i]);
        else
            number_readable(t->value[i], 3, t->text[i], sizeof t->text[i]);
        double width = text_width(t->text[i], false);
        t->widest = fmax(t->widest, width);
        if (i == 0)
            continue;
        double room = fabs(ruler_point(r, t->value[i]) - ruler_point(r, t->value[i - 1]));
        double need = stands ? LINE_PT : (width + text_width(t->text[i - 1], false)) / 2 + 4;
        apart = apart && room >= need;
    }
    return apart;
}

void ruler_ticks(const struct ruler *r, bool stands, struct ticks *out)
{
    enum { COARSEST = 12 };
    bool apart = false;
    for (int coarse = 0; coarse < COARSEST && !apart; coarse++) {
        candidate(r, coarse, out);
        apart = fits(r, stands, out);
    }
    if (apart && out->n > 1)
        return;
    *out = (struct ticks){.n = 2, .value = {r->lo, r->hi}};
    if (!fits(r, stands, out))
        out->n = 1;
}

bool ruler_ticks_at(struct ruler *r, const double *value, size_t n, struct ticks *out)
{
    struct ruler padded = *r;
    if (n < 2 || n > TICKS_MOST)
        return false;
    double pad = r->linear ? 0.03 * (value[n - 1] - value[0]) : pow(value[n - 1] / value[0], 0.03);
    padded.lo = r->linear ? value[0] - pad : value[0] / pad;
    padded.hi = r->linear ? value[n - 1] + pad : value[n - 1] * pad;
    *out = (struct ticks){.n = n};
    for (size_t i = 0; i < n; i++)
        out->value[i] = value[i];
    if (!fits(&padded, false, out))
        return false;
    *r = padded;
    return true;
}
