/* Numbers drawn at random, by name and one after another. */
#include <math.h>

#include "base/hash.h"
#include "base/random.h"
#include "tests/test.h"

enum { DRAWS = 100000 };

/* The published vectors of splitmix64 (seed 1234567) and of FNV-1a. */
static void a_mixed_number_and_a_hash_are_those_of_their_papers(void **state)
{
    (void)state;
    assert_true(random_mix(1234567) == 6457827717110365317u);
    assert_true(random_mix(1234567 + 0x9e3779b97f4a7c15u) == 3203168211198807973u);
    assert_true(hash_text("") == 0xcbf29ce484222325u);
    assert_true(hash_text("a") == 0xaf63dc4c8601ec8cu);
    assert_true(hash_text("foobar") == 0x85944171f73967e8u);
    assert_true(hash_bytes(hash_text("foo"), "bar", 3) == hash_text("foobar"));
}

/* Whole numbers differ in their high bits alone. */
static void whole_numbers_are_spread_over_the_low_bits_of_a_hash(void **state)
{
    int in_slot[256] = {0}, most = 0;
    (void)state;
    for (int i = 0; i < 25600; i++) {
        const double numbers[2] = {i, 1};
        int *slot = &in_slot[hash_numbers(numbers, 2) % 256];
        most = ++*slot > most ? *slot : most;
    }
    assert_true(most < 200); /* 100 on average */
    const double a[2] = {1, 2}, b[2] = {2, 1};
    assert_true(hash_numbers(a, 2) == hash_numbers(a, 2));
    assert_true(hash_numbers(a, 2) != hash_numbers(b, 2) &&
                hash_numbers(a, 1) != hash_numbers(a, 2));
}

static void a_named_number_depends_on_seed_name_and_count_alone(void **state)
{
    (void)state;
    uint64_t wafer = random_stream(7, "wafer"), optics = random_stream(7, "optics");
    double before = random_unit_at(wafer, 3), normal = random_normal_at(wafer, 3);
    random_unit_at(optics, 3);
    random_unit_at(wafer, 1000);
    assert_true(random_unit_at(random_stream(7, "wafer"), 3) == before);
    assert_true(random_normal_at(wafer, 3) == normal);
    assert_true(random_unit_at(wafer, 4) != before);
    assert_true(random_unit_at(optics, 3) != before);
    assert_true(random_unit_at(random_stream(8, "wafer"), 3) != before);
}

static void streams_are_even_and_independent(void **state)
{
    (void)state;
    uint64_t a = random_stream(1, "a"), b = random_stream(1, "b"), other = random_stream(2, "a");
    double sum = 0, squares = 0, with_b = 0, with_other = 0, with_next = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double u = random_unit_at(a, i) - 0.5;
        assert_true(u >= -0.5 && u < 0.5);
        sum += u;
        squares += u * u;
        with_b += u * (random_unit_at(b, i) - 0.5);
        with_other += u * (random_unit_at(other, i) - 0.5);
        with_next += u * (random_unit_at(a, i + 1) - 0.5);
    }
    double limit = 4 * sqrt(DRAWS); /* deviations */
    assert_true(fabs(sum) < limit * sqrt(1 / 12.0));
    assert_true(fabs(squares - DRAWS / 12.0) < limit * sqrt(1 / 180.0));
    assert_true(fabs(with_b) < limit / 12);
    assert_true(fabs(with_other) < limit / 12);
    assert_true(fabs(with_next) < limit / 12);
}

static void normal_numbers_are_normal(void **state)
{
    (void)state;
    uint64_t a = random_stream(1, "a");
    double sum = 0, squares = 0, with_next = 0, below = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double z = random_normal_at(a, i);
        sum += z;
        squares += z * z;
        with_next += z * random_normal_at(a, i + 1);
        below += z < -1.2815515655446004; /* one in ten */
    }
    double limit = 4 * sqrt(DRAWS);
    assert_true(fabs(sum) < limit);
    assert_true(fabs(squares - DRAWS) < limit * sqrt(2));
    assert_true(fabs(with_next) < limit);
    assert_true(fabs(below - DRAWS / 10.0) < limit * 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mixed_number_and_a_hash_are_those_of_their_papers),
        cmocka_unit_test(whole_numbers_are_spread_over_the_low_bits_of_a_hash),
        cmocka_unit_test(a_named_number_depends_on_seed_name_and_count_alone),
        cmocka_unit_test(streams_are_even_and_independent),
        cmocka_unit_test(normal_numbers_are_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
