#include "merge/section.h"

#include "merge/group.h"
#include "merge/name.h"
#include "merge/weave.h"
#include "util/mem.h"

#include <stdlib.h>

#define MAX_SECTIONS 400
#define RENAMED 0.6
#define MAX_PAIRS 2000

/* A heading and what stands below it up to the next one; the first has no heading. */
struct part {
	struct slice heading, body, title;
	size_t level, parent;
	size_t id;		/* equal in all texts; NOWHERE: not yet known */
};

struct parts {
	struct part *at;
	size_t len;
};

struct merger {
	struct section_merge *m;
	struct parts of[3];
	size_t *order;		/* ids of the result */
	size_t len;
	size_t nr_ids;
	bool moved;
};

/* --- splitting ----------------------------------------------------------------------------- */

static struct slice lines_of(const struct lines *lines, size_t from, size_t to)
{
	const char *at = from < to ? lines->at[from].text.at : "";

	return slice_of(at, from < to ? (size_t)(lines->at[to - 1].text.at - at) +
					lines->at[to - 1].text.len : 0);
}

static size_t parent_of(const struct parts *p, size_t level)
{
	for (size_t i = p->len; i-- > 1;)
		if (p->at[i].level < level)
			return i;
	return 0;
}

static void read_parts(struct parts *p, const struct units *u, const struct lines *lines)
{
	size_t cap = 0, from = 0;

	MEM_GROW(p->at, p->len, cap);
	p->at[p->len++] = (struct part){.heading = {"", 0}, .title = {"", 0}, .id = NOWHERE};
	for (size_t i = 0; i < u->len; i++) {
		const struct unit *unit = &u->at[i];

		if (unit->kind != UNIT_HEADING)
			continue;
		p->at[p->len - 1].body = lines_of(lines, from, unit->from);
		MEM_GROW(p->at, p->len, cap);
		p->at[p->len] = (struct part){
			.heading = unit->text, .title = unit->key, .level = unit->depth,
			.parent = parent_of(p, unit->depth), .id = NOWHERE};
		p->len++;
		from = unit->to;
	}
	p->at[p->len - 1].body = lines_of(lines, from, lines->len);
}

/* --- which is which ------------------------------------------------------------------------ */

static bool same_path(const struct parts *a, size_t i, const struct parts *b, size_t j)
{
	while (i && j) {
		if (a->at[i].level != b->at[j].level || !slice_eq(a->at[i].title, b->at[j].title))
			return false;
		i = a->at[i].parent;
		j = b->at[j].parent;
	}
	return i == j;
}

static bool has_id(const struct parts *p, size_t id)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->at[i].id == id)
			return true;
	return false;
}

/* By path, the first with the first. */
static void match_paths(struct parts *a, const struct parts *b)
{
	for (size_t i = 0; i < a->len; i++)
		for (size_t j = 0; a->at[i].id == NOWHERE && j < b->len; j++)
			if (same_path(a, i, b, j) && !has_id(a, b->at[j].id))
				a->at[i].id = b->at[j].id;
}

/* A new title over a body that says the same. */
static void match_renamed(struct parts *a, const struct parts *b)
{
	size_t pairs = 0;

	for (size_t i = 1; i < a->len; i++) {
		size_t best = NOWHERE;
		double most = RENAMED;

		for (size_t j = 1; a->at[i].id == NOWHERE && j < b->len; j++) {
			double alike;

			if (has_id(a, b->at[j].id) || a->at[i].level != b->at[j].level)
				continue;
			if (++pairs > MAX_PAIRS)
				return;
			alike = name_alike(a->at[i].body, b->at[j].body);
			if (alike >= most) {
				most = alike;
				best = j;
			}
		}
		if (best != NOWHERE)
			a->at[i].id = b->at[best].id;
	}
}

static void identify(struct merger *m)
{
	for (size_t i = 0; i < m->of[BASE].len; i++)
		m->of[BASE].at[i].id = m->nr_ids++;
	for (int side = OURS; side <= THEIRS; side++) {
		match_paths(&m->of[side], &m->of[BASE]);
		match_renamed(&m->of[side], &m->of[BASE]);
	}
	for (size_t i = 0; i < m->of[OURS].len; i++)
		if (m->of[OURS].at[i].id == NOWHERE)
			m->of[OURS].at[i].id = m->nr_ids++;
	match_paths(&m->of[THEIRS], &m->of[OURS]);
	for (size_t i = 0; i < m->of[THEIRS].len; i++)
		if (m->of[THEIRS].at[i].id == NOWHERE)
			m->of[THEIRS].at[i].id = m->nr_ids++;
}

