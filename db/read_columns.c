/* A coded column keeps each different value once, found by a hash of open addressing; equal numbers
 * have one code, as in SQL. */
#include "db/read_columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { ROOM_LEAST = 1024, SLOTS_LEAST = 16 };

struct reading {
    struct db_columns_read *out;
    size_t room; /* of the arrays */
};

static uint64_t hash_cell(const struct cell *c)
{
    double number = c->kind == CELL_NUMBER ? c->number + 0.0 : 0; /* -0 is 0 */
    return c->kind == CELL_TEXT ? hash_text(c->text)
                                : hash_bytes(HASH_EMPTY + c->kind, &number, sizeof number);
}

static bool same_value(const struct cell *a, const struct cell *b)
{
    return a->kind == b->kind && (a->kind == CELL_NULL     ? true
                                  : a->kind == CELL_NUMBER ? a->number == b->number
                                                           : !strcmp(a->text, b->text));
}

/* The slot of a value: it holds its code + 1, or 0 if the value is new. */
static size_t *slot_of(const struct db_values *v, const struct cell *c)
{
    size_t at = hash_cell(c) & (v->slots - 1);
    while (v->slot[at] && !same_value(&v->cell[v->slot[at] - 1], c))
        at = (at + 1) & (v->slots - 1);
    return &v->slot[at];
}

static void more_slots(struct db_values *v)
{
    free(v->slot);
    v->slots = v->slots ? 4 * v->slots : SLOTS_LEAST;
    v->slot = mem_alloc(v->slots, sizeof *v->slot);
    for (size_t i = 0; i < v->cells; i++)
        *slot_of(v, &v->cell[i]) = i + 1;
}

static uint32_t code_of(struct db_values *v, const struct cell *c)
{
    if (2 * v->cells >= v->slots)
        more_slots(v);
    size_t *slot = slot_of(v, c);
    if (!*slot) {
        if ((v->cells & (v->cells - 1)) == 0) /* the room is a power of two */
            v->cell = mem_grow(v->cell, v->cells ? 2 * v->cells : 1, sizeof *v->cell);
        v->cell[v->cells++] = cell_copy(c);
        *slot = v->cells;
    }
    return (uint32_t)(*slot - 1);
}

static void more_room(struct reading *r)
{
    r->room = r->room ? 2 * r->room : ROOM_LEAST;
    for (size_t i = 0; i < r->out->n; i++) {
        struct db_values *v = &r->out->column[i];
        if (!v->coded)
            v->number = mem_grow(v->number, r->room, sizeof *v->number);
        else if (v->code)
            v->code = mem_grow(v->code, r->room, sizeof *v->code);
    }
}

static void put_code(struct db_values *v, const struct reading *r, const struct cell *c)
{
    size_t row = r->out->rows;
    uint32_t before = v->cells && row ? db_code(v, row - 1) : 0;
    uint32_t code = v->cells && same_value(&v->cell[before], c) ? before : code_of(v, c);
    if (code && !v->code)
        v->code = mem_alloc(r->room, sizeof *v->code);
    if (v->code)
        v->code[row] = code;
}

static int take_row(void *ctx, const struct table *row)
{
    struct reading *r = ctx;
    if (r->out->rows == r->room)
        more_room(r);
    for (size_t i = 0; i < r->out->n; i++) {
        struct db_values *v = &r->out->column[i];
        const struct cell *c = &row->cell[i];
        if (v->coded)
            put_code(v, r, c);
        else
            v->number[r->out->rows] = c->kind == CELL_NUMBER ? c->number : NAN;
    }
    r->out->rows++;
    return 0;
}

int db_read_columns(struct db *db, const struct db_run *run, struct db_columns_read *out,
                    struct err *err)
{
    struct reading r = {.out = out};
    char *names = mem_text("");
    for (size_t i = 0; i < out->n; i++) {
        struct db_values *v = &out->column[i];
        *v = (struct db_values){.name = v->name, .coded = v->coded};
        char *longer = mem_print("%s%spoint.\"%s\"", names, i ? ", " : "", v->name);
        free(names);
        names = longer;
    }
    out->rows = 0;
    char *sql =
        mem_print("SELECT %s FROM point WHERE id >= %" PRId64 " << %d AND id < %" PRId64 " << %d",
                  names, run->id, POINT_BITS, run->id + 1, POINT_BITS);
    int rc = db_each(db, sql, NULL, 0, take_row, &r, err);
    free(sql);
    free(names);
    for (size_t i = 0; i < out->n; i++) {
        free(out->column[i].slot);
        out->column[i].slot = NULL;
        out->column[i].slots = 0;
    }
    return rc;
}

void db_columns_read_free(struct db_columns_read *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct db_values *v = &r->column[i];
        for (size_t k = 0; k < v->cells; k++)
            if (v->cell[k].kind == CELL_TEXT)
                free(v->cell[k].text);
        free(v->cell);
        free(v->code);
        free(v->number);
    }
    free(r->column);
    *r = (struct db_columns_read){0};
}
