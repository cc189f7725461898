#include "cmd/exchange.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/refusal.h"
#include "cmd/claims.h"
#include "cmd/sync_log.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 3

static const char *plural(int n)
{
	return n == 1 ? "" : "s";
}

static void tell(const struct strs *lines, const char *prefix)
{
	fflush(stdout);
	for (size_t i = 0; i < lines->len; i++) {
		fputs(prefix, stderr);
		text_safe_fputs(lines->at[i], stderr);
		putc('\n', stderr);
	}
}

/* "3 sent, 1 merged": what is not zero. */
static void count(FILE *out, int *parts, int n, const char *what)
{
	if (n)
		fprintf(out, "%s%d %s", (*parts)++ ? ", " : "", n, what);
}

/* --- out of reach --------------------------------------------------------------------------- */

static err_t say_queued(err_t err, struct session *s)
{
	struct art_filter f = {.dirty_only = true, .with_deleted = true};
	scoped(arts_release) struct arts arts = {0};

	err = session_explain(err, s);
	if (!err || err->code != ERR_OFFLINE)
		return err;
	err_free(store_art_list(&arts, s->store, &f));
	if (!arts.len)
		return err;
	return err_hint(err, "%zu change%s queued; the next 'git agent sync' sends %s", arts.len,
			arts.len == 1 ? " is" : "s are", arts.len == 1 ? "it" : "them");
}

/* --- how far it is -------------------------------------------------------------------------- */

/* Nothing is written into a line that is open. */
static err_t watched(err_t err, struct session *s)
{
	progress_stop(&s->progress);
	return err;
}

static err_t note_in(struct session *s, const struct sync_entry *entry)
{
	char now[21];

	clock_format(entry->at, now);
	if (entry->ok)
		TRY(store_meta_set(s->store, "synced", now));
	return sync_log_add(s->store, entry);
}

/* `sync status --offline` says how old its answer is, `sync stats` how long it took. */
static err_t note(struct session *s, enum sync_what what, int64_t began_ns,
		  const struct sync_report *r, bool ok)
{
	const struct sync_entry entry = {
		.what = what, .at = clock_now(), .ms = (clock_monotonic_ns() - began_ns) / 1000000,
		.ok = ok, .received = r->received, .merged = r->merged, .conflicts = r->conflicts,
		.sent = r->sent, .refused = r->refused,
	};
	err_t err;

	TRY(store_begin(s->store));
	err = note_in(s, &entry);
	if (!err)
		return store_commit(s->store);
	store_rollback(s->store);
	return err;
}

/* The error that the user is told is the one of the transfer. */
static err_t failed(err_t err, struct session *s, enum sync_what what, int64_t began_ns)
{
	const struct sync_report none = {0};

	if (err && s->store && !s->read_only)
		err_free(note(s, what, began_ns, &none, false));
	return err;
}

err_t exchange_open(struct session *s)
{
	int64_t began = clock_monotonic_ns();
	err_t err;

	TRY(session_fresh(s, NULL));
	err = session_remote(s, false);
	if (err && err->code == ERR_OFFLINE)
		err = failed(err, s, SYNC_OPEN, began);
	return say_queued(err, s);
}

/* --- pull ----------------------------------------------------------------------------------- */

/* Files that nobody edited follow where that is wanted. */
/* Files that only could follow are counted when there is news: each of them is looked at. */
static err_t let_follow(struct report *r, bool *follow, struct session *s, bool news)
{
	struct export_options o = {0};
	err_t err;

	TRY(repo_config_bool(follow, s->repo, "agent.pullexport", false));
	o.dry_run = !*follow;
	if (o.dry_run && !news)
		return NULL;
	err = export_files(r, &s->engine, &o);
	if (err && err->code == ERR_REFUSED) {	/* in the middle of a merge: files stay */
		err_free(err);
		return NULL;
	}
	return err;
}

