#include "cmd/verdict.h"
#include "cmd/scene.h"
#include "cmd/settings.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static const struct git_change *moved_from(const struct scene *s, const struct git_change *to,
					   int parent)
{
	return moves_from(&s->moves, &s->changes, s->v->kinds, to, parent);
}

/* --- one artifact --------------------------------------------------------------------------- */

static struct sha256 normative_of(struct slice text, const struct approval_name *name,
				  const char *path, enum approval_verdict *verdict,
				  struct slice record)
{
	struct artifact *a = artifact_parse(text, name->kind, path);
	struct sha256 normative = artifact_normative(a);
	const char *why;

	*verdict = approval_judge(&why, name, artifact_slice(a, a->state), normative.hex, record,
				  NULL);
	artifact_free(a);
	return normative;
}

/* An approval of another artifact with the same label does not make this one stale. */
static err_t leave_out_others(struct verify_version *v, struct scene *s, const struct name *name)
{
	struct approval_name of = {name->kind, name->label};
	enum approval_verdict verdict;
	size_t first, end;

	if (!v->record.len)
		return NULL;
	normative_of(v->text, &of, v->path, &verdict, v->record);
	if (verdict != APPROVAL_STALE)
		return NULL;
	TRY(scene_list(s));
	names_find(&first, &end, &s->names, name);
	for (; first < end; first++) {
		const struct git_entry *e = &s->entries.at[s->names.at[first].at];
		struct sha256 normative;
		struct slice text;
		size_t len;
		char *rest;

		if (strcmp(e->path, v->path) == 0)
			continue;
		TRY(scene_text(&text, s, &e->oid));
		normative = normative_of(text, &of, e->path, &verdict, v->record);
		rest = approval_without(&len, v->record, &of, normative.hex);
		v->record = scene_keep(s, rest, len);
	}
	return NULL;
}

static err_t load(struct verify_version *out, struct scene *s, const char *path, int side,
		  const struct oid *oid)
{
	struct name name = names_of_path(s->v->kinds, path);
	scoped_free char *record = approval_path(name.kind->name, name.label);
	struct oid record_oid;

	*out = (struct verify_version){.oid = *oid, .path = path};
	if (oid_none(oid))
		return NULL;
	TRY(scene_text(&out->text, s, oid));
	if (!record)
		return NULL;
	TRY(scene_oid(&record_oid, s, record, side));
	TRY(scene_text(&out->record, s, &record_oid));
	return leave_out_others(out, s, &name);
}

static err_t change_of(struct verify_change *out, struct scene *s, const struct git_change *c)
{
	*out = (struct verify_change){
		.path = c->path,
		.kind = kinds_of_path(s->v->kinds, c->path),
		.nr_parents = c->nr_parents,
		.has_reason = s->has_reason,
		.reason_open = s->reason_open,
		.now = s->v->now,
		.witness = s->v->witness,
	};
	TRY(load(&out->after, s, c->path, SCENE_AFTER, &c->after));
	for (int i = 0; i < c->nr_parents; i++) {
		const struct git_change *from = c;

		if (oid_none(&c->before[i]) && !oid_none(&c->after))
			from = moved_from(s, c, i);
		if (!from)
			from = c;
		TRY(load(&out->before[i], s, from->path, i, &from->before[i]));
	}
	return NULL;
}

/* --- other artifacts of the same tree ------------------------------------------------------- */

/* Under this path, or the one it was moved from. */
static err_t was_in(bool *out, struct scene *s, const char *path, int parent)
{
	const struct git_change *change = scene_change(s, path), *from = NULL;
	struct oid oid;

	if (change && oid_none(&change->before[parent]) && !oid_none(&change->after))
		from = moved_from(s, change, parent);
	TRY(scene_oid(&oid, s, from ? from->path : path, parent));
	*out = !oid_none(&oid);
	return NULL;
}

static err_t judge_pair(struct findings *out, struct scene *s, const char *path, const char *other,
			const char *label)
{
	bool together = false;

	for (int i = 0; i < s->nr_parents && !together; i++) {
		bool here, there;

		TRY(was_in(&here, s, path, i));
		TRY(was_in(&there, s, other, i));
		together = here && there;
	}
	verify_label(out, path, other, label, together);
	return NULL;
}

static bool is_added(const struct git_change *c)
{
	for (int i = 0; i < c->nr_parents; i++)
		if (oid_none(&c->before[i]))
			return !oid_none(&c->after);
	return false;
}

static err_t judge_label(struct findings *out, struct scene *s, const struct git_change *c)
{
	struct name name = names_of_path(s->v->kinds, c->path);
	size_t first, end;

	if (!name.label[0] || !is_added(c))
		return NULL;
	TRY(scene_list(s));
	names_find(&first, &end, &s->names, &name);
	for (; first < end; first++) {
		const char *other = s->entries.at[s->names.at[first].at].path;
		const struct git_change *also;

		if (strcmp(other, c->path) == 0)
			continue;
		also = scene_change(s, other);
		/* of two that are added together the later one tells */
		if (also && is_added(also) && strcmp(other, c->path) > 0)
			continue;
		TRY(judge_pair(out, s, c->path, other, name.label));
	}
	return NULL;
}

