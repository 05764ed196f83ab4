/* libdse by its public header alone: that points from arrays are those of the program, wherever
 * they stand and on any number of threads; that fronts, sweeps and pay-off answer; that mistakes
 * are named. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/dse.h"

enum { POINTS = 600, METRICS = 5 };

static dse_catalogue *catalogue;
static dse_error error;

static int open_all(void **state)
{
    (void)state;
    return dse_catalogue_open(&catalogue, NULL, &error);
}

static int close_all(void **state)
{
    (void)state;
    dse_catalogue_close(catalogue);
    return 0;
}

static dse_study *study_of(const char *text)
{
    dse_study *s;
    if (dse_study_parse(&s, catalogue, text, NULL, NULL, &error) != DSE_DONE)
        print_error("%s\n", error.text);
    assert_non_null(s);
    return s;
}

static dse_study *default_study(void)
{
    dse_study *s;
    assert_int_equal(dse_study_open(&s, catalogue, NULL, &error), DSE_DONE);
    return s;
}

/* The number behind "KEY": in a JSON text. */
static double number_in(const char *json, const char *key)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    assert_non_null(at);
    return strtod(at + strlen(quoted), NULL);
}

static const char *const engines[] = {"none", "attacc", "duplex", "logic-die-r128"};
static const char *const models[] = {"gpt3-175b", "deepseek-r1"};
static const char *const metrics[METRICS] = {"verdict", "tokens_per_s", "batch", "system_cost_usd",
                                             "plan.tp"};

/* Points in an order in which neighbours share nothing. */
struct points {
    double bandwidth[POINTS], context[POINTS], price[POINTS];
    int32_t engine[POINTS], model[POINTS];
    double out[METRICS][POINTS];
};

static void fill(struct points *p)
{
    for (int i = 0; i < POINTS; i++) {
        p->bandwidth[i] = i % 5 == 4 ? NAN : 4e12 + 1e12 * (i % 7);
        p->context[i] = 1024.0 * (1 + i % 3);
        p->price[i] = i % 2 ? 20 : NAN;
        p->engine[i] = i % 4 == 3 ? -1 : i % 4;
        p->model[i] = i % 2;
    }
}

static int evaluate_all(dse_study *s, struct points *p, const char *jobs)
{
    const dse_column column[] = {{.name = "engine", .code = p->engine, .text = engines, .texts = 4},
                                 {.name = "chip.memory_byte_per_s", .number = p->bandwidth},
                                 {.name = "workload.context", .number = p->context},
                                 {.name = "prices.hbm3e_usd_per_gb", .number = p->price},
                                 {.name = "model", .code = p->model, .text = models, .texts = 2}};
    const char *const options[] = {jobs, NULL};
    return dse_evaluate_many(s, POINTS, 5, column, METRICS, metrics, &p->out[0][0], options,
                             &error);
}

static void each_point_is_that_of_its_own_study(void **state)
{
    (void)state;
    struct points *p = malloc(sizeof *p);
    dse_study *s = default_study();
    const char *const base[] = {"engine=duplex", "chip.memory_byte=256GB", "workload.tpot=50ms",
                                NULL};
    assert_int_equal(dse_study_set(s, base, &error), DSE_DONE);
    fill(p);
    assert_int_equal(evaluate_all(s, p, "jobs=2"), DSE_DONE);
    for (int i = 0; i < POINTS; i += 37) {
        char text[5][64], *json;
        const char *set[9] = {"chip.memory_byte=256GB", "workload.tpot=50ms"};
        size_t n = 2;
        snprintf(text[0], 64, "engine=%s", p->engine[i] < 0 ? "duplex" : engines[p->engine[i]]);
        snprintf(text[1], 64, "model=%s", models[p->model[i]]);
        snprintf(text[2], 64, "workload.context=%.17g", p->context[i]);
        for (int k = 0; k < 3; k++)
            set[n++] = text[k];
        if (!isnan(p->bandwidth[i])) {
            snprintf(text[3], 64, "chip.memory_byte_per_s=%.17g B/s", p->bandwidth[i]);
            set[n++] = text[3];
        }
        if (!isnan(p->price[i])) {
            snprintf(text[4], 64, "prices.hbm3e_usd_per_gb=%.17g", p->price[i]);
            set[n++] = text[4];
        }
        set[n] = NULL;
        dse_study *one = default_study();
        if (dse_study_set(one, set, &error) != DSE_DONE)
            print_error("%s\n", error.text);
        assert_int_equal(dse_evaluate(one, NULL, &json, &error), DSE_DONE);
        for (int k = 1; k < 4; k++)
            assert_close(p->out[k][i], number_in(json, metrics[k]), 1e-12);
        const char *word = dse_word("verdict", p->out[0][i]);
        char quoted[40];
        snprintf(quoted, sizeof quoted, "\"verdict\": \"%s\"", word);
        assert_non_null(strstr(json, quoted));
        dse_free(json);
        dse_study_close(one);
    }
    dse_study_close(s);
    free(p);
}

