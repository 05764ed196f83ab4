#include "dse/point_text.h"

#include <stdlib.h>
#include <string.h>

#include "arch/prefill_pool.h"
#include "arch/engine_limits.h"
#include "arch/step_pool.h"
#include "arch/ping_pong.h"
#include "arch/timing.h"
#include "base/mem.h"
#include "dse/prefill_pool_text.h"
#include "dse/price_shares_text.h"
#include "dse/terminal.h"
#include "dse/traffic_text.h"
#include "reports/point/costs.h"
#include "reports/point/point_rows.h"
#include "reports/point/verdict_reason.h"

static void print_metric(const char *label, const char *name, const struct metrics *m)
{
    char text[48];
    const struct field *f = field_find(metrics_fields, name);
    print_line(25, "  %-22s %s\n", label, field_text(f, field_get(f, m), text, sizeof text));
}

/* The metric, with its interval if it has one. */
static void print_interval(const char *label, const char *name, const struct metrics *m)
{
    char text[3][48], full[64];
    static const char *const ending[] = {"", "_low", "_high"};
    if (isnan(m->calibrated_on)) {
        print_metric(label, name, m);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        snprintf(full, sizeof full, "%s%s", name, ending[i]);
        const struct field *f = field_find(metrics_fields, full);
        field_text(f, field_get(f, m), text[i], sizeof text[i]);
    }
    print_line(25, "  %-22s %s  (%s to %s)\n", label, text[0], text[1], text[2]);
}

static void print_cost(const char *label, const char *name, const struct metrics *m)
{
    char text[3][48], full[64];
    static const char *const ending[] = {"", "_low", "_high"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(full, sizeof full, "%s%s", name, ending[i]);
        const struct field *f = field_find(metrics_fields, full);
        quantity_text(field_get(f, m), f->unit, 3, text[i], sizeof text[i]);
    }
    print_line(25, "  %-22s %s  (%s to %s)\n", label, text[0], text[1], text[2]);
}

static void add_quantity(struct table *t, double value, const char *unit)
{
    char text[48];
    table_quantity(t, value != 0 ? quantity_text(value, unit, 3, text, sizeof text) : "-");
}

static void add_row(struct table *t, const struct point_row *row, double step_s)
{
    double share = 100 * row->cost.time_s / step_s;
    int bar = share > 0 ? (int)(share / 4 + 0.5) : 0;
    char text[ROW_NAME_SIZE + 8];
    snprintf(text, sizeof text, "  %s", row->name);
    table_text(t, text);
    table_text(t, row->unit);
    add_quantity(t, row->cost.flop, "FLOP");
    add_quantity(t, row->cost.byte, "B");
    add_quantity(t, row->cost.wire_byte, "B");
    add_quantity(t, row->cost.time_s, "s");
    snprintf(text, sizeof text, "%.1f", share);
    table_quantity(t, text);
    snprintf(text, sizeof text, bar ? "%-8s%.*s" : "%s", row->bound, bar,
             "#########################");
    table_text(t, text);
}

static void print_operators(const struct cursor *c, const struct plan *plan,
                            const struct metrics *m)
{
    static const char *const header[] = {
        "  operator of a step", "on", "FLOP", "bytes", "wire", "time", "%", "bound by"};
    struct table t;
    struct point_row *row;
    double step_s;
    size_t n = point_rows(&row, &step_s, c, plan, m);

    table_begin(&t, header, LEN(header));
    for (size_t i = 0; i < n; i++)
        add_row(&t, &row[i], step_s);
    free(row);
    printf("\n");
    print_table(&t, FORMAT_TABLE, 1);
    table_free(&t);
}

/* "deepseek-r1 on 32 x b200 with duplex: TP 1, DP 32, EP 32, context 8192"; `what` instead of the
 * mapping if it is given. */
static void print_title(const struct design *d, const struct plan *p, const char *what)
{
    const struct workload *w = &d->workload;
    char more[160] = "", in[48], out[48];
    size_t size = sizeof more, n = 0;
    const char *engine = !engine_is_there(&d->engine)     ? ""
                         : strcmp(d->engine_name, "none") ? d->engine_name
                                                          : "an engine";
    if (p->pp > 1)
        n += (size_t)snprintf(more + n, size - n, ", PP %g", p->pp);
    if (p->cp > 1)
        n += (size_t)snprintf(more + n, size - n, ", CP %g", p->cp);
    number_readable(phase_of(w)->answers ? w->input : w->context, 6, in, sizeof in);
    if (phase_of(w)->answers)
        snprintf(more + n, size - n, ", %s tokens in and %s out", in,
                 number_readable(w->output, 6, out, sizeof out));
    else
        snprintf(more + n, size - n, ", %s %s", w->phase == PHASE_PREFILL ? "prompt" : "context",
                 in);
    char *mapping = mem_print("TP %g, DP %g, EP %g%s", p->tp, p->dp, p->ep, more);
    print_line(4, "%s on %g x %s%s%s: %s", d->model_name, p->devices, d->chip_name,
               *engine ? " with " : "", engine, what ? what : mapping);
    free(mapping);
}

