#include <stdlib.h>
#include "search/strategy.h"
const struct strategy strategy_exact = {
    .name = "exact", .doc = "x", .lists = true, .aims = true, .ranks = true};
