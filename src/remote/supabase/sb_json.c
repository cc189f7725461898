/*
 * A reader that leaves the text as it is: documents go through unchanged, so that no number and no
 * order of keys is lost on the way.
 */
#include "remote/supabase/sb.h"
#include "util/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 1000
#define NUMBER_MAX 40

struct reader {
	const char *at, *end;
	struct sb_flaws flaws;
	int depth;
};

static void skip_space(struct reader *r)
{
	while (r->at < r->end && strchr(" \t\r\n", *r->at) && *r->at)
		r->at++;
}

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool take_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return false;
	r->at += len;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool take_hex4(struct reader *r, uint32_t *out)
{
	*out = 0;
	if (r->end - r->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*r->at++);

		if (digit < 0)
			return false;
		*out = *out * 16 + (uint32_t)digit;
	}
	return true;
}

/* After "\u". A lone surrogate comes out as U+FFFD and is a flaw. */
static bool take_unicode(struct reader *r, uint32_t *out)
{
	uint32_t low;

	if (!take_hex4(r, out))
		return false;
	if (*out >= 0xd800 && *out < 0xdc00 && take_word(r, "\\u")) {
		if (!take_hex4(r, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000) {
			*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
			return true;
		}
		r->at -= 6;
	}
	if (*out >= 0xd800 && *out < 0xe000) {
		*out = UTF8_REPLACEMENT;
		r->flaws.text = true;
	}
	return true;
}

static bool take_escape(struct reader *r, uint32_t *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (r->at == r->end)
		return false;
	if (*r->at == 'u') {
		r->at++;
		return take_unicode(r, out);
	}
	at = *r->at ? strchr(from, *r->at) : NULL;
	if (!at)
		return false;
	r->at++;
	*out = (unsigned char)to[at - from];
	return true;
}

/* The next character of a string; false at its end and where it is malformed. */
static bool take_char(struct reader *r, uint32_t *out)
{
	struct slice rest = slice_of(r->at, (size_t)(r->end - r->at)), taken;

	if (!rest.len || *r->at == '"' || (unsigned char)*r->at < 0x20)
		return false;
	if (*r->at == '\\') {
		r->at++;
		if (take_escape(r, out))
			return true;
		r->at = r->end;	/* what follows is not the end of the string */
		return false;
	}
	utf8_next(&rest, out, &taken);
	if (*out == UTF8_REPLACEMENT && !utf8_valid(taken))
		r->flaws.text = true;
	r->at = rest.at;
	return true;
}

/* *hash tells keys apart. */
static bool take_string(struct reader *r, uint64_t *hash)
{
	uint32_t c;

	*hash = 14695981039346656037u;
	if (!take(r, '"'))
		return false;
	while (take_char(r, &c)) {
		if (!c)
			r->flaws.text = true;
		*hash = (*hash ^ c) * 1099511628211u;
	}
	return take(r, '"');
}

static bool take_digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start;
}

static bool take_number(struct reader *r)
{
	const char *start = r->at, *exponent;

	take(r, '-');
	if (!take(r, '0') && !take_digits(r))
		return false;
	if (take(r, '.') && !take_digits(r))
		return false;
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '+'))
			take(r, '-');
		exponent = r->at;
		if (!take_digits(r))
			return false;
		if (r->at - exponent > 3)
			r->flaws.number = true;
	}
	if (r->at - start > NUMBER_MAX)
		r->flaws.number = true;
	return true;
}

static bool take_value(struct reader *r);

static bool take_member(struct reader *r, uint64_t *hash)
{
	skip_space(r);
	if (!take_string(r, hash))
		return false;
	skip_space(r);
	return take(r, ':') && take_value(r);
}

static void note_key(struct reader *r, uint64_t *keys, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (keys[i] == keys[nr])
			r->flaws.twice = true;
}

static bool take_object(struct reader *r)
{
	scoped_free uint64_t *keys = NULL;
	size_t nr = 0, cap = 0;

	skip_space(r);
	if (take(r, '}'))
		return true;
	do {
		MEM_GROW(keys, nr, cap);
		if (!take_member(r, &keys[nr]))
			return false;
		note_key(r, keys, nr++);
		skip_space(r);
	} while (take(r, ','));
	return take(r, '}');
}

