#include "cmd/move_refs.h"
#include "artifact/destinations.h"
#include "cmd/refs.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void move_refs_release(struct move_refs *r)
{
	for (size_t i = 0; i < r->len; i++) {
		subject_release(&r->at[i].sub);
		free(r->at[i].text);
	}
	free(r->at);
	free(r->own);
	strs_release(&r->left);
	*r = (struct move_refs){0};
}

/* --- one text ------------------------------------------------------------------------------- */

struct patch {
	struct range at;
	char *text;
};

struct patches {
	struct patch *at;
	size_t len, cap;
};

static void patches_release(struct patches *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->at[i].text);
	free(p->at);
	*p = (struct patches){0};
}

/* The first one that claims a place has it: a path before the label in it. Takes over text. */
static void patch(struct patches *p, struct range at, char *text)
{
	for (size_t i = 0; i < p->len; i++)
		if (at.from < p->at[i].at.to && p->at[i].at.from < at.to) {
			free(text);
			return;
		}
	MEM_GROW(p->at, p->len, p->cap);
	p->at[p->len++] = (struct patch){at, text};
}

static int by_place(const void *a, const void *b)
{
	const struct patch *x = a, *y = b;

	return (x->at.from > y->at.from) - (x->at.from < y->at.from);
}

static char *patched(size_t *len, struct patches *p, struct slice text)
{
	struct mem_stream out;
	size_t at = 0;

	if (p->len)
		qsort(p->at, p->len, sizeof(*p->at), by_place);
	mem_stream_open(&out);
	for (size_t i = 0; i < p->len; i++) {
		fwrite(text.at + at, 1, p->at[i].at.from - at, out.file);
		fputs(p->at[i].text, out.file);
		at = p->at[i].at.to;
	}
	fwrite(text.at + at, 1, text.len - at, out.file);
	return mem_stream_close(&out, len);
}

static char *directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	return mem_strndup(path, slash ? (size_t)(slash - path) : 0);
}

struct move {
	struct session *s;
	const struct subject *sub;
	const char *label;	/* the new one, or NULL */
	const char *from, *to;	/* paths */
};

/* A text at `path`, that is at `now` afterwards. */
static void patch_paths(struct patches *p, const struct move *m, struct slice text,
			const struct destinations *found, const char *path, const char *now)
{
	scoped_free char *dir = directory(path), *dir_now = directory(now);

	for (size_t i = 0; i < found->len; i++) {
		struct range at = found->at[i].at;
		struct slice old = slice_of(text.at + at.from, at.to - at.from);
		scoped_free char *leads = NULL, *other = NULL;
		bool moved;

		if (!found->at[i].path)
			continue;
		leads = destination_resolve(dir, old);
		moved = leads && strcmp(leads, m->from) == 0;
		if (!leads || (!moved && (strcmp(dir, dir_now) == 0 || old.at[0] == '/')))
			continue;
		other = destination_relative(old.at[0] == '/' ? "" : dir_now,
					     moved ? m->to : leads);
		patch(p, at, old.at[0] == '/' ? mem_printf("/%s", other) : steal(other));
	}
}

static bool in_destination(const struct destinations *found, struct range at)
{
	for (size_t i = 0; i < found->len; i++)
		if (at.from < found->at[i].at.to && found->at[i].at.from < at.to)
			return true;
	return false;
}

/* What a link leads to has had its turn: a label in the path of something else is no reference. In
 * running text a path is one as a whole. */
static void patch_labels(struct patches *p, const struct move *m, struct slice text,
			 const struct destinations *found, const struct ref_places *places,
			 size_t from)
{
	const char *name = strrchr(m->from, '/');
	size_t dir = name ? (size_t)(name - m->from) + 1 : 0, whole = strlen(m->from);

	for (size_t i = 0; i < places->len; i++) {
		struct range at = places->at[i].at;

		if (places->at[i].from != from || in_destination(found, at))
			continue;
		if (dir && at.from >= dir && text.len - (at.from - dir) >= whole &&
		    memcmp(text.at + at.from - dir, m->from, whole) == 0)
			patch(p, (struct range){at.from - dir, at.from - dir + whole},
			      mem_strdup(m->to));
		else if (m->label && strcmp(places->at[i].label, m->sub->art.label) == 0 &&
			 !(at.from && text.at[at.from - 1] == '/'))
			patch(p, at, mem_strdup(m->label));
	}
}

static void patch_text(struct patches *p, const struct move *m, struct slice text,
		       const struct ref_places *places, size_t from, const char *path,
		       const char *now)
{
	struct destinations found;

	destinations_find(&found, text);
	patch_paths(p, m, text, &found, path, now);
	patch_labels(p, m, text, &found, places, from);
	destinations_release(&found);
}

