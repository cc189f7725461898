/*
 * What holds for every text, whatever its bytes: for the tests over the corpus, over random
 * texts, and for the fuzz target. Each function returns NULL, or what does not hold.
 */
#ifndef TEST_ARTIFACT_SANE_H
#define TEST_ARTIFACT_SANE_H

#include "artifact/artifact.h"
#include "util/mem.h"

#include <stdlib.h>

#define SANE(cond)                    \
	do {                          \
		if (!(cond))          \
			return #cond; \
	} while (0)

static inline bool sane_in(struct range outer, struct range inner)
{
	return inner.from <= inner.to && inner.from >= outer.from && inner.to <= outer.to;
}

static inline bool sane_none(struct range r)
{
	return r.from == 0 && r.to == 0;
}

/* Body by body, with the headings between, the text is there again. */
static inline const char *sane_sections(const struct artifact *a)
{
	struct range all = {0, a->text.len};
	size_t at = 0;

	SANE(a->nr_sections >= 1 && a->sections[0].level == 0);
	for (size_t i = 0; i < a->nr_sections; i++) {
		const struct section *s = &a->sections[i], *up = &a->sections[s->parent];

		SANE(s->heading.from == at || (i == 0 && sane_none(s->heading)));
		SANE(i == 0 || (s->level >= 1 && s->level <= 6));
		SANE(i == 0 || s->heading.to == s->body.from);
		SANE(s->body.from <= s->body.to);
		SANE(sane_in(all, s->whole) && sane_in(s->whole, s->body));
		SANE(i == 0 || sane_in(s->heading, s->title));
		SANE(s->parent <= i && sane_in(up->whole, s->whole));
		SANE(s->parent == i || up->level < s->level);
		at = s->body.to;
	}
	SANE(at == a->text.len);
	return NULL;
}

static inline const char *sane_items(const struct artifact *a)
{
	for (size_t i = 0; i < a->nr_items; i++) {
		const struct item *t = &a->items[i], *next = t + 1;

		SANE(t->section < a->nr_sections);
		SANE(sane_in(a->sections[t->section].body, t->whole));
		SANE(t->whole.from < t->whole.to && sane_in(t->whole, t->text));
		SANE(sane_none(t->tick) ||
		     (sane_in(t->whole, t->tick) && t->tick.to <= t->text.from));
		SANE(sane_none(t->tick) || strchr(" xX", a->text.at[t->tick.from]));
		SANE(!t->checked || a->text.at[t->tick.from] != ' ');
		if (i + 1 == a->nr_items)
			break;
		SANE(next->whole.from > t->whole.from && next->line >= t->line);
		SANE(next->whole.from >= t->whole.to || sane_in(t->whole, next->whole));
	}
	return NULL;
}

static inline const char *sane_rest(const struct artifact *a)
{
	struct range all = {0, a->text.len};

	SANE(sane_in(all, a->title_line) && sane_in(all, a->state_field));
	SANE(sane_in(a->title_line, a->title));
	SANE(sane_none(a->state) || sane_in(a->state_field, a->state));
	SANE(sane_none(a->title_label) || a->yaml || sane_in(a->title_line, a->title_label));
	SANE(sane_none(a->state) == (a->state.from == a->state.to));
	SANE(sane_none(a->state) || a->state_line > 0);
	for (size_t i = 0; i < a->nr_links; i++) {
		const struct link *l = &a->links[i];

		SANE(l->section < a->nr_sections && sane_in(all, l->at));
		SANE(slice_is(artifact_slice(a, l->at), l->label));
		SANE(i == 0 || l->at.from >= a->links[i - 1].at.to);
	}
	for (size_t i = 0; i < a->nr_problems; i++)
		free(artifact_problem_text(a, &a->problems[i]));
	return NULL;
}

static inline const char *sane_brief(const struct artifact *a, const char *path)
{
	struct artifact_brief b;

	artifact_brief(&b, a->text, a->kind, path);
	SANE(slice_eq(b.title, artifact_slice(a, a->title)));
	SANE(slice_eq(b.state, artifact_slice(a, a->state)));
	SANE(b.state_line == a->state_line);
	SANE(b.utf8 == a->utf8 && b.has_nul == a->has_nul && b.markers == a->markers);
	SANE(b.markers == artifact_has_markers(a->text));
	return NULL;
}

/* Another state and back is the same text; the approval's hash does not see it. */
static inline const char *sane_state(const struct artifact *a, const char *path)
{
	scoped_free char *one = NULL, *two = NULL, *old = NULL;
	struct sha256 sum = artifact_normative(a);
	struct artifact *b;
	bool same_sum, has_state, kept;
	size_t n, m;
	err_t err = artifact_set_state(&one, &n, a, "APPROVED");

	err_free(err);
	if (err)
		return "no other state can be set";
	b = artifact_parse(slice_of(one, n), a->kind, path);
	same_sum = strcmp(artifact_normative(b).hex, sum.hex) == 0;
	has_state = slice_is(artifact_slice(b, b->state), "APPROVED");
	kept = slice_eq(artifact_slice(b, b->title), artifact_slice(a, a->title));
	old = sane_none(a->state)
		      ? mem_strdup("APPROVED")
		      : mem_strndup(a->text.at + a->state.from, a->state.to - a->state.from);
	err = artifact_set_state(&two, &m, b, old);
	artifact_free(b);
	err_free(err);
	SANE(!err);
	SANE(has_state && kept);
	SANE(same_sum);
	if (sane_none(a->state))
		SANE(slice_eq(slice_of(two, m), slice_of(one, n)));
	else
		SANE(slice_eq(slice_of(two, m), a->text));
	return NULL;
}

static inline const char *sane_check(const struct artifact *a, const char *path, size_t n,
				     const struct item *item)
{
	scoped_free char *one = NULL, *two = NULL;
	struct artifact *b;
	size_t len, back;
	bool same_sum;
	err_t err = artifact_check(&one, &len, a, n, !item->checked);

	err_free(err);
	SANE(!err && len == a->text.len && one[item->tick.from] != a->text.at[item->tick.from]);
	b = artifact_parse(slice_of(one, len), a->kind, path);
	same_sum = strcmp(artifact_normative(b).hex, artifact_normative(a).hex) == 0;
	err = artifact_check(&two, &back, b, n, item->checked);
	artifact_free(b);
	err_free(err);
	SANE(!err && same_sum);
	if (a->text.at[item->tick.from] == 'X')
		two[item->tick.from] = 'X';
	SANE(slice_eq(slice_of(two, back), a->text));
	return NULL;
}

static inline const char *sane_artifact(struct slice text, const struct kind *kind,
					const char *path)
{
	struct artifact *a = artifact_parse(text, kind, path);
	const char *bad = sane_sections(a);
	size_t n = 0;

	bad = bad ? bad : sane_items(a);
	bad = bad ? bad : sane_rest(a);
	bad = bad ? bad : sane_brief(a, path);
	bad = bad ? bad : sane_state(a, path);
	for (size_t i = 0; !bad && i < a->nr_items && n < 20; i++)
		if (!sane_none(a->items[i].tick))
			bad = sane_check(a, path, ++n, &a->items[i]);
	artifact_free(a);
	return bad;
}

#endif
