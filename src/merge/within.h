/* One change that has all of another, and more. Private to merge/. */
#ifndef MERGE_WITHIN_H
#define MERGE_WITHIN_H

#include "util/slice.h"

#include <stdbool.h>

/*
 * Whether `more` has every line that `less` put in, at that place and in that order, and has lost
 * every line that it took out: then `more` is both. False where `less` put nothing in.
 */
bool within_lines(struct slice base, struct slice less, struct slice more);

#endif
