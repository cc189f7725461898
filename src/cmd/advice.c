#include "cmd/advice.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* "advice.agenthints false\n..."; the last one counts. */
static bool is_off(const char *list, const char *name)
{
	scoped_free char *start = mem_printf("advice.agent%s ", name);
	struct slice rest = slice_str(list), line;
	size_t len = strlen(start);
	bool off = false;

	while (slice_line(&rest, &line))
		if (line.len > len && strncasecmp(line.at, start, len) == 0)
			off = slice_is(slice_trim(slice_of(line.at + len, line.len - len)),
				       "false");
	return off;
}

bool advice_wanted_for(const char *name)
{
	static const char *const argv[] = {"git", "config", "--type=bool", "--get-regexp",
					   "^advice\\.agent", NULL};
	scoped(scoped_result) struct proc_result r = {0};
	const char *all = getenv("GIT_ADVICE");
	err_t err;

	if (all && (strcmp(all, "0") == 0 || strcasecmp(all, "false") == 0))
		return false;
	err = proc_run(&r, &(struct proc){.argv = argv, .quiet = true});
	if (err || r.status) {
		err_free(err);
		return true;
	}
	return !is_off(r.out, "hints") && !is_off(r.out, name);
}

bool advice_wanted(enum err_code code)
{
	switch (code) {
	case ERR_DIFFERS:
		return advice_wanted_for("conflict");
	case ERR_REFUSED:
		return advice_wanted_for("refused");
	case ERR_OFFLINE:
		return advice_wanted_for("offline");
	case ERR_MISUSE:
		return advice_wanted_for("usage");
	default:
		return advice_wanted_for("fatal");
	}
}
