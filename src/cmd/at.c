#include "cmd/at.h"
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

err_t at_read(struct art *out, struct session *s, const struct git_entry *entry)
{
	const struct kind *kind = kinds_of_path(s->kinds, entry->path);
	struct artifact_brief brief;
	struct label label = {.num = -1};
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(git_blob(&bytes, &len, s->repo, entry->oid.hex));
	artifact_brief(&brief, slice_of(bytes, len), kind, entry->path);
	if (!label_of_path(&label, entry->path))
		label = (struct label){.num = -1};
	*out = (struct art){
		.kind = mem_strdup(kind ? kind->name : ""),
		.label = mem_strdup(label.text),
		.scope = mem_strdup(label.scope),
		.num = label.num,
		.path = mem_strdup(entry->path),
		.title = mem_strndup(brief.title.at ? brief.title.at : "", brief.title.len),
		.state = mem_strndup(brief.state.at ? brief.state.at : "", brief.state.len),
		.author = mem_strdup(""),
		.normative = mem_strdup(""),
		.approval = mem_strdup(""),
		.oid = entry->oid,
		.conflict = entry->stage > 0,
	};
	return NULL;
}

static int compare(const void *a_, const void *b_)
{
	const struct art *a = a_, *b = b_;
	int order = strcmp(a->kind, b->kind);

	if (!order)
		order = strcmp(a->scope, b->scope);
	if (!order)
		order = (a->num > b->num) - (a->num < b->num);
	return order ? order : strcmp(a->path, b->path);
}

err_t at_list(struct arts *out, struct session *s, const char *at)
{
	scoped(git_entries_release) struct git_entries entries = {0};
	scoped(arts_release) struct arts arts = {0};

	TRY(git_list_at(&entries, s->repo, s->kinds, at));
	arts.at = mem_alloc((entries.len + 1) * sizeof(*arts.at));
	for (size_t i = 0; i < entries.len; i++) {
		const struct git_entry *entry = &entries.at[i];

		/* the first stage of an unmerged path stands for all; -N has added nothing yet */
		if ((i && strcmp(entry->path, entries.at[i - 1].path) == 0) || entry->intent_to_add)
			continue;
		TRY(at_read(&arts.at[arts.len], s, entry));
		arts.len++;
	}
	qsort(arts.at, arts.len, sizeof(*arts.at), compare);
	*out = arts;
	memset(&arts, 0, sizeof(arts));
	return NULL;
}

static struct art copy(const struct art *a)
{
	struct art out = *a;

	out.kind = mem_strdup(a->kind);
	out.label = mem_strdup(a->label);
	out.scope = mem_strdup(a->scope);
	out.path = mem_strdup(a->path);
	out.title = mem_strdup(a->title);
	out.state = mem_strdup(a->state);
	out.author = mem_strdup(a->author);
	out.normative = mem_strdup(a->normative);
	out.approval = mem_strdup(a->approval);
	return out;
}

bool at_called(const struct art *art, const char *name, const char *path)
{
	size_t kind = strlen(art->kind);

	if (strncmp(name, art->kind, kind) == 0 && name[kind] == ':')
		return art->label[0] && strcmp(name + kind + 1, art->label) == 0;
	return (art->label[0] && strcmp(name, art->label) == 0) || strcmp(name, art->path) == 0 ||
	       (path && strcmp(path, art->path) == 0);
}

err_t at_find(struct art *out, struct session *s, const struct arts *arts, const char *name,
	      const char *at)
{
	scoped_free char *path = session_path(s, name);
	scoped(arts_release) struct arts found = {0};

	found.at = mem_alloc((arts->len + 1) * sizeof(*found.at));
	for (size_t i = 0; i < arts->len; i++)
		if (at_called(&arts->at[i], name, path))
			found.at[found.len++] = copy(&arts->at[i]);
	if (!found.len)
		return err_new(ERR_NOTFOUND, "there is no artifact '%s' in '%s'", name, at);
	return session_choose(out, s, &found, name);
}
