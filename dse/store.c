#include "dse/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "lib/stored_run.h"

char *store_path(const struct args *a)
{
    const char *path = args_value(a, "--db");
    if (path)
        return mem_text(path);
    const char *file = strrchr(a->argument[0], '/');
    char *stem = mem_text(file ? file + 1 : a->argument[0]);
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem)
        *dot = '\0';
    char *with = mem_print("%s.db", stem);
    free(stem);
    return with;
}

void store_hash(const char *text, char out[17])
{
    snprintf(out, 17, "%016" PRIx64, hash_text(text));
}

int store_front(struct archive *front, struct db *db, const struct stored_scenario *from,
                const struct objective *wanted, size_t n, struct err *err)
{
    struct table t;
    char *list = mem_text("point"), id_text[32];
    for (size_t i = 0; i < n; i++) {
        char *longer = mem_print("%s, \"%s\"", list, wanted[i].metric->name);
        free(list);
        list = longer;
    }
    char *sql = mem_print("SELECT %s FROM point WHERE run = ?1 AND scenario = ?2", list);
    snprintf(id_text, sizeof id_text, "%" PRId64, from->run);
    const char *texts[] = {id_text, from->scenario};
    int rc = db_select(db, sql, texts, LEN(texts), &t, err);
    for (size_t row = 0; rc == 0 && row < t.rows; row++) {
        double at[RULES_MOST];
        for (size_t i = 0; i < n; i++)
            at[i] = -wanted[i].sense * table_at(&t, row, i + 1)->number;
        archive_offer(front, at, (uint64_t)table_at(&t, row, 0)->number - from->first);
    }
    if (rc == 0)
        table_free(&t);
    free(sql);
    free(list);
    return rc;
}

int store_files(struct db *db, const struct db_run *run, const struct catalogue *c,
                const struct db_file *more, struct err *err)
{
    size_t n;
    const struct catalogue_source *from = catalogue_sources(c, &n);
    struct db_file *file = mem_alloc(n + 1, sizeof *file);
    for (size_t i = 0; i < n; i++)
        file[i] = (struct db_file){catalogue_folder(from[i].folder), from[i].name, from[i].text};
    if (more)
        file[n++] = *more;
    int rc = db_put_files(db, run, file, n, err);
    free(file);
    return rc;
}

int open_run_catalogue(struct catalogue **out, struct db *db, const struct db_run *run,
                       struct err *err)
{
    if (open_catalogue(out, err) != 0)
        return -1;
    if (run_files_give(*out, db, run, err) == 0)
        return 0;
    catalogue_close(*out);
    *out = NULL;
    return -1;
}
