/* What a hook's file says: ours, an older one of ours, somebody else's. Pure. */
#ifndef CMD_HOOK_TEXT_H
#define CMD_HOOK_TEXT_H

#include "util/slice.h"

struct hook_event {
	const char *name;	/* "pre-commit" */
	const char *what;	/* "hook pre-commit" */
	const char *text;	/* the file that is installed where there is none */
	bool reads_stdin;
	bool quiet;	/* another hook of the same git command says that we are missing */
};

/* Ends with a row whose name is NULL. */
extern const struct hook_event hook_events[];
const struct hook_event *hook_event_find(const char *name);

enum hook_is {
	HOOK_OURS,	/* byte for byte */
	HOOK_OLD,	/* as an earlier version wrote it, or with CR LF */
	HOOK_CHAINED,	/* somebody's, with our block */
	HOOK_CALLS,	/* somebody's, and it calls us */
	HOOK_SHELL,	/* somebody's shell script, which can take our block */
	HOOK_FOREIGN,	/* anything else: *why says what is in the way */
};
enum hook_is hook_text_is(const char **why, struct slice text, const struct hook_event *event);

/* A line that runs us for this event, in any language. */
bool hook_text_calls(struct slice text, const char *event);

/* With our block right after the "#!" line, so that neither an `exec` nor an `exit` comes before
 * it; NULL when it is there already. Caller frees. block_take() is the way back. */
char *hook_text_chain(struct slice text, const struct hook_event *event);

#endif
