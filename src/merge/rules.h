/* What the rules are about, and which of them a mode does without. Private to merge/. */
#ifndef MERGE_RULES_H
#define MERGE_RULES_H

#include "merge/merge.h"

#include <stdbool.h>

/* "entries that both sides added" (static). */
const char *merge_rule_about(enum merge_rule rule);
/* The least share of agreement that a mode asks for, of a rule and of all that a text took. */
int merge_mode_least(enum merge_mode mode);
/* Of all these rules together. */
int merge_rules_share(unsigned bits);
/* Bits of the rules that are not used in this mode. Those that put one line in the place of two are
 * for artifacts; looks also where one side formatted the text and did no more. */
unsigned merge_rules_off(enum merge_mode mode, bool artifact, bool formatted);

#endif
