#include "sync/survey.h"
#include "sync/find.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void survey_release(struct survey *s)
{
	strs_release(&s->approved);
	free(s->live);
	free(s->there);
	*s = (struct survey){0};
}

static err_t note_file(void *ctx, const char *path, const struct file_stat *stat)
{
	struct survey *s = ctx;
	const struct seen *seen = find_seen(s->seens, path);

	if (seen && stat->exists)
		s->there[seen - s->seens->at] = true;
	return NULL;
}

/* The list that was looked through is this one, as a rule. */
static bool same_files(const struct looked *l, const struct seens *seens)
{
	if (!l || !l->there || l->seen.len != seens->len)
		return false;
	for (size_t i = 0; i < seens->len; i++)
		if (strcmp(l->seen.paths + l->seen.at[i].path, seens->at[i].path) != 0)
			return false;
	return true;
}

static void mark_live(struct survey *s, const struct art_marks *marks, const struct kinds *kinds)
{
	s->live = mem_alloc(s->seens->len + 1);
	for (size_t i = 0; i < marks->len; i++) {
		const struct art_mark *m = &marks->at[i];
		struct seen *seen =
			m->deleted ? NULL : find_seen(s->seens, marks->paths + m->path);

		if (seen)
			s->live[seen - s->seens->at] = true;
	}
	/* no artifact was ever where none may be */
	for (size_t i = 0; i < s->seens->len && !s->strays; i++)
		s->strays = !s->live[i] && kinds_have_path(kinds, s->seens->at[i].path);
}

err_t survey_make(struct survey *out, struct engine *e, const struct seens *seens,
		  const struct art_marks *marks, const struct export_options *o)
{
	scoped(survey_release) struct survey s = {.seens = seens};

	TRY(store_approval_uids(&s.approved, e->store));
	mark_live(&s, marks, e->kinds);
	if (!o->uids) {
		s.there = mem_alloc(seens->len + 1);
		if (same_files(o->looked, seens))
			memcpy(s.there, o->looked->there, seens->len);
		else
			TRY(e->git->files(e->git->ctx, note_file, &s));
	}
	*out = s;
	s = (struct survey){0};
	return NULL;
}

/* Nothing is to be done for it: its file shows it. */
static bool is_shown(const struct survey *s, const char *path, const struct art_mark *m)
{
	const struct seen *seen = find_seen(s->seens, path);

	if (s->strays || (!m->deleted && survey_is_approved(s, m->uid)))
		return false;
	if (!seen || m->deleted)
		return !seen && m->deleted;
	return oid_eq(&seen->file, &m->oid) && s->there && s->there[seen - s->seens->at];
}

err_t survey_doubtful(struct arts *out, const struct survey *s, struct engine *e,
		      const struct art_marks *marks)
{
	struct art_filter filter = {.with_deleted = true};
	scoped(strs_release) struct strs uids = {0};
	scoped(arts_release) struct arts arts = {0};

	for (size_t i = 0; i < marks->len; i++)
		if (!is_shown(s, marks->paths + marks->at[i].path, &marks->at[i]))
			strs_add(&uids, marks->at[i].uid);
	if (uids.len > marks->len / 8)	/* one by one costs more */
		return store_art_list(out, e->store, &filter);
	arts.at = mem_alloc((uids.len + 1) * sizeof(*arts.at));
	for (; arts.len < uids.len; arts.len++)
		TRY(store_art_get(&arts.at[arts.len], e->store, uids.at[arts.len]));
	arts_sort(&arts);
	*out = arts;
	arts = (struct arts){0};
	return NULL;
}

err_t survey_is_there(bool *out, const struct survey *s, struct engine *e,
		      const struct seen *seen)
{
	struct file_stat stat;

	*out = s->there && s->there[seen - s->seens->at];
	if (*out)
		return NULL;
	/* a walk passes by what is neither a file nor a link */
	TRY(e->git->stat(e->git->ctx, &stat, seen->path));
	*out = stat.exists;
	return NULL;
}

err_t survey_missing(struct strs *out, const struct survey *s, struct engine *e)
{
	for (size_t i = 0; i < s->seens->len; i++) {
		const struct seen *seen = &s->seens->at[i];
		bool there = s->there && s->there[i];

		if (!s->live[i] || there)
			continue;
		TRY(survey_is_there(&there, s, e, seen));
		/* told of before, or of a kind that is gone */
		if (!there && kinds_have_path(e->kinds, seen->path))
			strs_add(out, seen->path);
	}
	return NULL;
}

bool survey_is_approved(const struct survey *s, const char *uid)
{
	return strs_has_sorted(&s->approved, uid);
}
