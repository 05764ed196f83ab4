#include "dse/validate/measured_kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/mixer.h"
#include "arch/step.h"
#include "base/csv.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text_file.h"

const char *row_text(const struct csv *rows, size_t row, const char *column)
{
    for (size_t i = 0; i < rows->columns; i++)
        if (!strcmp(rows->header[i], column))
            return csv_at(rows, row, i);
    return "";
}

double row_number(const struct csv *rows, size_t row, const char *column)
{
    return strtod(row_text(rows, row, column), NULL);
}

bool row_is_check(const struct csv *rows, size_t row, const char *end)
{
    uint64_t sum = HASH_EMPTY;
    for (size_t i = 0; i < rows->columns && strcmp(rows->header[i], end) != 0; i++) {
        const char *cell = csv_at(rows, row, i);
        sum = hash_bytes(sum, cell, strlen(cell) + 1); /* with the end of each cell */
    }
    return sum >> 32 & 1;
}

/* A number format by its name in the tables. */
static int number_of(const char *name)
{
    return !strcmp(name, "nvfp4")       ? NUMBER_FP4
           : !strcmp(name, "fp8_block") ? NUMBER_FP8_BLOCK
           : !strcmp(name, "fp8")       ? NUMBER_FP8
                                        : NUMBER_BF16;
}

static const struct precision precision_of[NUMBERS] = {
    [NUMBER_BF16] = {.weight = 2, .kv = 2, .math = 2, .activation = 2},
    [NUMBER_FP8] = {.weight = 1, .kv = 1, .math = 1, .activation = 2},
    [NUMBER_FP8_BLOCK] = {.weight = 1 + 4 / 16384.0, .kv = 1, .math = 1, .activation = 2},
    [NUMBER_FP4] = {.weight = 0.5 + 1 / 16.0, .kv = 1, .math = 0.5, .activation = 2},
};

static const struct op *op_find(const struct ops *ops, const char *name)
{
    for (size_t i = 0; i < ops->n; i++)
        if (!strcmp(ops->op[i].name, name))
            return &ops->op[i];
    return NULL;
}

/* Input of a table reader: the row, and its chip. */
struct reading {
    const struct csv *rows;
    size_t row;
    const struct chip *chip;
};

static struct call call_of(const struct chip *chip, int number, const struct op *o, double requests)
{
    static const struct engine none;
    static const struct engine_limits unlimited = {.power_w = INFINITY};
    struct peaks peaks = peaks_of(&precision_of[number]);
    struct rates rates;
    device_rates(&rates, chip, &none, &unlimited, &peaks);
    struct op_call call = op_call_of(o);
    bool core = o->class == OP_ATTENTION;
    return call_at(&call, core ? rates.main.s_per_core_flop : rates.main.s_per_flop,
                   rates.main.s_per_byte, requests, 1, 0);
}

static double num(const struct reading *r, const char *column)
{
    return row_number(r->rows, r->row, column);
}

void kernel_of_gemm(struct measured_kernel *out, const struct chip *chip, int number, double m,
                    double n, double k)
{
    struct ops ops = {0};
    struct shape s = {.weight_byte = precision_of[number].weight, .act_byte = 2};
    ops_add_gemm(&ops, "gemm", OP_FFN, 1, &s, 1, k, n);
    *out = (struct measured_kernel){.kernel = KERNEL_GEMM,
                                    .number = number,
                                    .unit_flop_per_s = chip->unit_flop_per_s,
                                    .call = call_of(chip, number, &ops.op[0], m)};
}

static void read_gemm(struct measured_kernel *k, const struct reading *r)
{
    int number = number_of(row_text(r->rows, r->row, "dtype"));
    struct measured_kernel gemm;
    kernel_of_gemm(&gemm, r->chip, number, num(r, "m"), num(r, "n"), num(r, "k"));
    k->kernel = gemm.kernel;
    k->number = number;
    k->call = gemm.call;
}

static void read_attention(struct measured_kernel *k, const struct reading *r,
                           const struct model *m, struct shape s, const char *name)
{
    struct ops ops = {0};
    struct layers l;
    layers_of(&l, m);
    s.tp = 1;
    s.weight_byte = s.act_byte = 2;
    s.kv_byte = s.rope_byte = precision_of[k->number].kv;
    l.mixer[0].kind->ops(&l.mixer[0].of, &s, &ops);
    const struct op *o = op_find(&ops, name);
    k->kernel = o->kernel;
    k->call = call_of(r->chip, k->number, o, num(r, "batch_size"));
}