/* What is not asked is not computed, which changes nothing that is. */
static void each_metric_is_the_same_alone(void **state)
{
    (void)state;
    const double limit_s[] = {0.01, 0.02, 0.05, 0.1};
    static const char *const wanted[] = {"tokens_per_s", "limit", "batch_slo", "verdict",
                                         "system_cost_usd"};
    static double bandwidth[POINTS], within_s[POINTS], all[5][POINTS], alone[POINTS];
    const dse_column column[] = {{.name = "chip.memory_byte_per_s", .number = bandwidth},
                                 {.name = "workload.tpot_s", .number = within_s}};
    for (int i = 0; i < POINTS; i++) {
        bandwidth[i] = 2e12 + 1e10 * (i * 37 % POINTS);
        within_s[i] = limit_s[i % 4];
    }
    const char *const base[] = {"chip.tdp_w=600", NULL};
    dse_study *s = default_study();
    assert_int_equal(dse_study_set(s, base, &error), DSE_DONE);
    assert_int_equal(dse_evaluate_many(s, POINTS, 2, column, 5, wanted, all[0], NULL, &error),
                     DSE_DONE);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(
            dse_evaluate_many(s, POINTS, 2, column, 1, &wanted[k], alone, NULL, &error), DSE_DONE);
        assert_memory_equal(alone, all[k], sizeof alone);
    }
    dse_study_close(s);
}

/* Kinds of points: a study, and two columns of texts whose values are combined. */
static const struct kind {
    const char *study, *name[2], *text[2][4];
} kinds[] = {
    {"workload: {phase: prefill}\n",
     {"chip", "precision.weight"},
     {{"b200", "h100", "mi300x"}, {"bf16", "fp8"}}},
    {"timing: calibrated\n",
     {"chip", "workload.context"},
     {{"h200", "b200", "h100", "a100"}, {"2048", "8192"}}},
    {"workload: {phase: serving, input: 4096, output: 512}\n",
     {"model", "engine"},
     {{"gpt-oss-120b", "llama-3.1-405b"}, {"none", "duplex"}}},
    {"workload: {phase: disaggregated, input: 4096, output: 512}\n",
     {"pools.prefill.chip", "workload.output"},
     {{"h20", "b200"}, {"256", "1024"}}},
    {"pools: {ffn: {chip: h100, devices: 8}}\nplan: {devices: 8}\n",
     {"pools.ffn.chip", "pools.ffn.devices"},
     {{"h20", "b200", "h100"}, {"8", "16"}}},
    {"chip: {base: b200, memory2_byte_per_s: 400 GB/s, memory2_byte: 128 GB}\n",
     {"chip.memory2_kind", "chip.memory2_byte"},
     {{"none", "lpddr5x"}, {"256 GB", "512 GB"}}},
    {"engine: attacc\n",
     {"engine", "engine.bandwidth_ratio"},
     {{"none", "attacc", "bank-group-pim"}, {"2", "4", "6"}}},
    {"plan: {devices: 16}\n", {"plan.tp", "plan.ep"}, {{"auto", "1", "8"}, {"auto", "16"}}},
    {"model: qwen3-next-80b-a3b\n",
     {"timing", "chip"},
     {{"ideal", "calibrated"}, {"h100", "b200"}}},
};

