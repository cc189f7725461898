/* The lines of `sync watch`: one for each event, flushed, for people or as JSON. */
#ifndef CMD_WATCH_PRINT_H
#define CMD_WATCH_PRINT_H

#include "cmd/session.h"
#include "sync/watch.h"

struct watch_print {
	bool json;
	const struct kinds *kinds;
};

/* For struct watch_tell; ctx is a struct watch_print. */
err_t watch_print_event(void *ctx, const struct watch_event *event) MUST_CHECK;
err_t watch_print_reset(void *ctx, const char *why) MUST_CHECK;

/* "offline", "online", with a text; the line for people goes to stderr. */
void watch_print_note(const struct watch_print *p, const char *event, const char *text);
/* What a pull brought. */
void watch_print_pulled(const struct watch_print *p, const struct sync_report *r);

#endif
