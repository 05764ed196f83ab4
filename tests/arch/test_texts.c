/* Every value of an enum that a table describes has its row: a row that is missing is NULL where a
 * text is printed, hashed or compared. */
#include "arch/chip.h"
#include "arch/metrics.h"
#include "arch/step_time.h"
#include "arch/timing.h"
#include "tests/model.h"

static void all_are_texts(const char *const *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_non_null(text[i]);
        assert_true(*text[i] != '\0');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text[i], text[j]);
    }
}

static void every_class_bound_and_place_has_a_text(void **state)
{
    (void)state;
    all_are_texts(op_class_text, OP_CLASSES);
    all_are_texts(bound_text, BOUNDS);
    all_are_texts(place_text, PLACES);
}

/* Each value below n has a word. */
static void has_words(const struct fields *of, const char *name, int n)
{
    const struct field *f = field_find(*of, name);
    assert_non_null(f);
    for (int value = 0; value < n; value++) {
        bool found = false;
        struct word w;
        for (size_t i = 0; field_word_at(f, i, &w); i++)
            found = found || w.value == value;
        if (!found)
            print_error("%s: no word for %d\n", name, value);
        assert_true(found);
    }
}

static void every_value_of_a_parameter_or_metric_of_words_has_its_word(void **state)
{
    (void)state;
    has_words(&engine_fields, "kind", ENGINE_KINDS);
    has_words(&engine_fields, "status", STATUSES);
    has_words(&engine_fields, "memory", MEMORIES);
    has_words(&metrics_fields, "engine_maturity", STATUSES);
    has_words(&metrics_fields, "engine_limited_by", ENGINE_LIMITS);
    has_words(&metrics_fields, "limit", LIMITS);
    has_words(&metrics_fields, "verdict", VERDICTS);
    has_words(&workload_fields, "phase", PHASES);
    has_words(&mode_fields, "timing", TIMINGS);
}

static void every_row_of_a_registry_is_there(void **state)
{
    (void)state;
    for (int i = 0; i < VERDICTS; i++)
        assert_non_null(verdict_kinds[i].name);
    for (int i = 0; i < PHASES; i++)
        assert_non_null(phase_kinds[i].name);
    for (int i = 0; i < DESIGN_PARTS; i++)
        assert_true(design_parts[i].fields && design_parts[i].doc);
    for (int i = 0; i < ENGINE_CLASSES; i++)
        assert_true(engine_classes[i].word && engine_classes[i].runs);
    for (int i = 0; i < TIMINGS; i++) {
        const struct timing *t = timing_of(&(struct mode){.timing = i});
        assert_true(t && t->name && t->shown && t->sum && t->main_split && t->place && t->add_wire);
    }
}

/* The energy of a byte and of an operation, by where the engine stands. */
static void every_kind_of_engine_has_energies(void **state)
{
    struct chip c = {.node_nm = 5};
    (void)state;
    for (int kind = 0; kind < ENGINE_KINDS; kind++) {
        struct engine e = {.kind = kind, .power_ratio = -1, .j_per_flop = -1, .node_nm = -1};
        assert_true(engine_read_ratio(&e) > 0);
        assert_true(engine_j_per_flop(&e, &c) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_bound_and_place_has_a_text),
        cmocka_unit_test(every_value_of_a_parameter_or_metric_of_words_has_its_word),
        cmocka_unit_test(every_row_of_a_registry_is_there),
        cmocka_unit_test(every_kind_of_engine_has_energies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