static void assert_kind(const struct kind *kind)
{
    enum { ROWS = 24 };
    int32_t code[2][ROWS];
    double out[METRICS][ROWS];
    dse_column column[2];
    dse_study *s = study_of(kind->study);
    for (int k = 0; k < 2; k++) {
        column[k] = (dse_column){.name = kind->name[k], .code = code[k], .text = kind->text[k]};
        while (column[k].texts < 4 && kind->text[k][column[k].texts])
            column[k].texts++;
        for (int i = 0; i < ROWS; i++) /* -1: as in the study */
            code[k][i] = (int32_t)((i / (k ? 5 : 1)) % (int)(column[k].texts + 1)) - 1;
    }
    if (dse_evaluate_many(s, ROWS, 2, column, METRICS, metrics, &out[0][0], NULL, &error) !=
        DSE_DONE)
        print_error("%s: %s\n", kind->study, error.text);
    for (int i = 0; i < ROWS; i++) {
        char text[2][80], *json;
        const char *set[3] = {NULL};
        for (int k = 0, n = 0; k < 2; k++)
            if (code[k][i] >= 0) {
                snprintf(text[k], sizeof text[k], "%s=%s", kind->name[k],
                         kind->text[k][code[k][i]]);
                set[n++] = text[k];
            }
        dse_study *one = study_of(kind->study);
        if (dse_study_set(one, set, &error) != DSE_DONE)
            print_error("%s: %s\n", kind->study, error.text);
        assert_int_equal(dse_evaluate(one, NULL, &json, &error), DSE_DONE);
        for (int k = 1; k < 4; k++)
            if (!isnan(out[k][i]))
                assert_close(out[k][i], number_in(json, metrics[k]), 1e-12);
        char quoted[40];
        snprintf(quoted, sizeof quoted, "\"verdict\": \"%s\"", dse_word("verdict", out[0][i]));
        if (!strstr(json, quoted))
            print_error("%s %s %s: not %s\n", kind->study, set[0], set[1], quoted);
        assert_non_null(strstr(json, quoted));
        dse_free(json);
        dse_study_close(one);
    }
    dse_study_close(s);
}

static void each_kind_of_point_is_that_of_its_own_study(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_kind(&kinds[i]);
}

static void results_do_not_depend_on_threads_or_order(void **state)
{
    (void)state;
    struct points *one = malloc(sizeof *one), *other = malloc(sizeof *other);
    dse_study *s = default_study();
    fill(one);
    fill(other);
    for (int i = 0; i < POINTS / 2; i++) { /* the other way round */
        int j = POINTS - 1 - i;
#define SWAP(type, member)                                                                         \
    do {                                                                                           \
        type kept = other->member[i];                                                              \
        other->member[i] = other->member[j];                                                       \
        other->member[j] = kept;                                                                   \
    } while (0)
        SWAP(double, bandwidth);
        SWAP(double, context);
        SWAP(double, price);
        SWAP(int32_t, engine);
        SWAP(int32_t, model);
    }
    assert_int_equal(evaluate_all(s, one, "jobs=1"), DSE_DONE);
    assert_int_equal(evaluate_all(s, other, "jobs=3"), DSE_DONE);
    for (int k = 0; k < METRICS; k++)
        for (int i = 0; i < POINTS; i++)
            assert_memory_equal(&one->out[k][i], &other->out[k][POINTS - 1 - i], sizeof(double));
    dse_study_close(s);
    free(one);
    free(other);
}

static void constraints_of_the_study_hold(void **state)
{
    (void)state;
    const double devices[] = {8, 128};
    const char *const wanted[] = {"verdict"};
    double out[2];
    dse_study *s = study_of("constraints: [system_cost_usd <= 1 M]\nplan: {devices: 32}\n");
    const dse_column column = {.name = "plan.devices", .number = devices};
    assert_int_equal(dse_evaluate_many(s, 2, 1, &column, 1, wanted, out, NULL, &error), DSE_DONE);
    assert_string_equal(dse_word("verdict", out[0]), "ok");
    assert_string_equal(dse_word("verdict", out[1]), "constraint");
    dse_study_close(s);
}

static void assert_names(int status, const char *what)
{
    assert_int_equal(status, DSE_INPUT);
    assert_int_equal(error.status, DSE_INPUT);
    if (!strstr(error.text, what))
        print_error("\"%s\" is not in \"%s\"\n", what, error.text);
    assert_non_null(strstr(error.text, what));
}

