#include "merge/name.h"

#include "util/mem.h"

#include <ctype.h>
#include <stdlib.h>

#define MAX_WORDS 400

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- parts of units ------------------------------------------------------------------------ */

static size_t marker_len(struct slice t)
{
	size_t i = 0;

	while (i < t.len && (t.at[i] == ' ' || t.at[i] == '\t'))
		i++;
	if (i < t.len && strchr("-*+", t.at[i])) {
		i++;
	} else {
		while (i < t.len && is_digit(t.at[i]))
			i++;
		if (i < t.len && (t.at[i] == '.' || t.at[i] == ')'))
			i++;
	}
	while (i < t.len && (t.at[i] == ' ' || t.at[i] == '\t'))
		i++;
	return i;
}

struct item_parts item_parts(struct slice t)
{
	size_t n = marker_len(t), box = 0;
	struct slice rest = slice_of(t.at + n, t.len - n);

	if (rest.len > 3 && rest.at[0] == '[' && strchr(" xX", rest.at[1]) && rest.at[2] == ']' &&
	    rest.at[3] == ' ')
		box = 4;
	return (struct item_parts){slice_of(t.at, n), slice_of(rest.at, box),
				   slice_of(rest.at + box, rest.len - box)};
}

size_t row_cells(struct slice row, struct slice *cells, size_t max)
{
	struct slice t = slice_trim(row);
	size_t n = 0, from = 0;
	bool code = false;

	if (t.len && t.at[0] == '|')
		from = 1;
	for (size_t i = from; i < t.len && n < max; i++) {
		if (t.at[i] == '`')
			code = !code;
		if (t.at[i] != '|' || (i && t.at[i - 1] == '\\') || code)
			continue;
		cells[n++] = slice_of(t.at + from, i - from);
		from = i + 1;
	}
	if (from < t.len && n < max)
		cells[n++] = slice_of(t.at + from, t.len - from);
	return n;
}

struct slice unit_label(const struct unit *u)
{
	struct slice t = u->text;
	size_t i = 0;

	if (u->kind == UNIT_ITEM)
		return slice_trim(item_parts(t).text);
	if (u->kind == UNIT_HEADING || u->kind == UNIT_ROW)
		while (i < t.len && strchr("#| \t", t.at[i]))
			i++;
	t = slice_trim(slice_of(t.at + i, t.len - i));
	while (u->kind == UNIT_HEADING && t.len && strchr("#= -\r\n", t.at[t.len - 1]))
		t.len--;
	return t;
}

/* --- keys ---------------------------------------------------------------------------------- */

static struct slice link_target(struct slice t)
{
	const char *open = memmem(t.at, t.len, "](", 2), *close;
	const char *end = t.at + t.len;

	if (!open)
		return slice_of(t.at, 0);
	close = memchr(open, ')', (size_t)(end - open));
	return close ? slice_of(open + 2, (size_t)(close - open) - 2) : slice_of(t.at, 0);
}

/* "ABC-123" at the beginning. */
static struct slice id_token(struct slice t)
{
	size_t i = 0, digits;

	while (i < t.len && t.at[i] >= 'A' && t.at[i] <= 'Z')
		i++;
	if (i < 2 || i == t.len || t.at[i] != '-')
		return slice_of(t.at, 0);
	for (digits = ++i; i < t.len && is_digit(t.at[i]); i++)
		;
	return i > digits ? slice_of(t.at, i) : slice_of(t.at, 0);
}

struct slice name_of(const struct unit *u)
{
	struct slice label = unit_label(u), id, cells[2];
	const char *end;

	switch (u->kind) {
	case UNIT_HEADING:
		return label;
	case UNIT_ITEM:
		id = id_token(label);
		return id.len ? id : link_target(label);
	case UNIT_ROW:
		return row_cells(u->text, cells, 2) ? slice_trim(cells[0]) : slice_of(label.at, 0);
	case UNIT_LINK:
		end = memchr(label.at, ']', label.len);
		return slice_of(label.at, end ? (size_t)(end - label.at) + 1 : 0);
	case UNIT_FIELD:
		end = memchr(label.at, ':', label.len);
		return slice_of(label.at, end ? (size_t)(end - label.at) : label.len);
	default:
		return slice_of(label.at, 0);
	}
}

