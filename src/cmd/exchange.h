/* Push and pull as `sync`, its verbs and `sync init` share them: run, tell, judge. */
#ifndef CMD_EXCHANGE_H
#define CMD_EXCHANGE_H

#include "cmd/session.h"
#include "util/json.h"

/* Downloads; with agent.pullExport files follow, else what became older is counted. What happened
 * goes to stdout (not with session.json), what needs the reader to stderr. The remote is open. */
err_t exchange_pull(struct sync_report *r, struct session *s, bool dry_run) MUST_CHECK;
/* The same without a word: the report says it all. */
err_t exchange_pull_quietly(struct sync_report *r, struct session *s) MUST_CHECK;
/* Uploads. When the remote goes out of reach the error says how much is queued. */
err_t exchange_push(struct sync_report *r, struct session *s, const struct push_options *o)
	MUST_CHECK;
/* Pull, then push; again while the push finds newer versions, three rounds at most. */
err_t exchange_both(struct session *s, const struct push_options *o) MUST_CHECK;
/* The same without a verdict and without JSON: both reports, which begin empty, say it all. */
err_t exchange_rounds(struct sync_report *down, struct sync_report *up, struct session *s,
		      const struct push_options *o) MUST_CHECK;

/* What was done, as JSON. down or up NULL: not asked for. */
/* The keys pull, push and blocked alone, in an object that is open; both may be NULL. */
void exchange_put(struct json *j, const struct sync_report *down, const struct sync_report *up);
void exchange_print(const struct sync_report *down, const struct sync_report *up, bool dry_run);

/* The error that stands for what is left: ERR_DIFFERS for conflicts and what must be pulled first,
 * ERR_REFUSED for refusals of a rule. The list goes to stderr before it. */
err_t exchange_verdict(const struct sync_report *r) MUST_CHECK;

/* Takes in what the files say by now, then opens the remote; when it is out of reach the error says
 * how much is queued. */
err_t exchange_open(struct session *s) MUST_CHECK;

#endif