static void print_calibration(const struct design *d, const struct metrics *m)
{
    bool other = design_pools_prefill(d) && d->prefill_calibration != d->calibration;
    print_line(
        2,
        "\n  Timing is calibrated with the constants of %s%s%s, fitted to measured kernels and\n"
        "  servers%s.\n"
        "  Ranges hold eight measurements in ten: the error of the log is %.2f. Costs are public\n"
        "  estimates, low to high.\n",
        d->calibration_name, other ? ",\n  for prefill with those of " : "",
        other ? d->prefill_calibration_name : "",
        m->calibrated_on == ON_OWN ? "" : "; NONE of these ran on this chip, so it is less certain",
        m->timing_error);
}

/* What its place leaves of an engine. */
static void print_engine_limits(const struct design *d, const struct metrics *m)
{
    const struct field *by = field_find(metrics_fields, "engine_limited_by");
    const struct field *status = field_find(engine_fields, "status");
    const struct engine *e = &d->engine;
    const char *why = field_word(by, m->engine_limited_by);
    char given[64] = "", area[48] = "";
    if (m->engine_effective_bandwidth_ratio < e->bandwidth_ratio ||
        m->engine_effective_ridge_flop_per_byte < e->ridge_flop_per_byte)
        snprintf(given, sizeof given, " instead of m %.3g, r %.3g", e->bandwidth_ratio,
                 e->ridge_flop_per_byte);
    bool limited = m->engine_limited_by != LIMITED_BY_NOTHING;
    if (m->engine_stack_area_mm2 > 0)
        snprintf(area, sizeof area, " with %.3g mm2 of logic", m->engine_stack_area_mm2);
    print_line(25, "  %-22s %s: m %.3g, r %.3g%s%s%s; a stack draws %.3g W%s", "engine",
               field_word(status, e->status), m->engine_effective_bandwidth_ratio,
               m->engine_effective_ridge_flop_per_byte, given, limited ? ", limited by " : "",
               limited ? why : "", m->engine_stack_power_w, area);
}

/* What cannot be built, or cannot run at the priced speed. */
static void print_limits(const struct design *d, const struct metrics *m)
{
    if (engine_is_there(&d->engine))
        print_engine_limits(d, m);
    if (m->throttle_ratio < 1)
        print_line(25, "  %-22s the clock is held at %.2f of the nominal one\n", "power limit",
                   m->throttle_ratio);
    if (isinf(m->package_limit_ratio))
        printf("  %-22s %s\n", "package",
               engine_lacks_stacks(&d->engine) ? "no stack holds the memory that the engine adds"
                                               : "this memory has no place for the engine");
    else if (m->package_limit_ratio > 1)
        printf("  %-22s %.2f times the largest that can be made\n", "package",
               m->package_limit_ratio);
}

/* The largest batch that the latency limits allow. */
static const char *latency_allows(const struct metrics *m, char text[48])
{
    if (isinf(m->batch_slo))
        return "limit: none";
    snprintf(text, 48, "%.0f", m->batch_slo);
    return text;
}

static void print_ffn_engine(const struct design *d, const struct metrics *m)
{
    const char *why =
        field_word(field_find(metrics_fields, "ffn_engine_limited_by"), m->ffn_engine_limited_by);
    bool limited = m->ffn_engine_limited_by != LIMITED_BY_NOTHING;
    bool named = strcmp(d->ffn_engine_name, "none") != 0;
    print_line(25, "  %-22s %s: m %.3g, r %.3g%s%s; %.3g W on average\n", "  engine",
               named ? d->ffn_engine_name : "an engine", m->ffn_engine_effective_bandwidth_ratio,
               m->ffn_engine_effective_ridge_flop_per_byte, limited ? ", limited by " : "",
               limited ? why : "", m->ffn_engine_power_w);
}