/* The first "#12" in s, or len 0. */
static struct slice issue(struct slice s)
{
	for (size_t i = 0; i + 1 < s.len; i++) {
		size_t to = i + 1;

		if (s.at[i] != '#')
			continue;
		while (to < s.len && is_digit(s.at[to]))
			to++;
		if (to > i + 1)
			return slice_of(s.at + i, to - i);
	}
	return slice_of(s.at, 0);
}

size_t name_issue(struct slice s)
{
	struct slice digits = issue(s);
	size_t n = 0;

	for (size_t i = 1; i < digits.len && i < 10; i++)
		n = n * 10 + (size_t)(digits.at[i] - '0');
	return n;
}

/* The words in front of the first "](". */
static struct slice link_words(struct slice s)
{
	const char *close = memmem(s.at, s.len, "](", 2), *open;

	if (!close)
		return slice_of(s.at, 0);
	open = memrchr(s.at, '[', (size_t)(close - s.at));
	return open ? slice_of(open + 1, (size_t)(close - open) - 1) : slice_of(s.at, 0);
}

bool name_same_target(struct slice a, struct slice b)
{
	struct slice x = link_target(a);

	return x.len && slice_eq(x, link_target(b));
}

bool name_same_topic(struct slice a, struct slice b)
{
	struct slice x = issue(a), y = issue(b);

	if (x.len && slice_eq(x, y))
		return true;
	x = link_words(a);
	y = link_words(b);
	return x.len && x.at[0] != '#' && slice_eq(x, y);
}

/* --- likeness ------------------------------------------------------------------------------ */

