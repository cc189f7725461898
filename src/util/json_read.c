#include "util/json_read.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* --- over one value ------------------------------------------------------------------------- */

static struct slice skip_space(struct slice s)
{
	while (s.len && memchr(" \t\r\n", s.at[0], 4))
		s = slice_of(s.at + 1, s.len - 1);
	return s;
}

static bool take(struct slice *s, char c)
{
	if (!s->len || s->at[0] != c)
		return false;
	*s = slice_of(s->at + 1, s->len - 1);
	return true;
}

static bool is_hex(struct slice s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i >= s.len || !s.at[i] || !strchr("0123456789abcdefABCDEF", s.at[i]))
			return false;
	return true;
}

/* What stands behind a backslash. */
static bool skip_escape(struct slice *s)
{
	if (take(s, 'u')) {
		if (!is_hex(*s, 4))
			return false;
		*s = slice_of(s->at + 4, s->len - 4);
		return true;
	}
	if (!s->len || !s->at[0] || !strchr("\"\\/bfnrt", s->at[0]))
		return false;
	*s = slice_of(s->at + 1, s->len - 1);
	return true;
}

/* What nearly all of a text is made of. */
static struct slice skip_plain(struct slice s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)s.at[n] >= 0x20 && s.at[n] != '"' && s.at[n] != '\\')
		n++;
	return slice_of(s.at + n, s.len - n);
}

static bool skip_string(struct slice *s)
{
	if (!take(s, '"'))
		return false;
	while (s->len) {
		unsigned char c;

		*s = skip_plain(*s);
		if (!s->len)
			return false;
		c = (unsigned char)s->at[0];

		*s = slice_of(s->at + 1, s->len - 1);
		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !skip_escape(s)))
			return false;
	}
	return false;
}

static size_t skip_digits(struct slice *s)
{
	size_t n = 0;

	while (n < s->len && s->at[n] >= '0' && s->at[n] <= '9')
		n++;
	*s = slice_of(s->at + n, s->len - n);
	return n;
}

static bool skip_number(struct slice *s)
{
	bool zero;

	take(s, '-');
	zero = s->len && s->at[0] == '0';
	if (zero ? !take(s, '0') : !skip_digits(s))
		return false;
	if (take(s, '.') && !skip_digits(s))
		return false;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	if (!take(s, '+'))
		take(s, '-');
	return skip_digits(s) > 0;
}

static bool skip_word(struct slice *s, const char *word)
{
	size_t len = strlen(word);

	if (s->len < len || memcmp(s->at, word, len) != 0)
		return false;
	*s = slice_of(s->at + len, s->len - len);
	return true;
}

static bool skip_value(struct slice *s, int depth);

/* An object's or an array's inside and its end; keys: each value has one before it. */
static bool skip_list(struct slice *s, bool keys, int depth)
{
	char end = keys ? '}' : ']';

	*s = skip_space(*s);
	if (take(s, end))
		return true;
	do {
		*s = skip_space(*s);
		if (keys) {
			if (!skip_string(s))
				return false;
			*s = skip_space(*s);
			if (!take(s, ':'))
				return false;
		}
		if (!skip_value(s, depth + 1))
			return false;
	} while (take(s, ','));
	return take(s, end);
}

/* And the space on both sides. NOLINTNEXTLINE(misc-no-recursion): JSON_DEPTH */
static bool skip_value(struct slice *s, int depth)
{
	bool ok;

	*s = skip_space(*s);
	if (depth > JSON_DEPTH || !s->len)
		return false;
	if (take(s, '{'))
		ok = skip_list(s, true, depth);
	else if (take(s, '['))
		ok = skip_list(s, false, depth);
	else if (s->at[0] == '"')
		ok = skip_string(s);
	else
		ok = skip_word(s, "true") || skip_word(s, "false") || skip_word(s, "null") ||
		     skip_number(s);
	*s = skip_space(*s);
	return ok;
}

bool json_read(struct slice *value, struct slice text)
{
	struct slice rest = text;

	if (!skip_value(&rest, 0) || rest.len)
		return false;
	*value = slice_trim(text);
	return true;
}