static int many(dse_study *s, dse_column column, const char *metric)
{
    double out[2];
    return dse_evaluate_many(s, 2, 1, &column, 1, &metric, out, NULL, &error);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    const double number[] = {1e9, -1};
    const int32_t code[] = {0, 3};
    const char *const text[] = {"b2000"};
    dse_study *s = default_study(), *other;
    char *json;
    assert_names(many(s, (dse_column){.name = "chip.memory_bytes", .number = number}, "batch"),
                 "chip.memory_bytes: unknown name: did you mean \"chip.memory_byte\"?");
    assert_names(many(s, (dse_column){.name = "chip.memory_byte", .number = number}, "batch"),
                 "point 1: chip.memory_byte: ");
    assert_names(many(s, (dse_column){.name = "chip", .number = number}, "batch"),
                 "chip: is a name of the catalogue");
    assert_names(
        many(s, (dse_column){.name = "chip", .code = code, .text = text, .texts = 1}, "batch"),
        "chip: point 1: code 3");
    assert_names(many(s, (dse_column){.name = "workload.context", .number = number}, "batches"),
                 "batches: unknown metric: did you mean batch?");
    assert_names(many(s, (dse_column){.name = "workload.context"}, "batch"),
                 "neither numbers nor codes");
    assert_names(dse_list(catalogue, "chip", &json, &error), "unknown list \"chip\"");
    assert_null(json);
    assert_names(dse_study_parse(&other, catalogue, "chip: b2000\n", "my.yaml", NULL, &error),
                 "my.yaml:1:7: chip: unknown chip \"b2000\": did you mean \"b200\"?");
    assert_null(other);
    assert_names(dse_evaluate(s, "fp8", &json, &error), "scenario: \"fp8\": not a scenario");
    assert_names(dse_sweep(s, NULL, NULL, (const char *const[]){"job=2", NULL}, &error),
                 "job: unknown option: did you mean jobs?");
    assert_names(
        dse_study_set(s, (const char *const[]){"workload.batch=2", "chip=b2", NULL}, &error),
        "unknown chip");
    assert_names(dse_evaluate(s, NULL, &json, &error), "an earlier dse_study_set failed");
    dse_study_close(s);
    assert_int_equal(dse_front("/nonexistent.db", NULL, &json, &error), DSE_FAILED);
    assert_int_equal(dse_front("/nonexistent.db", NULL, &json, NULL), DSE_FAILED);
}

static const char grid[] = "study: grid\n"
                           "models: [gpt3-175b, deepseek-r1]\n"
                           "workload: {tpot: 50 ms}\n"
                           "sweep:\n"
                           "  chip.memory_byte_per_s: [4 TB/s, 8 TB/s, 12 TB/s]\n"
                           "  engine: [none, attacc]\n"
                           "scenarios: {long: {workload: {context: 65536}}}\n";

struct taken {
    uint64_t next;
    size_t columns, stop_after;
    double sum;
};

static int take(void *context, uint64_t first, size_t rows, size_t columns, const double *value)
{
    struct taken *t = context;
    assert_int_equal(first, t->next);
    t->columns = columns;
    t->next += rows;
    for (size_t i = 0; i < rows * columns; i++)
        t->sum += isfinite(value[i]) ? value[i] : 0;
    return t->stop_after && t->next >= t->stop_after;
}

static void a_sweep_hands_over_every_point_in_order(void **state)
{
    (void)state;
    dse_study *s = study_of(grid);
    struct taken all = {0}, parts = {0}, stopped = {.stop_after = 1};
    char *json;
    assert_int_equal(dse_study_points(s), 24);
    assert_string_equal(dse_study_name(s), "grid");
    assert_int_equal(dse_sweep(s, take, &all, NULL, &error), DSE_DONE);
    assert_int_equal(all.next, 24);
    assert_int_equal(
        dse_sweep(s, take, &parts, (const char *const[]){"shard=1/2", "jobs=1", NULL}, &error),
        DSE_DONE);
    assert_int_equal(parts.next, 12);
    assert_int_equal(dse_sweep(s, take, &parts, (const char *const[]){"shard=2/2", NULL}, &error),
                     DSE_DONE);
    assert_close(parts.sum, all.sum, 1e-12);
    assert_int_equal(dse_sweep(s, take, &stopped, NULL, &error), DSE_STOPPED);
    assert_int_equal(dse_sweep_columns(s, &json, &error), DSE_DONE);
    size_t names = 0;
    for (const char *at = json; (at = strstr(at, "\"name\"")); at++)
        names++;
    assert_int_equal(names, all.columns);
    dse_free(json);
    dse_study_close(s);
}

static void a_guided_sweep_asks_for_its_budget(void **state)
{
    (void)state;
    dse_study *s = study_of("search: {strategy: nsga2, budget: 60, seed: 3}\n"
                            "objectives: [+tokens_per_s, -system_cost_usd]\n"
                            "sweep:\n"
                            "  chip.memory_byte_per_s: {from: 2 TB/s, to: 16 TB/s, steps: 20}\n"
                            "  chip.link_byte_per_s: {from: 100 GB/s, to: 1800 GB/s, steps: 20}\n");
    struct taken one = {0}, two = {0};
    assert_int_equal(dse_sweep(s, take, &one, (const char *const[]){"jobs=1", NULL}, &error),
                     DSE_DONE);
    assert_int_equal(one.next, 60);
    assert_int_equal(dse_sweep(s, take, &two, (const char *const[]){"jobs=2", NULL}, &error),
                     DSE_DONE);
    assert_memory_equal(&one.sum, &two.sum, sizeof one.sum);
    assert_names(dse_sweep(s, take, &one, (const char *const[]){"shard=1/2", NULL}, &error),
                 "nsga2");
    dse_study_close(s);
}