/* --- all of them ---------------------------------------------------------------------------- */

static void own_text(struct move_refs *out, const struct move *m, const struct ref_places *places,
		     size_t self)
{
	scoped(patches_release) struct patches p = {0};
	const struct artifact *a = m->sub->model;
	struct slice text = slice_of(m->sub->bytes, m->sub->len);

	if (m->label && a->title_label.to > a->title_label.from)
		patch(&p, a->title_label, mem_strdup(m->label));
	patch_text(&p, m, text, places, self, m->from, m->to);
	out->own = patched(&out->own_len, &p, text);
}

static bool in_gate(const struct subject *sub)
{
	const struct kind_state *state =
		sub->kind ? kind_state(sub->kind, slice_str(sub->art.state)) : NULL;

	return state && state->gate;
}

/* Why a text stays; NULL: nothing is in the way. */
static const char *in_the_way(const struct move_ref *ref)
{
	struct sha256 before, after;
	struct artifact *now;

	if (ref->sub.art.conflict)
		return "it is in conflict";
	if (!in_gate(&ref->sub))
		return NULL;
	now = artifact_parse(slice_of(ref->text, ref->len), ref->sub.kind, ref->sub.art.path);
	before = artifact_normative(ref->sub.model);
	after = artifact_normative(now);
	artifact_free(now);
	return memcmp(&before, &after, sizeof(before)) == 0
		       ? NULL
		       : "it is approved, and its text would be another";
}

static err_t add_other(struct move_refs *out, const struct move *m, const struct art *art,
		       const struct ref_places *places, size_t index)
{
	scoped(patches_release) struct patches p = {0};
	struct move_ref ref = {0};
	const char *why;
	err_t err = store_art_get(&ref.sub.art, m->s->store, art->uid);

	if (!err)
		err = store_text_get(&ref.sub.bytes, &ref.sub.len, m->s->store, art->oid.hex);
	if (err) {
		subject_release(&ref.sub);
		return err;
	}
	patch_text(&p, m, slice_of(ref.sub.bytes, ref.sub.len), places, index, art->path,
		   art->path);
	ref.places = p.len;
	if (!p.len) {
		subject_release(&ref.sub);
		return NULL;
	}
	ref.sub.kind = kinds_find(m->s->kinds, art->kind);
	ref.sub.model = artifact_parse(slice_of(ref.sub.bytes, ref.sub.len), ref.sub.kind,
				       art->path);
	ref.text = patched(&ref.len, &p, slice_of(ref.sub.bytes, ref.sub.len));
	why = in_the_way(&ref);
	if (!why) {
		MEM_GROW(out->at, out->len, out->cap);
		out->at[out->len++] = ref;
		return NULL;
	}
	strs_take(&out->left, mem_printf("%s: %s", session_name(art), why));
	subject_release(&ref.sub);
	free(ref.text);
	return NULL;
}

static bool names_it(const struct ref_places *places, size_t from)
{
	for (size_t i = 0; i < places->len; i++)
		if (places->at[i].from == from)
			return true;
	return false;
}

/* A runbook has the label of its story, and may belong to it by that alone. */
static void note_shared(struct move_refs *out, const struct move *m, const struct art *art)
{
	const struct kind *kind = kinds_find(m->s->kinds, art->kind);
	const struct art *of = &m->sub->art;

	if (m->label && kind && kind->shares_label && kind->parent_kind &&
	    strcmp(kind->parent_kind, of->kind) == 0 && of->label[0] &&
	    strcmp(art->label, of->label) == 0)
		strs_take(&out->left,
			  mem_printf("%s %s: it has the label of its %s: 'git agent mv %s:%s "
				     "--label %s'", art->kind, art->label, of->kind, art->kind,
				     art->label, m->label));
}

err_t move_refs_find(struct move_refs *out, struct session *s, const struct subject *sub,
		     const char *label, const char *path)
{
	const struct move m = {s, sub, label, sub->art.path, path};
	scoped(ref_places_release) struct ref_places places = {0};
	scoped(refs_release) struct refs refs = {0};
	size_t self;

	TRY(refs_load_places(&refs, &places, s, sub->art.uid));
	self = refs_find(&refs, sub->art.uid);
	own_text(out, &m, &places, self);
	for (size_t i = 0; i < refs.arts.len; i++) {
		if (i == self)
			continue;
		TRY(add_other(out, &m, &refs.arts.at[i], &places, i));
		if (!names_it(&places, i))
			note_shared(out, &m, &refs.arts.at[i]);
	}
	return NULL;
}
