#include "cmd/remote_url.h"
#include "cmd/server.h"
#include "util/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The directory without symbolic links, so that one file has one url; a directory that is not
 * there stays as typed. */
static char *absolute(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	scoped_free char *dir = NULL, *real = NULL;
	char cwd[PATH_MAX];

	if (slash)
		dir = mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
	real = realpath(slash ? dir : ".", NULL);
	if (real)
		return mem_printf("%s/%s", strcmp(real, "/") == 0 ? "" : real, base);
	if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return mem_strdup(path);
	return mem_printf("%s/%s", cwd, path);
}

err_t remote_url(char **out, const char *typed)
{
	scoped_free char *path = NULL;

	if (server_is_url(typed))
		return server_url(out, typed);
	if (strncmp(typed, "file:", 5) != 0 || !typed[5])
		return err_hint(err_new(ERR_MISUSE, "'%s' is not the url of a remote", typed),
				"a remote is https://<server> or file:<path>");
	path = absolute(typed + 5);
	*out = mem_printf("file:%s", path);
	return NULL;
}
