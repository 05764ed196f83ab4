#include "base/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void table_forget_rows(struct table *t)
{
    for (size_t i = 0; i < t->filled; i++)
        free(t->cell[i].text);
    t->filled = t->rows = 0;
}

void table_free(struct table *t)
{
    table_forget_rows(t);
    if (t->header != NULL)
        for (size_t i = 0; i < t->columns; i++)
            free(t->header[i]);
    free(t->cell);
    free(t->header);
    *t = (struct table){0};
}

struct cell *table_add(struct table *t)
{
    if (t->filled == t->room) {
        t->room = t->room > 0 ? 2 * t->room : 4 * t->columns;
        t->cell = mem_grow(t->cell, t->room, sizeof(*t->cell));
    }
    struct cell *c = &t->cell[t->filled++];
    *c = (struct cell){.kind = CELL_NULL};
    t->rows = t->filled / t->columns;
    return c;
}

int table_find(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->header[i], name) == 0)
            return (int)i;
    return -1;
}

void table_begin(struct table *t, const char *const *header, size_t columns)
{
    *t = (struct table){.columns = columns};
    t->header = mem_alloc(columns + 1, sizeof(*t->header));
    for (size_t i = 0; i < columns; i++)
        t->header[i] = mem_text(header[i]);
}

void table_number(struct table *t, double value)
{
    struct cell *c = table_add(t);
    if (!isnan(value)) {
        c->kind = CELL_NUMBER;
        c->number = value;
    }
}

void table_text(struct table *t, const char *text)
{
    struct cell *c = table_add(t);
    if (text != NULL) {
        c->kind = CELL_TEXT;
        c->text = mem_text(text);
    }
}

void table_quantity(struct table *t, const char *text)
{
    table_text(t, text);
    t->cell[t->filled - 1].quantity = true;
}

char *number_text(double value, char *buffer, size_t size)
{
    static const double EXACT = 1e15; /* below it, whole numbers have at most 15 digits */
    if (value == floor(value) && fabs(value) < EXACT && !(value == 0 && signbit(value))) {
        snprintf(buffer, size, "%" PRId64, (int64_t)value);
        return buffer;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    return buffer;
}

const struct cell *table_get(const struct table *t, size_t row, const char *column)
{
    static const struct cell none = {.kind = CELL_NULL};
    int i = row < t->rows ? table_find(t, column) : -1;
    return i >= 0 ? table_at(t, row, (size_t)i) : &none;
}

double table_number_at(const struct table *t, size_t row, const char *column)
{
    const struct cell *c = table_get(t, row, column);
    return c->kind == CELL_NUMBER ? c->number : NAN;
}

const char *table_text_at(const struct table *t, size_t row, const char *column)
{
    const struct cell *c = table_get(t, row, column);
    return c->kind == CELL_TEXT ? c->text : "";
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == CELL_NUMBER ? a->number == b->number
           : a->kind == CELL_TEXT ? !strcmp(a->text, b->text)
                                  : true;
}

struct cell cell_copy(const struct cell *c)
{
    struct cell copy = *c;
    if (c->kind == CELL_TEXT)
        copy.text = mem_text(c->text);
    return copy;
}

void table_cell(struct table *t, const struct cell *c)
{
    if (c->kind == CELL_TEXT)
        table_text(t, c->text);
    else
        table_number(t, c->kind == CELL_NUMBER ? c->number : NAN);
}
