#include "artifact/destinations.h"
#include "artifact/scan.h"
#include "util/mem.h"
#include "util/strs.h"

#include <stdlib.h>
#include <string.h>

void destinations_release(struct destinations *d)
{
	free(d->at);
	*d = (struct destinations){0};
}

/* --- finding -------------------------------------------------------------------------------- */

/* "https:", "mailto:": RFC 3986, 3.1. */
static bool has_scheme(struct slice s)
{
	size_t n = 0;

	while (n < s.len && ((s.at[n] >= 'a' && s.at[n] <= 'z') ||
			     (s.at[n] >= 'A' && s.at[n] <= 'Z') ||
			     (n && strchr("0123456789+-.", s.at[n]) && s.at[n])))
		n++;
	return n > 1 && n < s.len && s.at[n] == ':';
}

static void add(struct destinations *out, struct slice text, size_t from, size_t to)
{
	struct slice s = slice_of(text.at + from, to - from);
	size_t len = 0;
	bool path;

	while (len < s.len && s.at[len] != '#' && s.at[len] != '?')
		len++;
	path = len && !has_scheme(s) && !(len > 1 && s.at[0] == '/' && s.at[1] == '/');
	MEM_GROW(out->at, out->len, out->cap);
	out->at[out->len++] = (struct destination){{from, path ? from + len : to}, path};
}

/* A destination that begins at `at`; where it ends, 0 when it is none. */
static size_t destination(struct destinations *out, struct slice text, size_t at, size_t end)
{
	size_t from = at;
	int depth = 0;

	if (at < end && text.at[at] == '<') {
		const char *close = memchr(text.at + at, '>', end - at);

		if (!close)
			return 0;
		at = (size_t)(close - text.at);
		add(out, text, from + 1, at);
		return at + 1;
	}
	for (; at < end && text.at[at] != ' ' && text.at[at] != '\t'; at++) {
		if (text.at[at] == '\\')
			return 0;
		depth += text.at[at] == '(' ? 1 : text.at[at] == ')' ? -1 : 0;
		if (depth < 0)
			break;
	}
	add(out, text, from, at);
	return at;
}

/* Behind a code span that begins at `at`; behind its backticks when it does not end. */
static size_t behind_code(struct slice text, size_t at, size_t end)
{
	size_t ticks = 0, run = 0;

	while (at + ticks < end && text.at[at + ticks] == '`')
		ticks++;
	for (size_t i = at + ticks; i <= end; i++) {
		if (i < end && text.at[i] == '`') {
			run++;
			continue;
		}
		if (run == ticks)
			return i;
		run = 0;
	}
	return at + ticks;
}

static void inline_links(struct destinations *out, struct slice text, const struct line *l)
{
	size_t at = l->at;

	while (at < l->end) {
		size_t behind;

		if (text.at[at] == '\\') {
			at += 2;
		} else if (text.at[at] == '`') {
			at = behind_code(text, at, l->end);
		} else if (text.at[at] == ']' && at + 1 < l->end && text.at[at + 1] == '(') {
			for (at += 2; at < l->end && text.at[at] == ' ';)
				at++;
			behind = destination(out, text, at, l->end);
			at = behind > at ? behind : at;
		} else {
			at++;
		}
	}
}

/* "[label]: destination" */
static bool definition(struct destinations *out, struct slice text, const struct line *l)
{
	const char *close = l->at < l->end && text.at[l->at] == '['
				    ? memmem(text.at + l->at, l->end - l->at, "]:", 2)
				    : NULL;
	size_t at;

	if (!close)
		return false;
	at = (size_t)(close - text.at) + 2;
	while (at < l->end && (text.at[at] == ' ' || text.at[at] == '\t'))
		at++;
	return destination(out, text, at, l->end) != 0;
}

void destinations_find(struct destinations *out, struct slice text)
{
	struct scan scan;
	struct line l;

	*out = (struct destinations){0};
	scan_init(&scan, text, NULL);
	while (scan_next(&scan, &l))
		if (l.what != LINE_RAW && l.what != LINE_FRONT && l.what != LINE_BLANK &&
		    (l.what != LINE_TEXT || !definition(out, text, &l)))
			inline_links(out, text, &l);
}

/* --- paths ---------------------------------------------------------------------------------- */

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef", capitals[] = "0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	if (at)
		return (int)(at - digits);
	at = c ? strchr(capitals, c) : NULL;
	return at ? (int)(at - capitals) : -1;
}

static char *unescaped(struct slice s)
{
	char *out = mem_alloc(s.len + 1), *end = out;

	for (size_t i = 0; i < s.len; i++) {
		int high = s.at[i] == '%' && i + 2 < s.len ? hex(s.at[i + 1]) : -1;
		int low = high >= 0 ? hex(s.at[i + 2]) : -1;

		*end++ = low >= 0 ? (char)(high * 16 + low) : s.at[i];
		if (low >= 0)
			i += 2;
	}
	return out;
}

/* NULL for none. */
static char *joined(const struct strs *parts)
{
	struct mem_stream out;

	if (!parts->len)
		return NULL;
	mem_stream_open(&out);
	for (size_t i = 0; i < parts->len; i++)
		fprintf(out.file, "%s%s", i ? "/" : "", parts->at[i]);
	return mem_stream_close(&out, NULL);
}

char *destination_resolve(const char *dir, struct slice destination)
{
	scoped_free char *plain = unescaped(destination);
	scoped_free char *whole = mem_printf("%s/%s", plain[0] == '/' ? "" : dir, plain);
	scoped(strs_release) struct strs parts = {0};
	const char *at = whole;

	for (; *at; at += *at != '\0') {
		size_t len = strcspn(at, "/");

		if (len == 2 && at[0] == '.' && at[1] == '.') {
			if (!parts.len)
				return NULL;
			free(parts.at[--parts.len]);
		} else if (len && !(len == 1 && at[0] == '.')) {
			strs_take(&parts, mem_strndup(at, len));
		}
		at += len;
	}
	return joined(&parts);
}

static void put_escaped(FILE *out, const char *path)
{
	for (; *path; path++)
		if (strchr(" ()<>%#?\\", *path))
			fprintf(out, "%%%02X", (unsigned char)*path);
		else
			putc(*path, out);
}

/* How much of dir and path is one directory: up to and with its "/". */
static size_t common(const char *dir, const char *path)
{
	size_t same = 0;

	for (size_t i = 0;; i++) {
		char d = dir[i] ? dir[i] : '/';

		if (d != path[i])
			return same;
		if (d == '/')
			same = i + 1;
		if (!dir[i])
			return same;
	}
}

char *destination_relative(const char *dir, const char *path)
{
	size_t same = dir[0] ? common(dir, path) : 0;
	const char *rest = same > strlen(dir) ? "" : dir + same;
	struct mem_stream out;

	mem_stream_open(&out);
	if (rest[0])
		fputs("../", out.file);
	for (; *rest; rest++)
		if (*rest == '/')
			fputs("../", out.file);
	put_escaped(out.file, path + same);
	return mem_stream_close(&out, NULL);
}
