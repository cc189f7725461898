/* git_commit_on: who commits, and which branches may be moved under nobody's feet. */
#include "git/objects_internal.h"
#include "util/mem.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* --- is the branch checked out? ------------------------------------------------------------- */

/* A branch in the middle of a rebase is still that work tree's. */
static bool is_rebasing(const char *gitdir, const char *ref)
{
	static const char *const names[] = {"rebase-merge/head-name", "rebase-apply/head-name"};

	for (size_t i = 0; i < 2; i++) {
		scoped_free char *name = repo_first_line(repo_slurp_at(gitdir, names[i], NULL));

		if (name && strcmp(name, ref) == 0)
			return true;
	}
	return false;
}

static err_t check_worktree(const struct repo *r, const char *gitdir, const char *ref)
{
	struct repo_ref head;

	TRY(repo_ref_read(&head, gitdir, r->commondir, "HEAD"));
	if (strcmp(head.target, ref) == 0 || is_rebasing(gitdir, ref))
		return err_hint(err_new(ERR_REFUSED, "'%s' is checked out in a work tree", ref),
				"commit there with 'git commit', or name another branch");
	return NULL;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static err_t check_not_checked_out(const struct repo *r, const char *ref)
{
	scoped_free char *config = mem_printf("%s/config", r->commondir);
	scoped_free char *linked = mem_printf("%s/worktrees", r->commondir);
	scoped(close_dir) DIR *dir = NULL;
	struct repo_format format = {0};
	struct dirent *entry;

	repo_format_read(&format, config);
	if (!format.bare)
		TRY(check_worktree(r, r->commondir, ref));
	dir = opendir(linked);
	while (dir && (entry = readdir(dir))) {
		scoped_free char *gitdir = mem_printf("%s/%s", linked, entry->d_name);

		if (entry->d_name[0] != '.')
			TRY(check_worktree(r, gitdir, ref));
	}
	return NULL;
}

/* "HEAD" stands for the branch it names; anything but a branch is not for moving. */
static err_t full_name(char out[256], const struct repo *r, const char *ref)
{
	struct repo_ref head;

	if (strcmp(ref, "HEAD") == 0) {
		TRY(repo_ref_read(&head, r->gitdir, r->commondir, "HEAD"));
		if (!head.target[0])
			return err_new(ERR_REFUSED, "'HEAD' is detached");
		ref = head.target;
	}
	if (strncmp(ref, "refs/", 5) != 0 || strlen(ref) >= 256)
		return err_new(ERR_MISUSE, "'%s' is not the full name of a ref", ref);
	strcpy(out, ref);
	return NULL;
}

/* --- who -------------------------------------------------------------------------------------- */

/* git's own idea of an identity, dates in every format included. */
static err_t identity(char **out, const char *which, const char *const *env)
{
	const char *const argv[] = {"git", "var", which, NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = argv, .env = env, .quiet = true}));
	if (result.status != 0)
		return err_hint(repo_git_error(&result, "git var"),
				"say who you are: 'git config user.email "
				"<mail>' and 'git config user.name <name>'");
	*out = mem_strdup(repo_first_line(result.out));
	return NULL;
}

/* agent.identity is the author; it commits too where git knows of nobody else. */
static err_t find_people(char **author, char **committer, struct repo *r)
{
	scoped_free char *who = NULL, *mail = NULL, *one = NULL, *name = NULL, *address = NULL;
	const char *configured, *user, *env[3] = {0}, *env_committer[3] = {0};

	TRY(repo_config(&configured, r, "agent.identity"));
	TRY(repo_config(&user, r, "user.email"));
	if (configured) {
		scoped_free char *plain = NULL;

		TRY(repo_identity(&who, &mail, r));
		plain = mem_strndup(who, strlen(who) - strlen(mail) - 3);
		name = mem_printf("GIT_AUTHOR_NAME=%s", plain);
		address = mem_printf("GIT_AUTHOR_EMAIL=%s", mail);
		env[0] = name;
		env[1] = address;
	}
	TRY(identity(&one, "GIT_AUTHOR_IDENT", env));
	if (configured && !user && !getenv("GIT_COMMITTER_EMAIL")) {
		scoped_free char *cn = mem_printf("GIT_COMMITTER_NAME=%s", name + 16);
		scoped_free char *ca = mem_printf("GIT_COMMITTER_EMAIL=%s", address + 17);

		env_committer[0] = cn;
		env_committer[1] = ca;
		TRY(identity(committer, "GIT_COMMITTER_IDENT", env_committer));
	} else {
		TRY(identity(committer, "GIT_COMMITTER_IDENT", NULL));
	}
	*author = steal(one);
	return NULL;
}

err_t git_commit_on(char commit[OID_HEX + 1], struct repo *r, const char *ref, const char *message,
		    const struct git_edit *edits, size_t len)
{
	scoped_free char *author = NULL, *committer = NULL;
	struct objects *o;
	char name[256];

	TRY(full_name(name, r, ref));
	TRY(check_not_checked_out(r, name));
	TRY(find_people(&author, &committer, r));
	TRY(objects_open(&o, r));
	return o->ops->commit_on(o->lg2, commit, &(struct lg2_commit_job){
		.ref = name, .author = author, .committer = committer, .message = message,
		.edits = edits, .len = len,
	});
}
