/* Measured kernels: tables in the layout of NVIDIA aiconfigurator (one CSV per class of kernel in a
 * folder `silicon`), as calls that arch/calibration.h times. */
#ifndef DSE_VALIDATE_MEASURED_KERNELS_H
#define DSE_VALIDATE_MEASURED_KERNELS_H

#include <stdint.h>

#include "arch/calibration.h"
#include "arch/catalogue/catalogue.h"

struct measured_kernel {
    char chip[24];
    char what[112];
    const char *table; /* "GEMM", ... */
    enum kernel kernel;
    int number;      /* number format */
    bool ring;       /* an all-reduce of the general library instead of the server's own kernel */
    bool few;        /* the expert kernel for few tokens */
    bool check;      /* in the half that nothing is fitted to, by a checksum of its configuration */
    const char *out; /* why the row is excluded everywhere, or NULL */
    double unit_flop_per_s; /* of the chip */
    struct call call;
    double measured_s;
};

struct kernels {
    size_t n, room;
    struct measured_kernel *row;
};

/* Reads the tables found under DIR/silicon; skips chips that are not in the catalogue. Caller frees
 * with kernels_free. */
int kernels_read(struct kernels *out, const char *dir, struct catalogue *c, struct err *err);
void kernels_free(struct kernels *k);

/* One GEMM [m, k] x [k, n] on a chip. */
void kernel_of_gemm(struct measured_kernel *out, const struct chip *chip, int number, double m,
                    double n, double k);

/* Time of the kernel by a calibration, s. */
double kernel_time_s(const struct measured_kernel *k, const struct calibration *c);

/* Does the row belong to the half that nothing is fitted to? By a checksum of the columns before
 * `end`, its configuration. */
struct csv;
bool row_is_check(const struct csv *rows, size_t row, const char *end);

/* A cell by the name of its column, "" if there is none; and the cell as a number. */
const char *row_text(const struct csv *rows, size_t row, const char *column);
double row_number(const struct csv *rows, size_t row, const char *column);

#endif
