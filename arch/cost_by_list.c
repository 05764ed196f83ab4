/* Idea: points with one price list are costed in lanes; others are copied to lanes of their own
 * first, a list after another. */
#include "arch/cost_by_list.h"

/* The points from `first` to `end`, last excluded. */
struct run_of_points {
    size_t first, end;
};

/* A fleet of such points. */
struct fleet_lanes {
    struct devices d;
    lane devices, usd;
    struct step_split_lanes split;
};

static void take_fleet(struct fleet_lanes *out, const struct fleet *f, struct run_of_points run)
{
    devices_pick_quoted(&out->d, f->d, run.first, run.end - run.first);
    for (size_t i = run.first; i < run.end; i++) {
        out->devices[i - run.first] = f->devices[i];
        LANES_COPY(&out->split, i - run.first, f->split, i);
    }
}

static void cost_run(struct metrics_lanes *out, const struct fleet *fleet, size_t n,
                     const struct price_book *book, struct run_of_points run)
{
    struct fleet_lanes own[FLEETS_MOST];
    struct fleet of[FLEETS_MOST];
    struct metrics_lanes metrics;
    for (size_t k = 0; k < n; k++) {
        take_fleet(&own[k], &fleet[k], run);
        of[k] = (struct fleet){&own[k].d, own[k].devices, &own[k].split,
                               fleet[k].usd ? own[k].usd : NULL};
    }
    for (size_t i = run.first; i < run.end; i++)
        LANES_COPY(&metrics, i - run.first, out, i);
    cost_metrics(&metrics, of, n, book);
    for (size_t i = run.first; i < run.end; i++) {
        LANES_COPY(out, i, &metrics, i - run.first);
        for (size_t k = 0; k < n; k++)
            if (fleet[k].usd)
                fleet[k].usd[i] = own[k].usd[i - run.first];
    }
}

void cost_metrics_by_list(struct metrics_lanes *out, const struct fleet *fleet, size_t n,
                          const struct price_book *const book[LANES])
{
    size_t points = fleet->d->n;
    for (struct run_of_points run = {0, 0}; run.end < points; run.first = run.end) {
        while (run.end < points && book[run.end] == book[run.first])
            run.end++;
        if (run.first == 0 && run.end == points)
            cost_metrics(out, fleet, n, book[0]);
        else
            cost_run(out, fleet, n, book[run.first], run);
    }
}