/* What the FFN pool is, and what sets the pace. */
static void print_ffn_pool(const struct design *d, const struct metrics *m)
{
    static const char *const pace[PACES] = {[PACE_MAIN] = "the main devices set the pace",
                                            [PACE_FFN] = "the pool sets the pace",
                                            [PACE_LINK] = "the link between them sets the pace",
                                            [PACE_LOOP] =
                                                "each waits for the other: too few micro-batches"};
    char used[48], has[48], weights[48], transfer[48], sent[48];
    print_line(
        25, "  %-22s %g x %s run %s: TP %g, EP %g\n", "pools.ffn", m->ffn_devices, d->ffn_chip_name,
        field_word(field_find(pools_fields, "ffn.runs"), d->pools.ffn_runs), m->ffn_tp, m->ffn_ep);
    print_line(25, "  %-22s main devices %.0f %%, pool %.0f %% of the step: %s\n", "  busy",
               100 * m->main_busy_ratio, 100 * m->ffn_busy_ratio, pace[(size_t)m->paced_by]);
    print_line(25, "  %-22s %g micro-batches, each %s there and back per layer; %s per token\n",
               "  transfers", m->micro_batches,
               quantity_text(m->ffn_transfer_s, "s", 3, transfer, 48),
               quantity_text(m->ffn_transfer_byte_per_token, "B", 4, sent, 48));
    print_line(25, "  %-22s %s of %s per device: weights %s\n", "  memory",
               quantity_text(m->ffn_memory_used_byte, "B", 4, used, 48),
               quantity_text(ffn_pool_room_byte(d), "B", 4, has, 48),
               quantity_text(m->ffn_weight_byte, "B", 4, weights, 48));
    if (m->ffn_memory2_used_byte > 0)
        print_line(25, "  %-22s %s of %s of %s per device: %.1f %% of weights\n", "  second tier",
                   quantity_text(m->ffn_memory2_used_byte, "B", 4, used, 48),
                   quantity_text(d->ffn_chip.memory2_byte, "B", 4, has, 48),
                   tier2_kind_of(&d->ffn_chip)->name, 100 * m->ffn_weight_share2);
    if (engine_is_there(&d->ffn_engine))
        print_ffn_engine(d, m);
    if (m->ffn_throttle_ratio < 1)
        print_line(25, "  %-22s the clock is held at %.2f of the nominal one\n", "  power limit",
                   m->ffn_throttle_ratio);
}

/* What the draft pool is, and how both sides share the step. */
static void print_draft_pool(const struct design *d, const struct metrics *m)
{
    char text[3][48];
    print_line(25, "  %-22s %g x %s run %s: TP %g\n", "pools.draft", m->draft_devices,
               d->draft_chip_name, d->draft_model_name, m->draft_tp);
    print_line(25,
               "  %-22s %s of each step drafting, %.0f %% of it, then the main devices verify; "
               "tokens are sent for %s\n",
               "  in turn", quantity_text(m->draft_s, "s", 3, text[0], 48),
               100 * m->draft_busy_ratio, quantity_text(m->draft_transfer_s, "s", 3, text[1], 48));
    print_line(25, "  %-22s %s of %s per device: weights %s\n", "  memory",
               quantity_text(m->draft_memory_used_byte, "B", 4, text[0], 48),
               quantity_text(d->draft_chip.memory_byte, "B", 4, text[1], 48),
               quantity_text(m->draft_weight_byte, "B", 4, text[2], 48));
    if (m->draft_throttle_ratio < 1)
        print_line(25, "  %-22s the clock is held at %.2f of the nominal one\n", "  power limit",
                   m->draft_throttle_ratio);
}

static void print_device_cost(const char *what, const struct design *d,
                              const struct price_book *book)
{
    struct table t;
    costs_table(&t, what, d, book);
    printf("\n");
    print_table(&t, FORMAT_TABLE, 1);
    table_free(&t);
}

static void print_tier2(const struct design *d, const struct metrics *m)
{
    char used[48], has[48], adds[48], life[64] = "";
    if (m->memory2_life_year < 1e6)
        snprintf(life, sizeof life, "; worn out after %.3g years", m->memory2_life_year);
    print_line(
        25,
        "  %-22s %s of %s of %s per device: %.1f %% of weights, %.1f %% of KV cache; adds %s%s\n",
        "second tier", quantity_text(m->memory2_used_byte, "B", 4, used, 48),
        quantity_text(d->chip.memory2_byte, "B", 4, has, 48), tier2_kind_of(&d->chip)->name,
        100 * m->weight_share2, 100 * m->kv_share2, quantity_text(m->memory2_s, "s", 3, adds, 48),
        life);
}

static void print_starts(const struct design *d, const struct metrics *m)
{
    char each[48], all[48];
    bool prefills = d->workload.phase == PHASE_PREFILL;
    print_line(25, "  %-22s %s of the %s: every call %s\n", "start-up times",
               quantity_text(m->start_s, "s", 3, all, 48), prefills ? "TTFT" : "TPOT",
               quantity_text(d->chip.kernel_start_s, "s", 3, each, 48));
}

/* Of one device, with what its engine adds to it. */
static double device_memory_byte(const struct design *d, const struct metrics *m)
{
    const struct engine *e = &d->engine;
    double chip = d->chip.memory_byte, own = engine_own_byte(e, chip);
    bool holds = m->kv_place == PLACE_ENGINE || m->expert_place == PLACE_ENGINE;
    return engine_chip_byte(e, chip) + (holds ? own : 0);
}

