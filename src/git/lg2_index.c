/* The index that git names, read. */
#include "git/lg2_internal.h"

#include <stdlib.h>
#include <string.h>

#define STAGE(e) (((e)->flags & GIT_INDEX_ENTRY_STAGEMASK) >> GIT_INDEX_ENTRY_STAGESHIFT)

err_t lg2_index_current(struct lg2 *g)
{
	git_index *index = NULL;
	int rc;

	if (g->index) {
		rc = git_index_read(g->index, false);
	} else {
		rc = git_index_open(&index, g->index_file);
		if (rc == 0)
			g->index = index;
	}
	return rc < 0 ? lg2_error(rc, "cannot read the index '%s'", g->index_file) : NULL;
}

static void add_entry(struct git_entries *out, size_t *cap, const git_index_entry *e)
{
	MEM_GROW(out->at, out->len, *cap);
	out->at[out->len++] = (struct git_entry){
		.path = mem_strdup(e->path),
		.oid = lg2_hex(&e->id),
		.stage = STAGE(e),
		.skip_worktree = e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE,
		.intent_to_add = e->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD,
	};
}

static bool is_file(const git_index_entry *e)
{
	return e->mode == GIT_FILEMODE_BLOB || e->mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

err_t lg2_index(struct lg2 *g, struct git_entries *out, const struct git_scope *scope)
{
	struct git_entries list = {0};
	size_t cap = 0, at;

	TRY(lg2_index_current(g));
	for (size_t i = 0; i < scope->roots.len; i++) {
		const char *root = scope->roots.at[i];
		size_t len = strlen(root);

		if (git_index_find_prefix(&at, g->index, root) < 0)
			continue;
		for (; at < git_index_entrycount(g->index); at++) {
			const git_index_entry *e = git_index_get_byindex(g->index, at);

			if (strncmp(e->path, root, len) != 0)
				break;
			if (is_file(e) && git_scope_has(scope, e->path))
				add_entry(&list, &cap, e);
		}
	}
	*out = list;
	return NULL;
}

err_t lg2_index_mode(unsigned *mode, unsigned *flags, git_index *index, const char *path)
{
	const git_index_entry *e;

	for (int stage = 1; stage <= 3; stage++)
		if (git_index_get_bypath(index, path, stage))
			return err_hint(err_new(ERR_REFUSED, "'%s' is unmerged in the index", path),
					"resolve it first, then 'git add' it");
	e = git_index_get_bypath(index, path, 0);
	*mode = e && is_file(e) ? e->mode : GIT_FILEMODE_BLOB;
	*flags = e ? e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE : 0;
	return NULL;
}

err_t lg2_index_prepare(struct lg2 *g, struct lg2_staged *out, const struct git_edit *edits,
			size_t len)
{
	unsigned flags;
	git_oid id;

	TRY(lg2_index_current(g));
	for (size_t i = 0; i < len; i++) {
		out[i] = (struct lg2_staged){0};
		TRY(lg2_index_mode(&out[i].mode, &flags, g->index, edits[i].path));
		if (edits[i].remove) {
			out[i].mode = 0;
			continue;
		}
		TRY(lg2_write_blob(&id, g, edits[i].text));
		out[i].oid = lg2_hex(&id);
	}
	return NULL;
}
