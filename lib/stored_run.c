#include "lib/stored_run.h"

#include <stdlib.h>

#include "search/evaluator.h"

int stored_run_open(struct stored_run *out, const char *path, const char *name, struct err *err)
{
    if (db_open(&out->db, path, DB_READ, err) != 0)
        return -1;
    if (db_run_find(out->db, name, &out->run, err) == 0) {
        if (db_check_points(out->db, &out->run, false, err) == 0)
            return 0;
        db_run_free(&out->run);
    }
    db_close(out->db);
    return -1;
}

void stored_run_close(struct stored_run *r)
{
    db_run_free(&r->run);
    db_close(r->db);
}

/* Points of another program cannot be evaluated again, nor be compared with those of dse. */
static int refuse_evaluator(const struct db_run *run, struct err *err)
{
    char *command = evaluator_of_text(run->spec);
    if (!command)
        return 0;
    fail(err,
         "run %s: its points are answers of \"%s\", which this would price again with dse: use dse "
         "query or dse pareto, or sweep again, which asks nothing twice",
         run->name, command);
    free(command);
    return -1;
}

int run_files_give(struct catalogue *c, struct db *db, const struct db_run *run, struct err *err)
{
    struct table files;
    if (refuse_evaluator(run, err) != 0)
        return -1;
    if (db_files(db, run, &files, err) != 0)
        return -1;
    for (size_t i = 0; i < files.rows; i++) {
        size_t folder = catalogue_folder_named(table_text_at(&files, i, "kind"));
        if (folder < CATALOGUE_FOLDERS)
            catalogue_give(c, folder, table_text_at(&files, i, "name"),
                           table_text_at(&files, i, "text"));
    }
    table_free(&files);
    return 0;
}
