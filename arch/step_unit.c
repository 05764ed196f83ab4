#include "arch/step_unit.h"

#include <string.h>

static const enum op_unit unit_of[UNIT_CLASSES] = {UNIT_ATTENTION, UNIT_INDEX, UNIT_STATE,
                                                   UNIT_EXPERT};
static const int weight_of[UNIT_CLASSES] = {1, UNIT_CHOICES, UNIT_CHOICES *UNIT_CHOICES,
                                            UNIT_CHOICES *UNIT_CHOICES *UNIT_CHOICES};

static int choice_of(int units, int class)
{
    return units / weight_of[class] % UNIT_CHOICES; /* UNITS_IN_TURN is 0 for every class */
}

/* Clears `same` where an operator of a class runs on the other unit at the clock of the devices,
 * and adds to more_s at the nominal one, where `to` is the engine. */
static void compare_units(struct unit_list *l, size_t n, const size_t *of, enum unit_choice to,
                          const struct step *s, const struct devices *d,
                          const struct load_lanes *load, struct steps_memo *memo)
{
    struct pass pass;
    struct run run;
    struct run_room room;
    struct placed placed;
    pass_begin(&pass, s, d, LANE(load, load, most), LANE(load, load, mean), 1, memo);
    for (size_t k = 0; k < s->others; k++)
        for (int class = 0; class < UNIT_CLASSES; class ++) {
            if (unit_class_of(&s->ops.op[s->other[k]]) != class)
                continue;
            pass_run(&run, &room, &pass, s->other[k]);
            s->timing->place(&placed, &run, s, d);
            for (size_t j = 0; j < n; j++) {
                bool on = placed.on_engine[j] > 0;
                double longer_s = placed.chip_s[j] - placed.engine_s[j];
                l->same[of[j]][class][to] &= on == (to == CHOOSE_ENGINE);
                if (to == CHOOSE_ENGINE)
                    l->more_s[of[j]][class][on ? CHOOSE_CHIP : CHOOSE_ENGINE] += fabs(longer_s);
            }
        }
}

int unit_class_of(const struct op *o)
{
    int class = op_only_sends(o) ? UNIT_CLASSES : 0;
    while (class < UNIT_CLASSES && o->unit != unit_of[class])
        class ++;
    return class;
}

/* Operators of a class. */
static size_t count_ops(const struct step *s, int class)
{
    size_t n = 0;
    for (size_t k = 0; k < s->others; k++)
        n += unit_class_of(&s->ops.op[s->other[k]]) == class;
    return n;
}

int unit_classes(const struct step *s)
{
    int classes = 0;
    for (int class = 0; class < UNIT_CLASSES; class ++)
        classes |= count_ops(s, class) > 0 ? 1 << class : 0;
    return classes;
}

int unit_classes_open(int classes, const struct devices *d, size_t i)
{
    int open = 0;
    for (int class = 0; class < UNIT_CLASSES; class ++) {
        int runs = (int)unit_allowed(&d->rates, unit_of[class])[i];
        bool chosen = runs == RUNS_IF_FASTER || runs == RUNS_SHARED || runs == RUNS_BESIDE;
        open |= chosen ? 1 << class : 0;
    }
    return open & classes;
}

int unit_choices_of(int open, int on_engine)
{
    int units = 0;
    for (int class = 0; class < UNIT_CLASSES; class ++)
        if (open & 1 << class)
            units += weight_of[class] * (on_engine & 1 << class ? CHOOSE_ENGINE : CHOOSE_CHIP);
    return units;
}

bool unit_classes_are_single(const struct step *s, int classes)
{
    bool single = true;
    for (int class = 0; class < UNIT_CLASSES; class ++)
        single = single && !(classes & 1 << class && count_ops(s, class) > 1);
    return single;
}

/* Fills `open` of device i; `classes`: those of the step. Is any open? */
static bool open_classes(struct unit_list *l, size_t i, int classes, const struct devices *d)
{
    l->open[i] = unit_classes_open(classes, d, i);
    for (int class = 0; class < UNIT_CLASSES; class ++) {
        for (int to = 0; to < UNIT_CHOICES; to++)
            l->more_s[i][class][to] = 0;
        l->same[i][class][CHOOSE_FASTER] = false;
        l->same[i][class][CHOOSE_CHIP] = l->same[i][class][CHOOSE_ENGINE] = true;
    }
    return l->open[i] != 0;
}