void point_text_print(const struct cursor *c, const struct plan *plan, const struct metrics *m)
{
    const struct mapped *mapped = point_mapped(c, plan);
    const struct design *d = &c->design;
    if (m->verdict == VERDICT_CALIBRATION || !mapped) {
        bool lacks = m->verdict == VERDICT_CALIBRATION;
        print_title(d, plan, lacks ? "no calibration" : "no mapping");
        print_line(25, "  %-22s %s: %s", "verdict", lacks ? "calibration" : "mapping",
                   verdict_reason(d, m));
        return;
    }
    print_title(d, plan, NULL);
    printf("\n");
    char slo[48];
    const char *reason = verdict_reason(d, m);
    print_line(25, "  %-22s %s%s%s\n", "verdict", verdict_kinds[(enum verdict)m->verdict].name,
               *reason ? ": " : "", reason);
    print_interval("tokens/s", "tokens_per_s", m);
    print_interval("tokens/s per device", "tokens_per_s_per_device", m);
    if (!isnan(m->tpot_s))
        print_interval("TPOT", "tpot_s", m);
    if (!isnan(m->ttft_s))
        print_interval("TTFT", "ttft_s", m);
    if (workload_has_traffic(&d->workload))
        traffic_print(d, m);
    if (d->workload.phase == PHASE_DISAGGREGATED)
        print_prefill_pool(d, m);
    print_line(25, "  %-22s %.0f requests (memory allows %.0f, latency %s); bound by %s\n", "batch",
               m->batch, m->batch_cap, latency_allows(m, slo),
               field_word(field_find(metrics_fields, "limit"), m->limit));
    char used[48], has[48], weights[48], kv[48];
    print_line(25, "  %-22s %s of %s per device: weights %s, KV cache %s\n", "memory",
               quantity_text(m->memory_used_byte, "B", 4, used, 48),
               quantity_text(device_memory_byte(d, m), "B", 4, has, 48),
               quantity_text(m->weight_byte, "B", 4, weights, 48),
               quantity_text(m->kv_byte, "B", 4, kv, 48));
    if (tier2_is_there(&d->chip))
        print_tier2(d, m);
    else if (d->chip.memory2_byte > 0)
        print_line(25, "  %-22s none: chip.memory2_kind is none\n", "second tier");
    if (d->chip.kernel_start_s > 0)
        print_starts(d, m);
    const char *core = metrics_core(m);
    print_line(25, "  %-22s %.1f FLOP/B against a ridge point of %.0f; %.0f %% of the step\n", core,
               m->attention_intensity_flop_per_byte, m->ridge_flop_per_byte,
               100 * m->attention_share);
    if (m->context_wait_s > 0)
        print_line(25, "  %-22s %s per token for the rank with most context\n", "  ranks wait",
                   quantity_text(m->context_wait_s, "s", 3, used, 48));
    if (engine_is_there(&d->engine))
        print_line(25, "  %-22s %.2f on %s%s\n", "engine speed-up S", m->engine_speedup, core,
                   !((int)d->engine.runs & metrics_core_runs(m)) ? ", which it may not run"
                   : m->engine_speedup >= 1                      ? ""
                   : m->kv_place == PLACE_ENGINE
                       ? ": slower than the chip, but its memory holds the cache"
                       : ": slower than the chip, so it is not used");
    print_limits(d, m);
    if (design_pools_ffn(d))
        print_ffn_pool(d, m);
    else if (design_shares_steps(d))
        print_draft_pool(d, m);
    print_cost("device cost to make", "device_cost_usd", m);
    if (engine_is_there(&d->engine))
        print_cost("engine's share", "engine_cost_usd", m);
    print_cost("system price", "system_cost_usd", m);
    price_shares_print(m);
    print_cost("system power", "power_w", m);
    print_cost("USD per hour", "usd_per_hour", m);
    print_cost("USD per M tokens", "usd_per_mtok", m);
    print_device_cost("  one device", d, cursor_prices(c));
    if (design_shares_steps(d)) {
        const struct design pool = design_of_pool(d, step_pool_part(d));
        print_device_cost(design_pools_ffn(d) ? "  one device of pools.ffn"
                                              : "  one device of pools.draft",
                          &pool, cursor_prices(c));
    }
    print_operators(c, plan, m);
    if (!isnan(m->calibrated_on)) {
        print_calibration(d, m);
        return;
    }
    print_line(
        2,
        "\n  Timing is %s: every operator at data-sheet peaks, %s, %s\n"
        "  overlapped. Measured systems are slower; costs are public estimates, low to high.\n",
        timing_of(&d->mode)->shown,
        d->chip.kernel_start_s > 0 ? "start-up times as given" : "no start-up time",
        d->plan.overlap == OVERLAP_NONE ? "nothing" : "collectives");
}
