#include "cmd/prime.h"
#include "cmd/change.h"
#include "cmd/rules.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define LOOKED_AT 64	/* artifacts that are tried for an example, at most */

void prime_release(struct prime *p)
{
	for (size_t i = 0; i < p->nr_commands; i++)
		free(p->commands[i].line);
	arts_release(&p->arts);
	free(p->url);
	session_close(&p->session);
}

size_t prime_count(const struct prime *p, const struct kind *kind, const char *state)
{
	size_t n = 0;

	for (size_t i = 0; i < p->arts.len; i++)
		n += strcmp(p->arts.at[i].kind, kind->name) == 0 &&
		     (!state || strcmp(p->arts.at[i].state, state) == 0);
	return n;
}

/* Takes over line; NULL has no effect. */
static void add(struct prime *p, const char *what, char *line)
{
	BUG_ON(p->nr_commands == sizeof(p->commands) / sizeof(*p->commands));
	if (line)
		p->commands[p->nr_commands++] = (struct prime_command){what, line};
}

/* --- examples ------------------------------------------------------------------------------- */

/* What a shell leaves as it is between double quotes. */
static bool is_plain(const char *text)
{
	return text[0] && text[0] != '-' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    " .,:_/()+-") == strlen(text);
}

/* "state INFRA-042 OPEN": the first step on that needs nobody's approval. */
static err_t step_line(char **out, struct session *s, const struct subject *sub, const char *name)
{
	struct slice here = slice_str(sub->art.state);
	const struct kind_state *from = kind_state(sub->kind, here);

	for (size_t i = 0; i < sub->kind->nr_states; i++) {
		const struct kind_state *to = &sub->kind->states[i];
		err_t err;

		if (!from || to->gate || to->rank <= from->rank ||
		    !kind_transition(sub->kind, here, slice_str(to->name), false, NULL))
			continue;
		err = rules_check_entry(s, sub, to);
		if (err && err->code != ERR_REFUSED)
			return err;
		if (!err)
			*out = mem_printf("git agent state -n %s %s", name, to->name);
		err_free(err);
		return NULL;
	}
	return NULL;
}

static char *box_line(const struct subject *sub, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < sub->model->nr_items; i++) {
		if (!sub->model->items[i].tick.to)
			continue;
		n++;
		if (!sub->model->items[i].checked)
			return mem_printf("git agent check -n %s %zu", name, n);
	}
	return NULL;
}

static bool holds(struct range outer, struct range inner)
{
	return inner.to && inner.from >= outer.from && inner.to <= outer.to;
}

/* Prose alone: what has boxes, links or the state is changed by other means. */
static bool is_prose(const struct artifact *a, const struct section *s)
{
	for (size_t i = 0; i < a->nr_items; i++)
		if (holds(s->body, a->items[i].tick))
			return false;
	for (size_t i = 0; i < a->nr_links; i++)
		if (a->links[i].in_link_section && holds(s->body, a->links[i].at))
			return false;
	return s->level > 1 && !holds(s->body, a->state) &&
	       slice_trim(artifact_slice(a, s->body)).len > 0;
}

static char *section_line(const struct subject *sub, const char *name)
{
	const struct artifact *a = sub->model;
	const struct slice text = slice_str("The new text.");

	for (size_t i = 1; i < a->nr_sections; i++) {
		struct slice title = artifact_slice(a, a->sections[i].title);
		scoped_free char *section = mem_strndup(title.at, title.len), *bytes = NULL;
		size_t len;
		err_t err;

		if (!is_prose(a, &a->sections[i]) || !is_plain(section))
			continue;
		err = artifact_set_section(&bytes, &len, a, section, text);
		if (!err)
			return mem_printf("git agent set -n %s --section \"%s\" --text \"%s\"",
					  name, section, text.at);
		err_free(err);
	}
	return NULL;
}

/* The first word of the title that is one to search for. */
static char *search_line(const struct subject *sub)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (const char *at = sub->art.title; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len >= 4 && len <= 20 && strspn(at, letters) == len)
			return mem_printf("git agent search %.*s", (int)len, at);
		at += len;
	}
	return NULL;
}

struct lines {
	char *search, *show, *section, *box, *step;
	char *kind;	/* of what is shown */
};

static void lines_release(struct lines *l)
{
	free(l->search);
	free(l->show);
	free(l->section);
	free(l->box);
	free(l->step);
	free(l->kind);
}