static const struct part *find(const struct parts *p, size_t id)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->at[i].id == id)
			return &p->at[i];
	return NULL;
}

/* --- order --------------------------------------------------------------------------------- */

/* Whether the sections that all three have stand in the same order in both. */
static bool same_order(const struct merger *m, enum side_of a, enum side_of b)
{
	size_t j = 0;

	for (size_t i = 0; i < m->of[a].len; i++) {
		size_t id = m->of[a].at[i].id;

		if (!has_id(&m->of[BASE], id) || !has_id(&m->of[OURS], id) ||
		    !has_id(&m->of[THEIRS], id))
			continue;
		while (j < m->of[b].len && (!has_id(&m->of[BASE], m->of[b].at[j].id) ||
					    !has_id(&m->of[OURS], m->of[b].at[j].id) ||
					    !has_id(&m->of[THEIRS], m->of[b].at[j].id)))
			j++;
		if (j == m->of[b].len || m->of[b].at[j++].id != id)
			return false;
	}
	return true;
}

static size_t place_of(const struct merger *m, size_t id)
{
	for (size_t i = 0; i < m->len; i++)
		if (m->order[i] == id)
			return i;
	return NOWHERE;
}

/* Behind the section that it stands behind in its own text; false when the other side put one of
 * its own there, or took that one away. */
static bool insert(struct merger *m, enum side_of side, size_t at)
{
	size_t before = place_of(m, m->of[side].at[at - 1].id);
	const struct parts *other = &m->of[side == OURS ? THEIRS : OURS];

	if (before == NOWHERE)
		return false;
	if (before + 1 < m->len && !has_id(&m->of[BASE], m->order[before + 1]) &&
	    find(other, m->order[before + 1]) && !find(&m->of[side], m->order[before + 1]))
		return false;
	memmove(m->order + before + 2, m->order + before + 1,
		(m->len - before - 1) * sizeof(*m->order));
	m->order[before + 1] = m->of[side].at[at].id;
	m->len++;
	return true;
}

static bool insert_all(struct merger *m, enum side_of lead, enum side_of other)
{
	m->len = 0;
	for (size_t i = 0; i < m->of[lead].len; i++)
		m->order[m->len++] = m->of[lead].at[i].id;
	for (size_t i = 1; i < m->of[other].len; i++)
		if (place_of(m, m->of[other].at[i].id) == NOWHERE && !insert(m, other, i))
			return false;
	return true;
}

/* The order of the side that moved sections; where none did, it must not matter whose. */
static bool arrange(struct merger *m)
{
	bool ours_kept = same_order(m, BASE, OURS), theirs_kept = same_order(m, BASE, THEIRS);
	size_t size = (m->nr_ids + 1) * sizeof(*m->order), len;
	scoped_free size_t *first = NULL;

	m->moved = !ours_kept || !theirs_kept;
	m->order = mem_alloc(size);
	if (ours_kept != theirs_kept)
		return insert_all(m, ours_kept ? THEIRS : OURS, ours_kept ? OURS : THEIRS);
	if ((!ours_kept && !same_order(m, OURS, THEIRS)) || !insert_all(m, OURS, THEIRS))
		return false;
	first = mem_dup(m->order, size);
	len = m->len;
	return insert_all(m, THEIRS, OURS) && m->len == len &&
	       !memcmp(first, m->order, len * sizeof(*first));
}

/* --- one section --------------------------------------------------------------------------- */

static bool merge_body(struct merger *m, FILE *out, struct slice b, struct slice o, struct slice t)
{
	const struct merge_options options = {0};
	scoped(grouped_release) struct grouped g = {.text = {b, o, t}, .off = m->m->off,
						     .least = m->m->least};
	scoped(text_release) struct text text = {0};
	scoped_free char *bytes = NULL;
	size_t len;

	text_split(&text, b, o, t, LINE_ENDS_COUNT);
	text_regions(&text);
	if (text_conflicts(&text)) {
		grouped_split(&g, &text);
		group_merge(&text, &g);
	}
	if (text_conflicts(&text))
		return false;
	bytes = render_text(&len, &text, &options, NULL);
	fwrite(bytes, 1, len, out);
	for (size_t i = 0; i < text.leaves.len; i++)
		strs_add(&m->m->leaves, text.leaves.at[i]);
	for (size_t i = 0; i < text.len; i++)
		m->m->rules |= text.regions[i].rules;
	return true;
}