static void a_sweep_runs_no_other_program(void **state)
{
    (void)state;
    dse_study *s = study_of("search: {evaluator: 'echo ran >evaluator-ran'}\n"
                            "objectives: [+tokens_per_s]\n"
                            "sweep: {workload.context: [1024, 2048]}\n");
    struct taken all = {0};
    assert_names(dse_sweep(s, take, &all, NULL, &error), "search.evaluator");
    assert_int_equal(all.next, 0);
    assert_int_not_equal(access("evaluator-ran", F_OK), 0);
    dse_study_close(s);
}

static void the_front_is_what_nothing_dominates(void **state)
{
    (void)state;
    const double value[5][2] = {{1, 1}, {2, 2}, {2, 1}, {1, 2}, {NAN, 9}}; /* more, less */
    const int sense[] = {1, -1};
    unsigned char on[5];
    const unsigned char want[5] = {0, 0, 1, 0, 0};
    assert_int_equal(dse_pareto(5, 2, &value[0][0], sense, on, &error), DSE_DONE);
    assert_memory_equal(on, want, sizeof on);
    assert_names(dse_pareto(5, 2, &value[0][0], (const int[]){1, 0}, on, &error), "objective 1");
}

/* Runs the program; returns what it printed. */
static char *printed(const char *command)
{
    FILE *out = popen(command, "r");
    assert_non_null(out);
    size_t size = 0, room = 1 << 20;
    char *text = malloc(room);
    for (size_t n; (n = fread(text + size, 1, room - size - 1, out)) > 0;)
        size += n;
    text[size] = '\0';
    pclose(out);
    return text;
}

static void assert_prints(const char *command, const char *json)
{
    char *text = printed(command);
    assert_string_equal(text, json);
    free(text);
}

static void answers_are_those_of_the_program(void **state)
{
    (void)state;
    char folder[] = "/tmp/dse-library-XXXXXX", command[400], *json;
    const char *program = getenv("DSE");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    FILE *file = fopen("grid.yaml", "w");
    fputs(grid, file);
    fclose(file);
    snprintf(command, sizeof command, "%s sweep grid.yaml --quiet >/dev/null", program);
    free(printed(command));

    snprintf(command, sizeof command, "%s payoff grid.db --format json --by engine", program);
    assert_int_equal(
        dse_payoff(catalogue, "grid.db", (const char *const[]){"by=engine", NULL}, &json, &error),
        DSE_DONE);
    assert_prints(command, json);
    dse_free(json);
    snprintf(command, sizeof command, "%s pareto grid.db --format json --where 'batch > 100'",
             program);
    assert_int_equal(
        dse_front("grid.db", (const char *const[]){"where=batch > 100", NULL}, &json, &error),
        DSE_DONE);
    assert_prints(command, json);
    dse_free(json);
    snprintf(command, sizeof command, "%s list engines --format json", program);
    assert_int_equal(dse_list(catalogue, "engines", &json, &error), DSE_DONE);
    assert_prints(command, json);
    dse_free(json);
    snprintf(command, sizeof command, "%s eval grid.yaml --scenario long --format json", program);
    dse_study *s;
    assert_int_equal(dse_study_open(&s, catalogue, "grid.yaml", &error), DSE_DONE);
    assert_int_equal(dse_evaluate(s, "long", &json, &error), DSE_DONE);
    assert_prints(command, json);
    dse_free(json);
    dse_study_close(s);
    snprintf(command, sizeof command, "rm -r %s", folder);
    free(printed(command));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_point_is_that_of_its_own_study),
        cmocka_unit_test(each_metric_is_the_same_alone),
        cmocka_unit_test(each_kind_of_point_is_that_of_its_own_study),
        cmocka_unit_test(results_do_not_depend_on_threads_or_order),
        cmocka_unit_test(constraints_of_the_study_hold),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_sweep_hands_over_every_point_in_order),
        cmocka_unit_test(a_guided_sweep_asks_for_its_budget),
        cmocka_unit_test(a_sweep_runs_no_other_program),
        cmocka_unit_test(the_front_is_what_nothing_dominates),
        cmocka_unit_test(answers_are_those_of_the_program),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