/* --- what is in it -------------------------------------------------------------------------- */

/* One value off *rest, trimmed, and the comma behind it. */
static bool take_value(struct slice *rest, struct slice *value)
{
	const char *start = rest->at;

	if (!skip_value(rest, 0))
		return false;
	*value = slice_trim(slice_of(start, (size_t)(rest->at - start)));
	take(rest, ',');
	return true;
}

static struct slice inside(struct slice value, char open)
{
	if (value.len < 2 || value.at[0] != open)
		return (struct slice){0};
	return slice_of(value.at + 1, value.len - 2);
}

struct slice json_members(struct slice object)
{
	return inside(object, '{');
}

bool json_next_member(struct slice *rest, struct slice *key, struct slice *value)
{
	struct slice s = skip_space(*rest), name;
	const char *start = s.at;

	if (!skip_string(&s))
		return false;
	name = slice_of(start + 1, (size_t)(s.at - start) - 2);
	s = skip_space(s);
	if (!take(&s, ':') || !take_value(&s, value))
		return false;
	*key = name;
	*rest = s;
	return true;
}

struct slice json_member(struct slice object, const char *key)
{
	struct slice rest = json_members(object), name, value;

	while (json_next_member(&rest, &name, &value))
		if (slice_is(name, key))
			return value;
	return (struct slice){0};
}

struct slice json_elements(struct slice array)
{
	return inside(array, '[');
}

bool json_next(struct slice *rest, struct slice *element)
{
	return take_value(rest, element);
}

bool json_is_true(struct slice value)
{
	return slice_is(value, "true");
}

/* --- strings -------------------------------------------------------------------------------- */

static uint32_t hex4(const char *at)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 |
			(uint32_t)(at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
	return value;
}

static void put_utf8(FILE *out, uint32_t cp)
{
	if (cp < 0x80) {
		putc((int)cp, out);
		return;
	}
	if (cp < 0x800) {
		putc((int)(0xC0 | cp >> 6), out);
	} else {
		if (cp < 0x10000) {
			putc((int)(0xE0 | cp >> 12), out);
		} else {
			putc((int)(0xF0 | cp >> 18), out);
			putc((int)(0x80 | (cp >> 12 & 0x3F)), out);
		}
		putc((int)(0x80 | (cp >> 6 & 0x3F)), out);
	}
	putc((int)(0x80 | (cp & 0x3F)), out);
}

static bool is_low(struct slice s)
{
	uint32_t unit = s.len >= 6 && s.at[0] == '\\' && s.at[1] == 'u' ? hex4(s.at + 2) : 0;

	return unit >= 0xDC00 && unit < 0xE000;
}

/* After "\u"; one or both halves of a pair. */
static void take_unit(FILE *out, struct slice *s)
{
	uint32_t cp = hex4(s->at);

	*s = slice_of(s->at + 4, s->len - 4);
	if (cp >= 0xD800 && cp < 0xDC00 && is_low(*s)) {
		cp = 0x10000 + ((cp - 0xD800) << 10) + (hex4(s->at + 2) - 0xDC00);
		*s = slice_of(s->at + 6, s->len - 6);
	} else if (cp >= 0xD800 && cp < 0xE000) {
		cp = 0xFFFD;
	}
	put_utf8(out, cp);
}

char *json_text(struct slice value)
{
	static const char written[] = "bfnrt", meant[] = "\b\f\n\r\t";
	struct slice s = inside(value, '"');
	struct mem_stream stream;

	if (!s.at)
		return NULL;
	mem_stream_open(&stream);
	while (s.len) {
		char c = s.at[0];
		const char *name;

		s = slice_of(s.at + 1, s.len - 1);
		if (c != '\\') {
			putc(c, stream.file);
			continue;
		}
		c = s.at[0];
		s = slice_of(s.at + 1, s.len - 1);
		name = strchr(written, c);
		if (c == 'u')
			take_unit(stream.file, &s);
		else
			putc(name ? meant[name - written] : c, stream.file);
	}
	return mem_stream_close(&stream, NULL);
}
