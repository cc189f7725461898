/* What the repo*.c files share. Nothing outside src/git includes this. */
#ifndef GIT_REPO_INTERNAL_H
#define GIT_REPO_INTERNAL_H

#include "git/repo.h"
#include "util/proc.h"

#include <stdbool.h>

/* Where a repository is; the strings are owned. */
struct repo_place {
	char *gitdir;
	char *commondir;
	char *worktree;
	char *prefix;
};
void repo_place_release(struct repo_place *p);

/* Walks up from the current directory. *plain is false (and out untouched) whenever anything is
 * not the everyday case: git must be asked then. */
void repo_find(struct repo_place *out, bool *plain);
/* Asks one `git rev-parse`; its text is the error. */
err_t repo_ask(struct repo_place *out) MUST_CHECK;

/* What [core] and [extensions] of one config file say. */
struct repo_format {
	bool bare;
	bool worktree_config;
	char worktree[4096];	/* "" : not set */
	char foreign[64];	/* a format that cannot be read, for the message; "" : none */
};
/* Adds what the file says to out; a missing file says nothing. */
void repo_format_read(struct repo_format *out, const char *path);

/* The bytes of a small file of git's own, symbolic links followed; NULL when it cannot be read.
 * NUL-terminated, the caller frees. */
char *repo_slurp(const char *path, size_t *len);
/* The same for "<dir>/<name>". */
char *repo_slurp_at(const char *dir, const char *name, size_t *len);
/* The first line of text, cut in place. */
char *repo_first_line(char *text);

/* The index that git would read: that of GIT_INDEX_FILE, or of the work tree. Caller frees. */
char *repo_index_file(const struct repo *r);

/* True, and the id in out, when text begins with one (and not with a longer run of hex digits). */
bool repo_take_id(char out[OID_HEX + 1], const char *text);

/* What the ref says: *commit its id, or *target the ref it points to; both "" when it does not
 * exist. */
struct repo_ref {
	char commit[OID_HEX + 1];
	char target[256];
};
err_t repo_ref_read(struct repo_ref *out, const char *gitdir, const char *commondir,
		    const char *name) MUST_CHECK;
/* Follows symbolic refs: commit "" when the last one does not exist, last its name. */
err_t repo_ref_resolve(char commit[OID_HEX + 1], char last[256], const struct repo *r,
		       const char *name) MUST_CHECK;

void repo_config_free(struct repo_config *c);

/* "fatal: text" of a git child that failed, as an error; further lines become the hint. */
err_t repo_git_error(const struct proc_result *result, const char *what) MUST_CHECK;

/* r->objects starts with this, so that repo_close needs to know no more. */
struct repo_objects {
	void (*close)(struct repo_objects *self);
};

#endif