static struct shape decode_shape(const struct reading *r)
{
    return (struct shape){
        .decode = 1, .tokens = 1, .context = num(r, "kv_len"), .absorb_decode = true};
}

static struct shape prefill_shape(const struct reading *r)
{
    return (struct shape){.prompts = 1, .tokens = num(r, "isl"), .prompt = num(r, "isl")};
}

static struct model gqa_model(const struct reading *r)
{
    return (struct model){.layers = 1,
                          .hidden = 1,
                          .attention = mixer_index("gqa"),
                          .heads = num(r, "num_heads"),
                          .kv_heads = num(r, "num_kv_heads"),
                          .head_dim = num(r, "head_dim")};
}

/* DeepSeek-V3's dimensions, as in the tables. */
static struct model mla_model(const struct reading *r)
{
    return (struct model){.layers = 1,
                          .hidden = 1,
                          .attention = mixer_index("mla"),
                          .heads = num(r, "num_heads"),
                          .kv_lora_rank = 512,
                          .qk_rope_dim = 64,
                          .qk_nope_dim = 128,
                          .v_dim = 128,
                          .latent_reads = 1};
}

static void read_decode(struct measured_kernel *k, const struct reading *r)
{
    struct model m = gqa_model(r);
    k->number = number_of(row_text(r->rows, r->row, "kv_cache_dtype"));
    read_attention(k, r, &m, decode_shape(r), "attention.core");
}

static void read_mla(struct measured_kernel *k, const struct reading *r)
{
    struct model m = mla_model(r);
    k->number = number_of(row_text(r->rows, r->row, "kv_cache_dtype"));
    read_attention(k, r, &m, decode_shape(r), "attention.core");
    /* On Hopper this kernel with an FP8 cache is up to ten times slower than another kernel on the
     * same call: no server would use it. */
    if (k->number == NUMBER_FP8 &&
        !strcmp(row_text(r->rows, r->row, "kernel_source"), "flash_attention"))
        k->out = "FlashAttention-3 with an FP8 cache";
}

static void read_prefill(struct measured_kernel *k, const struct reading *r)
{
    struct model m = gqa_model(r);
    k->number = number_of(row_text(r->rows, r->row, "attn_dtype"));
    read_attention(k, r, &m, prefill_shape(r), "prefill.core");
}

static void read_prefill_mla(struct measured_kernel *k, const struct reading *r)
{
    struct model m = mla_model(r);
    k->number = number_of(row_text(r->rows, r->row, "kv_cache_dtype"));
    read_attention(k, r, &m, prefill_shape(r), "prefill.core");
}

/* Gate, up and down projection of the experts that `pairs` of token and expert reach, evenly
 * spread. */
static void read_moe(struct measured_kernel *k, const struct reading *r)
{
    double ep = num(r, "moe_ep_size"), f = num(r, "inter_size") / num(r, "moe_tp_size");
    double d = num(r, "hidden_size"), pairs = fmax(1, num(r, "num_tokens") * num(r, "topk") / ep);

    k->kernel = KERNEL_MOE;
    k->number = number_of(row_text(r->rows, r->row, "moe_dtype"));
    double active = fmin(num(r, "num_experts") / ep, pairs), weight = 3 * d * f;
    struct ops ops = {0};
    ops_add(&ops, 1,
            (struct op){.unit = UNIT_MAIN,
                        .kernel = KERNEL_MOE,
                        .flop = 2 * pairs * weight,
                        .weight_byte = active * weight * precision_of[k->number].weight,
                        .act_byte = pairs * (2 * d + 3 * f) * 2,
                        .aside = true});
    k->call = call_of(r->chip, k->number, &ops.op[0], 1);
    k->call.tokens = num(r, "num_tokens");
    k->few = strstr(row_text(r->rows, r->row, "kernel_source"), "min_latency");
    if (k->number == NUMBER_FP8_BLOCK &&
        strstr(row_text(r->rows, r->row, "kernel_source"), "cutlass"))
        k->call.experts = num(r, "num_experts") / ep;
}

