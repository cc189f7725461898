#include "git/odb.h"
#include "git/repo_internal.h"
#include "git/tree_list.h"
#include "util/mem.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void repo_place_release(struct repo_place *p)
{
	free(p->gitdir);
	free(p->commondir);
	free(p->worktree);
	free(p->prefix);
	*p = (struct repo_place){0};
}

char *repo_slurp(const char *path, size_t *len)
{
	struct stat st;
	size_t have = 0;
	char *bytes = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		bytes = mem_alloc((size_t)st.st_size + 1);
		while (have < (size_t)st.st_size) {
			ssize_t n = read(fd, bytes + have, (size_t)st.st_size - have);

			if (n <= 0)
				break;
			have += (size_t)n;
		}
		bytes[have] = '\0';
		if (len)
			*len = have;
	}
	close(fd);
	return bytes;
}

char *repo_slurp_at(const char *dir, const char *name, size_t *len)
{
	scoped_free char *path = mem_printf("%s/%s", dir, name);

	return repo_slurp(path, len);
}

char *repo_first_line(char *text)
{
	if (text)
		text[strcspn(text, "\r\n")] = '\0';
	return text;
}

/* A repository of a format that libgit2 does not know is refused at the door, in one line. */
static err_t check_format(const struct repo *r)
{
	struct repo_format format = {0};
	scoped_free char *config = mem_printf("%s/config", r->commondir);

	repo_format_read(&format, config);
	if (format.foreign[0])
		return err_new(ERR_FATAL,
			       "this repository uses %s, which git-agent cannot read yet",
			       format.foreign);
	return NULL;
}

/* GIT_INDEX_FILE is seen from the top of the work tree, where git stands when it reads it. */
char *repo_index_file(const struct repo *r)
{
	const char *named = getenv("GIT_INDEX_FILE");

	if (!named || !named[0])
		return mem_printf("%s/index", r->gitdir);
	if (named[0] == '/' || !r->worktree)
		return mem_strdup(named);
	return mem_printf("%s/%s", r->worktree, named);
}

static void scoped_place(struct repo_place *p)
{
	repo_place_release(p);
}

static void scoped_repo(struct repo **r)
{
	repo_close(*r);
}

err_t repo_open(struct repo **out)
{
	scoped(scoped_place) struct repo_place place = {0};
	scoped(scoped_repo) struct repo *r = NULL;
	scoped_free char *objects = NULL;
	bool plain;

	repo_find(&place, &plain);
	if (!plain)
		TRY(repo_ask(&place));
	r = mem_alloc(sizeof(*r));
	r->gitdir = steal(place.gitdir);
	r->commondir = steal(place.commondir);
	r->worktree = steal(place.worktree);
	r->prefix = steal(place.prefix);
	r->db_path = mem_printf("%s/agent/agent.db", r->commondir);
	objects = mem_printf("%s/objects", r->commondir);
	r->odb = odb_open(objects);
	TRY(check_format(r));
	*out = steal(r);
	return NULL;
}

void repo_close(struct repo *r)
{
	if (!r)
		return;
	if (r->objects) {
		struct repo_objects *objects = r->objects;

		objects->close(objects);
	}
	tree_list_forget(r->listed);
	odb_close(r->odb);
	repo_config_free(r->config);
	free(r->gitdir);
	free(r->commondir);
	free(r->worktree);
	free(r->prefix);
	free(r->db_path);
	free(r);
}
