/*
 * Three texts separated by lines of "~": no input makes the merge fail, in no mode; the identities
 * hold, and a conflict can be read back. Settings are asked for in half of the cases.
 */
#include "artifact/kind.h"
#include "merge/diff.h"
#include "merge/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

/* A line of seven of these and no more, as conflict markers are. */
static bool is_marker(struct slice line, char c)
{
	size_t n = 0;

	while (n < line.len && line.at[n] == c)
		n++;
	return n == 7 && (n == line.len || line.at[n] == ' ' || line.at[n] == '\n' ||
			  line.at[n] == '\r');
}

static bool has_marker(struct slice text)
{
	struct slice line;

	while (slice_line(&text, &line))
		if (is_marker(line, '<') || is_marker(line, '|') || is_marker(line, '=') ||
		    is_marker(line, '>'))
			return true;
	return false;
}

/* Begin, base, middle, end, as often as it says, and never one within another. */
static void read_back(const struct merge_result *r, bool with_base)
{
	struct slice rest = slice_of(r->bytes, r->len), line;
	const char *const order = with_base ? "<|=>" : "<=>";
	int at = 0, hunks = 0;

	while (slice_line(&rest, &line)) {
		for (const char *c = "<|=>"; *c; c++)
			if (is_marker(line, *c))
				require(*c == order[at++]);
		if (!order[at]) {
			hunks++;
			at = 0;
		}
	}
	require(!at && hunks == r->conflicts);
}

static err_t strict(void *ctx, struct merge_options *o)
{
	(void)ctx;
	return merge_set(o, "mode", "strict");
}

static void check_settings(struct slice base, struct slice ours, struct slice theirs,
			   const struct merge_options *o)
{
	const struct merge_settings settings = {NULL, strict};
	struct merge_options now = *o;
	struct merge_result asked, direct;

	now.mode = MERGE_STRICT;
	now.text_only = false;
	require(!merge3_as_set(&asked, base, ours, theirs, o, &settings));
	direct = merge3(base, ours, theirs, &now);
	require(asked.clean == direct.clean);
	require(slice_eq(slice_of(asked.bytes, asked.len), slice_of(direct.bytes, direct.len)));
	merge_result_release(&asked);
	merge_result_release(&direct);
}

static void check(struct slice base, struct slice ours, struct slice theirs,
		  const struct merge_options *o)
{
	struct merge_result r = merge3(base, ours, theirs, o), s = merge3(base, theirs, ours, o);

	require(r.clean == s.clean && r.clean == !r.conflicts);
	if (r.clean)
		require(slice_eq(slice_of(r.bytes, r.len), slice_of(s.bytes, s.len)));
	require(strlen(r.bytes) <= r.len);
	if (!has_marker(base) && !has_marker(ours) && !has_marker(theirs) &&
	    strcmp(r.decisions[0].rule, "binary") != 0)
		read_back(&r, o->style != MERGE_STYLE_MERGE);
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
		o.mode = style == MERGE_STYLE_MERGE ? MERGE_STRICT : MERGE_FULL;
		check(text[0], text[1], text[2], &o);
		o.mode = MERGE_DEFAULT;
	}
	o = merge_defaults(kinds_find(kinds, "story"));
	check_settings(text[0], text[1], text[2], &o);
	o.text_only = true;
	check(text[0], text[1], text[2], &o);
	return 0;
}
