#include "git/repo_internal.h"
#include "util/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void release(struct proc_result *r)
{
	proc_result_release(r);
}

err_t repo_date(int64_t *out, const char *text)
{
	static const char prefix[] = "--max-age=";
	scoped_free char *since = mem_printf("--since=%s", text);
	const char *argv[] = {"git", "rev-parse", since, NULL};
	scoped(release) struct proc_result r = {0};
	char *end;

	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	if (r.status != 0 || strncmp(r.out, prefix, strlen(prefix)) != 0)
		return repo_git_error(&r, "git rev-parse");
	*out = strtoll(r.out + strlen(prefix), &end, 10);
	return NULL;
}
