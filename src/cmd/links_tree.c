/* The tree that `git agent links` draws. */
#include "cli/color.h"
#include "cli/text.h"
#include "cmd/links.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 64 /* what a screen can show, and a stack can hold */

enum { UNSEEN, ON_PATH, SEEN };
enum way { OUT, IN, CHILDREN };

struct tree {
	const struct links_graph *g;
	const struct session *s;
	char lines[4 * DEEPEST + 1]; /* "|   " or "    " for each step */
	char *seen;		     /* of each artifact */
	int depth;
	bool color;
};

static const char *tag(enum ref_type type, enum way way)
{
	static const char *const in[REF_TYPES] = {"child", "needed by", "linked by",
						  "mentioned by"};

	return way == IN ? in[type] : ref_type_name(type);
}

static void print_art(const struct tree *t, size_t i)
{
	const struct art *art = &t->g->refs.arts.at[i];
	scoped_free char *name = session_long_name(t->s, art), *state = output_state(art);
	const char *color = output_state_color(t->color, t->s, art);

	fputs(color_of(t->color, COLOR_ID), stdout);
	text_safe_fputs(name, stdout);
	printf("%s  %s  %s", color_if(t->color, COLOR_RESET), art->kind, color);
	text_safe_fputs(state[0] ? state : "-", stdout);
	printf("%s  ", color[0] ? COLOR_RESET : "");
	text_safe_fputs(art->title, stdout);
}

static void print_waits(const struct tree *t, size_t i)
{
	scoped_free char *waits = NULL;

	if (refs_work(&t->g->refs, t->s, i) != REFS_BLOCKED)
		return;
	waits = refs_waits_text(&t->g->refs, t->s, i);
	if (!waits[0])
		return;
	fputs(" (", stdout);
	text_safe_fputs(waits, stdout);
	fputs(")", stdout);
}

static bool in_cycle(const struct links_graph *g, size_t art)
{
	for (size_t i = 0; i < g->nr_cycles; i++)
		for (size_t k = 0; k < g->cycles[i].len; k++)
			if (g->cycles[i].at[k] == art)
				return true;
	return false;
}

static void print_below(struct tree *t, size_t art, enum way way, int level, bool more);

/* A line, and what hangs below it, unless that was shown before. */
static void print_branch(struct tree *t, const struct ref *ref, enum way way, int level, bool last)
{
	size_t art = way == OUT ? ref->to : ref->from;
	bool missing = art == REFS_NONE;

	printf("%s%s", t->lines, last ? "`-- " : "|-- ");
	if (way != CHILDREN)
		printf("%s: ", tag(ref->type, way));
	if (missing) {
		printf("%s%s: not there%s\n", color_of(t->color, COLOR_MISSING), ref->label,
		       color_if(t->color, COLOR_RESET));
		return;
	}
	print_art(t, art);
	if (way == CHILDREN)
		print_waits(t, art);
	if (t->seen[art] == ON_PATH && ref->type <= REF_NEEDS && in_cycle(t->g, art)) {
		printf("  %s(cycle)%s\n", color_of(t->color, COLOR_MISSING),
		       color_if(t->color, COLOR_RESET));
	} else if (t->seen[art] != UNSEEN) {
		puts("  (see above)");
	} else {
		putchar('\n');
		strcat(t->lines, last ? "    " : "|   ");
		print_below(t, art, way, level + 1, false);
		t->lines[strlen(t->lines) - 4] = '\0';
	}
}

static const struct ref *ref_at(const struct tree *t, enum way way, size_t i)
{
	return &t->g->refs.at[way == OUT ? i : t->g->incoming[i]];
}

static bool has_parent(const struct refs *r, size_t art, size_t parent)
{
	for (size_t i = r->first[art]; i < r->first[art + 1]; i++)
		if (r->at[i].type == REF_PARENT && r->at[i].to != REFS_NONE &&
		    (parent == REFS_NONE || r->at[i].to == parent))
			return true;
	return false;
}

/* A plan that lists its stories says what they say themselves. */
static bool is_drawn(const struct tree *t, const struct ref *ref, enum way way)
{
	if (way == CHILDREN)
		return ref->type == REF_PARENT;
	return ref->to == REFS_NONE || ref->type < REF_LINK ||
	       !has_parent(&t->g->refs, ref->to, ref->from);
}

/* more: another branch of the same artifact follows. */
static void print_below(struct tree *t, size_t art, enum way way, int level, bool more)
{
	const size_t *first = way == OUT ? t->g->refs.first : t->g->first_in;
	size_t end = first[art + 1], i = first[art], next;

	if (t->depth >= 0 && level >= t->depth)
		return;
	for (; i < end && !is_drawn(t, ref_at(t, way, i), way); i++)
		;
	if (level == DEEPEST && i < end)
		printf("%s...\n", t->lines);
	if (level == DEEPEST)
		return;
	t->seen[art] = ON_PATH;
	for (; i < end; i = next) {
		for (next = i + 1; next < end && !is_drawn(t, ref_at(t, way, next), way); next++)
			;
		print_branch(t, ref_at(t, way, i), way, level, next >= end && !more);
	}
	t->seen[art] = SEEN;
}

/* --- what is named -------------------------------------------------------------------------- */

static void print_named(struct tree *t, size_t art)
{
	const struct links_graph *g = t->g;
	bool in = false;

	for (size_t i = g->first_in[art]; i < g->first_in[art + 1] && !in; i++)
		in = is_drawn(t, ref_at(t, IN, i), IN);
	memset(t->seen, UNSEEN, g->refs.arts.len);
	print_art(t, art);
	print_waits(t, art);
	putchar('\n');
	print_below(t, art, OUT, 0, in);
	memset(t->seen, UNSEEN, g->refs.arts.len);
	print_below(t, art, IN, 0, false);
}

/* --- all of them ---------------------------------------------------------------------------- */

static void print_root(struct tree *t, size_t art)
{
	print_art(t, art);
	print_waits(t, art);
	putchar('\n');
	print_below(t, art, CHILDREN, 0, false);
	t->seen[art] = SEEN;
}

/* What has no parent first; a cycle of parents has no such beginning. */
static void print_all(struct tree *t)
{
	const struct refs *r = &t->g->refs;

	for (size_t i = 0; i < r->arts.len; i++)
		if (!has_parent(r, i, REFS_NONE))
			print_root(t, i);
	for (size_t i = 0; i < r->arts.len && t->depth < 0; i++)
		if (t->seen[i] == UNSEEN)
			print_root(t, i);
}

void links_print_tree(const struct links_graph *g, const struct session *s, int depth, bool color)
{
	struct tree t = {.g = g, .s = s, .depth = depth, .color = color};

	t.seen = mem_alloc(g->refs.arts.len + 1);
	for (size_t i = 0; i < g->nr_named; i++) {
		if (i)
			putchar('\n');
		print_named(&t, g->named[i]);
	}
	if (!g->nr_named)
		print_all(&t);
	free(t.seen);
}
