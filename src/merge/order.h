/* In which order entries and sections that were both added stand. Private to merge/. */
#ifndef MERGE_ORDER_H
#define MERGE_ORDER_H

#include "merge/units.h"

enum order { ORDER_NONE, ORDER_UP, ORDER_DOWN };

/* How the entries of base around unit `gap` are sorted. */
enum order order_around(const struct units *base, size_t gap, enum unit_kind kind, size_t depth);
/* Which of two new headings comes first in front of unit `gap`: < 0, > 0. */
int order_sections(const struct units *base, size_t gap, const struct unit *a,
		   const struct unit *b);

#endif
