/* How often a token uses each expert. Idea: drawing k different experts one after another is
 * equivalent to the k earliest of exponential clocks with rates w (Efraimidis and Spirakis 2006):
 * pi_i is the integral over t of w_i exp(-w_i t) P(fewer than k others have rung at t). Clocks are
 * independent, so the number of those that have rung is a sum of Bernoulli variables, found by
 * convolution before and after i. Invariants: probabilities sum to k and fall with the rank; equal
 * weights give equal ones. */
#include "arch/popularity.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- the range of times ---- */

/* Divergence of a share q of successes from the probability p. */
static double divergence(double q, double p)
{
    double hit = q > 0 ? q * log(q / p) : 0;
    return hit + (q < 1 ? (1 - q) * log((1 - q) / (1 - p)) : 0);
}

/* The expected number of n that have rung, towards `end`, from which on the probability to be on
 * the other side of `count` is below e^-9 (Chernoff; equal clocks vary most: Hoeffding 1956). */
static double rung_beyond(double n, double count, double end)
{
    double near = count, far = end;
    for (int turn = 0; turn < 30; turn++) {
        double mid = (near + far) / 2;
        if (n * divergence(count / n, mid / n) < 9)
            near = mid;
        else
            far = mid;
    }
    return far;
}

/* The time at which this many are expected to have rung. The number is concave in the time, so that
 * Newton's method comes from below. */
static double time_of_rung(const double *weight, size_t n, double rung)
{
    double t = 0;
    for (int turn = 0; turn < 60; turn++) {
        double have = 0, rate = 0;
        for (size_t i = 0; i < n; i++) {
            double left = exp(-weight[i] * t);
            have += 1 - left;
            rate += weight[i] * left;
        }
        if (have > rung - 0.05 * fmin(rung, (double)n - rung))
            break;
        t += (rung - have) / rate;
    }
    return t;
}

/* ---- the probabilities at one time ---- */

struct clocks {
    size_t n, k;
    double *weight;
    double *rung;   /* [n] probability of each */
    double *before; /* [n][k] probabilities of 0, 1, ... k - 1 rung among those before */
};

/* Adds scale P(fewer than k others have rung) w exp(-w t) t for each. */
static void add_time(double *pi, const struct clocks *c, double t, double scale)
{
    double *after = c->before + c->n * c->k; /* probabilities of at most 0, 1, ... rung */
    for (size_t a = 0; a < c->k; a++) {
        c->before[a] = a == 0 ? 1 : 0;
        after[a] = 1;
    }
    for (size_t i = 0; i < c->n; i++) {
        const double *now = c->before + i * c->k;
        double *next = c->before + (i + 1) * c->k;
        double p = c->rung[i] = -expm1(-c->weight[i] * t);
        if (i + 1 == c->n)
            break;
        next[0] = now[0] * (1 - p);
        for (size_t a = 1; a < c->k; a++)
            next[a] = now[a] * (1 - p) + now[a - 1] * p;
    }
    for (size_t i = c->n; i-- > 0;) {
        const double *now = c->before + i * c->k;
        double p = c->rung[i], fewer = 0, wait = c->weight[i] * t;
        for (size_t a = 0; a < c->k; a++)
            fewer += now[a] * after[c->k - 1 - a];
        pi[i] += scale * wait * (1 - p) * fewer;
        for (size_t a = c->k - 1; a > 0; a--)
            after[a] = after[a] * (1 - p) + after[a - 1] * p;
        after[0] *= 1 - p;
    }
}

/* Nodes and weights of Gauss and Legendre's quadrature of 16 points, the positive half. */
static const struct {
    double at, weight;
} gauss[] = {
    /* clang-format off */
    {0.0950125098376374402, 0.1894506104550684963}, {0.2816035507792589132, 0.1826034150449235889},
    {0.4580167776572273863, 0.1691565193950025382}, {0.6178762444026437484, 0.1495959888165767321},
    {0.7554044083550030339, 0.1246289712555338720}, {0.8656312023878317439, 0.0951585116824927848},
    {0.9445750230732325761, 0.0622535239386478929}, {0.9894009349916499326, 0.0271524594117540949},
    /* clang-format on */
};

/* Over the logarithm of the time; before, all that ring are among the first k. */
static void integrate(double *pi, const struct clocks *c)
{
    double n = (double)c->n, k = (double)c->k;
    double begin = time_of_rung(c->weight, c->n, rung_beyond(n, k, 0));
    double end = time_of_rung(c->weight, c->n, rung_beyond(n, k - 1, n));
    double middle = sqrt(begin * end), half = log(end / begin) / 2;
    for (size_t i = 0; i < c->n; i++)
        pi[i] = -expm1(-c->weight[i] * begin);
    for (size_t g = 0; g < sizeof gauss / sizeof *gauss; g++)
        for (int side = -1; side <= 1; side += 2)
            add_time(pi, c, middle * exp(side * half * gauss[g].at), half * gauss[g].weight);
}

void routing_popularity(double *pi, size_t experts, double top_k, double skew)
{
    double n = (double)experts, k = fmin(top_k, n), sum = 0, all = 0;
    double *weight = mem_alloc(experts, sizeof *weight);
    for (size_t i = 0; i < experts; i++)
        all += pi[i] = weight[i] = pow((double)(i + 1), -skew);
    if (k >= n || skew == 0) {
        for (size_t i = 0; i < experts; i++)
            pi[i] = k / n;
    } else if (k <= 1) {
        for (size_t i = 0; i < experts; i++)
            pi[i] *= k / all;
    } else {
        struct clocks c = {.n = experts, .k = (size_t)k, .weight = weight};
        c.rung = mem_alloc(experts, sizeof *c.rung);
        c.before = mem_alloc((experts + 1) * c.k, sizeof *c.before);
        integrate(pi, &c);
        for (size_t i = 0; i < experts; i++)
            sum += pi[i];
        for (size_t i = 0; i < experts; i++)
            pi[i] = fmin(1, pi[i] * k / sum);
        free(c.rung), free(c.before);
    }
    free(weight);
}
