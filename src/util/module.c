#include "util/module.h"

#include "util/mem.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *beside_program(const char *way, const char *name)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n <= 0)
		return mem_printf("%slibexec/git-agent/%s.so", way, name);
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	return mem_printf("%.*s/%slibexec/git-agent/%s.so", (int)(slash - exe), exe, way, name);
}

static char *find(const char *name)
{
	const char *dir = getenv("GIT_AGENT_LIBEXEC");
	char *path;

	if (dir && dir[0])
		return mem_printf("%s/%s.so", dir, name);
	path = beside_program("", name);
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return beside_program("../", name);
}

err_t module_load(const void **table, const char *name, int version, const char *library)
{
	scoped_free char *path = find(name);
	void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	void *symbol = handle ? dlsym(handle, "git_agent_module") : NULL;
	const void *(*entry)(void);

	if (!symbol)
		return err_hint(err_new(ERR_FATAL, "cannot load '%s': %s", path, dlerror()),
				"this part of git-agent needs %s; is it installed?", library);
	memcpy(&entry, &symbol, sizeof(entry));
	if (*(const int *)entry() != version)
		return err_new(ERR_FATAL, "'%s' is of another version of git-agent", path);
	*table = entry();
	return NULL;
}
