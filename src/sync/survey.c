#include "sync/survey.h"
#include "sync/find.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void survey_release(struct survey *s)
{
	strs_release(&s->approved);
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

static bool has_strays(const struct seens *seens, const struct arts *arts)
{
	scoped_free bool *live = mem_alloc(seens->len + 1);

	for (size_t i = 0; i < arts->len; i++) {
		struct seen *seen =
			arts->at[i].deleted ? NULL : find_seen(seens, arts->at[i].path);

		if (seen)
			live[seen - seens->at] = true;
	}
	for (size_t i = 0; i < seens->len; i++)
		if (!live[i])
			return true;
	return false;
}

err_t survey_make(struct survey *out, struct engine *e, const struct seens *seens,
		  const struct arts *arts, bool walk)
{
	scoped(survey_release) struct survey s = {.seens = seens};

	TRY(store_approval_uids(&s.approved, e->store));
	s.strays = has_strays(seens, arts);
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

static int uid_is(const void *uid, const void *at)
{
	return strcmp(uid, *(char *const *)at);
}

bool survey_is_approved(const struct survey *s, const char *uid)
{
	const struct strs *all = &s->approved;

	return all->len && bsearch(uid, all->at, all->len, sizeof(*all->at), uid_is);
}
