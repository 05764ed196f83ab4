/* Rows of a chunk that are equal in all columns are a piece. Pieces that are equal, of whichever
 * chunks, are a group, found by a hash of its values. Sorting groups sorts the rows. */
#include "db/chunk_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct group {
    double value[SORTING_MOST];     /* 0 where there is no column */
    const char *text[SORTING_MOST]; /* NULL: the value is a number or NULL */
    size_t piece;                   /* its newest */
    uint32_t number;                /* before sorting */
};

struct piece {
    uint32_t group, chunk;
    uint32_t rows;
    size_t first; /* in chunk_order.row */
};

struct chunk_order {
    size_t columns;
    size_t chunks, rows, rows_room;
    uint16_t *row;
    size_t pieces, pieces_room, at;
    struct piece *piece;
    size_t groups, slots; /* a power of two */
    struct group *group;
    uint32_t *slot; /* number of the group + 1; 0: none */
};

enum { SLOTS_LEAST = 64 };

struct chunk_order *chunk_order_open(size_t columns)
{
    struct chunk_order *o = mem_alloc(1, sizeof *o);
    o->columns = columns;
    return o;
}

void chunk_order_close(struct chunk_order *o)
{
    if (o == NULL)
        return;
    free(o->row);
    free(o->piece);
    free(o->group);
    free(o->slot);
    free(o);
}

size_t chunk_order_pieces(const struct chunk_order *o)
{
    return o->pieces;
}

/* ---- adding ---- */

/* The slot of a group of these values, or the empty one where it would be. */
static uint32_t *slot_of(const struct chunk_order *o, const double *value)
{
    size_t at = hash_numbers(value, SORTING_MOST) & (o->slots - 1);
    while (o->slot[at] != 0 &&
           memcmp(o->group[o->slot[at] - 1].value, value, SORTING_MOST * sizeof *value) != 0)
        at = (at + 1) & (o->slots - 1);
    return &o->slot[at];
}

/* At most half of the slots are used. */
static void more_slots(struct chunk_order *o)
{
    free(o->slot);
    o->slots = o->slots > 0 ? 4 * o->slots : SLOTS_LEAST;
    o->slot = mem_alloc(o->slots, sizeof *o->slot);
    o->group = mem_grow(o->group, o->slots / 2, sizeof *o->group);
    for (size_t i = 0; i < o->groups; i++)
        *slot_of(o, o->group[i].value) = (uint32_t)i + 1;
}

static struct group *group_of(struct chunk_order *o, const double *value)
{
    if (2 * o->groups >= o->slots)
        more_slots(o);
    uint32_t *slot = slot_of(o, value);
    if (*slot == 0) {
        struct group *g = &o->group[o->groups];
        *g = (struct group){.piece = SIZE_MAX, .number = (uint32_t)o->groups};
        memcpy(g->value, value, sizeof g->value);
        *slot = (uint32_t)++o->groups;
    }
    return &o->group[*slot - 1];
}

/* The piece of the current chunk, whose first piece is `first`, that a row belongs to. */
static size_t piece_of(struct chunk_order *o, const struct chunk_vector *const *at, size_t row,
                       size_t first)
{
    double value[SORTING_MOST] = {0};
    for (size_t k = 0; k < o->columns; k++) {
        double v = chunk_value(at[k], row);
        value[k] = isnan(v) ? NAN : v + 0.0; /* -0 is 0 */
    }
    struct group *g = group_of(o, value);
    if (g->piece != SIZE_MAX && g->piece >= first)
        return g->piece;
    if (o->pieces == o->pieces_room) {
        o->pieces_room = 2 * o->pieces_room + SLOTS_LEAST;
        o->piece = mem_grow(o->piece, o->pieces_room, sizeof *o->piece);
    }
    o->piece[o->pieces] = (struct piece){.group = g->number, .chunk = (uint32_t)o->chunks};
    return g->piece = o->pieces++;
}

