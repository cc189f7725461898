/* Three texts separated by lines of "~": no input makes the merge fail, and the identities hold. */
#include "artifact/kind.h"
#include "merge/diff.h"
#include "merge/merge.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void require_bytes(struct merge_result r, struct slice want)
{
	require(r.clean && slice_eq(slice_of(r.bytes, r.len), want));
	merge_result_release(&r);
}

static void check(struct slice base, struct slice ours, struct slice theirs,
		  const struct merge_options *o)
{
	struct merge_result r = merge3(base, ours, theirs, o), s = merge3(base, theirs, ours, o);

	require(r.clean == s.clean && r.clean == !r.conflicts);
	if (r.clean)
		require(slice_eq(slice_of(r.bytes, r.len), slice_of(s.bytes, s.len)));
	require(strlen(r.bytes) <= r.len);
	merge_result_release(&r);
	merge_result_release(&s);
	require_bytes(merge3(base, ours, base, o), ours);
	require_bytes(merge3(base, base, theirs, o), theirs);
	require_bytes(merge3(base, ours, ours, o), ours);
	free(diff_unified(base, ours, "a", "b", 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kinds *kinds;
	struct slice rest = slice_of((const char *)data, size), line, text[3] = {{0}};
	struct merge_options o = {0};
	int n = 0;

	if (!kinds)
		kinds = kinds_new();
	text[0] = slice_of(rest.at, 0);
	while (slice_line(&rest, &line)) {
		if (n < 2 && slice_is(line, "~\n"))
			text[++n] = slice_of(line.at + line.len, 0);
		else
			text[n].len += line.len;
	}
	for (int style = MERGE_STYLE_MERGE; style <= MERGE_STYLE_ZDIFF3; style++) {
		o.style = (enum merge_style)style;
		o.kind = NULL;
		check(text[0], text[1], text[2], &o);
		o.kind = kinds_find(kinds, "story");
		check(text[0], text[1], text[2], &o);
	}
	return 0;
}