static int compare_numbers(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

static size_t hash_words(struct slice s, unsigned *words)
{
	size_t n = 0, i = 0;

	while (i < s.len && n < MAX_WORDS) {
		unsigned h = 2166136261u;

		for (; i < s.len && !is_word(s.at[i]); i++)
			;
		if (i == s.len)
			break;
		for (; i < s.len && is_word(s.at[i]); i++)
			h = (h ^ (unsigned)tolower((unsigned char)s.at[i])) * 16777619u;
		words[n++] = h;
	}
	qsort(words, n, sizeof(*words), compare_numbers);
	return n;
}

static size_t in_common(const struct name_bag *a, const struct name_bag *b)
{
	size_t i = 0, j = 0, common = 0;

	while (i < a->len && j < b->len) {
		if (a->at[i] == b->at[j]) {
			common++;
			i++;
			j++;
		} else if (a->at[i] < b->at[j]) {
			i++;
		} else {
			j++;
		}
	}
	return common;
}

struct name_bag name_bag(struct slice s)
{
	unsigned words[MAX_WORDS];
	size_t len = hash_words(s, words);

	return (struct name_bag){len ? mem_dup(words, len * sizeof(*words)) : NULL, len};
}

void name_bag_release(struct name_bag *bag)
{
	free(bag->at);
	*bag = (struct name_bag){0};
}

double name_bags_alike(const struct name_bag *a, const struct name_bag *b)
{
	return a->len + b->len ? 2.0 * (double)in_common(a, b) / (double)(a->len + b->len) : 0;
}

bool name_bag_within(const struct name_bag *a, const struct name_bag *b)
{
	size_t common = in_common(a, b);

	return common && (common == a->len || common == b->len);
}

double name_alike(struct slice a, struct slice b)
{
	unsigned x[MAX_WORDS], y[MAX_WORDS];
	struct name_bag p = {x, hash_words(a, x)}, q = {y, hash_words(b, y)};

	if (!p.len && !q.len)
		return slice_eq(slice_trim(a), slice_trim(b)) ? 1 : 0;
	return name_bags_alike(&p, &q);
}

/* The same but for one run of at most two letters: a slip of the pen, or of another's. */
bool name_one_letter_off(struct slice a, struct slice b)
{
	size_t from = 0, to = 0, least = a.len < b.len ? a.len : b.len;

	while (from < least && a.at[from] == b.at[from])
		from++;
	while (to < least - from && a.at[a.len - 1 - to] == b.at[b.len - 1 - to])
		to++;
	for (size_t i = from; i < a.len - to; i++)
		if (!isalpha((unsigned char)a.at[i]))
			return false;
	for (size_t i = from; i < b.len - to; i++)
		if (!isalpha((unsigned char)b.at[i]))
			return false;
	return least >= 8 && a.len - from - to <= 2 && b.len - from - to <= 2;
}

bool name_within(struct slice a, struct slice b)
{
	unsigned x[MAX_WORDS], y[MAX_WORDS];
	struct name_bag p = {x, hash_words(a, x)}, q = {y, hash_words(b, y)};

	return name_bag_within(&p, &q);
}

bool name_same_words(struct slice a, struct slice b)
{
	a = slice_trim(a);
	b = slice_trim(b);
	while (a.len && b.len) {
		if (is_blank(a.at[0]) != is_blank(b.at[0]) ||
		    (!is_blank(a.at[0]) && a.at[0] != b.at[0]))
			return false;
		if (!is_blank(a.at[0])) {
			a = slice_of(a.at + 1, a.len - 1);
			b = slice_of(b.at + 1, b.len - 1);
			continue;
		}
		a = slice_trim(a);
		b = slice_trim(b);
	}
	return a.len == b.len;
}

/* The next word of *rest that is not a list item's marker; len 0 at the end. */
static struct slice next_word(struct slice *rest, bool *at_start)
{
	struct slice word;
	size_t i;

	do {
		bool first = *at_start;

		for (i = 0; i < rest->len && is_blank(rest->at[i]); i++)
			first |= rest->at[i] == '\n';
		*rest = slice_of(rest->at + i, rest->len - i);
		for (i = 0; i < rest->len && !is_blank(rest->at[i]); i++)
			;
		word = slice_of(rest->at, i);
		*rest = slice_of(rest->at + i, rest->len - i);
		*at_start = false;
		if (!first || word.len != 1 || !strchr("-*+", word.at[0]))
			return word;
	} while (rest->len);
	return slice_of(rest->at, 0);
}

bool name_same_but_looks(struct slice a, struct slice b)
{
	bool a_start = true, b_start = true;
	struct slice x, y;

	do {
		x = next_word(&a, &a_start);
		y = next_word(&b, &b_start);
		if (!slice_eq(x, y))
			return false;
	} while (x.len);
	return true;
}

/* The bullet that the line begins with, or '\0'. */
static char bullet_of(struct slice line)
{
	struct slice t = slice_trim(line);

	return t.len > 1 && strchr("-*+", t.at[0]) && is_blank(t.at[1]) ? t.at[0] : '\0';
}

bool name_one_bullet(struct slice text)
{
	struct slice line;
	char first = '\0';

	while (slice_line(&text, &line)) {
		char bullet = bullet_of(line);

		if (first && bullet && bullet != first)
			return false;
		first = first ? first : bullet;
	}
	return true;
}

bool name_same_but_ends(struct slice a, struct slice b)
{
	struct slice x = {0}, y = {0};
	bool more;

	do {
		more = slice_line(&a, &x);
		if (more != slice_line(&b, &y))
			return false;
		while (more && x.len && is_blank(x.at[x.len - 1]))
			x.len--;
		while (more && y.len && is_blank(y.at[y.len - 1]))
			y.len--;
	} while (more && slice_eq(x, y));
	return !more;
}

/* --- order --------------------------------------------------------------------------------- */

static size_t number_at(struct slice s, size_t i, struct slice *digits)
{
	size_t from;

	while (i + 1 < s.len && s.at[i] == '0' && is_digit(s.at[i + 1]))
		i++;
	from = i;
	while (i < s.len && is_digit(s.at[i]))
		i++;
	*digits = slice_of(s.at + from, i - from);
	return i;
}

static int compare_bytes(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.at, b.at, len) : 0;

	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

int name_compare(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;

	while (i < a.len && j < b.len) {
		struct slice x, y;
		int order;

		if (is_digit(a.at[i]) && is_digit(b.at[j])) {
			i = number_at(a, i, &x);
			j = number_at(b, j, &y);
			order = x.len == y.len ? compare_bytes(x, y) : x.len < y.len ? -1 : 1;
		} else if (!is_word(a.at[i]) && is_word(b.at[j])) {
			return -1;
		} else if (is_word(a.at[i]) && !is_word(b.at[j])) {
			return 1;
		} else {
			order = tolower((unsigned char)a.at[i++]) -
				tolower((unsigned char)b.at[j++]);
		}
		if (order)
			return order;
	}
	if (i < a.len || j < b.len)
		return i < a.len ? 1 : -1;
	return compare_bytes(a, b);
}

bool name_is_version(struct slice label)
{
	size_t i = 0, digits = 0, dots = 0;

	while (i < label.len && strchr("[vV*", label.at[i]))
		i++;
	for (; i < label.len && (is_digit(label.at[i]) || strchr(".-", label.at[i])); i++) {
		digits += is_digit(label.at[i]);
		dots += !is_digit(label.at[i]);
	}
	return digits >= 2 && dots >= 1;
}
