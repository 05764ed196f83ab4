#include "base/faults.h"

#include <stdlib.h>

#include "base/mem.h"

void faults_add(struct faults *f, size_t line, size_t column, const struct err *what)
{
    if (what->memory) /* not a mistake of the file */
        mem_fail();
    if (what->status == STATUS_IO && f->system.status == STATUS_OK)
        f->system = *what;
    if (f->n == f->room) {
        f->room = 2 * f->room + 8;
        f->fault = mem_grow(f->fault, f->room, sizeof *f->fault);
    }
    f->fault[f->n] = (struct fault){line, column, f->n, mem_text(what->text)};
    f->n++;
}

static int by_position(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void faults_sort(struct faults *f)
{
    if (f->n > 1)
        qsort(f->fault, f->n, sizeof *f->fault, by_position);
}

void faults_free(struct faults *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->fault[i].text);
    free(f->fault);
    *f = (struct faults){0};
}
