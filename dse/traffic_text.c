#include "dse/traffic_text.h"

#include <stdio.h>

#include "dse/terminal.h"

/* A time over the requests. */
static void print_spread(const char *label, const double of[4])
{
    char text[4][48];
    for (size_t i = 0; i < 4; i++)
        quantity_text(of[i], "s", 3, text[i], sizeof text[i]);
    print_line(25, "  %-22s mean %s, p50 %s, p90 %s, p99 %s\n", label, text[0], text[1], text[2],
               text[3]);
}

void traffic_print(const struct design *d, const struct metrics *m)
{
    const struct workload *w = &d->workload;
    char rate[48], cv[48], load[48], flight[48], good[48], most[48];
    if (isnan(m->load_ratio))
        return;
    print_line(25,
               "  %-22s %s requests/s arrive (cv %s), %s %% of what can be served; %s in flight\n",
               "traffic", number_readable(w->requests_per_s, 4, rate, sizeof rate),
               number_readable(w->arrival_cv, 3, cv, sizeof cv),
               number_readable(100 * m->load_ratio, 3, load, sizeof load),
               number_readable(m->requests_in_flight, 3, flight, sizeof flight));
    print_spread("  TTFT",
                 (const double[]){m->ttft_mean_s, m->ttft_p50_s, m->ttft_p90_s, m->ttft_p99_s});
    print_spread("  TPOT",
                 (const double[]){m->tpot_mean_s, m->tpot_p50_s, m->tpot_p90_s, m->tpot_p99_s});
    print_line(25, "  %-22s %s requests/s within the limits; they allow %s requests/s\n",
               "  goodput", number_readable(m->goodput_per_s, 4, good, sizeof good),
               number_readable(m->most_requests_per_s, 4, most, sizeof most));
}
