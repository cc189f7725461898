#include "merge/look.h"

#include "artifact/scan.h"
#include "util/mem.h"

static enum look_what what_of(enum line_what what)
{
	static const enum look_what of[] = {
		[LINE_BLANK] = LOOK_BLANK, [LINE_TEXT] = LOOK_TEXT, [LINE_HEADING] = LOOK_HEADING,
		[LINE_ITEM] = LOOK_ITEM,   [LINE_RULE] = LOOK_RULE, [LINE_RAW] = LOOK_RAW,
		[LINE_FRONT] = LOOK_FRONT,
	};

	return of[what];
}

struct look *look_at(struct slice text, size_t nr_lines, bool *open_fence)
{
	struct look *looks = mem_alloc((nr_lines + 1) * sizeof(*looks));
	struct scan s;
	struct line l;
	bool was_raw = false;

	scan_init(&s, text, NULL);
	for (size_t i = 0; i < nr_lines && scan_next(&s, &l); i++) {
		looks[i] = (struct look){
			.what = what_of(l.what),
			.nested = l.nested,
			.goes_on = was_raw && l.what == LINE_RAW,
			.depth = l.what == LINE_HEADING ? (size_t)l.level : l.col,
		};
		was_raw = s.raw != '\0';
	}
	*open_fence = scan_open_fence(&s) != 0;
	return looks;
}
