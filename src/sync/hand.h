/*
 * Edits by hand that are only in a file: as long as no commit and no push has them, git can take
 * them back, and then the workspace takes them back as well. Internal to sync/ (a part of look.c).
 */
#ifndef SYNC_HAND_H
#define SYNC_HAND_H

#include "sync/loaded.h"

struct look_file {
	char *path;
	struct file_stat stat;
};

struct look_view {
	struct engine *e;
	struct report *r;
	const struct git_head *head;
	const struct tree_mark *before;
	bool moved;		 /* HEAD is not what it was, or moved and came back */
	bool forward;		 /* ... to a descendant: by commits, a pull, a merge */
	struct git_entries tree; /* HEAD's, when moved under all files */
	bool have_tree;
	struct git_entries index;
	bool have_index;
	struct seens seens;
	struct look_file *files;
	size_t nr_files, cap_files;
	struct strs log; /* commits that HEAD named since */
	bool have_log;
};

/* `to` is a descendant of `from`. */
err_t hand_went_forward(bool *out, struct engine *e, const char *from, const char *to) MUST_CHECK;
/* Fills v->index, once. */
err_t hand_index(struct look_view *v) MUST_CHECK;
/* Fills v->log, once: the commits that HEAD named since the last look. */
err_t hand_head_log(struct look_view *v) MUST_CHECK;
/* The file, which was `from`, became `file` with `text`: merged into W, and remembered in `seen`.
 * waits: another conflict is recorded, so that the edit stays in the file for now. chain_open: it
 * goes on from an edit that is open. */
err_t hand_take(bool *waits, struct look_view *v, struct loaded *l, struct seen *seen,
		const struct oid *from, const struct oid *file, struct slice text,
		bool chain_open) MUST_CHECK;
/* The edit that `seen` remembers is neither pushed nor in any commit that HEAD named since. */
err_t hand_is_open(bool *out, struct look_view *v, struct loaded *l,
		   const struct seen *seen) MUST_CHECK;
/* Takes it back, but for what the file, which now shows `text`, still has of it. */
err_t hand_discard(struct look_view *v, struct loaded *l, struct seen *seen,
		   struct slice text) MUST_CHECK;

/* A command wrote the file, and git put `file` in its place (restore, stash, reset --hard): the
 * next commit is not to carry that edit. It stays in the workspace. */
err_t hand_taken_back(struct look_view *v, struct loaded *l, const struct seen *old,
		      const struct oid *file) MUST_CHECK;

/* What an edit of the file, which now shows `text`, began at, when HEAD moved since `old`. */
err_t hand_began_at(struct oid *last, struct look_view *v, struct loaded *l, struct slice text,
		    const struct seen *old, const struct oid *head) MUST_CHECK;

/* A commit that HEAD named since the last look made `from` into *out (""; none did), and what it
 * made is in the file, which shows `text`: git put it there, and a reset left it. It is no edit by
 * hand. *commit: the one that did. */
err_t hand_committed(struct oid *out, struct git_commit *commit, struct look_view *v,
		     struct loaded *l, const char *path, const struct oid *from,
		     struct slice text) MUST_CHECK;

/* Puts a text of git into the store, which may not have it yet. */
err_t hand_git_text(struct look_view *v, const struct oid *oid) MUST_CHECK;

#endif
