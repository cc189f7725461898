/* Real git in temporary directories, driven as a user would drive it. */
#include "sim.h"

#include "git/objects.h"
#include "util/mem.h"
#include "util/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct world {
	char dir[64];
	struct sim *clones;
	int nr;
	long tick;
	struct kinds *kinds;
};

struct sim {
	struct world *w;
	int me;
	char *dir;
	char name[64];
	struct repo *repo;
	struct git_port port;
	bool open;
};

/* Runs git in a clone; the exit code. out (may be NULL) gets its output. */
static int run_git(struct sim *s, const char *dir, char **out, const char *const *args)
{
	const char *argv[24] = {"git", "-c", "core.editor=true", "-c", "advice.detachedHead=false"};
	char date[64], committer[64];
	const char *env[] = {date, committer, NULL};
	struct proc p = {.argv = argv, .dir = dir ? dir : s->dir, .env = env, .quiet = true};
	struct proc_result r = {0};
	int status, n = 5;

	snprintf(date, sizeof(date), "GIT_AUTHOR_DATE=@%ld +0000", 1000000 + s->w->tick);
	snprintf(committer, sizeof(committer), "GIT_COMMITTER_DATE=@%ld +0000",
		 1000000 + ++s->w->tick);
	for (int i = 0; args[i]; i++)
		argv[n++] = args[i];
	argv[n] = NULL;
	err_free(proc_run(&r, &p));
	status = r.status;
	if (out)
		*out = mem_strdup(r.out ? r.out : "");
	proc_result_release(&r);
	return status;
}

#define GIT(s, ...) run_git(s, NULL, NULL, (const char *const[]){__VA_ARGS__, NULL})
#define GIT_OUT(s, out, ...) run_git(s, NULL, out, (const char *const[]){__VA_ARGS__, NULL})

static char *path_in(struct sim *s, const char *rest)
{
	return mem_printf("%s/%s", s->dir, rest);
}

static bool exists(struct sim *s, const char *rest)
{
	scoped_free char *path = path_in(s, rest);

	return access(path, F_OK) == 0;
}

static const char *busy(struct sim *s)
{
	if (exists(s, ".git/rebase-merge") || exists(s, ".git/rebase-apply"))
		return "rebase";
	if (exists(s, ".git/MERGE_HEAD"))
		return "merge";
	if (exists(s, ".git/CHERRY_PICK_HEAD"))
		return "cherry-pick";
	return exists(s, ".git/REVERT_HEAD") ? "revert" : NULL;
}

static char *head_id(struct sim *s)
{
	char *out;

	GIT_OUT(s, &out, "rev-parse", "-q", "--verify", "HEAD");
	return out;
}

static char *file(struct sim *s, int path)
{
	scoped_free char *full = path_in(s, sim_path[path]);
	char *bytes = NULL;
	size_t len;

	err_free(file_read(&bytes, &len, NULL, full, 0));
	return bytes;
}

static void write_file(struct sim *s, int path, const char *text)
{
	scoped_free char *full = path_in(s, sim_path[path]);

	if (!text) {
		unlink(full);
		return;
	}
	err_free(file_mkdirs_for(full));
	err_free(file_write(full, slice_str(text), 0));
}

/* The module lies in the build tree of this very program: <build>/tests/sync/<program>. */
static void set_libexec(void)
{
	char exe[4096];
	scoped_free char *dir = NULL;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n < 0)
		abort();
	exe[n] = '\0';
	for (int i = 0; i < 3; i++)
		*strrchr(exe, '/') = '\0';
	dir = mem_printf("%s/libexec/git-agent", exe);
	setenv("GIT_AGENT_LIBEXEC", dir, 1);
}

