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

static void mark_live(struct survey *s, const struct arts *arts)
{
	s->live = mem_alloc(s->seens->len + 1);
	for (size_t i = 0; i < arts->len; i++) {
		struct seen *seen =
			arts->at[i].deleted ? NULL : find_seen(s->seens, arts->at[i].path);

		if (seen)
			s->live[seen - s->seens->at] = true;
	}
	for (size_t i = 0; i < s->seens->len; i++)
		s->strays |= !s->live[i];
}

err_t survey_make(struct survey *out, struct engine *e, const struct seens *seens,
		  const struct arts *arts, bool walk)
{
	scoped(survey_release) struct survey s = {.seens = seens};

	TRY(store_approval_uids(&s.approved, e->store));
	mark_live(&s, arts);
	if (walk) {
		s.there = mem_alloc(seens->len + 1);
		TRY(e->git->files(e->git->ctx, note_file, &s));
	}
	*out = s;
	s = (struct survey){0};
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

static int uid_is(const void *uid, const void *at)
{
	return strcmp(uid, *(char *const *)at);
}

bool survey_is_approved(const struct survey *s, const char *uid)
{
	const struct strs *all = &s->approved;

	return all->len && bsearch(uid, all->at, all->len, sizeof(*all->at), uid_is);
}
