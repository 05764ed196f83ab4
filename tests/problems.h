/* Test problems of multi-objective search, all objectives minimised. ZDT: Zitzler, Deb,
 * Thiele 2000; DTLZ: Deb, Thiele, Laumanns, Zitzler 2005; BNH, SRN, TNK, OSY and the welded beam as
 * in Deb 2001; C2-DTLZ2: Jain and Deb 2014. Each has the hypervolume of all points that a
 * reference NSGA-II evaluated in 25 000 evaluations, median of five seeds, and its reference point.
 */
#ifndef TESTS_PROBLEMS_H
#define TESTS_PROBLEMS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

enum { VARIABLES_MOST = 30, OBJECTIVES_MOST = 3, LIMITS_MOST = 6 };

struct test_problem {
    const char *name;
    size_t variables, objectives, limits;
    void (*at)(const double *x, size_t n, double *f, double *g); /* g > 0: violated */
    double reference[OBJECTIVES_MOST];
    double archive;                                   /* hypervolume */
    double low[VARIABLES_MOST], high[VARIABLES_MOST]; /* both 0: from 0 to 1 */
};

static const double PI = 3.14159265358979323846;

static double sum(const double *x, size_t from, size_t n)
{
    double s = 0;
    for (size_t i = from; i < n; i++)
        s += x[i];
    return s;
}

static void zdt1(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 1 + 9 * sum(x, 1, n) / (double)(n - 1);
    f[0] = x[0];
    f[1] = h * (1 - sqrt(x[0] / h));
}

static void zdt2(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 1 + 9 * sum(x, 1, n) / (double)(n - 1);
    f[0] = x[0];
    f[1] = h * (1 - x[0] / h * x[0] / h);
}

static void zdt3(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 1 + 9 * sum(x, 1, n) / (double)(n - 1);
    f[0] = x[0];
    f[1] = h * (1 - sqrt(x[0] / h) - x[0] / h * sin(10 * PI * x[0]));
}

static void zdt4(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 1 + 10 * (double)(n - 1);
    for (size_t i = 1; i < n; i++)
        h += x[i] * x[i] - 10 * cos(4 * PI * x[i]);
    f[0] = x[0];
    f[1] = h * (1 - sqrt(x[0] / h));
}

static void zdt6(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 1 + 9 * pow(sum(x, 1, n) / (double)(n - 1), 0.25);
    f[0] = 1 - exp(-4 * x[0]) * pow(sin(6 * PI * x[0]), 6);
    f[1] = h * (1 - f[0] / h * f[0] / h);
}

static void dtlz2(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 1;
    for (size_t i = 2; i < n; i++)
        h += (x[i] - 0.5) * (x[i] - 0.5);
    f[0] = h * cos(x[0] * PI / 2) * cos(x[1] * PI / 2);
    f[1] = h * cos(x[0] * PI / 2) * sin(x[1] * PI / 2);
    f[2] = h * sin(x[0] * PI / 2);
}

static void dtlz7(const double *x, size_t n, double *f, double *g)
{
    (void)g;
    double h = 2 + 9 * sum(x, 2, n) / (double)(n - 2), k = 3;
    f[0] = x[0];
    f[1] = x[1];
    for (size_t i = 0; i < 2; i++)
        k -= f[i] / h * (1 + sin(3 * PI * f[i]));
    f[2] = h * k;
}

static void bnh(const double *x, size_t n, double *f, double *g)
{
    (void)n;
    f[0] = 4 * x[0] * x[0] + 4 * x[1] * x[1];
    f[1] = (x[0] - 5) * (x[0] - 5) + (x[1] - 5) * (x[1] - 5);
    g[0] = ((x[0] - 5) * (x[0] - 5) + x[1] * x[1] - 25) / 25;
    g[1] = (7.7 - (x[0] - 8) * (x[0] - 8) - (x[1] + 3) * (x[1] + 3)) / 7.7;
}

static void srn(const double *x, size_t n, double *f, double *g)
{
    (void)n;
    f[0] = 2 + (x[0] - 2) * (x[0] - 2) + (x[1] - 1) * (x[1] - 1);
    f[1] = 9 * x[0] - (x[1] - 1) * (x[1] - 1);
    g[0] = (x[0] * x[0] + x[1] * x[1] - 225) / 225;
    g[1] = (x[0] - 3 * x[1] + 10) / 10;
}

static void tnk(const double *x, size_t n, double *f, double *g)
{
    (void)n;
    f[0] = x[0];
    f[1] = x[1];
    g[0] = -(x[0] * x[0] + x[1] * x[1] - 1 - 0.1 * cos(16 * atan(x[0] / x[1])));
    g[1] = ((x[0] - 0.5) * (x[0] - 0.5) + (x[1] - 0.5) * (x[1] - 0.5) - 0.5) / 0.5;
}

