#include "cmd/watch_print.h"
#include "artifact/label.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/claims.h"
#include "cmd/output.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- for people ----------------------------------------------------------------------------- */

/* A name or title comes from somebody else: it has one line, whatever is in it. */
static void put_line(const char *text)
{
	for (; *text; text++) {
		size_t len = strcspn(text, "\n\r\t");

		text_safe_write(slice_of(text, len), stdout);
		text += len;
		if (!*text)
			return;
		putchar(' ');
	}
}

static void put_quoted(const char *before, const char *text)
{
	fputs(before, stdout);
	putchar('"');
	put_line(text);
	putchar('"');
}

static void put_name(const struct watch_print *p, const struct watch_event *e)
{
	const struct kind *kind = kinds_find(p->kinds, e->kind);

	if (e->label[0] && kind && kind->shares_label)
		printf("%s:", kind->name);
	put_line(e->label[0] ? e->label : e->path);
}

static void put_renamed(const struct watch_event *e)
{
	struct label from, to;

	fputs("renamed ", stdout);
	if (label_of_path(&from, e->from) && label_of_path(&to, e->to) &&
	    strcmp(from.text, to.text) != 0) {
		printf("%s -> %s", from.text, to.text);
		return;
	}
	fputs("to ", stdout);
	put_line(e->to);
}

static void put_state(const struct watch_event *e)
{
	fputs("state ", stdout);
	if (e->from && e->from[0]) {
		put_line(e->from);
		fputs(" -> ", stdout);
	}
	put_line(e->to && e->to[0] ? e->to : "none");
}

static void put_sections(const struct watch_event *e)
{
	fputs(e->what, stdout);
	if (e->to && e->to[0])
		put_quoted(" section ", e->to);
	else if (e->to)
		fputs(" the text above the sections", stdout);
	else if (e->total)
		printf(" %zu sections", e->total);
}

static void put_what(const struct watch_event *e)
{
	if (strcmp(e->what, "renamed") == 0)
		put_renamed(e);
	else if (strcmp(e->what, "state") == 0)
		put_state(e);
	else if (strcmp(e->what, "checked") == 0)
		printf("checked %zu of %zu", e->done, e->total);
	else if (strcmp(e->what, "title") == 0)
		put_quoted("title ", e->to ? e->to : "");
	else if (strcmp(e->what, "new") == 0)
		put_quoted("new ", e->title);
	else if (strcmp(e->what, "deleted") == 0 || strcmp(e->what, "restored") == 0)
		fputs(e->what, stdout);
	else if (strcmp(e->what, "forged") == 0)
		fputs("claims a state that nobody approved", stdout);
	else
		put_sections(e);
}

static void print_text(const struct watch_print *p, const struct watch_event *e)
{
	scoped_free char *person = claims_person(e->who);
	char when[32];

	claims_time(when, e->at);
	printf("%s ", when);
	put_line(person);
	fputs("  ", stdout);
	put_name(p, e);
	fputs("  ", stdout);
	put_what(e);
	putchar('\n');
}

/* --- for programs --------------------------------------------------------------------------- */

static void begin(struct json *j, const char *event)
{
	json_begin(j, stdout);
	json_object_begin(j);
	json_key_string(j, "event", event);
}

static void end(struct json *j)
{
	json_object_end(j);
	json_end(j);
}

static void print_json(const struct watch_event *e)
{
	char at[21];
	struct json j;

	clock_format(e->at, at);
	begin(&j, e->what);
	json_key_string(&j, "at", at);
	json_key_string(&j, "who", e->who);
	json_key_string(&j, "uid", e->uid);
	json_key_string(&j, "kind", e->kind);
	json_key_string(&j, "id", e->label[0] ? e->label : NULL);
	json_key_string(&j, "path", e->path);
	json_key_string(&j, "title", e->title);
	json_key_int(&j, "rev", e->rev);
	json_key_string(&j, "revision", e->revision);
	if (e->from)
		json_key_string(&j, "from", e->from);
	if (e->to)
		json_key_string(&j, "to", e->to);
	if (e->total) {
		json_key_int(&j, "done", (int64_t)e->done);
		json_key_int(&j, "total", (int64_t)e->total);
	}
	end(&j);
}

/* --- all ------------------------------------------------------------------------------------ */

/* Nobody may be left who reads it: that ends by SIGPIPE, or here. */
static err_t flushed(void)
{
	return fflush(stdout) == 0 ? NULL : err_errno("cannot write to standard output");
}

err_t watch_print_event(void *ctx, const struct watch_event *event)
{
	const struct watch_print *p = ctx;

	if (p->json)
		print_json(event);
	else
		print_text(p, event);
	return flushed();
}

void watch_print_note(const struct watch_print *p, const char *event, const char *text)
{
	struct json j;

	if (!p->json) {
		output_say("%s", text);
		return;
	}
	begin(&j, event);
	json_key_string(&j, "text", text);
	end(&j);
	fflush(stdout);
}

err_t watch_print_reset(void *ctx, const char *why)
{
	scoped_free char *text = mem_printf("the remote is not what it was (%s): going on from "
					    "where it is now", why);

	watch_print_note(ctx, "reset", text);
	return flushed();
}

void watch_print_pulled(const struct watch_print *p, const struct sync_report *r)
{
	struct json j;

	session_tell(&r->notes, "");
	if (r->conflicts)
		session_tell(&r->blocked, " ! ");
	if (!p->json) {
		if (r->merged || r->conflicts)
			output_say("pulled: %d received, %d merged, %d in conflict", r->received,
				   r->merged, r->conflicts);
		return;
	}
	begin(&j, "pulled");
	json_key_int(&j, "received", r->received);
	json_key_int(&j, "merged", r->merged);
	json_key_int(&j, "conflicts", r->conflicts);
	end(&j);
	fflush(stdout);
}