static err_t tell_files(struct session *s, bool news)
{
	scoped(report_release) struct report r = {0};
	bool follow;
	int older;

	TRY(let_follow(&r, &follow, s, news));
	older = s->json ? 0 : r.written + r.removed;
	if (older && follow)
		printf("updated %d file%s\n", older, plural(older));
	else if (older)
		printf("%d file%s older than the workspace: 'git agent export' updates %s\n", older,
		       older == 1 ? " is" : "s are", older == 1 ? "it" : "them");
	return NULL;
}

/* Where something moved somebody may be at work; a pull without news stays one request. */
static void hear_claims(struct session *s)
{
	scoped(claims_release) struct claims c = {0};

	err_free(claims_refresh(&c, s));
}

static void tell_pull(const struct sync_report *r, bool dry_run)
{
	int parts = 0;

	fputs(dry_run ? "would pull: " : "pulled: ", stdout);
	count(stdout, &parts, r->received, "received");
	count(stdout, &parts, r->merged, "merged");
	count(stdout, &parts, r->adopted, "found on both sides");
	count(stdout, &parts, r->conflicts, r->conflicts == 1 ? "conflict" : "conflicts");
	puts(parts ? "" : "nothing new");
	tell(&r->notes, "");
}

err_t exchange_pull(struct sync_report *r, struct session *s, bool dry_run)
{
	int64_t began = clock_monotonic_ns();
	err_t err = watched(pull_run(r, &s->engine, dry_run), s);

	TRY(say_queued(dry_run ? err : failed(err, s, SYNC_PULL, began), s));
	if (s->json)
		tell(&r->notes, "");
	else
		tell_pull(r, dry_run);
	if (dry_run)
		return NULL;
	TRY(note(s, SYNC_PULL, began, r, true));
	if (r->received || r->merged)
		hear_claims(s);
	return s->have_port ? tell_files(s, r->received || r->merged || r->adopted) : NULL;
}

err_t exchange_pull_quietly(struct sync_report *r, struct session *s)
{
	scoped(report_release) struct report files = {0};
	bool follow;

	int64_t began = clock_monotonic_ns();

	TRY(failed(pull_run(r, &s->engine, false), s, SYNC_PULL, began));
	TRY(note(s, SYNC_PULL, began, r, true));
	return s->have_port ? let_follow(&files, &follow, s, false) : NULL;
}

/* --- push ----------------------------------------------------------------------------------- */

static void tell_push(const struct sync_report *r, bool dry_run)
{
	int parts = 0;

	fputs(dry_run ? "would push: " : "pushed: ", stdout);
	count(stdout, &parts, dry_run ? r->queued : r->sent, dry_run ? "to send" : "sent");
	count(stdout, &parts, dry_run ? 0 : r->queued, "not sent");
	puts(parts ? "" : "nothing to send");
	tell(&r->notes, "");
}

err_t exchange_push(struct sync_report *r, struct session *s, const struct push_options *o)
{
	int64_t began = clock_monotonic_ns();
	err_t err = watched(push_run(r, &s->engine, o), s);

	TRY(say_queued(o->dry_run ? err : failed(err, s, SYNC_PUSH, began), s));
	if (s->json)
		tell(&r->notes, "");
	else
		tell_push(r, o->dry_run);
	return o->dry_run ? NULL : note(s, SYNC_PUSH, began, r, true);
}

/* --- what is left --------------------------------------------------------------------------- */

static int conflicts(const struct strs *blocked)
{
	int n = 0;

	for (size_t i = 0; i < blocked->len; i++) {
		const char *end = strrchr(blocked->at[i], ':');

		n += end && strcmp(end, ": conflict") == 0;
	}
	return n;
}

static err_t refused_by_rule(const struct sync_report *r)
{
	scoped_free char *hint = refusal_advice(&r->blocked);
	err_t err = err_new(ERR_REFUSED, "%d change%s refused by a rule", r->refused,
			    r->refused == 1 ? " was" : "s were");

	return hint[0] ? err_hint(err, "%s", hint) : err;
}

