/* The points of two runs, each with its design: the values of all axes that either study sweeps. */
#ifndef REPORTS_COMPARE_COMPARED_POINTS_H
#define REPORTS_COMPARE_COMPARED_POINTS_H

#include "base/text_index.h"
#include "reports/compare/compare.h"
#include "search/axis.h"

/* An axis that either study sweeps. */
struct key_axis {
    char path[sizeof((struct axis *)0)->path];
    bool is_part;
    size_t part;
    struct parameter parameter;
    bool of_question; /* model, workload or price: splits every answer */
};

enum { KEY_MOST = 4 * AXES_MOST };

struct compared_point {
    double point;
    char *key; /* of the design */
    size_t group, verdict;
    char *design; /* for people, without what the group says */
    double value; /* tokens per second and USD */
    double *at;   /* the objectives, all to be minimised */
};

/* A model and workload. */
struct compared_group {
    struct cell *cell; /* of the scenario, if that splits, and of each axis of the question */
};

struct design_place {
    const char *key;
    size_t at; /* of the point */
};

/* A design that is in both runs. */
struct common_design {
    size_t in[RUNS];
};

struct compared_points {
    bool by_scenario;
    const struct objective *objective;
    size_t objectives;
    size_t axes;
    struct key_axis axis[KEY_MOST];
    size_t verdicts;
    char *verdict[VERDICTS];
    size_t groups, groups_room;
    struct text_index keys; /* of the groups */
    struct compared_group *group;
    struct {
        size_t n, room;
        struct compared_point *point; /* in the order of the store */
        struct design_place *by_key;  /* sorted by design */
    } run[RUNS];
    size_t commons;
    struct common_design *common;
};

/* Begins a table with the columns of a group followed by `after`; adds the cells of a group. */
void group_table_begin(struct table *out, const struct compared_points *p, const char *const *after,
                       size_t n);
void group_table_add(struct table *out, const struct compared_points *p, size_t group);

bool point_is_feasible(const struct compared_points *p, const struct compared_point *x);

/* The first point of a run with this design; NULL if there is none. */
const struct compared_point *find_design(const struct compared_points *p, int run, const char *key);

#endif