static void osy(const double *x, size_t n, double *f, double *g)
{
    (void)n;
    f[0] = -(25 * (x[0] - 2) * (x[0] - 2) + (x[1] - 2) * (x[1] - 2) + (x[2] - 1) * (x[2] - 1) +
             (x[3] - 4) * (x[3] - 4) + (x[4] - 1) * (x[4] - 1));
    f[1] = 0;
    for (size_t i = 0; i < 6; i++)
        f[1] += x[i] * x[i];
    g[0] = -(x[0] + x[1] - 2) / 2;
    g[1] = -(6 - x[0] - x[1]) / 6;
    g[2] = -(2 + x[0] - x[1]) / 2;
    g[3] = -(2 - x[0] + 3 * x[1]) / 2;
    g[4] = -(4 - (x[2] - 3) * (x[2] - 3) - x[3]) / 4;
    g[5] = -((x[4] - 3) * (x[4] - 3) + x[5] - 4) / 4;
}

static void c2dtlz2(const double *x, size_t n, double *f, double *g)
{
    double r2 = 0.4 * 0.4, corner = INFINITY, middle = -r2, all;
    dtlz2(x, n, f, g);
    all = f[0] * f[0] + f[1] * f[1] + f[2] * f[2];
    for (size_t i = 0; i < 3; i++) {
        corner = fmin(corner, (f[i] - 1) * (f[i] - 1) + all - f[i] * f[i] - r2);
        middle += (f[i] - 1 / sqrt(3)) * (f[i] - 1 / sqrt(3));
    }
    g[0] = fmin(corner, middle);
}

/* h, b, l, t */
static void welded_beam(const double *x, size_t n, double *f, double *g)
{
    (void)n;
    double h = x[0], b = x[1], l = x[2], t = x[3];
    double bend = 504000 / (t * t * b);
    double buckle = 64746.022 * (1 - 0.0282346 * t) * t * b * b * b;
    double first = 6000 / (sqrt(2) * h * l);
    double second = 6000 * (14 + 0.5 * l) * sqrt(0.25 * (l * l + (h + t) * (h + t))) /
                    (2 * (0.707 * h * l * (l * l / 12 + 0.25 * (h + t) * (h + t))));
    double shear = sqrt(first * first + second * second +
                        l * first * second / sqrt(0.25 * (l * l + (h + t) * (h + t))));
    f[0] = 1.10471 * h * h * l + 0.04811 * t * b * (14 + l);
    f[1] = 2.1952 / (t * t * t * b);
    g[0] = shear / 13600 - 1;
    g[1] = bend / 30000 - 1;
    g[2] = h / b - 1;
    g[3] = 1 - buckle / 6000;
}

/* clang-format off */
static const struct test_problem test_problems[] = {
    {"zdt1", 30, 2, 0, zdt1, {1.1, 1.1}, .87478, {0}, {0}},
    {"zdt2", 30, 2, 0, zdt2, {1.1, 1.1}, .54096, {0}, {0}},
    {"zdt3", 30, 2, 0, zdt3, {1.1, 1.1}, 1.33039, {0}, {0}},
    {"zdt4", 10, 2, 0, zdt4, {1.1, 1.1}, .87060, {0, -5, -5, -5, -5, -5, -5, -5, -5, -5}, {1, 5, 5, 5, 5, 5, 5, 5, 5, 5}},
    {"zdt6", 10, 2, 0, zdt6, {1.1, 1.1}, .49675, {0}, {0}},
    {"dtlz2", 12, 3, 0, dtlz2, {1.1, 1.1, 1.1}, .79219, {0}, {0}},
    {"dtlz7", 22, 3, 0, dtlz7, {1.1, 1.1, 6.6}, 2.64567, {0}, {0}},
    {"bnh", 2, 2, 2, bnh, {150, 55}, 6494, {0, 0}, {5, 3}},
    {"srn", 2, 2, 2, srn, {235, 0}, 27409, {-20, -20}, {20, 20}},
    {"tnk", 2, 2, 2, tnk, {1.1, 1.1}, .43047, {0, 1e-30}, {PI, PI}},
    {"osy", 6, 2, 6, osy, {-18, 84}, 16124, {0, 0, 1, 0, 1, 0}, {10, 10, 5, 6, 5, 10}},
    {"c2dtlz2", 12, 3, 1, c2dtlz2, {1.1, 1.1, 1.1}, .71758, {0}, {0}},
    {"welded beam", 4, 2, 4, welded_beam, {40, .017}, .58436, {.125, .125, .1, .1}, {5, 5, 10, 10}},
};
/* clang-format on */

/* Objectives, then limits, at genes from 0 to 1. */
static inline void test_problem_at(const struct test_problem *p, const double *gene, double *out)
{
    double x[VARIABLES_MOST];
    for (size_t i = 0; i < p->variables; i++) {
        bool unit = p->low[i] == 0 && p->high[i] == 0;
        x[i] = unit ? gene[i] : p->low[i] + gene[i] * (p->high[i] - p->low[i]);
    }
    p->at(x, p->variables, out, out + p->objectives);
}

#endif
