#define _POSIX_C_SOURCE 200809L

#include "base/nearest_name.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_NAME = 63 };

static void to_lower(char out[LONGEST_NAME], const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = (char)tolower((unsigned char)name[i]);
}

/* Of the matrix of distances between beginnings of the names, the last three rows, and of these
 * what is at most `most` from the diagonal: the rest is farther. */
size_t name_distance(const char *a, const char *b, size_t most)
{
    enum { ROWS = 3, FAR = 2 * LONGEST_NAME };
    size_t rows = strlen(a), columns = strlen(b), before = 0;
    size_t apart = rows > columns ? rows - columns : columns - rows;
    if (rows > LONGEST_NAME || columns > LONGEST_NAME || apart > most)
        return SIZE_MAX;
    char x[LONGEST_NAME], y[LONGEST_NAME];
    to_lower(x, a, rows);
    to_lower(y, b, columns);
    size_t kept[ROWS][LONGEST_NAME + 1];
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j <= columns; j++)
            kept[i][j] = FAR;
    for (size_t i = 0; i <= rows; i++) {
        size_t best = SIZE_MAX, *cost = kept[i % ROWS];
        const size_t *above = kept[(i + ROWS - 1) % ROWS], *above2 = kept[(i + ROWS - 2) % ROWS];
        size_t first = i > most ? i - most : 0;
        size_t last = most > columns || i + most > columns ? columns : i + most;
        if (first > 0)
            cost[first - 1] = FAR;
        for (size_t j = first; j <= last; j++) {
            size_t least = i + j;
            if (i > 0 && j > 0) {
                least = above[j - 1] + (x[i - 1] != y[j - 1]);
                if (above[j] + 1 < least)
                    least = above[j] + 1;
                if (cost[j - 1] + 1 < least)
                    least = cost[j - 1] + 1;
                if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
                    above2[j - 2] + 1 < least)
                    least = above2[j - 2] + 1;
            }
            cost[j] = least;
            best = least < best ? least : best;
        }
        if (best > most && before > most) /* a later row follows from two rows */
            return SIZE_MAX;
        before = best;
    }
    size_t distance = kept[rows % ROWS][columns];
    return distance <= most ? distance : SIZE_MAX;
}

/* The only name that begins with `name`; NULL if none or several do. */
static const char *name_begun(const char *name, const char *const *names, size_t n)
{
    enum { LEAST = 4 };
    size_t length = strlen(name);
    const char *found = NULL;
    for (size_t i = 0; i < n && length >= LEAST; i++) {
        if (strncasecmp(name, names[i], length) != 0)
            continue;
        if (found)
            return NULL;
        found = names[i];
    }
    return found;
}

const char *name_nearest(const char *name, const char *const *names, size_t n)
{
    size_t length = strlen(name);
    size_t best = (length / 3 > 2 ? length / 3 : 2) + 1;
    if (length < 4) /* in a short name most letters must agree */
        best = length < 2 ? 0 : 2;
    size_t nearest = n;
    for (size_t i = 0; i < n; i++) {
        size_t distance = best > 0 ? name_distance(name, names[i], best - 1) : SIZE_MAX;
        if (distance < best) {
            best = distance;
            nearest = i;
        }
    }
    return nearest < n ? names[nearest] : name_begun(name, names, n);
}
