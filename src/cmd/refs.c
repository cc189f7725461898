#include "cmd/refs.h"
#include "artifact/artifact.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void refs_release(struct refs *r)
{
	arts_release(&r->arts);
	free(r->at);
	free(r->first);
	free(r->by_uid);
	*r = (struct refs){0};
}

const char *ref_type_name(enum ref_type type)
{
	static const char *const names[REF_TYPES] = {"parent", "needs", "link", "mention"};

	return names[type];
}

/* --- who has which label -------------------------------------------------------------------- */

struct loader {
	struct refs *refs;
	struct session *session;
	size_t *by_label;   /* indices of arts */
	struct strs scopes; /* in use: what stands before the number of a label; sorted */
	bool mentions;
	struct ref_places *places;	/* of `named`; NULL: nobody asks */
	size_t named;
};

static void loader_release(struct loader *l)
{
	free(l->by_label);
	strs_release(&l->scopes);
}

static int compare_labels(const void *a, const void *b, void *ctx)
{
	const struct art *arts = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = strcmp(arts[x].label, arts[y].label);

	return order ? order : (x > y) - (x < y);
}

static int compare_uids(const void *a, const void *b, void *ctx)
{
	const struct art *arts = ctx;

	return strcmp(arts[*(const size_t *)a].uid, arts[*(const size_t *)b].uid);
}

static size_t *sorted(const struct arts *arts, int (*compare)(const void *, const void *, void *))
{
	size_t *order = mem_alloc((arts->len + 1) * sizeof(*order));

	for (size_t i = 0; i < arts->len; i++)
		order[i] = i;
	qsort_r(order, arts->len, sizeof(*order), compare, arts->at);
	return order;
}

/* "INFRA" of "INFRA-042" */
static char *scope_of(const char *label)
{
	const char *dash = strrchr(label, '-');

	return mem_strndup(label, dash ? (size_t)(dash - label) : 0);
}

static void find_scopes(struct loader *l)
{
	const struct arts *arts = &l->refs->arts;

	for (size_t k = 0; k < arts->len; k++) {
		char *scope = scope_of(arts->at[l->by_label[k]].label);

		if (l->scopes.len && strcmp(l->scopes.at[l->scopes.len - 1], scope) == 0)
			free(scope);
		else
			strs_take(&l->scopes, scope);
	}
	strs_sort(&l->scopes);
}

static bool scope_in_use(const struct loader *l, const char *label)
{
	scoped_free char *scope = scope_of(label);

	return scope[0] && strs_has_sorted(&l->scopes, scope);
}

