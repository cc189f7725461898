/* The module's door: the table, opening a repository, libgit2's errors made ours. */
#include "git/lg2_internal.h"

#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>

/* Of pack files, which are read from one end to the other by an import; libgit2 would map a
 * gigabyte at a time. */
#define PACK_WINDOW (8 * 1024 * 1024)
#define PACK_MAPPED (32 * 1024 * 1024)

err_t lg2_error(int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	const char *text = last && last->message ? last->message : "unknown error of libgit2";
	enum err_code code = rc == GIT_ENOTFOUND ? ERR_NOTFOUND
			     : rc == GIT_ELOCKED ? ERR_BUSY
						 : ERR_FATAL;
	va_list args;
	scoped_free char *what = NULL;

	va_start(args, fmt);
	what = mem_vprintf(fmt, args);
	va_end(args);
	/* "link" and "sdir" are the mandatory extensions that git writes. */
	if (strstr(text, "unsupported mandatory extension")) {
		bool sparse = strstr(text, "sdir");

		return err_hint(err_new(ERR_FATAL, "this repository uses a %s index, which "
						   "git-agent cannot read yet",
					sparse ? "sparse" : "split"),
				sparse ? "'git sparse-checkout reapply --no-sparse-index' makes it "
					 "a plain one"
				       : "'git config core.splitIndex false' and 'git update-index "
					 "--no-split-index' make it a plain one");
	}
	return err_new(code, "%s: %s", what, text);
}

err_t lg2_parse_oid(git_oid *out, const char *hex)
{
	if (!hash_is_hex(hex, OID_HEX) || git_oid_fromstr(out, hex) != 0)
		return err_new(ERR_NOTFOUND, "'%s' is not an object id", hex);
	return NULL;
}

err_t lg2_find_commit(git_commit **out, struct lg2 *g, const char *id)
{
	git_oid oid;
	int rc;

	TRY(lg2_parse_oid(&oid, id));
	rc = git_commit_lookup(out, g->repo, &oid);
	return rc < 0 ? lg2_error(rc, "cannot read commit '%s'", id) : NULL;
}

struct oid lg2_hex(const git_oid *id)
{
	struct oid hex;

	git_oid_tostr(hex.hex, sizeof(hex.hex), id);
	return hex;
}

/* Whether the repository may be trusted was decided when it was found; the extensions named here
 * change nothing that libgit2 would have to know. */
static err_t start(void)
{
	static bool started;
	static const char *known[] = {
		"worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees",
	};
	int rc;

	if (started)
		return NULL;
	lg2_memory();
	rc = git_libgit2_init();
	if (rc < 0)
		return lg2_error(rc, "cannot start libgit2");
	started = true;
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)PACK_WINDOW);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)PACK_MAPPED);
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, known, sizeof(known) / sizeof(*known));
	return NULL;
}

static void lg2_close(struct lg2 *g)
{
	if (!g)
		return;
	lg2_reach_free(g->of_trunk);
	lg2_reach_free(g->of_tip);
	git_mailmap_free(g->mailmap);
	git_index_free(g->index);
	git_odb_free(g->odb);
	git_repository_free(g->repo);
	free(g->gitdir);
	free(g->commondir);
	free(g->index_file);
	free(g);
}

static void scoped_lg2(struct lg2 **g)
{
	lg2_close(*g);
}

/* Hooks of a receiving repository see new objects only through these. */
static err_t add_quarantine(struct lg2 *g)
{
	const char *dir = getenv("GIT_OBJECT_DIRECTORY");
	const char *more = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	scoped_free char *list = mem_printf("%s:%s", dir ? dir : "", more ? more : "");
	char *rest = list, *one;
	int rc;

	while ((one = strsep(&rest, ":"))) {
		if (!*one)
			continue;
		rc = git_odb_add_disk_alternate(g->odb, one);
		if (rc < 0)
			return lg2_error(rc, "cannot read objects in '%s'", one);
	}
	return NULL;
}

static err_t lg2_open(struct lg2 **out, const struct lg2_where *where)
{
	scoped(scoped_lg2) struct lg2 *g = NULL;
	int rc;

	TRY(start());
	g = mem_alloc(sizeof(*g));
	g->gitdir = mem_strdup(where->gitdir);
	g->commondir = mem_strdup(where->commondir);
	g->index_file = mem_strdup(where->index_file);
	g->has_worktree = where->worktree != NULL;
	rc = git_repository_open_ext(&g->repo, where->gitdir,
				     GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT |
				     GIT_REPOSITORY_OPEN_BARE, NULL);
	if (rc == 0 && where->worktree)
		rc = git_repository_set_workdir(g->repo, where->worktree, 0);
	if (rc == 0)
		rc = git_repository_odb(&g->odb, g->repo);
	if (rc < 0)
		return lg2_error(rc, "cannot open '%s'", where->gitdir);
	TRY(add_quarantine(g));
	*out = steal(g);
	return NULL;
}

static const char *library(void)
{
	static char text[40];
	int major, minor, revision;

	git_libgit2_version(&major, &minor, &revision);
	snprintf(text, sizeof(text), "%d.%d.%d", major, minor, revision);
	return text;
}

static const struct lg2_ops ops = {
	.version = LG2_VERSION,
	.library = library,
	.open = lg2_open,
	.close = lg2_close,
	.resolve = lg2_resolve,
	.blob = lg2_blob,
	.commits = lg2_commits,
	.commit = lg2_commit,
	.message = lg2_message,
	.merge_base = lg2_merge_base,
	.reaches = lg2_reaches,
	.changes = lg2_changes,
	.tree = lg2_tree,
	.tree_oid = lg2_tree_oid,
	.index = lg2_index,
	.index_write = lg2_index_write,
	.index_prepare = lg2_index_prepare,
	.commit_on = lg2_commit_on,
	.configure = lg2_configure,
	.convert = lg2_convert,
};

const struct lg2_ops *git_agent_module(void)
{
	return &ops;
}
