#include "git/convert.h"
#include "git/objects_internal.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#define CRLF_IN 1u	/* CRLF may become LF on the way into git */
#define CRLF_OUT 2u	/* LF may become CRLF on the way out */
#define OTHER 4u	/* ident, filter, working-tree-encoding */

void convert_init(struct convert *out, struct repo *r)
{
	*out = (struct convert){.repo = r, .config_fd = -1};
}

void convert_release(struct convert *c)
{
	free(c->dir);
	if (c->config_fd >= 0)
		close(c->config_fd);
	*c = (struct convert){.config_fd = -1};
}

static bool mentions(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

/* --- configuration -------------------------------------------------------------------------- */

static unsigned by_attributes(const char *text)
{
	unsigned found = 0;

	if (mentions(text, "text") || mentions(text, "eol") || mentions(text, "crlf"))
		found |= CRLF_IN;
	if (mentions(text, "crlf"))
		found |= CRLF_OUT;
	if (mentions(text, "ident") || mentions(text, "filter") || mentions(text, "encoding"))
		found |= OTHER;
	return found;
}

/* Where the user's own attributes are when core.attributesFile does not say. */
static char *default_attributes(void)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");

	if (xdg && xdg[0])
		return mem_printf("%s/git/attributes", xdg);
	return home ? mem_printf("%s/.config/git/attributes", home) : NULL;
}

/* The path that core.attributesFile names; caller frees. */
static err_t attributes_file(char **out, struct repo *r)
{
	const char *named, *home = getenv("HOME");

	TRY(repo_config(&named, r, "core.attributesfile"));
	if (!named)
		*out = default_attributes();
	else if (strncmp(named, "~/", 2) == 0 && home)
		*out = mem_printf("%s/%s", home, named + 2);
	else
		*out = mem_strdup(named);
	return NULL;
}

static err_t by_config(unsigned *out, struct repo *r)
{
	scoped_free char *file = NULL, *text = NULL;
	const char *autocrlf, *eol;
	bool on = false;

	TRY(repo_config(&autocrlf, r, "core.autocrlf"));
	TRY(repo_config(&eol, r, "core.eol"));
	if (autocrlf && strcasecmp(autocrlf, "input") == 0)
		*out |= CRLF_IN;
	else
		TRY(repo_config_bool(&on, r, "core.autocrlf", false));
	if (on)
		*out |= CRLF_IN | CRLF_OUT;
	if (eol && strcasecmp(eol, "crlf") == 0)
		*out |= CRLF_OUT;
	TRY(attributes_file(&file, r));
	text = file ? repo_slurp(file, NULL) : NULL;
	*out |= by_attributes(text);
	return NULL;
}

/* --- attributes ------------------------------------------------------------------------------- */

static err_t look_everywhere(struct convert *c)
{
	struct repo *r = c->repo;
	scoped_free char *info = repo_slurp_at(r->commondir, "info/attributes", NULL);
	scoped_free char *top = repo_slurp_at(r->worktree, ".gitattributes", NULL);
	scoped_free char *system = repo_slurp("/etc/gitattributes", NULL);
	unsigned found = by_attributes(info) | by_attributes(top) | by_attributes(system);

	TRY(by_config(&found, r));
	c->everywhere = found;
	c->looked = true;
	return NULL;
}

/* Adds the .gitattributes of every directory on the way to path; the last one asked is kept. */
static err_t look(struct convert *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!c->looked)
		TRY(look_everywhere(c));
	if (c->dir && strlen(c->dir) == len && strncmp(c->dir, path, len) == 0)
		return NULL;
	free(c->dir);
	c->dir = mem_strndup(path, len);
	c->here = c->everywhere;
	for (const char *end = path; (end = strchr(end, '/')); end++) {
		scoped_free char *dir =
			mem_printf("%s/%.*s", c->repo->worktree, (int)(end - path), path);
		scoped_free char *text = repo_slurp_at(dir, ".gitattributes", NULL);

		c->here |= by_attributes(text);
	}
	return NULL;
}

/* --- converting ------------------------------------------------------------ */

/* libgit2 does not see `git -c`, GIT_CONFIG_GLOBAL and config.worktree: it is told what git says.
 */
static err_t tell_config(struct convert *c, struct objects *o)
{
	scoped_free char *file = NULL, *text = NULL, *path = NULL;
	const char *autocrlf, *eol;

	if (c->config_fd >= 0)
		return NULL;
	TRY(repo_config(&autocrlf, c->repo, "core.autocrlf"));
	TRY(repo_config(&eol, c->repo, "core.eol"));
	TRY(attributes_file(&file, c->repo));
	text = mem_printf("[core]\n\tautocrlf = %s\n\teol = %s\n\tattributesfile = \"%s\"\n",
			  autocrlf ? autocrlf : "false", eol ? eol : "native", file ? file : "");
	c->config_fd = memfd_create("config", MFD_CLOEXEC);
	if (c->config_fd < 0 || write(c->config_fd, text, strlen(text)) != (ssize_t)strlen(text))
		return err_errno("cannot pass the configuration on");
	path = mem_printf("/proc/self/fd/%d", c->config_fd);
	return o->ops->configure(o->lg2, path);
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* Programs and encodings are git's: the text goes through its object database. */
static err_t by_git(char **bytes, size_t *len, struct objects *o, const char *path,
		    struct slice text, bool to_git)
{
	const char *const in[] = {"git",
				  "hash-object",
				  "-w",
				  "--stdin",
				  to_git ? "--path" : "--no-filters",
				  to_git ? path : NULL,
				  NULL};
	scoped(scoped_result) struct proc_result hashed = {0}, shown = {0};
	scoped_free char *filtered = mem_printf("--path=%s", path);
	const char *oid;

	TRY(objects_git(&hashed, in, text));
	oid = repo_first_line(hashed.out);
	if (to_git)
		return o->ops->blob(bytes, len, o->lg2, oid);
	TRY(objects_git(&shown,
			(const char *const[]){"git", "cat-file", "--filters", filtered, oid, NULL},
			(struct slice){0}));
	*len = shown.out_len;
	*bytes = steal(shown.out);
	return NULL;
}

err_t convert_text(struct convert *c, char **bytes, size_t *len, const char *path,
		   struct slice text, bool to_git)
{
	struct objects *o;
	bool external, needed;

	TRY(look(c, path));
	needed = (c->here & OTHER) || (text.len && (to_git ?
		 (c->here & CRLF_IN) && memchr(text.at, '\r', text.len) :
		 (c->here & CRLF_OUT) && memchr(text.at, '\n', text.len)));
	*bytes = NULL;
	if (!needed)
		return NULL;
	TRY(objects_open(&o, c->repo));
	TRY(tell_config(c, o));
	TRY(o->ops->convert(o->lg2, bytes, len, &external, path, text, to_git));
	return external ? by_git(bytes, len, o, path, text, to_git) : NULL;
}
