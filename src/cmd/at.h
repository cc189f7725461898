/* Artifacts as a commit, a tree or the index has them, without a workspace. */
#ifndef CMD_AT_H
#define CMD_AT_H

#include "cmd/session.h"

/* All artifacts at a tree-ish, or in the index (":0"), in the order of store_art_list. They have
 * no uid and no revision; conflict: unmerged in the index. */
err_t at_list(struct arts *out, struct session *s, const char *at) MUST_CHECK;
/* One of them. */
err_t at_read(struct art *out, struct session *s, const struct git_entry *entry) MUST_CHECK;
/* By kind, label and path only. path: the name from the top of the work tree, or NULL. */
bool at_called(const struct art *art, const char *name, const char *path);
/* The one that a label or path names there. */
err_t at_find(struct art *out, struct session *s, const struct arts *arts, const char *name,
	      const char *at) MUST_CHECK;

#endif
