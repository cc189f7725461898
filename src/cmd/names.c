#include "cmd/names.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct name names_of_path(const struct kinds *kinds, const char *path)
{
	struct name n = {.kind = kinds_of_path(kinds, path)};
	struct label label;

	if (n.kind && label_of_path(&label, path))
		memcpy(n.label, label.text, sizeof(n.label));
	return n;
}

static bool same_name(const struct name *a, const struct name *b)
{
	return a->kind == b->kind && a->label[0] && strcmp(a->label, b->label) == 0;
}

static int by_address(const void *a, const void *b)
{
	return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

static int by_number(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_name(const struct name *a, const struct name *b)
{
	int order = by_address(a->kind, b->kind);

	return order ? order : strcmp(a->label, b->label);
}

static int compare_names(const void *a, const void *b)
{
	const struct name_at *x = a, *y = b;
	int order = by_name(&x->name, &y->name);

	return order ? order : by_number(x->at, y->at);
}

void names_release(struct names *n)
{
	free(n->at);
	*n = (struct names){0};
}

static void add_name(struct names *n, size_t *cap, const struct kinds *kinds, const char *path,
		     size_t at)
{
	struct name name = names_of_path(kinds, path);

	if (!name.kind)
		return;
	MEM_GROW(n->at, n->len, *cap);
	n->at[n->len++] = (struct name_at){name, at};
}

static void sort_names(struct names *n)
{
	if (n->len)
		qsort(n->at, n->len, sizeof(*n->at), compare_names);
}

void names_of_entries(struct names *out, const struct git_entries *list, const struct kinds *kinds)
{
	size_t cap = 0;

	*out = (struct names){0};
	for (size_t i = 0; i < list->len; i++)
		add_name(out, &cap, kinds, list->at[i].path, i);
	sort_names(out);
}

void names_find(size_t *first, size_t *end, const struct names *n, const struct name *name)
{
	size_t low = 0, high = n->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_name(&n->at[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	while (low < n->len && same_name(&n->at[low].name, name))
		low++;
	*end = low;
}

/* --- moves ------------------------------------------------------------------------------------ */

static int by_text(const struct gone_text *a, const struct gone_text *b)
{
	int order = by_address(a->kind, b->kind);

	if (!order)
		order = by_number((size_t)a->parent, (size_t)b->parent);
	return order ? order : strcmp(a->oid->hex, b->oid->hex);
}

static int compare_texts(const void *a, const void *b)
{
	const struct gone_text *x = a, *y = b;
	int order = by_text(x, y);

	return order ? order : by_number(x->at, y->at);
}

/* Its place among the changes; SIZE_MAX when there is none. */
static size_t gone_with_text(const struct moves *m, const struct gone_text *wanted)
{
	size_t low = 0, high = m->nr_texts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_text(&m->texts[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->nr_texts && by_text(&m->texts[low], wanted) == 0 ? m->texts[low].at
									 : SIZE_MAX;
}

static size_t gone_with_name(const struct moves *m, const struct git_changes *changes,
			     const struct name *name, int parent)
{
	size_t first, end;

	names_find(&first, &end, &m->gone, name);
	for (; first < end; first++)
		if (!oid_none(&changes->at[m->gone.at[first].at].before[parent]))
			return m->gone.at[first].at;
	return SIZE_MAX;
}

const struct git_change *moves_from(const struct moves *m, const struct git_changes *changes,
				    const struct kinds *kinds, const struct git_change *to,
				    int parent)
{
	struct name name = names_of_path(kinds, to->path);
	struct gone_text text = {.kind = name.kind, .parent = parent, .oid = &to->after};
	size_t by_label, by_bytes;

	if (!name.kind || !m->gone.len)
		return NULL;
	by_label = gone_with_name(m, changes, &name, parent);
	by_bytes = oid_none(&to->after) ? SIZE_MAX : gone_with_text(m, &text);
	if (by_bytes < by_label)
		by_label = by_bytes;
	return by_label == SIZE_MAX ? NULL : &changes->at[by_label];
}

static void add_texts(struct moves *m, size_t *cap, const struct git_change *c, size_t at,
		      const struct kind *kind)
{
	for (int p = 0; p < c->nr_parents; p++) {
		if (oid_none(&c->before[p]))
			continue;
		MEM_GROW(m->texts, m->nr_texts, *cap);
		m->texts[m->nr_texts++] = (struct gone_text){kind, p, &c->before[p], at};
	}
}

static void mark_origins(struct moves *m, const struct git_changes *changes,
			 const struct kinds *kinds)
{
	for (size_t i = 0; i < changes->len; i++) {
		const struct git_change *c = &changes->at[i];

		for (int p = 0; p < c->nr_parents && !oid_none(&c->after); p++) {
			const struct git_change *from = NULL;

			if (oid_none(&c->before[p]))
				from = moves_from(m, changes, kinds, c, p);
			if (from)
				m->away[from - changes->at] = true;
		}
	}
}

void moves_find(struct moves *out, const struct git_changes *changes, const struct kinds *kinds)
{
	size_t names = 0, texts = 0;

	*out = (struct moves){.away = mem_alloc(changes->len + 1)};
	for (size_t i = 0; i < changes->len; i++) {
		const struct git_change *c = &changes->at[i];
		size_t len = out->gone.len;

		if (!oid_none(&c->after))
			continue;
		add_name(&out->gone, &names, kinds, c->path, i);
		if (out->gone.len > len)
			add_texts(out, &texts, c, i, out->gone.at[len].name.kind);
	}
	sort_names(&out->gone);
	if (out->nr_texts)
		qsort(out->texts, out->nr_texts, sizeof(*out->texts), compare_texts);
	if (out->gone.len)
		mark_origins(out, changes, kinds);
}

void moves_release(struct moves *m)
{
	names_release(&m->gone);
	free(m->texts);
	free(m->away);
	*m = (struct moves){0};
}
