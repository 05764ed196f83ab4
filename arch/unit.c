#include "arch/unit.h"

double engine_speedup(double intensity, double chip_ridge, double bandwidth_ratio, double ridge)
{
    return fmax(1, intensity / chip_ridge) /
           fmax(1 / bandwidth_ratio, intensity / (bandwidth_ratio * ridge));
}