err_t exchange_verdict(const struct sync_report *r)
{
	int open = conflicts(&r->blocked);

	tell(&r->blocked, " ! ");
	if (r->behind)
		return err_hint(err_new(ERR_DIFFERS, "the remote has newer versions"),
				"'git agent sync pull' merges them; then push again");
	if (open)
		return err_hint(err_new(ERR_DIFFERS, "%d artifact%s in conflict", open,
					open == 1 ? " is" : "s are"),
				"settle each: git agent sync resolve <id> --ours|--theirs|--edit");
	if (r->refused)
		return refused_by_rule(r);
	return NULL;
}

static void add_blocked(struct sync_report *to, const struct sync_report *from)
{
	for (size_t i = 0; i < from->blocked.len; i++)
		if (!strs_has(&to->blocked, from->blocked.at[i]))
			strs_add(&to->blocked, from->blocked.at[i]);
}

/* One pull and one push. A conflict blocks its artifact in both directions: it is listed once. What
 * was pulled is added up over the rounds. */
static err_t one_round(struct sync_report *all, struct sync_report *up, struct session *s,
		       const struct push_options *o)
{
	scoped(sync_report_release) struct sync_report down = {0};

	TRY(exchange_pull(&down, s, o->dry_run));
	all->received += down.received;
	all->merged += down.merged;
	all->adopted += down.adopted;
	all->conflicts = down.conflicts;
	add_blocked(all, &down);
	TRY(exchange_push(up, s, o));
	add_blocked(up, &down);
	up->refused += down.refused;
	return NULL;
}

err_t exchange_rounds(struct sync_report *down, struct sync_report *up, struct session *s,
		      const struct push_options *o)
{
	int sent = 0;

	for (int i = 0; i < ROUNDS; i++) {
		sent += up->sent;
		sync_report_release(up);
		*up = (struct sync_report){0};
		TRY(one_round(down, up, s, o));
		if (!up->behind)
			break;
	}
	up->sent += sent;
	return NULL;
}

err_t exchange_both(struct session *s, const struct push_options *o)
{
	scoped(sync_report_release) struct sync_report up = {0}, down = {0};

	TRY(exchange_rounds(&down, &up, s, o));
	if (s->json)
		exchange_print(&down, &up, o->dry_run);
	return exchange_verdict(&up);
}

/* --- for programs --------------------------------------------------------------------------- */

static void print_report(struct json *j, const char *key, const struct sync_report *r, bool up)
{
	json_key(j, key);
	if (!r) {
		json_null(j);
		return;
	}
	json_object_begin(j);
	if (up) {
		json_key_int(j, "sent", r->sent);
		json_key_int(j, "queued", r->queued);
		json_key_int(j, "refused", r->refused);
		json_key_bool(j, "behind", r->behind);
	} else {
		json_key_int(j, "received", r->received);
		json_key_int(j, "merged", r->merged);
		json_key_int(j, "adopted", r->adopted);
		json_key_int(j, "conflicts", r->conflicts);
	}
	json_object_end(j);
}

void exchange_put(struct json *j, const struct sync_report *down, const struct sync_report *up)
{
	const struct strs none = {0};
	const struct strs *blocked = up ? &up->blocked : down ? &down->blocked : &none;

	print_report(j, "pull", down, false);
	print_report(j, "push", up, true);
	json_key(j, "blocked");
	json_array_begin(j);
	for (size_t i = 0; i < blocked->len; i++)
		json_string(j, blocked->at[i]);
	json_array_end(j);
}

void exchange_print(const struct sync_report *down, const struct sync_report *up, bool dry_run)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "dry_run", dry_run);
	exchange_put(&j, down, up);
	json_object_end(&j);
	json_end(&j);
}
