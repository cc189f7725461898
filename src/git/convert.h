/*
 * Whether git stores a file with other bytes than the work tree shows: line ends,
 * ident, filters, encodings. Answered without a child and without libgit2 in the
 * everyday repository, where neither configuration nor attributes mention any.
 */
#ifndef GIT_CONVERT_H
#define GIT_CONVERT_H

#include "git/repo.h"
#include "util/slice.h"

struct convert {
	struct repo *repo;	/* not owned */
	bool looked;
	unsigned everywhere;	/* what configuration and repository-wide attributes ask for */
	unsigned here;		/* the same with the attributes of the directory `dir` */
	char *dir;
	int config_fd;		/* what libgit2 is told; -1: not yet */
};
void convert_init(struct convert *out, struct repo *r);
void convert_release(struct convert *c);

/* The text as git would store it (to_git) or as the work tree shows it. *bytes is NULL when it is
 * the same; otherwise the caller frees it. */
err_t convert_text(struct convert *c, char **bytes, size_t *len, const char *path,
		   struct slice text, bool to_git) MUST_CHECK;

#endif
