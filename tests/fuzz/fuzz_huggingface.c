#include "arch/catalogue/huggingface.h"
#include "tests/fuzz/fuzz.h"

/* The same file also stands beside itself as hf_quant_config.json if it begins with a blank. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf *conf;
    static struct imported model;
    struct err err = {0};
    char *text = text_of(data, size);
    if (conf_parse(&conf, "input", text, &err) == 0) {
        struct import_choice choice = {.quantised = *text == ' ' ? conf_root(conf) : NULL};
        if (huggingface_import(&model, conf_root(conf), &choice, &err) != 0) {
            must_complain(&err, "input:");
        } else {
            struct layers l;
            layers_of(&l, &model.model);
            must(model_params(&model.model) > 0, "a model has parameters");
            must(model.remarks <= REMARKS_MOST, "remarks have room");
        }
        conf_close(conf);
    }
    free(text);
    return 0;
}