/* The place of the first one with this label, or where it would be. */
static size_t first_with(const struct loader *l, const char *label)
{
	size_t low = 0, high = l->refs->arts.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(l->refs->arts.at[l->by_label[mid]].label, label) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of kind, where it is one; else what the bare label means. only: of no other kind. */
static size_t with_label(const struct loader *l, const char *label, const char *kind, bool only)
{
	const struct arts *arts = &l->refs->arts;
	size_t best = REFS_NONE;
	int rank = 0;

	for (size_t k = first_with(l, label); k < arts->len; k++) {
		size_t i = l->by_label[k];
		bool wanted = kind && strcmp(arts->at[i].kind, kind) == 0;
		int r = wanted ? -1 : session_standing(l->session->kinds, arts->at[i].kind);

		if (strcmp(arts->at[i].label, label) != 0)
			break;
		if ((only && !wanted) || (best != REFS_NONE && r >= rank))
			continue;
		best = i;
		rank = r;
	}
	return best;
}

/* The label that it had before. */
static err_t with_alias(size_t *out, const struct loader *l, const char *label)
{
	char uid[UID_LEN + 1];
	err_t err = store_alias_get(uid, l->session->store, label, NULL);

	*out = REFS_NONE;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	*out = refs_find(l->refs, uid);
	return NULL;
}

size_t refs_find(const struct refs *r, const char *uid)
{
	size_t low = 0, high = r->arts.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(r->arts.at[r->by_uid[mid]].uid, uid);

		if (order == 0)
			return r->by_uid[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return REFS_NONE;
}

/* --- what a text names ---------------------------------------------------------------------- */

/* Of two references to one artifact, or to one label, the one that binds more. */
static void add(struct refs *r, const struct ref *ref)
{
	for (size_t i = r->first[ref->from]; i < r->len; i++) {
		struct ref *old = &r->at[i];

		if (old->to != ref->to ||
		    (ref->to == REFS_NONE && strcmp(old->label, ref->label) != 0))
			continue;
		if (ref->type < old->type)
			*old = *ref;
		return;
	}
	MEM_GROW(r->at, r->len, r->cap);
	r->at[r->len++] = *ref;
}

/* As rules_parent has it: the first label that names one of the parent's kind. */
static void add_parent(const struct loader *l, size_t from, const struct artifact *a)
{
	const char *kind = a->kind ? a->kind->parent_kind : NULL;
	const char *own = l->refs->arts.at[from].label, *label = NULL;
	struct ref ref = {.from = from, .to = REFS_NONE, .type = REF_PARENT};

	for (size_t n = 0; kind && ref.to == REFS_NONE; n++) {
		label = artifact_parent_label(a, own, n);
		if (!label)
			break;
		ref.to = with_label(l, label, kind, true);
	}
	if (ref.to == REFS_NONE && (!kind || !a->kind->shares_label || !own[0]))
		return;
	snprintf(ref.label, sizeof(ref.label), "%s", ref.to == REFS_NONE ? own : label);
	for (size_t i = 0; i < a->nr_links && !ref.line; i++)
		if (a->links[i].in_link_section && strcmp(a->links[i].label, ref.label) == 0)
			ref.line = a->links[i].line;
	add(l->refs, &ref);
}

/* "Linked ADRs": the kind that the section is about, or NULL. */
static const char *kind_of_section(const struct session *s, const struct artifact *a,
				   const struct link *link)
{
	struct slice title = artifact_slice(a, a->sections[link->section].title);
	const char *space = title.len ? memrchr(title.at, ' ', title.len) : NULL;

	if (!space || !link->in_link_section)
		return NULL;
	title = slice_of(space + 1, (size_t)(title.at + title.len - space) - 1);
	for (size_t i = 0; i < s->kinds->len; i++) {
		const struct kind *kind = &s->kinds->at[i];

		if ((title.len == strlen(kind->name) &&
		     strncasecmp(title.at, kind->name, title.len) == 0) ||
		    (title.len == strlen(kind->plural) &&
		     strncasecmp(title.at, kind->plural, title.len) == 0))
			return kind->name;
	}
	return NULL;
}

static void add_place(struct ref_places *places, size_t from, const struct link *link)
{
	struct ref_place *place;

	MEM_GROW(places->at, places->len, places->cap);
	place = &places->at[places->len++];
	*place = (struct ref_place){.from = from, .at = link->at};
	memcpy(place->label, link->label, sizeof(place->label));
}

void ref_places_release(struct ref_places *p)
{
	free(p->at);
	*p = (struct ref_places){0};
}

static err_t add_link(const struct loader *l, size_t from, const struct artifact *a,
		      const struct link *link)
{
	const char *own = l->refs->arts.at[from].label;
	struct ref ref = {.from = from, .line = link->line};

	ref.type = link->in_link_section	      ? REF_LINK
		   : artifact_link_is_need(a, link) ? REF_NEEDS
						      : REF_MENTION;
	if (ref.type == REF_MENTION && !l->mentions)
		return NULL;
	memcpy(ref.label, link->label, sizeof(ref.label));
	ref.to = with_label(l, link->label, kind_of_section(l->session, a, link), false);
	if (ref.to == REFS_NONE)
		TRY(with_alias(&ref.to, l, link->label));
	if (l->places && ref.to != REFS_NONE && ref.to == l->named)
		add_place(l->places, from, link);
	/* "UTF-008" is a label only where somebody has such labels */
	if (ref.to == from || (ref.to == REFS_NONE && strcmp(own, link->label) == 0) ||
	    (ref.to == REFS_NONE && ref.type == REF_MENTION && !scope_in_use(l, link->label)))
		return NULL;
	add(l->refs, &ref);
	return NULL;
}

static void artifact_ptr(struct artifact **a)
{
	artifact_free(*a);
}

static err_t load_one(const struct loader *l, size_t i)
{
	const struct art *art = &l->refs->arts.at[i];
	scoped(artifact_ptr) struct artifact *a = NULL;
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(store_text_get(&bytes, &len, l->session->store, art->oid.hex));
	a = artifact_parse(slice_of(bytes, len), kinds_find(l->session->kinds, art->kind),
			   art->path);
	add_parent(l, i, a);
	for (size_t k = 0; k < a->nr_links; k++)
		TRY(add_link(l, i, a, &a->links[k]));
	return NULL;
}

static err_t load(struct refs *out, struct session *s, bool mentions, struct ref_places *places,
		  const char *uid)
{
	scoped(refs_release) struct refs r = {0};
	scoped(loader_release) struct loader l = {.refs = &r, .session = s, .mentions = mentions,
						  .places = places};

	TRY(store_art_list(&r.arts, s->store, NULL));
	r.first = mem_alloc((r.arts.len + 1) * sizeof(*r.first));
	r.by_uid = sorted(&r.arts, compare_uids);
	l.by_label = sorted(&r.arts, compare_labels);
	find_scopes(&l);
	if (places)
		l.named = refs_find(&r, uid);
	for (size_t i = 0; i < r.arts.len; i++) {
		r.first[i] = r.len;
		TRY(load_one(&l, i));
	}
	r.first[r.arts.len] = r.len;
	*out = r;
	r = (struct refs){0};
	return NULL;
}

err_t refs_load(struct refs *out, struct session *s, bool mentions)
{
	return load(out, s, mentions, NULL, NULL);
}

err_t refs_load_places(struct refs *out, struct ref_places *places, struct session *s,
		       const char *uid)
{
	return load(out, s, true, places, uid);
}

/* --- who waits for whom --------------------------------------------------------------------- */

bool refs_waits(const struct refs *r, const struct session *s, const struct ref *ref)
{
	const struct art *to = ref->to == REFS_NONE ? NULL : &r->arts.at[ref->to];
	const struct kind *kind = kinds_find(s->kinds, r->arts.at[ref->from].kind);
	const struct kind *above = to ? kinds_find(s->kinds, to->kind) : NULL;

	if (ref->type == REF_PARENT)
		return kind && above && !kind_parent_allows(kind, above, slice_str(to->state));
	return ref->type == REF_NEEDS && !(above && kind_done(above, slice_str(to->state)));
}

char *refs_waits_text(const struct refs *r, const struct session *s, size_t art)
{
	struct mem_stream text;
	const char *gap = "waits for ";

	mem_stream_open(&text);
	for (size_t i = r->first[art]; i < r->first[art + 1]; i++) {
		const struct ref *ref = &r->at[i];
		const struct art *to = ref->to == REFS_NONE ? NULL : &r->arts.at[ref->to];

		if (!refs_waits(r, s, ref))
			continue;
		fputs(gap, text.file);
		gap = ", ";
		if (to)
			fprintf(text.file, "%s %s: %s", to->kind, session_name(to),
				to->state[0] ? to->state : "no state");
		else
			fprintf(text.file, "%s: not there", ref->label);
	}
	return mem_stream_close(&text, NULL);
}

enum refs_work refs_work(const struct refs *r, const struct session *s, size_t art)
{
	struct slice state = slice_str(r->arts.at[art].state);
	const struct kind *kind = kinds_find(s->kinds, r->arts.at[art].kind);

	if (kind_aside(state) || (kind && kind_done(kind, state)))
		return REFS_OVER;
	for (size_t i = r->first[art]; i < r->first[art + 1]; i++)
		if (refs_waits(r, s, &r->at[i]))
			return REFS_BLOCKED;
	return slice_is(state, "BLOCKED") ? REFS_BLOCKED : REFS_READY;
}
