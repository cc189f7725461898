/* What a merge decided, for people: shared by `merge --explain` and `sync resolve --explain`. */
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

#include "merge/merge.h"

#include <stdio.h>

/* A line each: "conflict" or "merged", rule, place and reason, between tabs. */
void explain_decisions(const struct merge_result *r, FILE *out);
/* Each conflict with its markers, after the line where it begins in the merged text and the heading
 * that it stands under. */
void explain_hunks(const struct merge_result *r, FILE *out);

#endif
