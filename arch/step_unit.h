/* Which unit runs an operator under a power limit.
 *
 * Idea: the faster unit may draw more, so that the clock falls and the step takes longer. So a step
 * that throttles is timed again, at the clock that it then holds, with all operators of a class on
 * the chip or all on the engine, of one class or of all classes; the shortest step counts. Where
 * chip and engine overlap, each choice is also timed with both in turn, which reads weights once.
 * Invariants: a step within its limit runs every operator on the faster unit; another choice is
 * shorter by more than rounding. In turn the faster units make the shortest step at any one clock,
 * so that another choice must draw less there. With overlap they need not, so that there a higher
 * limit can still give less throughput (docs/model.md). */
#ifndef ARCH_STEP_UNIT_H
#define ARCH_STEP_UNIT_H

#include "arch/step_run.h"

/* Where the operators of a class run. */
enum unit_choice { CHOOSE_FASTER, CHOOSE_CHIP, CHOOSE_ENGINE, UNIT_CHOICES };

/* Choices are one number, the sum of enum unit_choice times UNIT_CHOICES to the power of the class;
 * 0: the faster unit for every operator. From UNITS_IN_TURN on the same without overlap. */
enum { UNIT_CLASSES = 4, UNITS_IN_TURN = 81 }; /* core attention, index, state, experts */
enum { UNITS_OF_ATTENTION = 1 << 0 | 1 << 1 }; /* bits of the first two classes */
enum { UNITS_MOST = 2 * UNITS_IN_TURN - 1 };

/* A shorter step is shorter by more than this, relative. */
static const double UNIT_GAIN = 1e-9;

/* Choices to be tried on the devices of a block besides 0, and for each device the classes that do
 * not need one: their faster unit is that one at any clock. */
struct unit_list {
    size_t n;
    int units[UNITS_MOST];
    bool same[LANES][UNIT_CLASSES][UNIT_CHOICES];
    double more_s[LANES][UNIT_CLASSES][UNIT_CHOICES]; /* than on the faster units, nominal clock */
    int open[LANES]; /* classes of which the engine may run operators or leave them to the chip */
    bool overlaps[LANES];
};

/* Of the devices i with wanted[i] at their loads. */
void unit_choices(struct unit_list *out, const bool *wanted, const struct step *s,
                  const struct devices *d, const struct load_lanes *load, struct steps_memo *memo);

/* Is choice k to be tried on device i? It concerns one class or all. */
bool unit_choice_is_open(const struct unit_list *l, size_t k, size_t i);

/* The class of an operator, UNIT_CLASSES if it has none. */
int unit_class_of(const struct op *o);

/* The classes of a step: a set of bits. */
int unit_classes(const struct step *s);

/* Those of `classes` of which device i may run operators on either unit. */
int unit_classes_open(int classes, const struct devices *d, size_t i);

/* The choices that run the classes `on_engine`, of those in `open`, on the engine and the others in
 * `open` on the chip. */
int unit_choices_of(int open, int on_engine);

/* Has the step at most one operator of each of these classes? */
bool unit_classes_are_single(const struct step *s, int classes);

/* Time that choice k adds at least to the operators of a step at the nominal clock; 0 with overlap.
 */
double unit_choice_more_s(const struct unit_list *l, size_t k, size_t i);

/* Lets each device run operators where its choices say. */
void devices_set_units(struct devices *d, const double *units);

/* Some devices of a block with choices of their own. */
struct chosen {
    size_t n, of[LANES]; /* `of`: index among all devices */
    lane units;
    struct devices devices;
    struct load_lanes load;
};

/* Fills the other members for the first n devices `of` with these choices. */
void chosen_pick(struct chosen *out, const struct devices *d, const struct load_lanes *load);

/* The same for those of them whose step at the nominal clock takes at most most_s, of all devices.
 */
void chosen_pick_short(struct chosen *out, const struct step *s, const struct devices *d,
                       const struct load_lanes *load, const double *most_s,
                       struct steps_memo *memo);

/* Leaves those devices of which `keep` is true. */
void chosen_keep(struct chosen *c, const bool *keep, const struct devices *d,
                 const struct load_lanes *load);

#endif
