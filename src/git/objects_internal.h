/* r->objects: libgit2's view of the repository, behind the module's table. */
#ifndef GIT_OBJECTS_INTERNAL_H
#define GIT_OBJECTS_INTERNAL_H

#include "git/lg2.h"
#include "git/objects.h"
#include "git/repo_internal.h"

struct objects {
	struct repo_objects base;	/* first: repo_close sees only this */
	const struct lg2_ops *ops;
	struct lg2 *lg2;
	bool shallow;			/* libgit2 knows no grafts: git walks its commits */
};

/* Opened at the first call, kept in r->objects. */
err_t objects_open(struct objects **out, struct repo *r) MUST_CHECK;

/* One git child whose output is wanted; any exit code but 0 is an error with git's text. */
err_t objects_git(struct proc_result *out, const char *const *argv, struct slice input) MUST_CHECK;

/* The same questions as in lg2.h, answered by git where the history is cut off. */
err_t shallow_commits(struct strs *out, const char *tip, const struct strs *hide) MUST_CHECK;
err_t shallow_merge_base(char out[OID_HEX + 1], const char *a, const char *b) MUST_CHECK;
err_t shallow_reaches(bool *out, const char *tip, const char *commit) MUST_CHECK;

#endif