static void take_lines(struct lines *l, const struct subject *sub, const char *name)
{
	if (!l->show) {
		l->show = mem_printf("git agent show %s", name);
		l->kind = mem_strdup(sub->art.kind);
		l->search = search_line(sub);
	}
	if (!l->section)
		l->section = section_line(sub, name);
	if (!l->box)
		l->box = box_line(sub, name);
}

static err_t try_artifact(struct lines *l, struct session *s, const struct art *art)
{
	scoped_free char *name = session_long_name(s, art);
	scoped(subject_release) struct subject sub = {0};
	err_t err = session_find(&sub.art, s, name, false);
	bool same = !err && strcmp(sub.art.uid, art->uid) == 0;

	err_free(err);
	if (!same || art->conflict || !art->label[0])
		return NULL;
	sub.kind = kinds_find(s->kinds, art->kind);
	if (!sub.kind || sub.kind->opaque)
		return NULL;
	TRY(store_text_get(&sub.bytes, &sub.len, s->store, art->oid.hex));
	sub.model = artifact_parse(slice_of(sub.bytes, sub.len), sub.kind, art->path);
	take_lines(l, &sub, name);
	return l->step ? NULL : step_line(&l->step, s, &sub, name);
}

/* Stories are what most work is done on: what has a parent and a label of its own. */
static bool is_story(const struct session *s, const struct art *art)
{
	const struct kind *kind = kinds_find(s->kinds, art->kind);

	return kind && kind->parent_kind && !kind->shares_label;
}

static err_t find_lines(struct lines *l, struct prime *p)
{
	for (int stories = 1; stories >= 0; stories--) {
		size_t looked = 0;

		for (size_t i = 0; i < p->arts.len && looked < LOOKED_AT; i++) {
			if (is_story(&p->session, &p->arts.at[i]) != (stories == 1))
				continue;
			if (l->show && l->section && l->box && l->step)
				return NULL;
			looked++;
			TRY(try_artifact(l, &p->session, &p->arts.at[i]));
		}
	}
	return NULL;
}

/* A story of a plan that has come far enough; else a plan. */
static char *new_line(const struct prime *p)
{
	const struct kinds *kinds = p->session.kinds;
	const struct kind *story = kinds_find(kinds, "story"), *plan = kinds_find(kinds, "plan");
	const char *scope = "INFRA";

	for (size_t i = 0; i < p->arts.len; i++) {
		const struct art *art = &p->arts.at[i];
		const struct kind *kind = kinds_find(kinds, art->kind);

		if (!kind || kind->prefix || !art->scope[0] || art->num < 0)
			continue;
		if (kind == plan && story && kind_parent_allows(story, plan, slice_str(art->state)))
			return mem_printf("git agent new-story -n \"A short title\" --from %s",
					  art->label);
		scope = art->scope;
	}
	return mem_printf("git agent new-plan -n \"A short title\" --scope %s", scope);
}

static err_t add_examples(struct prime *p)
{
	scoped(lines_release) struct lines l = {0};

	TRY(find_lines(&l, p));
	add(p, "list them; also --state, --scope",
	    l.kind ? mem_printf("git agent list --kind %s", l.kind) : mem_strdup("git agent list"));
	add(p, "find by words", steal(l.search));
	add(p, "read one", steal(l.show));
	add(p, "replace the text of a section", steal(l.section));
	add(p, "tick a box", steal(l.box));
	add(p, "change the state", steal(l.step));
	add(p, "make one", new_line(p));
	add(p, "what waits to be done", mem_strdup("git agent status"));
	if (p->url)
		add(p, "take and send: pull, merge, push", mem_strdup("git agent sync"));
	return NULL;
}

/* --- what is here --------------------------------------------------------------------------- */

static err_t open_any(struct prime *p)
{
	err_t err = session_open(&p->session, SESSION_READ);

	p->workspace = !err;
	if (!err || err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	return session_open(&p->session, SESSION_REPO);
}

err_t prime_collect(struct prime *p)
{
	struct session *s = &p->session;

	TRY(open_any(p));
	TRY(repo_head(&p->head, s->repo));
	if (!p->workspace) {
		add(p, "make the workspace of this clone", mem_strdup("git agent sync init"));
		return NULL;
	}
	TRY(session_fresh(s, NULL));
	TRY(store_meta_get(&p->url, s->store, "remote"));
	TRY(store_art_list(&p->arts, s->store, &(struct art_filter){0}));
	for (size_t i = 0; i < p->arts.len; i++) {
		p->conflicts += p->arts.at[i].conflict;
		p->to_push += p->url && p->arts.at[i].dirty;
	}
	return add_examples(p);
}
