#include "artifact/label.h"
#include "util/mem.h"

#include <stdio.h>

#define SCOPE_MAX 32
#define DIGITS_MAX 9
#define PROVISIONAL_LEN 4
#define SLUG_MAX 60

static bool upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t scope_len(struct slice s)
{
	size_t n = 0;

	if (!s.len || !upper(s.at[0]))
		return 0;
	while (n < s.len && (upper(s.at[n]) || digit(s.at[n]) || s.at[n] == '_'))
		n++;
	return n <= SCOPE_MAX ? n : 0;
}

/* "~k3f9" and nothing longer. */
static size_t provisional_len(struct slice s)
{
	size_t n = 1;

	if (!s.len || s.at[0] != '~')
		return 0;
	while (n < s.len && (lower(s.at[n]) || digit(s.at[n])))
		n++;
	return n == 1 + PROVISIONAL_LEN ? n : 0;
}

static size_t number_len(struct slice s, long *num)
{
	size_t n = 0;
	long value = 0;

	while (n < s.len && digit(s.at[n])) {
		if (n == DIGITS_MAX)
			return 0;
		value = value * 10 + (s.at[n++] - '0');
	}
	*num = value;
	return n;
}

size_t label_prefix(struct label *out, struct slice text)
{
	size_t scope = scope_len(text), n;
	struct slice rest;
	long num = -1;

	if (!scope || scope + 1 >= text.len || text.at[scope] != '-')
		return 0;
	rest = slice_of(text.at + scope + 1, text.len - scope - 1);
	n = provisional_len(rest);
	if (!n)
		n = number_len(rest, &num);
	if (!n)
		return 0;
	n += scope + 1;
	memcpy(out->text, text.at, n);
	out->text[n] = '\0';
	memcpy(out->scope, text.at, scope);
	out->scope[scope] = '\0';
	out->num = num;
	return n;
}

bool label_parse(struct label *out, struct slice text)
{
	struct label label;

	if (!text.len || label_prefix(&label, text) != text.len)
		return false;
	*out = label;
	return true;
}

bool label_of_path(struct label *out, const char *path)
{
	const char *base = strrchr(path, '/');
	struct slice name = slice_str(base ? base + 1 : path);
	struct label label;
	size_t n = label_prefix(&label, name);

	if (!n || (n < name.len && name.at[n] != '-' && name.at[n] != '.' && name.at[n] != '_'))
		return false;
	*out = label;
	return true;
}

void label_format(char out[LABEL_MAX + 1], const char *scope, long num)
{
	snprintf(out, LABEL_MAX + 1, "%.*s-%03ld", SCOPE_MAX, scope, num);
}

void label_provisional(char out[LABEL_MAX + 1], const char *scope, const char random[5])
{
	snprintf(out, LABEL_MAX + 1, "%.*s-~%.4s", SCOPE_MAX, scope, random);
}

/* At most SLUG_MAX bytes, cut at a word where there is one. */
static void slug(char out[SLUG_MAX + 1], const char *title)
{
	size_t n = 0, word = 0;

	for (; *title; title++) {
		char c = upper(*title) ? (char)(*title - 'A' + 'a') : *title;

		if (!lower(c) && !digit(c)) {
			if (n && out[n - 1] != '-') {
				word = n;
				if (n == SLUG_MAX)
					break;
				out[n++] = '-';
			}
			continue;
		}
		if (n == SLUG_MAX) {
			n = word ? word : n;
			break;
		}
		out[n++] = c;
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (!n)
		strcpy(out, "untitled");
}

char *label_path(const struct kind *kind, const struct label *label, const char *title)
{
	char name[SLUG_MAX + 1];
	const char *suffix = kind->suffix ? kind->suffix : ".md";

	slug(name, title ? title : "");
	if (!kind->scoped)
		return mem_printf("%s/%s-%s%s", kind->dir, label->text, name, suffix);
	return mem_printf("%s/%s/%s-%s%s", kind->dir, label->scope, label->text, name, suffix);
}
