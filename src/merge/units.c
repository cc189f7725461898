#include "merge/units.h"

#include "merge/form.h"
#include "merge/look.h"
#include "merge/name.h"
#include "util/mem.h"

#include <stdlib.h>

struct splitter {
	struct units *u;
	const struct lines *lines;
	struct unit *open;	/* what the next line may belong to */
	bool in_table;
};

static bool only_of(struct slice s, const char *set)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(set, s.at[i]))
			return false;
	return s.len > 0;
}

static bool is_ruler(struct slice line)
{
	return only_of(line, "|:- \t\r\n") && memchr(line.at, '-', line.len) &&
	       memchr(line.at, '|', line.len);
}

static bool is_link(struct slice line)
{
	const char *close;

	if (line.len < 5 || line.at[0] != '[' || line.at[1] == ']' || line.at[1] == '^')
		return false;
	close = memchr(line.at, ']', line.len);
	return close && close + 1 < line.at + line.len && close[1] == ':';
}

/* A line that is an image, perhaps with a link: a badge. */
static bool is_badge(struct slice line)
{
	struct slice t = slice_trim(line);

	return t.len > 4 && t.at[t.len - 1] == ')' &&
	       (memcmp(t.at, "[![", 3) == 0 || memcmp(t.at, "![", 2) == 0);
}

static struct unit *begin(struct splitter *s, enum unit_kind kind, size_t line)
{
	struct units *u = s->u;

	MEM_GROW(u->at, u->len, u->cap);
	u->at[u->len] = (struct unit){.kind = kind, .from = line, .to = line + 1, .next = line + 1};
	s->open = &u->at[u->len++];
	return s->open;
}

static void extend(struct splitter *s, size_t line)
{
	s->open->to = s->open->next = line + 1;
}

static bool after_paragraph(const struct splitter *s, size_t line)
{
	return s->open && s->open->kind == UNIT_PARA && s->open->to == line;
}

/* A ruler makes the last line of the paragraph before it the head of a table. */
static bool table_begins(struct splitter *s, size_t line)
{
	if (!after_paragraph(s, line) || !is_ruler(s->lines->at[line].text))
		return false;
	if (s->open->to - s->open->from > 1) {
		s->open->to = s->open->next = line - 1;
		begin(s, UNIT_ROW, line - 1);
	}
	s->open->kind = UNIT_ROW;
	begin(s, UNIT_RULER, line);
	s->in_table = true;
	return true;
}

/* "Title" and "=====" below it. */
static bool underlines(struct splitter *s, size_t line)
{
	struct slice t = slice_trim(s->lines->at[line].text);

	if (!after_paragraph(s, line) || s->open->to - s->open->from != 1 || t.len < 3 ||
	    (!only_of(t, "=") && !only_of(t, "-")))
		return false;
	s->open->kind = UNIT_HEADING;
	s->open->depth = t.at[0] == '=' ? 1 : 2;
	extend(s, line);
	s->open = NULL;
	return true;
}

static void text_line(struct splitter *s, const struct look *l, size_t at)
{
	struct slice text = s->lines->at[at].text;
	bool joined = s->open && s->open->to == at;

	if (l->nested && s->open && s->open->kind == UNIT_ITEM) {
		extend(s, at);
	} else if (s->in_table && joined && memchr(text.at, '|', text.len)) {
		begin(s, UNIT_ROW, at);
	} else if (!table_begins(s, at) && !underlines(s, at)) {
		s->in_table = false;
		if (is_link(text))
			begin(s, UNIT_LINK, at);
		else if (is_badge(text) && !(joined && s->open->kind == UNIT_PARA))
			begin(s, UNIT_ITEM, at);
		else if (joined && s->open->kind == UNIT_PARA)
			extend(s, at);
		else
			begin(s, UNIT_PARA, at);
	}
}

static void front_line(struct splitter *s, size_t at)
{
	struct slice text = s->lines->at[at].text, t = slice_trim(text);

	if (slice_is(t, "---") || slice_is(t, "..."))
		begin(s, UNIT_FENCE, at);
	else if (s->open && s->open->kind == UNIT_FIELD && (!t.len || strchr(" \t-#", text.at[0])))
		extend(s, at);
	else
		begin(s, UNIT_FIELD, at);
}

static void other_line(struct splitter *s, const struct look *l, size_t at)
{
	bool in_item = l->nested && s->open && s->open->kind == UNIT_ITEM;

	s->in_table = false;
	switch (l->what) {
	case LOOK_HEADING:
		begin(s, UNIT_HEADING, at)->depth = l->depth;
		s->open = NULL;
		break;
	case LOOK_ITEM:
		begin(s, UNIT_ITEM, at)->depth = l->depth;
		break;
	case LOOK_RULE:
		if (!underlines(s, at))
			begin(s, UNIT_BREAK, at);
		break;
	case LOOK_RAW:
		if (s->open && (in_item || l->goes_on))
			extend(s, at);
		else
			begin(s, UNIT_RAW, at);
		break;
	case LOOK_FRONT:
		front_line(s, at);
		break;
	case LOOK_BLANK:
		if (!s->u->len)
			begin(s, UNIT_BLANK, at)->to = at;
		s->u->at[s->u->len - 1].next = at + 1;
		break;
	case LOOK_TEXT:
		break;
	}
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 1099511628211u;
	hash ^= hash >> 29;
	return (hash + value) * 0x9e3779b97f4a7c15u;
}

static void finish(struct unit *unit, const struct lines *lines, const unsigned *id)
{
	unit->hash = mix(14695981039346656037u, unit->kind);
	for (size_t l = unit->from; l < unit->to; l++)
		unit->hash = mix(unit->hash, id[l]);
	if (unit->from == unit->to)
		return;
	unit->text = lines->at[unit->from].text;
	for (size_t l = unit->from + 1; l < unit->to; l++)
		unit->text.len += lines->at[l].text.len;
	unit->key = name_of(unit);
}

void units_split(struct units *u, struct slice text, const struct lines *lines, const unsigned *id)
{
	struct splitter s = {.u = u, .lines = lines};
	struct look *looks = look_at(text, lines->len, &u->open_fence);

	for (size_t i = 0; i < lines->len; i++) {
		if (looks[i].what == LOOK_TEXT)
			text_line(&s, &looks[i], i);
		else
			other_line(&s, &looks[i], i);
	}
	for (size_t i = 0; i < u->len; i++)
		finish(&u->at[i], lines, id);
	free(looks);
}

void units_release(struct units *u)
{
	free(u->at);
	*u = (struct units){0};
}

size_t units_from(const struct units *u, size_t line)
{
	size_t low = 0, high = u->len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (u->at[mid].from < line)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool units_begin_at(const struct units *u, size_t line)
{
	size_t i = units_from(u, line);

	if (i < u->len)
		return u->at[i].from == line;
	return !u->len || u->at[u->len - 1].next <= line;
}
