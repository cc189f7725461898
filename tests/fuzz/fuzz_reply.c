/*
 * What a remote answers, reply by reply, separated by lines of "~": a pull, a push and a pull again
 * over a workspace with an edit of its own. Whatever comes, the workspace stays sound, the edit's
 * text stays a version of its artifact, and it counts as sent only when the remote said so.
 */
#include "first_page.h"
#include "sync/engine.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EDITED                                                                       \
	"# INFRA-001: One, other\n\n## State\n\nDRAFT\n\n## Plan\n\nOne.\n\n"        \
	"- [ ] first\n- [ ] second\n\nMore of mine.\n"

struct replies {
	struct slice rest;
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void must(err_t err)
{
	if (err)
		fprintf(stderr, "%s\n", err->text);
	require(!err);
}

static err_t next_reply(void *ctx, char **reply)
{
	struct replies *r = ctx;
	struct slice line, part = slice_of(r->rest.at, 0);

	if (!r->rest.len)
		return err_new(ERR_OFFLINE, "no more replies");
	while (slice_line(&r->rest, &line) && !slice_is(line, "~\n"))
		part.len += line.len;
	*reply = mem_strndup(part.at, part.len);
	return NULL;
}

static err_t answer(void *ctx, char **reply, const char *request)
{
	(void)request;
	return next_reply(ctx, reply);
}

static err_t nod(void *ctx, char **reply, const char *request)
{
	(void)ctx;
	(void)request;
	*reply = mem_strdup("{}");
	return NULL;
}

static void hang_up(void *ctx)
{
	(void)ctx;
}

/* Errors are answers, too: only what they leave behind is judged. */
static void exchange(struct engine *e)
{
	const struct push_options o = {0};

	for (int i = 0; i < 3; i++) {
		struct sync_report report = {0};

		err_free(i == 1 ? push_run(&report, e, &o) : pull_run(&report, e, false));
		sync_report_release(&report);
	}
}

static void begin(struct engine *e, struct replies *replies)
{
	const struct edit edit = {.how = HOW_EDIT, .message = "mine", .text = slice_str(EDITED)};
	struct sync_report report = {0};
	bool written;

	replies->rest = slice_str(FIRST_PAGE);
	must(store_open(&e->store, ":memory:", STORE_CREATE));
	must(store_begin(e->store));
	must(store_meta_set(e->store, "device", "22222222-0000-4000-8000-000000000002"));
	must(store_meta_set(e->store, "remote", "file:test"));
	must(store_commit(e->store));
	must(pull_run(&report, e, false));
	require(report.received == 1);
	sync_report_release(&report);
	must(edit_apply(&written, e, FIRST_UID, &edit));
}

static bool is_sound(struct engine *e, const char *oid)
{
	scoped(strs_release) struct strs uids = {0};

	must(store_verify(e->store));
	must(store_uids_with_text(&uids, e->store, oid));
	return uids.len > 0;
}

/* Nobody said "applied", nor spoke of this version: it is still to be sent. */
static bool still_waits(struct engine *e, struct slice input, const struct art *mine)
{
	scoped(art_release) struct art now = {0};
	err_t err;

	if (memmem(input.at, input.len, "applied", 7) || memchr(input.at, '\\', input.len) ||
	    memmem(input.at, input.len, mine->head.hex, 16))
		return true;
	err = store_art_get(&now, e->store, FIRST_UID);
	err_free(err);
	return !err && (now.dirty || now.conflict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kinds *kinds;
	struct slice input = slice_of((const char *)data, size);
	struct replies replies;
	struct remote remote = {&replies, "file:test", next_reply, answer, answer, answer, answer,
				answer,   answer,      answer,	   nod,	   hang_up};
	struct engine e = {.remote = &remote, .who = "a <a@example.org>", .now = 1000000};
	struct art mine;

	if (!kinds)
		kinds = kinds_new();
	e.kinds = kinds;
	begin(&e, &replies);
	must(store_art_get(&mine, e.store, FIRST_UID));
	replies.rest = input;
	exchange(&e);
	require(is_sound(&e, mine.oid.hex));
	require(still_waits(&e, input, &mine));
	art_release(&mine);
	store_close(e.store);
	return 0;
}