void unit_choices(struct unit_list *out, const bool *wanted, const struct step *s,
                  const struct devices *d, const struct load_lanes *load, struct steps_memo *memo)
{
    struct devices some;
    struct load_lanes at;
    lane flop_s, core_flop_s, least;
    size_t of[LANES], n = 0;
    int open = 0, classes = unit_classes(s);
    bool overlap = false;
    out->n = 0;
    for (size_t i = 0; i < d->n; i++) {
        out->open[i] = 0;
        out->overlaps[i] = wanted[i] && LANE(&d->rates, rates, overlap)[i] > 0;
        if (!wanted[i] || (!open_classes(out, i, classes, d) && !out->overlaps[i]))
            continue;
        LANES_COPY(&at, n, load, i);
        open |= out->open[i];
        overlap |= out->overlaps[i];
        of[n++] = i;
    }
    if (n == 0)
        return;
    devices_pick(&some, d, of, n);
    compare_units(out, n, of, CHOOSE_ENGINE, s, &some, &at, memo);
    memcpy(flop_s, LANE(&some.rates, rates, main.s_per_flop), n * sizeof *flop_s);
    memcpy(core_flop_s, LANE(&some.rates, rates, main.s_per_core_flop), n * sizeof *core_flop_s);
    lanes_set(least, n, CLOCK_LEAST);
    devices_set_clock(&some, flop_s, core_flop_s, least);
    compare_units(out, n, of, CHOOSE_CHIP, s, &some, &at, memo);
    for (int units = 1; units <= (overlap ? UNITS_MOST : UNITS_IN_TURN - 1); units++) {
        bool of_others = false;
        for (int class = 0; class < UNIT_CLASSES; class ++)
            of_others |= !(open & 1 << class) && choice_of(units, class) != CHOOSE_FASTER;
        if (!of_others)
            out->units[out->n++] = units;
    }
    for (size_t j = 0; j < n;
         j++) /* of shared work and of work beside prompts there is no choice */
        for (int class = 0; class < UNIT_CLASSES; class ++) {
            int runs = (int)unit_allowed(&d->rates, unit_of[class])[of[j]];
            if (runs == RUNS_SHARED)
                out->same[of[j]][class][CHOOSE_ENGINE] = false;
            if (runs == RUNS_BESIDE)
                out->same[of[j]][class][CHOOSE_ENGINE] = true;
        }
}

bool unit_choice_is_open(const struct unit_list *l, size_t k, size_t i)
{
    int chosen = 0;
    bool in_turn = l->units[k] >= UNITS_IN_TURN;
    if (in_turn ? !l->overlaps[i] : !l->open[i])
        return false;
    for (int class = 0; class < UNIT_CLASSES; class ++) {
        int to = choice_of(l->units[k], class);
        if (to != CHOOSE_FASTER && (!(l->open[i] & 1 << class) || l->same[i][class][to]))
            return false;
        chosen |= to != CHOOSE_FASTER ? 1 << class : 0;
    }
    return chosen == l->open[i] || (chosen & (chosen - 1)) == 0;
}

double unit_choice_more_s(const struct unit_list *l, size_t k, size_t i)
{
    double more_s = 0;
    if (l->overlaps[i])
        return 0;
    for (int class = 0; class < UNIT_CLASSES; class ++)
        more_s += l->more_s[i][class][choice_of(l->units[k], class)];
    return more_s;
}

void devices_set_units(struct devices *d, const double *units)
{
    double *const runs[UNIT_CLASSES] = {
        LANE(&d->rates, rates, runs_core), LANE(&d->rates, rates, runs_index),
        LANE(&d->rates, rates, runs_state), LANE(&d->rates, rates, runs_experts)};
    for (size_t i = 0; i < d->n; i++) {
        if (units[i] >= UNITS_IN_TURN)
            LANE(&d->rates, rates, overlap)[i] = 0;
        for (int class = 0; class < UNIT_CLASSES && units[i] > 0; class ++) {
            int to = choice_of((int)units[i], class);
            if (to != CHOOSE_FASTER)
                runs[class][i] = to == CHOOSE_CHIP ? RUNS_NEVER : RUNS_ALWAYS;
        }
    }
}

void chosen_pick(struct chosen *out, const struct devices *d, const struct load_lanes *load)
{
    devices_pick(&out->devices, d, out->of, out->n);
    devices_set_units(&out->devices, out->units);
    for (size_t j = 0; j < out->n; j++)
        LANES_COPY(&out->load, j, load, out->of[j]);
}

void chosen_keep(struct chosen *c, const bool *keep, const struct devices *d,
                 const struct load_lanes *load)
{
    size_t n = 0;
    for (size_t j = 0; j < c->n; j++)
        if (keep[j]) {
            c->of[n] = c->of[j];
            c->units[n++] = c->units[j];
        }
    if (n == c->n)
        return;
    c->n = n;
    if (n > 0)
        chosen_pick(c, d, load);
}

void chosen_pick_short(struct chosen *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, const double *most_s, struct steps_memo *memo)
{
    lane time_s;
    bool keep[LANES];
    if (out->n == 0)
        return;
    chosen_pick(out, d, load);
    steps_time_s(time_s, s, &out->devices, &out->load, memo);
    for (size_t j = 0; j < out->n; j++)
        keep[j] = time_s[j] <= most_s[out->of[j]];
    chosen_keep(out, keep, d, load);
}
