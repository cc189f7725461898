#include "artifact/sections.h"
#include "util/mem.h"

#include <strings.h>

static struct section *add(struct sections *s)
{
	MEM_GROW(s->at, s->len, s->cap);
	s->at[s->len] = (struct section){.parent = s->len};
	return &s->at[s->len++];
}

void sections_init(struct sections *s)
{
	*s = (struct sections){0};
	add(s)->line = 1;
}

/* Ends the body of the last section, and every section that a heading of this level closes. */
static void close_at(struct sections *s, size_t pos, int level)
{
	size_t i = s->len - 1;

	s->at[i].body.to = pos;
	while (s->at[i].level >= level || s->at[i].level == 0) {
		size_t parent = s->at[i].parent;

		if (!s->at[i].whole.to)
			s->at[i].whole.to = pos;
		if (parent == i)
			break;
		i = parent;
	}
}

/* The nearest section above that encloses one of this level; none: len. */
static size_t enclosing(const struct sections *s, int level)
{
	size_t i = s->len - 1;

	for (;;) {
		if (s->at[i].level > 0 && s->at[i].level < level)
			return i;
		if (s->at[i].parent == i)
			return s->len;
		i = s->at[i].parent;
	}
}

void sections_heading(struct sections *s, const struct line *l)
{
	size_t parent = enclosing(s, l->level);
	struct section *section;

	close_at(s, l->from, l->level);
	section = add(s);
	section->level = l->level;
	section->heading = (struct range){l->from, l->to};
	section->title = l->title;
	section->body.from = l->to;
	section->whole.from = l->from;
	section->parent = parent;
	section->line = l->number;
}

void sections_end(struct sections *s, size_t len)
{
	close_at(s, len, 0);
}

static bool one_of(struct slice title, const char *const *names)
{
	for (; *names; names++)
		if (title.len == strlen(*names) && strncasecmp(title.at, *names, title.len) == 0)
			return true;
	return false;
}

static struct slice title_of(const struct section *s, struct slice text)
{
	return slice_of(text.at + s->title.from, s->title.to - s->title.from);
}

/* "Linked ADRs": how they are linked, then what. */
static bool is_link_title(struct slice title)
{
	static const char *const how[] = {"linked", "parent", "related", "child", NULL};
	static const char *const what[] = {"adr", "adrs", "journey", "journeys", "plan", "plans",
					   "story", "stories", "runbook", "runbooks", NULL};
	const char *space = memchr(title.at, ' ', title.len);
	size_t n = space ? (size_t)(space - title.at) : 0;

	return n && one_of(slice_of(title.at, n), how) &&
	       one_of(slice_of(title.at + n + 1, title.len - n - 1), what);
}

bool sections_is_link(const struct section *at, size_t section, struct slice text)
{
	for (;;) {
		const struct section *s = &at[section];

		if (s->level > 1 && is_link_title(title_of(s, text)))
			return true;
		if (s->parent == section)
			return false;
		section = s->parent;
	}
}

static bool is_log_title(struct slice title)
{
	static const char *const names[] = {"execution log", "change log", "history", "log", NULL};

	return one_of(title, names);
}

bool sections_is_log(const struct section *section, struct slice text)
{
	return section->level > 1 && is_log_title(title_of(section, text));
}

bool sections_is_special(struct slice title)
{
	return is_link_title(title) || is_log_title(title);
}