static bool take_array(struct reader *r)
{
	skip_space(r);
	if (take(r, ']'))
		return true;
	do {
		if (!take_value(r))
			return false;
		skip_space(r);
	} while (take(r, ','));
	return take(r, ']');
}

static bool take_nested(struct reader *r)
{
	bool ok;

	if (++r->depth > DEPTH_MAX)
		return false;
	if (r->depth > r->flaws.depth)
		r->flaws.depth = r->depth;
	ok = take(r, '{') ? take_object(r) : take(r, '[') && take_array(r);
	r->depth--;
	return ok;
}

static bool take_value(struct reader *r)
{
	uint64_t hash;

	skip_space(r);
	if (r->at == r->end)
		return false;
	switch (*r->at) {
	case '{':
	case '[':
		return take_nested(r);
	case '"':
		return take_string(r, &hash);
	case 't':
		return take_word(r, "true");
	case 'f':
		return take_word(r, "false");
	case 'n':
		return take_word(r, "null");
	default:
		return take_number(r);
	}
}

static struct reader reader_of(struct slice json)
{
	return (struct reader){.at = json.at, .end = json.at + json.len};
}

bool sb_json_valid(struct slice json, struct sb_flaws *flaws)
{
	struct reader r = reader_of(json);
	bool ok = take_value(&r);

	skip_space(&r);
	if (flaws)
		*flaws = r.flaws;
	return ok && r.at == r.end;
}

/* At the start of the object, or behind a member. */
bool sb_json_member(struct slice *key, struct slice *value, struct slice *rest)
{
	struct reader r = reader_of(*rest);
	uint64_t hash;

	skip_space(&r);
	if (!take(&r, '{') && !take(&r, ','))
		return false;
	skip_space(&r);
	key->at = r.at + 1;
	if (!take_string(&r, &hash))
		return false;
	key->len = (size_t)(r.at - 1 - key->at);
	skip_space(&r);
	take(&r, ':');
	skip_space(&r);
	value->at = r.at;
	if (!take_value(&r))
		return false;
	value->len = (size_t)(r.at - value->at);
	*rest = slice_of(r.at, (size_t)(r.end - r.at));
	return true;
}

bool sb_json_get(struct slice *value, struct slice object, const char *key)
{
	struct slice name;

	while (sb_json_member(&name, value, &object))
		if (slice_is(name, key))
			return true;
	return false;
}

/* At the start of the array, or behind an element. */
bool sb_json_next(struct slice *element, struct slice *rest)
{
	struct reader r = reader_of(*rest);

	skip_space(&r);
	if (!take(&r, '[') && !take(&r, ','))
		return false;
	skip_space(&r);
	element->at = r.at;
	if (!take_value(&r))
		return false;
	element->len = (size_t)(r.at - element->at);
	*rest = slice_of(r.at, (size_t)(r.end - r.at));
	return true;
}

static void put_utf8(FILE *out, uint32_t c)
{
	if (c < 0x80) {
		putc((int)c, out);
		return;
	}
	if (c < 0x800) {
		putc((int)(0xc0 | c >> 6), out);
	} else {
		if (c < 0x10000) {
			putc((int)(0xe0 | c >> 12), out);
		} else {
			putc((int)(0xf0 | c >> 18), out);
			putc((int)(0x80 | (c >> 12 & 0x3f)), out);
		}
		putc((int)(0x80 | (c >> 6 & 0x3f)), out);
	}
	putc((int)(0x80 | (c & 0x3f)), out);
}

char *sb_json_text(struct slice string)
{
	struct reader r = reader_of(string);
	struct mem_stream out;
	uint32_t c;
	bool nul = false;
	char *text;

	skip_space(&r);
	if (!take(&r, '"'))
		return NULL;
	mem_stream_open(&out);
	while (take_char(&r, &c)) {
		nul |= !c;
		put_utf8(out.file, c);
	}
	text = mem_stream_close(&out, NULL);
	if (nul)
		free(steal(text));
	return text;
}

char *sb_json_field(struct slice object, const char *key)
{
	struct slice value;

	return sb_json_get(&value, object, key) ? sb_json_text(value) : NULL;
}
