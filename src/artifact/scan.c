#include "artifact/scan.h"
#include "artifact/scan_block.h"
#include "util/mem.h"

static void measure(const struct slice *text, struct line *l)
{
	size_t at = l->at, col = l->col;

	for (; at < l->end; at++) {
		char c = text->at[at];

		if (c == ' ')
			col++;
		else if (c == '\t')
			col += 4 - col % 4;
		else
			break;
	}
	l->at = at;
	l->col = col;
}

/* Sets the ends of the line that begins at `from`. */
static void cut(const struct slice *text, size_t from, struct line *l)
{
	const char *nl = memchr(text->at + from, '\n', text->len - from);

	l->from = from;
	l->to = nl ? (size_t)(nl - text->at) + 1 : text->len;
	l->end = nl ? l->to - 1 : l->to;
	while (l->end > from && text->at[l->end - 1] == '\r')
		l->end--;
	l->at = from;
	l->col = 0;
	l->nested = false;
	l->level = 0;
	measure(text, l);
}

static bool line_is(const struct slice *text, const struct line *l, const char *what)
{
	return slice_is(slice_trim(slice_of(text->at + l->from, l->end - l->from)), what);
}

/* "key:" or a comment: what the first line of front matter looks like. */
static bool looks_like_yaml(const struct slice *text, const struct line *l)
{
	const char *c = text->at + l->from, *end = text->at + l->end;

	if (c < end && *c == '#')
		return true;
	while (c < end && (*c == '_' || *c == '-' || (*c >= 'a' && *c <= 'z') ||
			   (*c >= 'A' && *c <= 'Z')))
		c++;
	return c > text->at + l->from && c < end && *c == ':';
}

static size_t front_matter(const struct slice *text, size_t from)
{
	struct line l;

	if (text->len - from < 4 || memcmp(text->at + from, "---", 3) != 0)
		return 0;
	cut(text, from, &l);
	if (!line_is(text, &l, "---") || l.to == text->len)
		return 0;
	cut(text, l.to, &l);
	if (!looks_like_yaml(text, &l))
		return 0;
	while (l.to < text->len) {
		cut(text, l.to, &l);
		if (l.at == l.from && (line_is(text, &l, "---") || line_is(text, &l, "...")))
			return l.to;
	}
	return 0;
}

void scan_init(struct scan *s, struct slice text, struct scan_items *items)
{
	s->text = text;
	s->items = items;
	s->pos = text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	s->front_to = front_matter(&text, s->pos);
	s->number = 0;
	s->para = false;
	s->raw = '\0';
	s->raw_line = 0;
	s->last_to = s->pos;
	s->depth = 0;
}

static void pop_items(struct scan *s, size_t depth)
{
	while (s->depth > depth) {
		s->depth--;
		if (s->items)
			s->items->at[s->open[s->depth].index].whole.to = s->last_to;
	}
}

/* Inside code or a comment: false when the list item that holds it has ended before this line. */
static bool raw_line(struct scan *s, struct line *l)
{
	if (l->col < s->raw_col) {
		s->raw = '\0';
		return false;
	}
	l->what = LINE_RAW;
	l->nested = s->raw_col > 0;
	if (scan_block_ends(s, l))
		s->raw = '\0';
	return true;
}

static void open_item(struct scan *s, const struct line *l, const struct scan_marker *m)
{
	struct item *item;

	s->open[s->depth].col = m->col;
	if (s->items) {
		MEM_GROW(s->items->at, s->items->len, s->items->cap);
		s->open[s->depth].index = s->items->len;
		item = &s->items->at[s->items->len++];
		*item = (struct item){
			.whole = {l->from, l->to},
			.text = {m->at, l->end},
			.indent = (int)l->col,
			.line = l->number,
		};
		scan_block_checkbox(s, item);
		/* An item that stands behind another one's marker begins there. */
		if (s->depth && s->items->at[s->open[s->depth - 1].index].line == l->number)
			item->whole.from = l->at;
	}
	s->depth++;
}

static void text_line(struct scan *s, struct line *l, size_t matched, bool code)
{
	l->what = code && !s->para ? LINE_RAW : LINE_TEXT;
	if (!s->para) {
		pop_items(s, matched);
		s->para = !code;
	}
	l->nested = s->depth > 0;
}

/* Takes the markers off the front of the line: "- 1. text" opens two items. */
static void item_line(struct scan *s, struct line *l, struct scan_marker *m)
{
	struct line rest = *l;
	enum scan_start start = START_ITEM;

	while (start == START_ITEM) {
		open_item(s, &rest, m);
		rest.at = m->at;
		rest.col = m->col;
		s->para = false;
		measure(&s->text, &rest);
		if (rest.at == rest.end)
			return;
		start = rest.col - m->col >= 4 ? START_CODE : scan_block_start(s, &rest, m);
		if (start == START_ITEM && s->depth == SCAN_DEPTH)
			start = START_TEXT;
	}
	if (start == START_RAW)
		scan_block_enter(s, &rest, s->open[s->depth - 1].col);
	s->para = start == START_TEXT;
}

static void block_line(struct scan *s, struct line *l)
{
	struct scan_marker m;
	enum scan_start start;
	size_t matched = 0, base;

	while (matched < s->depth && s->open[matched].col <= l->col)
		matched++;
	base = matched ? s->open[matched - 1].col : 0;
	start = l->col - base >= 4 ? START_CODE : scan_block_start(s, l, &m);
	if (start == START_ITEM && (matched == SCAN_DEPTH ||
				    (s->para && matched == s->depth && !m.interrupts)))
		start = START_TEXT;
	if (start == START_TEXT || start == START_CODE) {
		text_line(s, l, matched, start == START_CODE);
		return;
	}
	pop_items(s, matched);
	s->para = false;
	l->nested = s->depth > 0;
	switch (start) {
	case START_ITEM:
		l->what = LINE_ITEM;
		item_line(s, l, &m);
		break;
	case START_HEADING:
		l->what = l->nested ? LINE_TEXT : LINE_HEADING;
		if (!l->nested)
			scan_block_heading(s, l);
		break;
	case START_RAW:
		l->what = LINE_RAW;
		scan_block_enter(s, l, base);
		break;
	case START_RULE:
		l->what = LINE_RULE;
		break;
	default:
		l->what = LINE_TEXT;	/* a block quote */
		break;
	}
}

bool scan_next(struct scan *s, struct line *l)
{
	if (s->pos >= s->text.len) {
		pop_items(s, 0);
		return false;
	}
	cut(&s->text, s->pos, l);
	l->number = ++s->number;
	s->pos = l->to;
	if (l->from < s->front_to) {
		l->what = LINE_FRONT;
	} else if (l->at == l->end) {
		l->what = s->raw ? LINE_RAW : LINE_BLANK;
		l->nested = s->depth > 0;
		s->para = false;
		return true;
	} else if (!s->raw || !raw_line(s, l)) {
		block_line(s, l);
	}
	s->last_to = l->to;
	return true;
}

int scan_open_fence(const struct scan *s)
{
	return s->raw == '`' || s->raw == '~' ? s->raw_line : 0;
}