/* The number of different rows that the columns of a chunk could make, if that is small. */
static size_t combinations(const struct chunk_order *o, const struct chunk_vector *const *at)
{
    size_t n = 1;
    for (size_t k = 0; k < o->columns && n <= CHUNK_ROWS; k++)
        n *= at[k]->values;
    return n <= CHUNK_ROWS ? n : 0;
}

/* Finds the piece of each row, counted from the first of this chunk, and counts their rows. */
static void assign(struct chunk_order *o, const struct chunk_vector *const *at, const uint16_t *row,
                   size_t rows, uint16_t *out)
{
    const size_t first = o->pieces, known = combinations(o, at);
    uint16_t piece[CHUNK_ROWS]; /* of each combination, + 1 */
    memset(piece, 0, known * sizeof *piece);
    for (size_t i = 0; i < rows; i++) {
        size_t number = 0;
        for (size_t k = 0; k < o->columns && known > 0; k++)
            number = number * at[k]->values + chunk_place(at[k], row[i]);
        size_t of = known > 0 && piece[number] != 0 ? first + piece[number] - 1
                                                    : piece_of(o, at, row[i], first);
        out[i] = (uint16_t)(of - first);
        if (known > 0)
            piece[number] = (uint16_t)(out[i] + 1);
        o->piece[of].rows++;
    }
}

void chunk_order_add(struct chunk_order *o, const struct chunk_vector *const *at,
                     const uint16_t *row, size_t rows)
{
    const size_t first = o->pieces;
    uint16_t piece[CHUNK_ROWS];
    size_t next[CHUNK_ROWS];
    assign(o, at, row, rows, piece);
    o->chunks++;
    if (o->rows + rows > o->rows_room) {
        o->rows_room = 2 * (o->rows + CHUNK_ROWS);
        o->row = mem_grow(o->row, o->rows_room, sizeof *o->row);
    }
    for (size_t i = first; i < o->pieces; i++) {
        o->piece[i].first = next[i - first] = o->rows;
        o->rows += o->piece[i].rows;
    }
    for (size_t i = 0; i < rows; i++)
        o->row[next[piece[i]]++] = row[i];
}

/* ---- sorting ---- */

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    for (size_t i = 0; i < SORTING_MOST; i++) {
        double x = a->value[i], y = b->value[i];
        int order = isnan(x) || isnan(y) ? isnan(y) - isnan(x)
                    : a->text[i] != NULL ? strcmp(a->text[i], b->text[i])
                                         : (x > y) - (x < y);
        if (order != 0)
            return order;
    }
    return 0;
}

static int compare_pieces(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;
    return a->group != b->group ? (a->group > b->group) - (a->group < b->group)
                                : (a->chunk > b->chunk) - (a->chunk < b->chunk);
}

static int read_texts(struct chunk_order *o, struct chunk_reader *reader, const bool *text)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < o->groups; i++)
        for (size_t k = 0; k < o->columns && code == SQLITE_OK; k++)
            if (text[k] && !isnan(o->group[i].value[k]))
                code = chunk_text(reader, o->group[i].value[k], &o->group[i].text[k]);
    return code;
}

int chunk_order_sort(struct chunk_order *o, struct chunk_reader *reader, const bool *text)
{
    int code = read_texts(o, reader, text);
    if (code != SQLITE_OK || o->groups == 0)
        return code;
    qsort(o->group, o->groups, sizeof *o->group, compare_groups);
    uint32_t *place = mem_alloc(o->groups, sizeof *place);
    for (size_t i = 0; i < o->groups; i++)
        place[o->group[i].number] = (uint32_t)i;
    for (size_t i = 0; i < o->pieces; i++)
        o->piece[i].group = place[o->piece[i].group];
    free(place);
    qsort(o->piece, o->pieces, sizeof *o->piece, compare_pieces);
    return code;
}

bool chunk_order_next(struct chunk_order *o, struct chunk_piece *out)
{
    if (o->at == o->pieces)
        return false;
    const struct piece *p = &o->piece[o->at++];
    *out = (struct chunk_piece){p->chunk, o->row + p->first, p->rows, o->group[p->group].value};
    return true;
}
