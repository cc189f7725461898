/*
 * A git that the random histories drive: the same operations on a model in
 * memory (model_git.c) and on real git in temporary directories (real_git.c).
 * Every operation may refuse (return false) as git would; then nothing changed.
 */
#ifndef TESTS_SYNC_SIM_H
#define TESTS_SYNC_SIM_H

#include "git/port.h"

#include <stdbool.h>

#define SIM_PATHS 3
extern const char *const sim_path[SIM_PATHS];

struct sim; /* one clone */

enum sim_reset { SIM_SOFT, SIM_MIXED, SIM_HARD };

struct sim_ops {
	const char *name;
	/* A world: one bare origin with the given texts on main, and n clones of it. me is the
	 * clone's number. */
	void *(*world_new)(int clones, char *const texts[SIM_PATHS]);
	void (*world_free)(void *world);
	struct sim *(*clone)(void *world, int me);
	struct git_port *(*port)(struct sim *s);

	/* Somebody without git-agent commits a text to the branch "colleague" of origin. */
	void (*colleague)(void *world, int path, const char *text);
	/* What that branch has. Caller frees. */
	char *(*colleague_text)(void *world, int path);

	/* files; text NULL: missing. Caller frees. */
	char *(*file)(struct sim *s, int path);
	void (*write)(struct sim *s, int path, const char *text); /* NULL: rm */

	void (*add)(struct sim *s, int path);		   /* git add / git rm --cached */
	bool (*commit)(struct sim *s, bool all, int only); /* only >= 0: git commit -- path */
	bool (*commit_unrelated)(struct sim *s);
	bool (*amend)(struct sim *s, bool all);
	bool (*branch)(struct sim *s, const char *name);    /* switch -c */
	bool (*switch_to)(struct sim *s, const char *name); /* branch, or origin/main~n: detached */
	bool (*merge)(struct sim *s, const char *name, bool *stopped);
	bool (*rebase)(struct sim *s, const char *onto, bool *stopped);
	bool (*cherry_pick)(struct sim *s, const char *rev, bool *stopped);
	bool (*revert)(struct sim *s, const char *rev, bool *stopped);
	void (*abort)(struct sim *s);	/* whatever is stopped */
	bool (*resolve)(struct sim *s); /* union of both sides, then go on */
	bool (*reset)(struct sim *s, enum sim_reset how, const char *rev);
	bool (*stash)(struct sim *s);
	bool (*pop)(struct sim *s);
	bool (*restore)(struct sim *s, int path,
			const char *from); /* from NULL: HEAD (index and file) */
	bool (*push)(struct sim *s);	   /* current branch */
	bool (*fetch)(struct sim *s);
	const char *(*current)(struct sim *s); /* branch, "" detached */
	const char *(*busy)(struct sim *s);
	/* The texts that the commit at rev has; "" missing. Caller frees. */
	char *(*show)(struct sim *s, const char *rev, int path);
	bool (*in_head)(struct sim *s, const char *rev); /* HEAD, or an ancestor of it */
};

extern const struct sim_ops sim_model, sim_real;

#endif
