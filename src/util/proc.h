/* Child processes, without a shell. */
#ifndef UTIL_PROC_H
#define UTIL_PROC_H

#include "util/err.h"
#include "util/slice.h"

#include <stddef.h>

struct proc {
	const char *const *argv;	/* NULL-terminated; argv[0] is looked up in PATH */
	const char *dir;		/* working directory, or NULL */
	struct slice input;		/* written to its stdin; len 0: /dev/null */
	const char *const *env;		/* "NAME=value" sets, "NAME" unsets; ends with NULL */
	bool inherit;			/* stdin, stdout, stderr are ours (an editor); no capture */
	bool quiet;			/* its stderr is captured but not shown */
};

struct proc_result {
	int status;	/* exit code; 128+n: ended by signal n; 127: could not be started */
	char *out;	/* NUL-terminated */
	size_t out_len;
	char *err;	/* NUL-terminated; "" unless quiet */
};

/* Runs to the end. An exit code other than 0 is no error. SIGPIPE does not end us. */
err_t proc_run(struct proc_result *out, const struct proc *p) MUST_CHECK;
void proc_result_release(struct proc_result *r);

#endif
