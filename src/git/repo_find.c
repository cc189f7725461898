/* Finding the repository: the everyday case by walking up, all others by asking git. */
#include "git/repo_internal.h"
#include "util/mem.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* With one of these set the answer is not simply "the next .git above". */
static const char *const telling[] = {
	"GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES",
	"GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_NAMESPACE", "GIT_TEST_ASSUME_DIFFERENT_OWNER",
};

static bool environment_is_plain(void)
{
	for (size_t i = 0; i < sizeof(telling) / sizeof(*telling); i++)
		if (getenv(telling[i]))
			return false;
	return true;
}

static bool exists_at(const char *dir, const char *name, mode_t type)
{
	scoped_free char *path = mem_printf("%s/%s", dir, name);
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

static bool is_gitdir(const char *dir)
{
	return exists_at(dir, "HEAD", S_IFREG) && (exists_at(dir, "commondir", S_IFREG) ||
	       (exists_at(dir, "objects", S_IFDIR) && exists_at(dir, "refs", S_IFDIR)));
}

/* The real path of `text` as seen from dir. */
static char *real_from(const char *dir, const char *text)
{
	scoped_free char *joined =
		text[0] == '/' ? mem_strdup(text) : mem_printf("%s/%s", dir, text);

	return realpath(joined, NULL);
}

static bool is_mine(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_uid == geteuid();
}

/* The git directory that dot_git (a directory, or a file "gitdir: ...") stands for, or NULL. */
static char *follow(const char *top, const char *dot_git, mode_t type)
{
	scoped_free char *text = NULL;

	if (S_ISDIR(type))
		return realpath(dot_git, NULL);
	text = repo_first_line(repo_slurp(dot_git, NULL));
	if (!text || strncmp(text, "gitdir: ", 8) != 0)
		return NULL;
	return real_from(top, text + 8);
}

/* core.bare and core.worktree mean something of their own; only a work tree that is `top` is plain.
 */
static bool config_is_plain(const struct repo_place *p)
{
	struct repo_format own = {0}, common = {0};
	scoped_free char *config = mem_printf("%s/config", p->commondir);
	scoped_free char *own_config = mem_printf("%s/config.worktree", p->gitdir);
	scoped_free char *real = NULL;
	bool linked = strcmp(p->gitdir, p->commondir) != 0;

	repo_format_read(&common, config);
	if (common.worktree_config)
		repo_format_read(&own, own_config);
	if (own.bare || own.worktree[0])
		return false;
	if (linked && !common.worktree_config)
		return true;
	if (common.bare)
		return false;
	if (!common.worktree[0])
		return true;
	real = real_from(p->gitdir, common.worktree);
	return real && strcmp(real, p->worktree) == 0;
}

static void scoped_place(struct repo_place *p)
{
	repo_place_release(p);
}

/* Fills out from the .git at top; false when git had better be asked. */
static bool look_at(struct repo_place *out, const char *top, const char *dot_git, mode_t type,
		    const char *cwd)
{
	scoped(scoped_place) struct repo_place p = {0};
	scoped_free char *common = NULL;
	size_t len = strlen(top);

	p.gitdir = follow(top, dot_git, type);
	if (!p.gitdir || !is_gitdir(p.gitdir))
		return false;
	if (!is_mine(dot_git) || !is_mine(top) || !is_mine(p.gitdir))
		return false;
	common = repo_first_line(repo_slurp_at(p.gitdir, "commondir", NULL));
	p.commondir = common ? real_from(p.gitdir, common) : mem_strdup(p.gitdir);
	p.worktree = mem_strdup(top);
	if (!p.commondir || !config_is_plain(&p))
		return false;
	p.prefix = cwd[len] ? mem_printf("%s/", cwd + len + 1) : mem_strdup("");
	*out = p;
	p = (struct repo_place){0};
	return true;
}

/* As hooks in a linked work tree are started: at its top, GIT_DIR saying what its .git says. */
static bool agrees(const struct repo_place *p, const char *gitdir)
{
	scoped_free char *real = gitdir ? realpath(gitdir, NULL) : NULL;

	return !gitdir || (real && !p->prefix[0] && strcmp(real, p->gitdir) == 0);
}

void repo_find(struct repo_place *out, bool *plain)
{
	scoped_free char *cwd = getcwd(NULL, 0);
	scoped_free char *dir = cwd ? mem_strdup(cwd) : NULL;
	struct stat first, st;

	*plain = false;
	if (!dir || !environment_is_plain() || stat(dir, &first) != 0)
		return;
	while (dir[1]) {
		scoped_free char *dot_git = mem_printf("%s/.git", dir);
		scoped_free char *bare_head = mem_printf("%s/HEAD", dir);

		if (stat(dir, &st) != 0 || st.st_dev != first.st_dev)
			return;
		if (stat(dot_git, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) {
			*plain = look_at(out, dir, dot_git, st.st_mode, cwd);
			if (*plain && !agrees(out, getenv("GIT_DIR"))) {
				repo_place_release(out);
				*plain = false;
			}
			return;
		}
		if (access(bare_head, F_OK) == 0)
			return;	/* a bare repository, perhaps: safe.bareRepository decides */
		*strrchr(dir, '/') = '\0';
		if (!dir[0])
			return;	/* "/" itself: let git say it */
	}
}

/* --- asking ------------------------------------------------------------------------------ */

err_t repo_git_error(const struct proc_result *result, const char *what)
{
	const char *text = result->err ? result->err : "";
	const char *fatal = strstr(text, "fatal: "), *end;
	struct mem_stream hint;
	scoped_free char *more = NULL;
	size_t len;
	err_t e;

	if (fatal && (fatal == text || fatal[-1] == '\n'))
		text = fatal + 7;
	else if (strncmp(text, "error: ", 7) == 0)
		text += 7;
	if (!text[0])
		return err_new(ERR_FATAL, "'%s' failed with exit code %d", what, result->status);
	end = strchrnul(text, '\n');
	e = err_new(ERR_FATAL, "%.*s", (int)(end - text), text);
	mem_stream_open(&hint);
	for (bool word = false; *end; end++) {
		if (!isspace((unsigned char)*end)) {
			fputc(*end, hint.file);
			word = true;
		} else if (word && end[1] && !isspace((unsigned char)end[1])) {
			fputc(' ', hint.file);
		}
	}
	more = mem_stream_close(&hint, &len);
	if (!len)
		return e;
	more[0] = (char)tolower((unsigned char)more[0]);
	return err_hint(e, "%s", more);
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* The next line of *at as a string of its own; NULL at the end. */
static char *take_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

err_t repo_ask(struct repo_place *out)
{
	static const char *const argv[] = {
		"git",
		"rev-parse",
		"--is-bare-repository",
		"--absolute-git-dir",
		"--git-common-dir",
		"--show-prefix",
		"--show-toplevel",
		NULL,
	};
	scoped(scoped_result) struct proc_result result = {0};
	scoped(scoped_place) struct repo_place p = {0};
	char *at, *bare, *gitdir, *common, *prefix, *top;

	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	at = result.out;
	bare = take_line(&at);
	gitdir = bare ? take_line(&at) : NULL;
	common = gitdir ? take_line(&at) : NULL;
	prefix = common ? take_line(&at) : NULL;
	if (!prefix)
		return repo_git_error(&result, "git rev-parse");
	/* Without a work tree --show-toplevel fails: a bare repository, or inside .git. */
	top = result.status == 0 ? take_line(&at) : NULL;
	p.gitdir = realpath(gitdir, NULL);
	p.commondir = realpath(common, NULL);
	if (!p.gitdir || !p.commondir)
		return err_errno("cannot find '%s'", p.gitdir ? common : gitdir);
	p.worktree = top ? realpath(top, NULL) : NULL;
	if (top && !p.worktree)
		return err_errno("cannot find '%s'", top);
	p.prefix = mem_strdup(prefix);
	*out = p;
	p = (struct repo_place){0};
	return NULL;
}
