/* What the handles of the library hold. */
#ifndef LIB_HANDLE_H
#define LIB_HANDLE_H

#include "arch/catalogue/catalogue.h"
#include "lib/dse.h"
#include "search/study.h"
#include "search/tasks.h"

/* Entries are read when they are first asked for, so whoever uses `open` holds the lock. */
struct dse_catalogue {
    char *folder;
    struct catalogue *open;
    struct lock *lock;
};

struct dse_study {
    struct study *whole;
    dse_catalogue *catalogue;
    bool broken; /* a change failed half way */
};

/* Fails if the study is broken. */
int study_check(const dse_study *study, struct err *err);

#endif
