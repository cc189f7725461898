#include "git/module.h"
#include "util/mem.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHERE "libexec/git-agent/git.so"

static char *beside_program(const char *way)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n <= 0)
		return mem_printf("%s" WHERE, way);
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	return mem_printf("%.*s/%s" WHERE, (int)(slash - exe), exe, way);
}

static char *find(void)
{
	const char *dir = getenv("GIT_AGENT_LIBEXEC");
	char *path;

	if (dir && dir[0])
		return mem_printf("%s/git.so", dir);
	path = beside_program("");
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return beside_program("../");
}

err_t module_open(const struct lg2_ops **out)
{
	static const struct lg2_ops *ops;
	const struct lg2_ops *(*entry)(void);
	scoped_free char *path = NULL;
	void *handle, *symbol;

	if (!ops) {
		path = find();
		handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
		symbol = handle ? dlsym(handle, "git_agent_module") : NULL;
		if (!symbol)
			return err_hint(err_new(ERR_FATAL, "cannot load '%s': %s", path, dlerror()),
					"this part of git-agent needs libgit2; is it installed?");
		memcpy(&entry, &symbol, sizeof(entry));
		if (entry()->version != LG2_VERSION)
			return err_new(ERR_FATAL, "'%s' is of another version of git-agent", path);
		ops = entry();
	}
	*out = ops;
	return NULL;
}