static err_t state_of(char **out, struct scene *s, const struct git_entry *entry,
		      const struct kind *kind)
{
	struct artifact_brief brief;
	struct slice text;

	TRY(scene_text(&text, s, &entry->oid));
	artifact_brief(&brief, text, kind, entry->path);
	*out = mem_strndup(brief.state.at ? brief.state.at : "", brief.state.len);
	return NULL;
}

/* The one artifact of this name; NULL when there is none, or two: no rule can be asked of it. */
static const struct git_entry *find(struct scene *s, const struct name *name)
{
	size_t first, end;

	names_find(&first, &end, &s->names, name);
	return end - first == 1 ? &s->entries.at[s->names.at[first].at] : NULL;
}

static err_t judge_parent(struct findings *out, struct scene *s, const struct verify_change *c)
{
	struct name own = names_of_path(s->v->kinds, c->path), wanted = {0};
	const struct git_entry *parent = NULL;
	scoped_free char *state = NULL;
	struct artifact *a;

	if (!verify_needs_parent(c))
		return NULL;
	wanted.kind = kinds_find(s->v->kinds, c->kind->parent_kind);
	if (!wanted.kind)
		return NULL;
	TRY(scene_list(s));
	a = artifact_parse(c->after.text, c->kind, c->path);
	for (size_t i = 0; !parent; i++) {
		const char *label = artifact_parent_label(a, own.label, i);

		if (!label)
			break;
		snprintf(wanted.label, sizeof(wanted.label), "%s", label);
		parent = find(s, &wanted);
	}
	artifact_free(a);
	if (parent)
		TRY(state_of(&state, s, parent, wanted.kind));
	verify_parent(out, c, &s->v->policy, wanted.kind, parent ? wanted.label : NULL,
		      slice_str(state));
	return NULL;
}

/* --- all changes ---------------------------------------------------------------------------- */

static err_t judge_artifact(struct findings *out, struct scene *s, const struct git_change *c)
{
	struct verify_change change;

	TRY(change_of(&change, s, c));
	verify_change(out, &change, &s->v->policy);
	TRY(judge_label(out, s, c));
	return judge_parent(out, s, &change);
}

/* The text stays, what proves it changes. */
static err_t judge_recorded(struct findings *out, struct scene *s, const struct approval_name *of)
{
	scoped_free char *record = of->kind ? approval_path(of->kind->name, of->label) : NULL;
	struct name name = {.kind = of->kind};
	size_t first, end;

	if (!record)
		return NULL;
	snprintf(name.label, sizeof(name.label), "%s", of->label);
	TRY(scene_list(s));
	names_find(&first, &end, &s->names, &name);
	for (; first < end; first++) {
		const struct git_entry *e = &s->entries.at[s->names.at[first].at];
		struct git_change same = {.path = e->path, .after = e->oid,
					  .nr_parents = s->nr_parents};

		if (scene_change(s, e->path))
			continue;
		for (int p = 0; p < s->nr_parents; p++)
			same.before[p] = e->oid;
		TRY(judge_artifact(out, s, &same));
	}
	return NULL;
}

static err_t judge_record(struct findings *out, struct scene *s, const struct git_change *c)
{
	struct approval_name name = approval_name(s->v->kinds, c->path);
	struct slice text, before[VERIFY_PARENTS];

	TRY(scene_text(&text, s, &c->after));
	for (int i = 0; i < c->nr_parents; i++)
		TRY(scene_text(&before[i], s, &c->before[i]));
	verify_record(out, c->path, text, before, (size_t)c->nr_parents,
		      &name, s->v->witness);
	return judge_recorded(out, s, &name);
}

static err_t judge_all(struct findings *out, struct scene *s)
{
	for (size_t i = 0; i < s->changes.len; i++) {
		const struct git_change *c = &s->changes.at[i];

		if (!kinds_of_path(s->v->kinds, c->path))
			TRY(judge_record(out, s, c));
		else if (!s->moves.away[i])
			TRY(judge_artifact(out, s, c));
		scene_forget(s);
	}
	return NULL;
}

err_t verdict_load_staged(struct kinds **kinds, struct verdict *v, struct repo *repo)
{
	char commit[OID_HEX + 1];
	struct repo_head head;

	TRY(settings_trunk(commit, repo));
	if (!commit[0]) {
		TRY(repo_head(&head, repo));
		memcpy(commit, head.commit, sizeof(commit));
	}
	TRY(settings_at(kinds, &v->policy, repo, commit));
	v->repo = repo;
	v->kinds = *kinds;
	v->now = true;
	return NULL;
}

err_t verdict_commit(struct findings *out, const struct verdict *v, const char *commit)
{
	scoped(scene_release) struct scene s = {0};

	TRY(scene_of_commit(&s, v, commit));
	return judge_all(out, &s);
}

err_t verdict_index(struct findings *out, const struct verdict *v)
{
	scoped(scene_release) struct scene s = {0};

	TRY(scene_of_index(&s, v));
	return judge_all(out, &s);
}