static void read_collective(struct measured_kernel *k, const struct reading *r)
{
    const char *source = row_text(r->rows, r->row, "kernel_source");
    bool reduce = !strcmp(row_text(r->rows, r->row, "op_name"), "all_reduce");
    k->kernel = reduce ? KERNEL_REDUCE : KERNEL_EXCHANGE;
    k->number = NUMBER_BF16;
    k->ring = reduce && !strcmp(source, "NCCL");
    if (strcmp(source, "NCCL") != 0 && strcmp(source, "TRTLLM") != 0)
        k->out = "another server's all-reduce";
    k->call = (struct call){.wire_s = num(r, "bytes") / r->chip->link_byte_per_s,
                            .group = num(r, "num_gpus")};
}

static const struct table_of {
    const char *name, *file;
    void (*read)(struct measured_kernel *k, const struct reading *r);
} tables[] = {
    {"GEMM", "gemm", read_gemm},
    {"decode attention", "decode_attention", read_decode},
    {"decode MLA", "decode_mla", read_mla},
    {"MoE", "moe_grouped_gemm", read_moe},
    {"prefill attention", "prefill_attention", read_prefill},
    {"prefill MLA", "prefill_mla", read_prefill_mla},
    {"collectives", "comm_collectives", read_collective},
};

/* The cells of a configuration, separated by blanks. */
static void describe(char *out, size_t size, const struct csv *rows, size_t row)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 1; i < rows->columns && strcmp(rows->header[i], "lat_us") != 0; i++) {
        int more = snprintf(out + n, size - n, "%s%s", n ? " " : "", csv_at(rows, row, i));
        n += more > 0 ? (size_t)more : 0;
        if (n >= size)
            return;
    }
}

/* A measurement is wrong if it moves more bytes than any cache holds in less time than the
 * data-sheet bandwidth allows. 20 calls on A100 would read their KV cache at up to 1.6 times that
 * bandwidth. */
static bool is_faster_than_memory(const struct measured_kernel *k, const struct chip *chip)
{
    const double cached_byte = 128e6;
    return k->call.memory_s * chip->memory_byte_per_s > cached_byte &&
           k->call.memory_s > k->measured_s;
}

static int read_table(struct kernels *out, const struct table_of *t, const char *path,
                      struct catalogue *c, struct err *err)
{
    struct csv rows;
    if (csv_read(&rows, path, err) != 0)
        return -1;
    out->row = mem_grow(out->row, out->room = out->n + rows.rows + 1, sizeof *out->row);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct entry *e;
        struct err unknown;
        struct measured_kernel k = {.table = t->name};
        snprintf(k.chip, sizeof k.chip, "%s", row_text(&rows, i, "gpu"));
        if (catalogue_find(c, PART_CHIP, k.chip, &e, &unknown) != 0)
            continue;
        struct reading r = {&rows, i, e->value};
        t->read(&k, &r);
        k.measured_s = row_number(&rows, i, "lat_us") * 1e-6;
        describe(k.what, sizeof k.what, &rows, i);
        k.check = row_is_check(&rows, i, "lat_us");
        k.unit_flop_per_s = r.chip->unit_flop_per_s;
        if (!k.out && is_faster_than_memory(&k, r.chip))
            k.out = "faster than the memory";
        if (k.measured_s > 0)
            out->row[out->n++] = k;
    }
    csv_free(&rows);
    return 0;
}

int kernels_read(struct kernels *out, const char *dir, struct catalogue *c, struct err *err)
{
    int rc = 0;
    *out = (struct kernels){0};
    for (size_t i = 0; i < LEN(tables) && rc == 0; i++) {
        char *path = mem_print("%s/silicon/%s.csv", dir, tables[i].file);
        if (!text_file_is_absent(path))
            rc = read_table(out, &tables[i], path, c, err);
        free(path);
    }
    if (rc != 0)
        kernels_free(out);
    return rc;
}

void kernels_free(struct kernels *k)
{
    free(k->row);
    *k = (struct kernels){0};
}

double kernel_time_s(const struct measured_kernel *k, const struct calibration *c)
{
    struct call call = k->call;
    call.per_unit = k->unit_flop_per_s > 0 && c->unit_flop_per_s > 0
                        ? k->unit_flop_per_s / c->unit_flop_per_s
                        : 1;
    return k->few                       ? calibration_few_s(c, &call)
           : k->kernel == KERNEL_REDUCE ? calibration_reduce_s(c, k->ring, &call)
                                        : calibration_call_s(c, k->kernel, k->number, &call);
}
