#include "artifact/links.h"
#include "artifact/label.h"
#include "util/mem.h"

static bool capital(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Where the word begins whose scope ends before `dash`; `dash` itself when there is none. */
static size_t scope_start(struct slice text, size_t from, size_t dash)
{
	size_t at = dash;

	while (at > from && capital(text.at[at - 1]))
		at--;
	if (at > from && (lower(text.at[at - 1]) || strchr("-~", text.at[at - 1])))
		return dash;
	return at;
}

/* "-smart-router.md" may follow a label, "-S1" and "7x" may not. */
static bool ends_well(struct slice text, size_t at, size_t end)
{
	if (at == end)
		return true;
	if (text.at[at] == '-')
		return at + 1 == end || !capital(text.at[at + 1]);
	return !capital(text.at[at]) && !lower(text.at[at]) && text.at[at] != '~';
}

void links_line(struct links *out, struct slice text, const struct line *l, size_t section,
		bool in_link_section)
{
	size_t from = l->at, dash;
	const char *found;

	while (from < l->end && (found = memchr(text.at + from, '-', l->end - from))) {
		struct label label;
		size_t at, n;

		dash = (size_t)(found - text.at);
		at = scope_start(text, l->at, dash);
		from = dash + 1;
		n = at < dash ? label_prefix(&label, slice_of(text.at + at, l->end - at)) : 0;
		if (!n || at + n <= dash || !ends_well(text, at + n, l->end))
			continue;
		if (!in_link_section && label.num >= 0 && at + n - dash - 1 < 3)
			continue;
		MEM_GROW(out->at, out->len, out->cap);
		out->at[out->len] = (struct link){
			.at = {at, at + n},
			.section = section,
			.in_link_section = in_link_section,
			.line = l->number,
		};
		memcpy(out->at[out->len++].label, label.text, sizeof(label.text));
		from = at + n;
	}
}

const char *artifact_parent_label(const struct artifact *a, const char *own, size_t n)
{
	if (a->kind && a->kind->shares_label && own[0] && n-- == 0)
		return own;
	for (size_t i = 0; i < a->nr_links; i++)
		if (a->links[i].in_link_section && n-- == 0)
			return a->links[i].label;
	return NULL;
}
