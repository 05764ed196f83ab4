#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"
#include "search/study.h"
#include "tests/model.h"

/* Can the study with this text be priced? Frees the text. */
static bool is_accepted(char *text)
{
    struct study *s;
    struct err err = {0};
    bool accepted = study_parse(&s, "test", text, catalogue, &err) == 0;
    if (accepted)
        study_free(s);
    free(text);
    return accepted;
}

/* A study of two models and two words is accepted only if each of its single points is. Tries every
 * pair of words of the axis, in both orders, with one model or two. */
static size_t hold_to_single_points(const struct fields fields, const char *path)
{
    static const char *const model[] = {"gpt3-175b", "deepseek-r1", "llama-4-maverick"};
    const char *name = strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
    const struct field *f = field_find(fields, name);
    struct word first, second;
    size_t refused = 0;

    for (size_t i = 0; i < LEN(model); i++)
        for (size_t a = 0; field_word_at(f, a, &first); a++)
            for (size_t b = 0; field_word_at(f, b, &second); b++) {
                bool sound = true;
                for (size_t m = 0; m <= i; m += i > 0 ? i : 1)
                    for (size_t k = 0; k < 2; k++)
                        sound = is_accepted(mem_print("model: %s\nsweep: {%s: [%s]}\n", model[m],
                                                      path, (k ? second : first).text)) &&
                                sound;
                if (first.value == second.value)
                    continue;
                bool swept = is_accepted(mem_print("models: [%s%s%s]\nsweep: {%s: [%s, %s]}\n",
                                                   i > 0 ? model[0] : "", i > 0 ? ", " : "",
                                                   model[i], path, first.text, second.text));
                assert_int_equal(swept, sound);
                refused += !sound;
            }
    return refused;
}

static void a_study_is_refused_if_any_combination_of_models_and_kinds_is(void **state)
{
    (void)state;
    assert_true(hold_to_single_points(model_fields, "model.attention") > 0);
    hold_to_single_points(mode_fields, "timing"); /* all attention of the catalogue is simulated */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_study_is_refused_if_any_combination_of_models_and_kinds_is),
    };
    return cmocka_run_group_tests_name("study", tests, open_tests, close_tests);
}
