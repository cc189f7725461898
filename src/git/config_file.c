#include "git/config_file.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX 4096

struct reader {
	const char *at;
	const char *end;
	char key[1024];		/* "section.subsection.", then the name */
	size_t base;		/* length of the part up to the name */
	char value[VALUE_MAX];
};

/* The end of the text ends a line too. */
static int next(struct reader *r)
{
	return r->at < r->end ? (unsigned char)*r->at++ : '\n';
}

static bool at_end(const struct reader *r)
{
	return r->at >= r->end;
}

static bool is_space(int c)
{
	return c == ' ' || c == '\t';
}

static bool is_key(int c)
{
	return c < 128 && (isalnum(c) || c == '-');
}

static bool add(struct reader *r, size_t *len, int c)
{
	if (*len + 1 >= sizeof(r->key))
		return false;
	r->key[(*len)++] = (char)c;
	return true;
}

/* Behind the section: ' "sub\"section"]', with its case. */
static bool subsection(struct reader *r)
{
	int c;

	while (is_space(c = next(r)))
		;
	if (c != '"' || !add(r, &r->base, '.'))
		return false;
	while ((c = next(r)) != '"') {
		if (c == '\\')
			c = next(r);
		if (c == '\n' || !add(r, &r->base, c))
			return false;
	}
	return next(r) == ']';
}

/* Behind '['. "[section.sub]", an old way to write it, is left to git. */
static bool section(struct reader *r)
{
	int c;

	r->base = 0;
	while (is_key(c = next(r)))
		if (!add(r, &r->base, tolower(c)))
			return false;
	if (!r->base || (c != ']' && !(is_space(c) && subsection(r))))
		return false;
	if (strncmp(r->key, "include", 7) == 0)
		return false;
	return add(r, &r->base, '.');
}

/* The byte that the escape stands for; 0: there is none. */
static int escaped(int c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case 'n':
		return '\n';
	case '\\':
	case '"':
		return c;
	}
	return 0;
}

/* Behind '='. Git before 2.45 makes a blank of a tab within, and keeps one before a continued line:
 * left to git. */
static bool value(struct reader *r, size_t *len)
{
	bool quoted = false, remark = false, tab = false, blank;
	size_t blanks = 0;
	int c;

	*len = 0;
	while ((c = next(r)) != '\n') {
		if (remark)
			continue;
		if (is_space(c) && !quoted) {
			blanks += *len > 0;
			tab |= *len > 0 && c == '\t';
			continue;
		}
		if ((c == ';' || c == '#') && !quoted) {
			remark = true;
			continue;
		}
		if (*len + blanks + 2 > sizeof(r->value) || tab)
			return false;
		memset(r->value + *len, ' ', blanks);
		*len += blanks;
		blank = blanks > 0;
		blanks = 0;
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (c == '\\') {
			c = next(r);
			if (c == '\n' && !blank)
				continue;
			c = escaped(c);
			if (!c)
				return false;
		}
		r->value[(*len)++] = (char)c;
	}
	return !quoted;
}

/* "name = value" or "name" alone, from its first letter on. */
static bool variable(FILE *out, struct reader *r, const char *scope, int c)
{
	size_t key = r->base, len;

	if (!r->base || c >= 128 || !isalpha(c))
		return false;
	for (; is_key(c); c = next(r))
		if (!add(r, &key, tolower(c)))
			return false;
	while (is_space(c))
		c = next(r);
	if (c != '\n' && c != '=')
		return false;
	fprintf(out, "%s%c", scope, 0);
	fwrite(r->key, 1, key, out);
	if (c == '=') {
		if (!value(r, &len))
			return false;
		putc('\n', out);
		fwrite(r->value, 1, len, out);
	}
	putc('\0', out);
	return true;
}

static void comment(struct reader *r)
{
	while (next(r) != '\n')
		;
}

bool config_file_list(FILE *out, const char *scope, const char *text, size_t len)
{
	struct reader r = {.at = text, .end = text + len};

	if (memchr(text, '\0', len) || memchr(text, '\r', len))
		return false;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.at += 3;
	while (!at_end(&r)) {
		int c = next(&r);

		if (c == '\n' || is_space(c))
			continue;
		if (c == '#' || c == ';')
			comment(&r);
		else if (c == '[' ? !section(&r) : !variable(out, &r, scope, c))
			return false;
	}
	return true;
}
