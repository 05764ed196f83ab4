#include "tests/fuzz/fuzz_store.h"

/* A condition is refused in a line, or it becomes one condition of SQL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct db *db;
    struct err err = {0};
    char *text = text_of(data, size), *where = NULL;
    if (db == NULL) {
        char *path = fuzz_store_path("where.db");
        fuzz_store_make(path);
        must(db_open(&db, path, DB_READ, &err) == 0, "the store is opened");
        unlink(path);
        free(path);
    }
    if (db_where(db, text, &where, &err) != 0)
        must_complain(&err, "");
    else
        must(where != NULL && db_check_where(db, where, &err) == 0, "what was made is accepted");
    free(where);
    free(text);
    return 0;
}
