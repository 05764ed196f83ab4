/* Caches and states of the catalogue's models, against those counted by hand from their
 * configurations. */
#include "arch/layers.h"
#include "tests/model.h"

/* `cache_byte` is of one request
 * with 128K tokens in BF16, an entry of an indexer at 128 + 4 bytes (FP8 and its scale); windows
 * and chunks keep their tokens only. `state_byte` holds states in FP32, inputs of convolutions, and
 * the keys and values of image tokens. */
struct counted {
    const char *model;
    double cache_byte, state_byte;
};

/* clang-format off */
static const struct counted counted[] = {
    { "deepseek-v3", 9210691584, 0 },
    { "deepseek-v3.2", 10266083328, 0 },
    { "deepseek-v4-flash", 816447488, 17842176 },
    { "deepseek-v4-pro", 1168900096, 26705920 },
    { "ernie-4.5-21b-a3b", 7516192768, 0 },
    { "ernie-4.5-300b-a47b", 28991029248, 0 },
    { "exaone-4.0-32b", 9395240960, 0 },
    { "falcon-h1-34b", 19327352832, 304201728 },
    { "gemma-3-27b", 11173625856, 0 },
    { "gemma-4-26b-a4b", 2894069760, 0 },
    { "gemma-4-31b", 11576279040, 0 },
    { "glm-4.5", 49392123904, 0 },
    { "glm-5", 13127122944, 0 },
    { "glm-5.2", 12140937216, 0 },
    { "glm-5.3-flash", 1523974144, 147619840 },
    { "gpt-oss-120b", 4836556800, 0 },
    { "gpt-oss-20b", 3224371200, 0 },
    { "granite-4.0-h-small", 2147483648, 152819712 },
    { "hunyuan-a13b", 17179869184, 0 },
    { "hunyuan-large", 10737418240, 0 },
    { "jamba-1.5-mini", 2147483648, 16056320 },
    { "kimi-k2", 9210691584, 0 },
    { "kimi-k3", 3623878656, 449372160 },
    { "kimi-linear-48b-a3b", 1056964608, 43417600 },
    { "llama-3.1-70b", 42949672960, 0 },
    { "llama-3.2-90b-vision", 42949672960, 131153920 },
    { "llama-3.3-nemotron-super-49b", 26306674688, 0 },
    { "llama-4-maverick", 7650410496, 0 },
    { "llama-4-scout", 7650410496, 0 },
    { "longcat-flash", 8455716864, 0 },
    { "mimo-v2-flash", 3045457920, 0 },
    { "mamba2-2.7b", 0, 169836544 },
    { "minimax-m2", 33285996544, 0 },
    { "minimax-m3", 18018729984, 0 },
    { "minimax-text-01", 5368709120, 293601280 },
    { "mistral-large-3", 9210691584, 0 },
    { "nemotron-3-nano-30b-a3b", 805306368, 49082368 },
    { "nemotron-3-super-120b-a12b", 1073741824, 170229760 },
    { "nemotron-3-ultra-550b-a55b", 1610612736, 407961600 },
    { "nemotron-h-47b", 2684354560, 760504320 },
    { "nemotron-h-56b", 5368709120, 912605184 },
    { "olmo-3.1-32b", 9395240960, 0 },
    { "phi-4", 26843545600, 0 },
    { "qwen2.5-72b", 42949672960, 0 },
    { "qwen3-235b-a22b", 25232932864, 0 },
    { "qwen3-next-80b-a3b", 3221225472, 77266944 },
    { "qwen3.5-122b-a10b", 3221225472, 153649152 },
    { "qwen3.5-27b", 8589934592, 153944064 },
    { "qwen3.5-397b-a17b", 4026531840, 192061440 },
    { "seed-oss-36b", 34359738368, 0 },
    { "step-3", 8187281408, 0 },
    { "step-3.5-flash", 6511656960, 0 },
};
/* clang-format on */

static bool agrees(const struct counted *c)
{
    char model[64];
    struct layers l;
    snprintf(model, sizeof model, "model=%s", c->model);
    struct study *s = study_with(SET(model));
    layers_of(&l, &s->base.model);
    double context = 131072;
    double cache = context * layers_kv_byte_per_token(&l, 1, 2, 2, context);
    double kept = layers_state_byte_per_request(
        &l, 1, &(struct state_bytes){.state_byte = 4, .act_byte = 2, .kv_byte = 2});
    study_free(s);
    if (fabs(cache - c->cache_byte) < 1 && fabs(kept - c->state_byte) < 1)
        return true;
    print_error("%s: cache %.0f of %.0f B, state %.0f of %.0f B\n", c->model, cache, c->cache_byte,
                kept, c->state_byte);
    return false;
}

static void caches_and_states_are_as_counted(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < LEN(counted); i++)
        wrong += !agrees(&counted[i]);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(caches_and_states_are_as_counted),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