static bool put(FILE *out, const struct part *p)
{
	fwrite(p->heading.at, 1, p->heading.len, out);
	fwrite(p->body.at, 1, p->body.len, out);
	return true;
}

static bool same_part(const struct part *a, const struct part *b)
{
	return slice_eq(a->heading, b->heading) &&
	       slice_eq(slice_trim(a->body), slice_trim(b->body));
}

static bool merge_part(struct merger *m, FILE *out, size_t id)
{
	const struct part *b = find(&m->of[BASE], id), *o = find(&m->of[OURS], id);
	const struct part *t = find(&m->of[THEIRS], id);
	struct slice heading;

	if (o && t && b) {
		heading = slice_eq(b->heading, o->heading) ? t->heading : o->heading;
		if (!slice_eq(heading, t->heading) && !slice_eq(b->heading, t->heading))
			return false;
		fwrite(heading.at, 1, heading.len, out);
		return merge_body(m, out, b->body, o->body, t->body);
	}
	if (b)	/* deleted here, and not changed there */
		return same_part(b, o ? o : t);
	if (o && t)
		return same_part(o, t) && put(out, o->body.len < t->body.len ? o : t);
	return put(out, o ? o : t);
}

static bool usable(const struct merger *m)
{
	for (int side = BASE; side <= THEIRS; side++)
		if (m->of[side].len < 2 || m->of[side].len > MAX_SECTIONS)
			return false;
	return true;
}

/* Every section of base is there in all texts, and has the title that it had. */
static bool all_kept(const struct merger *m)
{
	for (size_t i = 0; i < m->of[BASE].len; i++) {
		const struct part *b = &m->of[BASE].at[i];

		for (int side = OURS; side <= THEIRS; side++) {
			const struct part *p = find(&m->of[side], b->id);

			if (!p || !slice_eq(p->title, b->title))
				return false;
		}
	}
	return true;
}

static void merge_parts(struct merger *m)
{
	struct mem_stream s;
	bool ok = true;

	identify(m);
	if (!arrange(m) || !(m->moved ? m->m->strayed || all_kept(m) : m->m->strayed))
		return;
	mem_stream_open(&s);
	for (size_t i = 0; ok && i < m->len; i++)
		ok = merge_part(m, s.file, m->order[i]);
	m->m->bytes = mem_stream_close(&s, &m->m->len);
	if (!ok)
		free(steal(m->m->bytes));
}

/* What the parts point into. */
struct source {
	struct grouped g;
	struct text t;
};

static void read_texts(struct merger *m, struct source *s, const struct slice *text)
{
	text_split(&s->t, text[BASE], text[OURS], text[THEIRS], LINE_ENDS_COUNT);
	for (int side = BASE; side <= THEIRS; side++)
		s->g.text[side] = text[side];
	grouped_split(&s->g, &s->t);
	read_parts(&m->of[BASE], &s->g.units[BASE], &s->t.base);
	read_parts(&m->of[OURS], &s->g.units[OURS], &s->t.ours);
	read_parts(&m->of[THEIRS], &s->g.units[THEIRS], &s->t.theirs);
}

static void merger_release(struct merger *m, struct source *s)
{
	for (int side = BASE; side <= THEIRS; side++)
		free(m->of[side].at);
	free(m->order);
	grouped_release(&s->g);
	text_release(&s->t);
}

void section_merge(struct section_merge *sm)
{
	struct merger m = {.m = sm};
	struct source s = {.t = {.len = 0}};

	read_texts(&m, &s, sm->text);
	if (usable(&m))
		merge_parts(&m);
	merger_release(&m, &s);
}

bool sections_disagree(const struct slice text[3])
{
	struct merger m = {.m = NULL};
	struct source s = {.t = {.len = 0}};
	bool disagree = false;

	read_texts(&m, &s, text);
	if (usable(&m)) {
		identify(&m);
		disagree = !same_order(&m, BASE, OURS) && !same_order(&m, BASE, THEIRS) &&
			   !same_order(&m, OURS, THEIRS);
	}
	merger_release(&m, &s);
	return disagree;
}

void section_merge_release(struct section_merge *m)
{
	strs_release(&m->leaves);
	free(m->bytes);
	*m = (struct section_merge){0};
}
