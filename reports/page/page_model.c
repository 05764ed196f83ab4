#include "reports/page/page_data.h"

void page_model_json(const struct page_data *d, FILE *out)
{
    (void)d;
    fputs("null", out);
}