static void *world_new(int clones, char *const texts[SIM_PATHS])
{
	struct world *w = mem_alloc(sizeof(*w));
	struct sim seed = {.w = w, .me = 9};

	snprintf(w->dir, sizeof(w->dir), "%s/real-git-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(w->dir))
		abort();
	setenv("HOME", w->dir, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	set_libexec();
	w->kinds = kinds_new();
	w->clones = mem_alloc((size_t)clones * sizeof(*w->clones));
	w->nr = clones;
	seed.dir = w->dir;
	GIT(&seed, "init", "-q", "--bare", "-b", "main", "origin.git");
	GIT(&seed, "init", "-q", "-b", "main", "seed");
	seed.dir = mem_printf("%s/seed", w->dir);
	for (int i = 0; i < SIM_PATHS; i++)
		write_file(&seed, i, texts[i]);
	GIT(&seed, "add", "-A");
	GIT(&seed, "-c", "user.name=seed", "-c", "user.email=seed@example.org", "commit", "-qm",
	    "first");
	GIT(&seed, "push", "-q", "../origin.git", "HEAD:main");
	free(seed.dir);
	for (int c = 0; c < clones; c++) {
		struct sim *s = &w->clones[c];
		scoped_free char *name = mem_printf("c%d", c),
				 *user = mem_printf("user.name=dev%d", c);
		scoped_free char *mail = mem_printf("user.email=dev%d@example.org", c);

		seed.dir = w->dir;
		GIT(&seed, "clone", "-q", "-c", user, "-c", mail, "origin.git", name);
		s->w = w;
		s->me = c;
		s->dir = mem_printf("%s/c%d", w->dir, c);
	}
	return w;
}

static void close_port(struct sim *s)
{
	if (!s->open)
		return;
	git_port_close(&s->port);
	repo_close(s->repo);
	s->open = false;
}

static void world_free(void *world)
{
	struct world *w = world;
	scoped_free char *rm = mem_printf("rm -rf '%s'", w->dir);

	for (int c = 0; c < w->nr; c++) {
		close_port(&w->clones[c]);
		free(w->clones[c].dir);
	}
	if (system(rm))
		fprintf(stderr, "# cannot remove %s\n", w->dir);
	kinds_free(w->kinds);
	free(w->clones);
	free(w);
}

static struct sim *clone_at(void *world, int me)
{
	return &((struct world *)world)->clones[me];
}

/* Opened anew each time, as each run of the program does. */
static struct git_port *port(struct sim *s)
{
	err_t err;

	close_port(s);
	if (chdir(s->dir))
		abort();
	err = repo_open(&s->repo);
	if (!err)
		err = git_port_open(&s->port, s->repo, s->w->kinds);
	if (err) {
		fprintf(stderr, "# %s\n", err->text);
		abort();
	}
	s->open = true;
	return &s->port;
}

/* Works in the repository that the world began with. */
static struct sim colleague_sim(struct world *w)
{
	return (struct sim){.w = w, .me = 8, .dir = mem_printf("%s/seed", w->dir)};
}

static void colleague(void *world, int path, const char *text)
{
	struct sim s = colleague_sim(world);

	if (GIT(&s, "switch", "-q", "colleague")) {
		GIT(&s, "fetch", "-q", "../origin.git", "main:upstream");
		GIT(&s, "switch", "-q", "-c", "colleague", "upstream");
	}
	write_file(&s, path, text);
	GIT(&s, "add", "-A");
	GIT(&s, "-c", "user.name=colleague", "-c", "user.email=colleague@example.org", "commit",
	    "-qm", "colleague");
	GIT(&s, "push", "-q", "../origin.git", "colleague");
	free(s.dir);
}

static char *colleague_text(void *world, int path)
{
	struct sim s = colleague_sim(world);
	scoped_free char *have = NULL;
	char *text;

	if (GIT(&s, "switch", "-q", "colleague")) {
		GIT(&s, "fetch", "-q", "../origin.git", "main:upstream");
		GIT(&s, "switch", "-q", "-c", "colleague", "upstream");
	}
	text = file(&s, path);
	free(s.dir);
	return text;
}

static void add(struct sim *s, int path)
{
	GIT(s, "add", "-A", "--", sim_path[path]);
}

static bool moved(struct sim *s, char *before)
{
	scoped_free char *was = before, *now = head_id(s);

	return strcmp(was, now) != 0;
}

static bool commit(struct sim *s, bool all, int only)
{
	char *before = head_id(s);

	if (only >= 0)
		GIT(s, "commit", "-q", "-m", "partial", "--", sim_path[only]);
	else if (all)
		GIT(s, "commit", "-qam", "commit");
	else
		GIT(s, "commit", "-qm", "commit");
	return moved(s, before);
}

static bool commit_unrelated(struct sim *s)
{
	scoped_free char *path = path_in(s, "unrelated.txt"),
			 *text = mem_printf("%d %ld\n", s->me, s->w->tick);

	if (busy(s))
		return false;
	err_free(file_write(path, slice_str(text), 0));
	GIT(s, "add", "unrelated.txt");
	return GIT(s, "commit", "-qm", "unrelated") == 0;
}

static bool amend(struct sim *s, bool all)
{
	scoped_free char *out = NULL, *mine = mem_printf("dev%d@example.org ", s->me);
	const char *parents;

	if (busy(s))
		return false;
	GIT_OUT(s, &out, "log", "-1", "--format=%ce %P.");
	if (strncmp(out, mine, strlen(mine)) != 0)
		return false;
	parents = out + strlen(mine);
	if (*parents == '.' || strchr(parents, ' '))
		return false;
	return (all ? GIT(s, "commit", "-q", "--amend", "--no-edit", "-a")
		    : GIT(s, "commit", "-q", "--amend", "--no-edit")) == 0;
}

static bool branch(struct sim *s, const char *name)
{
	return !busy(s) && GIT(s, "switch", "-qc", name) == 0;
}

static bool switch_to(struct sim *s, const char *name)
{
	if (busy(s))
		return false;
	if (strchr(name, '/') || strchr(name, '~'))
		return GIT(s, "switch", "-q", "--detach", name) == 0;
	return GIT(s, "switch", "-q", "--no-guess", name) == 0;
}

static bool outcome(struct sim *s, char *before, bool *stopped)
{
	*stopped = busy(s) != NULL;
	return moved(s, before) || *stopped;
}

static bool merge(struct sim *s, const char *name, bool *stopped)
{
	char *before = head_id(s);

	if (!busy(s))
		GIT(s, "merge", "-q", "--no-edit", name);
	return outcome(s, before, stopped);
}

static bool rebase(struct sim *s, const char *onto, bool *stopped)
{
	char *before = head_id(s);

	if (!busy(s))
		GIT(s, "rebase", "-q", onto);
	return outcome(s, before, stopped);
}

static bool single(struct sim *s, const char *rev)
{
	scoped_free char *out = NULL;

	return GIT_OUT(s, &out, "log", "-1", "--format=%P.", rev, "--") == 0 && out[0] != '.' &&
	       !strchr(out, ' ');
}

static bool cherry_pick(struct sim *s, const char *rev, bool *stopped)
{
	char *before = head_id(s);

	if (!busy(s) && single(s, rev))
		GIT(s, "cherry-pick", rev);
	return outcome(s, before, stopped);
}

static bool revert(struct sim *s, const char *rev, bool *stopped)
{
	char *before = head_id(s);

	if (!busy(s) && single(s, rev))
		GIT(s, "revert", "--no-edit", rev);
	return outcome(s, before, stopped);
}

static void do_abort(struct sim *s)
{
	const char *what = busy(s);

	if (what)
		GIT(s, what, "--abort");
}

static char *without_markers(const char *text)
{
	struct slice rest = slice_str(text), line;
	struct mem_stream out;

	mem_stream_open(&out);
	while (slice_line(&rest, &line))
		if (line.len < 7 ||
		    (strncmp(line.at, "<<<<<<<", 7) && strncmp(line.at, "=======", 7) &&
		     strncmp(line.at, ">>>>>>>", 7) && strncmp(line.at, "|||||||", 7)))
			fwrite(line.at, 1, line.len, out.file);
	return mem_stream_close(&out, NULL);
}

static bool do_resolve(struct sim *s)
{
	const char *what = busy(s);

	if (!what)
		return false;
	for (int i = 0; i < SIM_PATHS; i++) {
		scoped_free char *text = file(s, i), *clean = text ? without_markers(text) : NULL;

		if (text && strcmp(text, clean) != 0)
			write_file(s, i, clean);
	}
	GIT(s, "add", "-A");
	if (strcmp(what, "merge") == 0)
		return GIT(s, "commit", "-q", "--no-edit") == 0;
	if (GIT(s, what, "--continue") == 0 || !busy(s))
		return true;
	{
		scoped_free char *staged = NULL;

		GIT_OUT(s, &staged, "diff", "--cached", "--name-only");
		if (!staged[0])
			GIT(s, what, "--skip");
	}
	return true;
}

static bool reset(struct sim *s, enum sim_reset how, const char *rev)
{
	static const char *const names[] = {"--soft", "--mixed", "--hard"};

	return !busy(s) && GIT(s, "reset", "-q", names[how], rev) == 0;
}

static char *stash_id(struct sim *s)
{
	char *out;

	GIT_OUT(s, &out, "rev-parse", "-q", "--verify", "refs/stash");
	return out;
}

static bool stash(struct sim *s)
{
	scoped_free char *before = NULL, *after = NULL;

	if (busy(s))
		return false;
	before = stash_id(s);
	GIT(s, "stash", "push", "-q");
	after = stash_id(s);
	return strcmp(before, after) != 0;
}

static bool pop(struct sim *s)
{
	scoped_free char *status = NULL;

	if (busy(s))
		return false;
	GIT_OUT(s, &status, "status", "--porcelain", "-uno");
	if (status[0])
		return false;
	if (GIT(s, "stash", "pop", "-q") == 0)
		return true;
	GIT(s, "reset", "-q", "--hard");
	return false;
}

static bool restore(struct sim *s, int path, const char *from)
{
	scoped_free char *source = mem_printf("--source=%s", from ? from : "HEAD");

	return !busy(s) &&
	       GIT(s, "restore", source, "--staged", "--worktree", "--", sim_path[path]) == 0;
}

static bool push(struct sim *s)
{
	return !busy(s) && GIT(s, "push", "-q", "origin", "HEAD") == 0;
}

static bool fetch(struct sim *s)
{
	return GIT(s, "fetch", "-q") == 0;
}

static const char *current(struct sim *s)
{
	scoped_free char *out = NULL;

	GIT_OUT(s, &out, "symbolic-ref", "-q", "--short", "HEAD");
	snprintf(s->name, sizeof(s->name), "%.*s", (int)strcspn(out, "\n"), out);
	return s->name;
}

static char *show(struct sim *s, const char *rev, int path)
{
	scoped_free char *name = mem_printf("%s:%s", rev, sim_path[path]);
	char *out;

	if (GIT_OUT(s, &out, "cat-file", "-p", name) == 0)
		return out;
	free(out);
	return NULL;
}

static bool in_head(struct sim *s, const char *rev)
{
	return GIT(s, "merge-base", "--is-ancestor", rev, "HEAD") == 0;
}

const struct sim_ops sim_real = {
	"git",		world_new, world_free, clone_at, port,	 colleague,
	colleague_text, file,	   write_file, add,	 commit, commit_unrelated,
	amend,		branch,	   switch_to,  merge,	 rebase, cherry_pick,
	revert,		do_abort,  do_resolve, reset,	 stash,	 pop,
	restore,	push,	   fetch,      current,	 busy,	 show,
	in_head,
};
