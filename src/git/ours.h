/*
 * Did anything of ours change? Everything that this program keeps in a repository is below
 * `.agent`, so two trees with the same entry of this name say no. Told from a few objects and the
 * index as they are on disk: no libgit2, no git child, no work tree file.
 *
 * false: cannot be told, and the caller goes the long way.
 */
#ifndef GIT_OURS_H
#define GIT_OURS_H

#include "git/repo.h"
#include "util/strs.h"

#include <stdbool.h>

/* The entry `.agent` of a tree: its mode and id; "" where there is none. */
struct ours {
	char entry[OID_HEX + 8];
};

static inline bool ours_eq(const struct ours *a, const struct ours *b)
{
	return strcmp(a->entry, b->entry) == 0;
}

bool ours_in_commit(struct ours *out, const struct repo *r, const char *commit);
/* Of the tree that git would write from the index that GIT_INDEX_FILE names, when git has noted
 * its id, as `git commit` does before it runs hooks. */
bool ours_in_index(struct ours *out, const struct repo *r);

/* Both commits have the same. */
bool ours_same(const struct repo *r, const char *a, const char *b);
/* The last step of HEAD, by its reflog, changed nothing of ours. */
bool ours_unmoved(struct repo *r);
/* What is staged has the same as HEAD. */
bool ours_staged_nothing(struct repo *r);
/* `to` is `from` and then at most OURS_STEPS commits, each with one parent and without a change of
 * ours. */
#define OURS_STEPS 64
bool ours_passed_by(const struct repo *r, const char *from, const char *to);
/* `to` is `from` and then at most OURS_STEPS commits with one parent each: adds all of them, `to`
 * first and `from` last. */
bool ours_steps(struct strs *commits, const struct repo *r, const char *from, const char *to);

#endif
