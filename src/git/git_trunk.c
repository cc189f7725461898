/* Which branch is the trunk, and what it follows. No libgit2. */
#include "git/objects.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADS "refs/heads/"
#define REMOTES "refs/remotes/"

static bool exists(const struct repo *r, const char *ref)
{
	char commit[OID_HEX + 1], last[256];
	err_t e = repo_ref_resolve(commit, last, r, ref);

	if (e) {
		err_free(e);
		return false;
	}
	return commit[0] != '\0';
}

/* out := "<prefix><name>" when there is such a ref. */
static bool take(char out[256], const struct repo *r, const char *prefix, const char *name)
{
	char ref[256];

	if (snprintf(ref, sizeof(ref), "%s%s", prefix, name) >= (int)sizeof(ref) || !exists(r, ref))
		return false;
	memcpy(out, ref, sizeof(ref));
	return true;
}

/* branch.<name>.remote and .merge as a remote-tracking ref; without them, origin's of that name. */
static err_t find_upstream(char out[256], struct repo *r, const char *name)
{
	scoped_free char *remote_key = mem_printf("branch.%s.remote", name);
	scoped_free char *merge_key = mem_printf("branch.%s.merge", name);
	scoped_free char *tracked = NULL;
	const char *remote, *merge;

	TRY(repo_config(&remote, r, remote_key));
	TRY(repo_config(&merge, r, merge_key));
	if (!remote || !merge || strncmp(merge, HEADS, strlen(HEADS)) != 0)
		tracked = mem_printf(REMOTES "origin/%s", name);
	else if (strcmp(remote, ".") == 0)
		tracked = mem_strdup(merge);
	else
		tracked = mem_printf(REMOTES "%s/%s", remote, merge + strlen(HEADS));
	take(out, r, "", tracked);
	return NULL;
}

/* agent.trunk: a branch, a remote-tracking branch ("origin/main"), or a full ref name. */
static err_t configured(char local[256], char upstream[256], struct repo *r, const char *trunk)
{
	if (strncmp(trunk, HEADS, strlen(HEADS)) == 0)
		trunk += strlen(HEADS);
	if (strncmp(trunk, REMOTES, strlen(REMOTES)) == 0)
		trunk += strlen(REMOTES);
	else if (take(local, r, HEADS, trunk))
		return find_upstream(upstream, r, trunk);
	if (!take(upstream, r, REMOTES, trunk))
		return find_upstream(upstream, r, trunk);
	return NULL;
}

err_t git_trunk(char local[256], char upstream[256], struct repo *r)
{
	char mine[256] = "", theirs[256] = "";
	const char *trunk;
	struct repo_ref origin;

	TRY(repo_config(&trunk, r, "agent.trunk"));
	if (trunk) {
		TRY(configured(mine, theirs, r, trunk));
	} else {
		TRY(repo_ref_read(&origin, r->gitdir, r->commondir, REMOTES "origin/HEAD"));
		if (strncmp(origin.target, REMOTES "origin/", strlen(REMOTES "origin/")) == 0) {
			take(theirs, r, "", origin.target);
			take(mine, r, HEADS, origin.target + strlen(REMOTES "origin/"));
		}
	}
	memcpy(local, mine, sizeof(mine));
	memcpy(upstream, theirs, sizeof(theirs));
	return NULL;
}
