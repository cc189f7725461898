#include "merge/field.h"

#include "merge/form.h"
#include "merge/name.h"
#include "util/mem.h"

#include <stdlib.h>

#define MAX_VALUES 128

struct field {
	struct slice key;	/* with the colon and the blanks behind it */
	struct slice value, end;
};

static struct field field_of(struct slice text)
{
	const char *colon = memchr(text.at, ':', text.len);
	size_t n = colon ? (size_t)(colon - text.at) + 1 : 0;
	struct field f = {.end = form_line_end(text)};

	while (n < text.len && (text.at[n] == ' ' || text.at[n] == '\t'))
		n++;
	f.key = slice_of(text.at, n);
	f.value = slice_of(text.at + n, text.len - n - f.end.len);
	return f;
}

/* --- dates that say when somebody last touched it ------------------------------------------ */

static bool is_touched(struct slice key)
{
	static const char *const names[] = {
		"updated", "last_updated", "last-updated", "lastupdated", "modified",
		"last_modified", "last-modified", "lastmod", "updated_at", "modified_at",
	};

	key = slice_trim(key);
	key.len -= key.len > 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (key.len == strlen(names[i]) && !strncasecmp(key.at, names[i], key.len))
			return true;
	return false;
}

/* 2026-01-31, and perhaps a time behind it. */
static bool is_date(struct slice s)
{
	static const char shape[] = "dddd-dd-dd";

	if (s.len < sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == 'd' ? s.at[i] < '0' || s.at[i] > '9' : s.at[i] != '-')
			return false;
	return true;
}

/* --- sets ---------------------------------------------------------------------------------- */

struct set {
	struct slice at[MAX_VALUES];
	size_t len;
};

static bool nests(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("[]{}\"'", s.at[i]))
			return true;
	return false;
}

/* "[a, b]". */
static bool read_set(struct set *s, struct slice value)
{
	value = slice_trim(value);
	s->len = 0;
	if (value.len < 2 || value.at[0] != '[' || value.at[value.len - 1] != ']')
		return false;
	value = slice_of(value.at + 1, value.len - 2);
	while (value.len) {
		const char *comma = memchr(value.at, ',', value.len);
		size_t n = comma ? (size_t)(comma - value.at) : value.len;
		struct slice one = slice_trim(slice_of(value.at, n));

		if (!one.len || s->len == MAX_VALUES || nests(one))
			return false;
		s->at[s->len++] = one;
		n += comma != NULL;
		value = slice_of(value.at + n, value.len - n);
	}
	return true;
}

static bool has(const struct set *s, struct slice one)
{
	for (size_t i = 0; i < s->len; i++)
		if (slice_eq(s->at[i], one))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	return name_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* What base has and neither removed, then what either added, sorted. */
static char *merge_sets(const struct field *f, const struct set *b, const struct set *o,
			const struct set *t)
{
	struct set all = {.len = 0};
	struct mem_stream m;
	size_t kept;

	for (size_t i = 0; i < b->len; i++)
		if (has(o, b->at[i]) && has(t, b->at[i]) && !has(&all, b->at[i]))
			all.at[all.len++] = b->at[i];
	kept = all.len;
	for (size_t i = 0; i < o->len && all.len < MAX_VALUES; i++)
		if (!has(b, o->at[i]) && !has(&all, o->at[i]))
			all.at[all.len++] = o->at[i];
	for (size_t i = 0; i < t->len && all.len < MAX_VALUES; i++)
		if (!has(b, t->at[i]) && !has(&all, t->at[i]))
			all.at[all.len++] = t->at[i];
	if (all.len == MAX_VALUES)
		return NULL;
	qsort(all.at + kept, all.len - kept, sizeof(all.at[0]), compare);
	mem_stream_open(&m);
	fprintf(m.file, "%.*s[", (int)f->key.len, f->key.at);
	for (size_t i = 0; i < all.len; i++)
		fprintf(m.file, "%s%.*s", i ? ", " : "", (int)all.at[i].len, all.at[i].at);
	fprintf(m.file, "]%.*s", (int)f->end.len, f->end.at);
	return mem_stream_close(&m, NULL);
}

char *field_merge(const struct slice *text)
{
	struct field b = field_of(text[0]), o = field_of(text[1]), t = field_of(text[2]);
	struct set sb, so, st;

	if (!b.key.len || !slice_eq(b.key, o.key) || !slice_eq(b.key, t.key))
		return NULL;
	if (is_touched(b.key) && is_date(b.value) && is_date(o.value) && is_date(t.value)) {
		struct slice later = name_compare(o.value, t.value) < 0 ? text[2] : text[1];

		return mem_strndup(later.at, later.len);
	}
	if (read_set(&sb, b.value) && read_set(&so, o.value) && read_set(&st, t.value))
		return merge_sets(&o, &sb, &so, &st);
	return NULL;
}
