/* Checks the values of a study that depend on each other. Shared by the files that read a study. */
#ifndef SEARCH_STUDY_CHECK_H
#define SEARCH_STUDY_CHECK_H

#include "search/study_read.h"

/* State while a study is read: first the base, then the overlay if there is one. */
struct reading {
    struct study *s;
    struct catalogue *c;
    struct faults *found;
    const struct node *root, *overlay; /* overlay: NULL for the base */
    bool in_overlay;                   /* the overlay is being read, or has been */
    size_t values, room;
    struct given {
        struct parameter parameter;
        double value;
        const struct node *key, *node;
        bool of_overlay;
    } * given;                /* values of single parameters */
    const struct node *trace; /* its name; NULL if the study names none */
    bool trace_of_overlay;
    const struct entry *entry[DESIGN_PARTS]; /* NULL if the study names none */
    const struct node *name[DESIGN_PARTS];   /* of the entry */
    const struct node *axis_key[AXES_MOST];  /* of each axis of the study */
    bool axis_of_overlay[AXES_MOST];
};

/* Adds a mistake. Always -1. */
int reading_note(struct reading *r, const struct node *n, const struct err *what);

/* An earlier value of the same parameter, perhaps by another path; NULL if there is none. */
const struct given *reading_given(const struct reading *r, const struct parameter *p);

/* Item of a list, or a single value. */
const struct node *list_item(const struct node *n, size_t i);

/* Refuses a space that is too large to number, before its values are made. */
int check_size(const struct reading *r, struct err *err);

/* Sorts the axes, counts the points, and checks values that depend on each other. */
int check_whole(struct reading *r, struct err *err);

#endif
