#include "artifact/scan_block.h"

#include <strings.h>

/* HTML blocks that hold text which is not markdown, up to their closing tag. */
static const char *const raw_tags[] = {"pre", "script", "style", "textarea", NULL};

static bool gap(const struct scan *s, size_t at, size_t end)
{
	return at == end || s->text.at[at] == ' ' || s->text.at[at] == '\t';
}

static size_t run(const struct scan *s, size_t at, size_t end)
{
	size_t n = 1;

	while (at + n < end && s->text.at[at + n] == s->text.at[at])
		n++;
	return n;
}

static bool is_heading(const struct scan *s, const struct line *l)
{
	size_t n = run(s, l->at, l->end);

	return n <= 6 && gap(s, l->at + n, l->end);
}

/* An info string after backticks has none. */
static bool is_fence(const struct scan *s, const struct line *l)
{
	size_t n = run(s, l->at, l->end);

	return n >= 3 && (s->text.at[l->at] == '~' ||
			  !memchr(s->text.at + l->at + n, '`', l->end - l->at - n));
}

static const char *raw_tag(const struct scan *s, const struct line *l)
{
	const char *at = s->text.at + l->at + 1;
	size_t len = l->end - l->at - 1;

	for (const char *const *tag = raw_tags; *tag; tag++) {
		size_t n = strlen(*tag);

		if (len >= n && strncasecmp(at, *tag, n) == 0 &&
		    (len == n || strchr(" \t>", at[n])))
			return *tag;
	}
	return NULL;
}

static bool is_comment(const struct scan *s, const struct line *l)
{
	return l->end - l->at >= 4 && memcmp(s->text.at + l->at, "<!--", 4) == 0;
}

/* Three or more of one of "-*_", with nothing but spaces between. */
static bool is_rule(const struct scan *s, const struct line *l)
{
	char c = s->text.at[l->at];
	size_t n = 0;

	for (size_t at = l->at; at < l->end; at++) {
		if (s->text.at[at] == c)
			n++;
		else if (!gap(s, at, l->end))
			return false;
	}
	return n >= 3;
}

/* Bytes of "-", "*", "+", "1." or "1)"; 0: no marker. */
static size_t marker_len(const struct scan *s, const struct line *l, bool *first)
{
	const char *at = s->text.at + l->at;
	size_t n = 0, len = l->end - l->at;

	*first = true;
	if (*at == '-' || *at == '*' || *at == '+')
		return gap(s, l->at + 1, l->end) ? 1 : 0;
	while (n < len && n < 10 && at[n] >= '0' && at[n] <= '9')
		n++;
	if (n == 0 || n == 10 || n == len || (at[n] != '.' && at[n] != ')'))
		return 0;
	*first = n == 1 && *at == '1';
	return gap(s, l->at + n + 1, l->end) ? n + 1 : 0;
}

static bool is_item(const struct scan *s, const struct line *l, struct scan_marker *m)
{
	bool first;
	size_t n = marker_len(s, l, &first), at = l->at + n, col = l->col + n;

	if (!n)
		return false;
	for (; at < l->end && gap(s, at, l->end); at++)
		col += s->text.at[at] == '\t' ? 4 - col % 4 : 1;
	m->interrupts = first && at < l->end;
	/* Five columns or more are one space and indented code. */
	if (at == l->end || col - l->col - n >= 5) {
		at = l->at + n + (at < l->end);
		col = l->col + n + 1;
	}
	m->at = at;
	m->col = col;
	return true;
}

enum scan_start scan_block_start(const struct scan *s, const struct line *l, struct scan_marker *m)
{
	switch (s->text.at[l->at]) {
	case '#':
		return is_heading(s, l) ? START_HEADING : START_TEXT;
	case '`':
	case '~':
		return is_fence(s, l) ? START_RAW : START_TEXT;
	case '<':
		return is_comment(s, l) || raw_tag(s, l) ? START_RAW : START_TEXT;
	case '>':
		return START_QUOTE;
	case '_':
		return is_rule(s, l) ? START_RULE : START_TEXT;
	case '-':
	case '*':
		if (is_rule(s, l))
			return START_RULE;
		return is_item(s, l, m) ? START_ITEM : START_TEXT;
	case '+':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return is_item(s, l, m) ? START_ITEM : START_TEXT;
	default:
		return START_TEXT;
	}
}

static bool ends_comment(const struct scan *s, const struct line *l)
{
	return memmem(s->text.at + l->at, l->end - l->at, "-->", 3);
}

static bool ends_tag(const struct scan *s, const struct line *l)
{
	const char *at = s->text.at + l->at, *end = s->text.at + l->end;

	while ((at = memchr(at, '<', (size_t)(end - at)))) {
		at++;
		for (const char *const *tag = raw_tags; *tag; tag++) {
			size_t n = strlen(*tag);

			if ((size_t)(end - at) >= n + 2 && *at == '/' && at[n + 1] == '>' &&
			    strncasecmp(at + 1, *tag, n) == 0)
				return true;
		}
	}
	return false;
}

static bool ends_fence(const struct scan *s, const struct line *l)
{
	size_t n;

	if (s->text.at[l->at] != s->raw || l->col - s->raw_col >= 4)
		return false;
	n = run(s, l->at, l->end);
	if (n < s->raw_len)
		return false;
	for (size_t at = l->at + n; at < l->end; at++)
		if (!gap(s, at, l->end))
			return false;
	return true;
}

bool scan_block_ends(const struct scan *s, const struct line *l)
{
	if (s->raw == '-')
		return ends_comment(s, l);
	return s->raw == '<' ? ends_tag(s, l) : ends_fence(s, l);
}

void scan_block_enter(struct scan *s, const struct line *l, size_t col)
{
	char c = s->text.at[l->at];

	s->raw = c != '<' ? c : is_comment(s, l) ? '-' : '<';
	s->raw_len = c == '<' ? 0 : run(s, l->at, l->end);
	s->raw_col = col;
	s->raw_line = l->number;
	if (c == '<' && scan_block_ends(s, l))
		s->raw = '\0';
}

void scan_block_heading(const struct scan *s, struct line *l)
{
	size_t n = run(s, l->at, l->end), from = l->at + n, to = l->end, close;

	l->level = (int)n;
	while (from < to && gap(s, from, l->end))
		from++;
	while (to > from && gap(s, to - 1, l->end))
		to--;
	close = to;
	while (close > from && s->text.at[close - 1] == '#')
		close--;
	/* Closing #s stand behind a space, or are all there is. */
	if (close == from || (close < to && gap(s, close - 1, l->end)))
		to = close;
	while (to > from && gap(s, to - 1, l->end))
		to--;
	l->title = (struct range){from, to};
}

void scan_block_checkbox(const struct scan *s, struct item *item)
{
	size_t from = item->text.from, end = item->text.to;
	const char *at = s->text.at + from;

	if (end - from >= 3 && at[0] == '[' && at[2] == ']' && strchr(" xX", at[1]) && at[1] &&
	    gap(s, from + 3, end)) {
		item->tick = (struct range){from + 1, from + 2};
		item->checked = at[1] != ' ';
		from += 3;
		while (from < end && gap(s, from, end))
			from++;
	}
	while (end > from && gap(s, end - 1, end))
		end--;
	item->text = (struct range){from, end};
}
