#include "git/repo_internal.h"
#include "util/mem.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool has(const struct repo *r, const char *name)
{
	scoped_free char *path = mem_printf("%s/%s", r->gitdir, name);

	return access(path, F_OK) == 0;
}

/* Between two commits of a series there is no CHERRY_PICK_HEAD; the to-do list says which it is. */
static const char *series(const struct repo *r)
{
	scoped_free char *todo = repo_slurp_at(r->gitdir, "sequencer/todo", NULL);

	if (!todo)
		return NULL;
	return strncmp(todo, "revert", 6) == 0 ? "revert" : "cherry-pick";
}

/* Edits that git holds back come into the files after its last hook. */
static bool is_over(const struct repo *r, const char *autostash)
{
	return r->ending && !has(r, autostash);
}

/* A rebase comes first: it leaves the marks of what it does inside. */
static const char *under_way(const struct repo *r)
{
	if (has(r, "rebase-merge") && !is_over(r, "rebase-merge/autostash"))
		return "rebase";
	if (has(r, "rebase-apply") && !is_over(r, "rebase-apply/autostash"))
		return has(r, "rebase-apply/applying") ? "am" : "rebase";
	if (has(r, "MERGE_HEAD") && !is_over(r, "MERGE_AUTOSTASH"))
		return "merge";
	/* its hooks run before the work tree has the stashed edits again */
	if (has(r, "MERGE_AUTOSTASH"))
		return "merge";
	if (has(r, "CHERRY_PICK_HEAD"))
		return "cherry-pick";
	if (has(r, "REVERT_HEAD"))
		return "revert";
	if (has(r, "BISECT_LOG"))
		return "bisect";
	return has(r, "sequencer") ? series(r) : NULL;
}

static void log_mark(char out[64], const struct repo *r)
{
	scoped_free char *path = mem_printf("%s/logs/HEAD", r->gitdir);
	struct stat st;

	if (stat(path, &st) == 0)
		snprintf(out, 64, "%" PRIdMAX ":%" PRIdMAX, (intmax_t)st.st_size,
			 (intmax_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
}

err_t repo_head(struct repo_head *out, struct repo *r)
{
	struct repo_head head = {0};

	TRY(repo_ref_resolve(head.commit, head.ref, r, "HEAD"));
	if (strcmp(head.ref, "HEAD") == 0)
		head.ref[0] = '\0';
	log_mark(head.log, r);
	head.busy = under_way(r);
	*out = head;
	return NULL;
}

/* --- another git in the same work tree ------------------------------------------------------- */

#define WAIT_STEPS 50	/* of 10 ms */
#define OLD_SECONDS 2	/* will not be gone in a moment: an editor is open, or it was left */

/* Out of a hook git waits for the hook, with the lock in its hand. */
static bool in_hook(void)
{
	return getenv("GIT_AGENT_HOOK") || getenv("GIT_INDEX_FILE");
}

bool repo_at_work(const struct repo *r)
{
	scoped_free char *path = mem_printf("%s/index.lock", r->gitdir);
	const struct timespec step = {.tv_nsec = 10000000};
	struct stat st;

	if (in_hook())
		return false;
	for (int i = 0; stat(path, &st) == 0; i++) {
		if (i == WAIT_STEPS || time(NULL) - st.st_mtim.tv_sec > OLD_SECONDS)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

/* Of a clock that went back: 0. */
static int ms_since(const struct timespec *then)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = ((int64_t)now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

bool repo_index_is_new(const struct repo *r, int ms, bool wait)
{
	scoped_free char *path = mem_printf("%s/index", r->gitdir);
	struct stat st;
	int left;

	if (in_hook() || stat(path, &st) != 0)
		return false;
	left = ms - ms_since(&st.st_mtim);
	if (left > 0 && wait) {
		const struct timespec time = {left / 1000, (long)(left % 1000) * 1000000};

		nanosleep(&time, NULL);
		return false;
	}
	return left > 0;
}
