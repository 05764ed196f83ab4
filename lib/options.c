#include "lib/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/field.h"
#include "base/mem.h"

/* The text behind "NAME=" if `option` is that; else NULL. */
static const char *value_of(const char *option, const char *name)
{
    size_t length = strlen(name);
    return !strncmp(option, name, length) && option[length] == '=' ? option + length + 1 : NULL;
}

static int check_one(const char *option, const char *const *known, struct err *err)
{
    size_t n = 0;
    for (; known[n]; n++)
        if (value_of(option, known[n]))
            return 0;
    size_t length = strcspn(option, "=");
    if (!option[length])
        return fail(err, "%s: an option without a value: write %s=VALUE", option, option);
    char *name = mem_text(option);
    name[length] = '\0';
    const char *near = name_nearest(name, known, n);
    fail(err, "%s: unknown option: %s%s?", name,
         near ? "did you mean " : "see dse.h for those of this function", near ? near : "");
    free(name);
    return -1;
}

int options_check(const char *const *options, const char *const *known, struct err *err)
{
    for (size_t i = 0; options && options[i]; i++)
        if (check_one(options[i], known, err) != 0)
            return -1;
    return 0;
}

const char *options_value(const char *const *options, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; options && options[i]; i++) {
        const char *here = value_of(options[i], name);
        value = here ? here : value;
    }
    return value;
}

int options_jobs(const char *const *options, size_t *out, struct err *err)
{
    const struct field jobs = {.name = "jobs", .unit = "1", .lo = 1, .hi = 1024, .whole = true};
    const char *text = options_value(options, jobs.name);
    double value = (double)sysconf(_SC_NPROCESSORS_ONLN);
    struct err inner;
    if (text && field_parse(&jobs, text, &value, &inner) != 0)
        return fail(err, "%s: %s", jobs.name, inner.text);
    *out = value < 1 ? 1 : (size_t)value;
    return 0;
}
