/* A program with libdse: prices one point, PATH=VALUE..., as `dse eval --format json` does. Built
 * in tests by what pkg-config says of the installed library. */
#include <stdio.h>

#include <dse.h>

int main(int argc, char **argv)
{
    dse_catalogue *catalogue = NULL;
    dse_study *study = NULL;
    dse_error error;
    char *json = NULL;
    const char *const *set = (const char *const *)(argv + 1);

    if (dse_catalogue_open(&catalogue, NULL, &error) ||
        dse_study_open(&study, catalogue, NULL, &error) ||
        (argc > 1 && dse_study_set(study, set, &error)) || dse_evaluate(study, NULL, &json, &error))
        fprintf(stderr, "%s\n", error.text);
    else
        fputs(json, stdout);
    int status = json ? 0 : error.status;
    dse_free(json);
    dse_study_close(study);
    dse_catalogue_close(catalogue);
    return status;
}
