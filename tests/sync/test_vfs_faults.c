/*
 * The disk below SQLite fails, is full, or is locked by somebody else at the n-th call, for every
 * n, once or for good: a clear error and no lie about damage, nothing lost, and the next run does
 * it.
 *
 *	test_vfs_faults [--step N]	every N-th call only (7)
 */
#include "fault_vfs.h"
#include "team.h"

#include "remote/file/file.h"
#include "util/mem.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define A 0
#define B 1

/* --- a run of the program: opens, does one thing, closes ------------------------------------- */

static err_t open_both(struct team *t, int c)
{
	struct clone *k = &t->clone[c];
	scoped_free char *own = mem_printf("%s/agent%d.db", t->dir, c);
	scoped_free char *path = mem_printf("%s/remote.db", t->dir);

	TRY(store_open(&k->store, own, STORE_WRITE));
	k->engine.store = k->store;
	return remote_file_open(&k->remote, path, false, "dev", t->kinds);
}

static void close_both(struct team *t, int c)
{
	struct clone *k = &t->clone[c];

	if (k->remote.close)
		k->remote.close(k->remote.ctx);
	k->remote = (struct remote){0};
	store_close(k->store);
	k->store = NULL;
}

static err_t session(struct team *t, int c, err_t (*act)(struct team *t, int c))
{
	err_t err = open_both(t, c);

	if (!err)
		err = act(t, c);
	close_both(t, c);
	return err;
}

/* --- what is done: each does nothing where it is done already -------------------------------- */

static err_t text_at(char **text, struct art *art, struct team *t, int c, int path)
{
	size_t len;

	TRY(store_art_at(art, t->clone[c].store, sim_path[path]));
	return store_text_get(text, &len, t->clone[c].store, art->oid.hex);
}

static err_t change(struct team *t, int c, const struct art *art, enum revision_how how,
		    const char *text)
{
	struct edit e = {.how = how, .message = "", .text = slice_str(text)};
	bool written;

	return edit_apply(&written, team_engine(t, c), art->uid, &e);
}

static err_t add(struct team *t, int c, int path, int token)
{
	scoped_free char *text = NULL, *now = NULL;
	scoped(art_release) struct art art = {0};

	TRY(text_at(&text, &art, t, c, path));
	if (team_has(text, token))
		return NULL;
	now = team_with(text, token);
	return change(t, c, &art, HOW_EDIT, now);
}

static err_t import(struct team *t, int c)
{
	scoped(report_release) struct report r = {0};

	return import_run(&r, team_engine(t, c), NULL);
}

static err_t edit(struct team *t, int c)
{
	TRY(import(t, c));
	return add(t, c, 0, 10 + c);
}

static err_t edit_all(struct team *t, int c)
{
	TRY(import(t, c));
	for (int path = 0; path < SIM_PATHS; path++)
		TRY(add(t, c, path, 20 + c));
	return NULL;
}

static err_t push(struct team *t, int c)
{
	scoped(sync_report_release) struct sync_report r = {0};
	struct push_options o = {0};

	TRY(import(t, c));
	return push_run(&r, team_engine(t, c), &o);
}

static err_t pull(struct team *t, int c)
{
	scoped(sync_report_release) struct sync_report r = {0};

	TRY(import(t, c));
	return pull_run(&r, team_engine(t, c), false);
}

static err_t exchange(struct team *t, int c)
{
	TRY(pull(t, c));
	return push(t, c);
}

static err_t export(struct team *t, int c)
{
	scoped(report_release) struct report r = {0};
	struct export_options o = {.all = true};

	TRY(import(t, c));
	return export_files(&r, team_engine(t, c), &o);
}

static err_t delete(struct team *t, int c)
{
	scoped(art_release) struct art art = {0};

	TRY(import(t, c));
	TRY(store_art_at(&art, t->clone[c].store, sim_path[1]));
	return art.deleted ? NULL : change(t, c, &art, HOW_DELETE, "");
}

/* Both write another text for one line. */
static err_t reword(struct team *t, int c)
{
	scoped(art_release) struct art art = {0};
	scoped_free char *text = NULL;

	TRY(text_at(&text, &art, t, c, 2));
	memcpy(strstr(text, "And its"), c == A ? "And OUR" : "And HIS", 7);
	return change(t, c, &art, HOW_EDIT, text);
}

static err_t resolve(struct team *t, int c)
{
	scoped(art_release) struct art art = {0};
	bool written;

	TRY(import(t, c));
	TRY(store_art_at(&art, t->clone[c].store, sim_path[2]));
	return art.conflict ? resolve_run(&written, team_engine(t, c), art.uid, RESOLVE_THEIRS,
					  slice_of("", 0)) : NULL;
}

static void must(struct team *t, int c, err_t (*act)(struct team *t, int c), const char *what)
{
	team_ok(t, session(t, c, act), what);
}

/* --- scenarios ------------------------------------------------------------------------------- */

static void nothing(struct team *t)
{
}

static void edited_by_hand(struct team *t)
{
	for (int path = 0; path < SIM_PATHS; path++) {
		scoped_free char *text = t->git->file(t->clone[B].sim, path);
		scoped_free char *now = team_with(text, 5);

		t->git->write(t->clone[B].sim, path, now);
	}
}

static void edited(struct team *t)
{
	must(t, B, edit_all, "edit");
}

static void both_edited(struct team *t)
{
	must(t, A, edit_all, "edit");
	must(t, A, push, "push");
	must(t, B, edit_all, "edit");
}

static void pulled(struct team *t)
{
	both_edited(t);
	must(t, B, pull, "pull");
}

static void reworded(struct team *t)
{
	must(t, A, reword, "edit");
	must(t, A, push, "push");
	must(t, B, reword, "edit");
}

static void in_conflict(struct team *t)
{
	reworded(t);
	must(t, B, pull, "pull");
}

static const struct scenario {
	const char *name;
	void (*before)(struct team *t);
	err_t (*act)(struct team *t, int c);
} scenarios[] = {
	{"an edit, written through", nothing, edit},
	{"a deletion", nothing, delete},
	{"edits by hand are imported", edited_by_hand, import},
	{"push of several", edited, push},
	{"pull, merge, push", both_edited, exchange},
	{"export of what came", pulled, export},
	{"a conflict is recorded", reworded, pull},
	{"a conflict is resolved", in_conflict, resolve},
};

/* --- what can be seen afterwards ------------------------------------------------------------- */

static void dump_path(FILE *out, struct team *t, int c, int path)
{
	scoped(art_release) struct art art = {0};
	scoped(base_release) struct base base = {0};
	scoped_free char *text = team_workspace(t, c, path), *theirs = NULL;
	scoped_free char *file = t->git->file(t->clone[c].sim, path);
	bool conflict;

	theirs = team_conflict(t, c, path, &conflict);
	team_ok(t, store_art_at(&art, t->clone[c].store, sim_path[path]), "artifact");
	team_ok(t, store_base_get(&base, t->clone[c].store, art.uid), "base");
	fprintf(out, "%d %s: version %ld%s%s\n%s\n--- file\n%s\n--- theirs\n%s\n", c,
		sim_path[path], base.version, art.dirty ? ", dirty" : "",
		art.deleted ? ", deleted" : "", text ? text : "", file ? file : "",
		theirs ? theirs : "");
}

static void dump_clone(FILE *out, struct team *t, int c)
{
	scoped(outbox_release) struct outbox box = {0};
	scoped(pendings_release) struct pendings pending = {0};
	struct store *s = t->clone[c].store;
	long inbox = 0;

	for (int path = 0; path < SIM_PATHS; path++)
		dump_path(out, t, c, path);
	team_ok(t, store_outbox_list(&box, s), "outbox");
	team_ok(t, store_inbox_count(&inbox, s), "inbox");
	team_ok(t, store_pending_list(&pending, s, t->git->port(t->clone[c].sim)->worktree),
		"pending");
	fprintf(out, "%zu, %ld, %zu wait\n", box.len, inbox, pending.len);
}

static int print_row(void *out, int n, char **values, char **names)
{
	fprintf(out, "remote %s: version %s, %s\n", values[0], values[1], values[2]);
	return 0;
}

static void dump_remote(FILE *out, struct team *t)
{
	scoped_free char *path = mem_printf("%s/remote.db", t->dir);
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, "SELECT path, version, oid FROM artifact ORDER BY path",
			 print_row, out, NULL) != SQLITE_OK)
		team_fail(t, "the remote cannot be read");
	sqlite3_close(db);
}

/* Caller frees. */
static char *dump(struct team *t)
{
	struct mem_stream out;

	mem_stream_open(&out);
	for (int c = 0; c < CLONES && !t->failure; c++) {
		if (team_ok(t, open_both(t, c), "the next run cannot open")) {
			dump_clone(out.file, t, c);
			team_ok(t, store_verify(t->clone[c].store), "verify");
		}
		close_both(t, c);
	}
	dump_remote(out.file, t);
	return mem_stream_close(&out, NULL);
}

/* --- running --------------------------------------------------------------------------------- */

static void world(struct team *t, const struct scenario *s)
{
	*t = (struct team){.on_disk = true};
	team_open(t, &sim_model);
	for (int c = 0; c < CLONES; c++)
		close_both(t, c);
	must(t, A, push, "first push");
	must(t, B, pull, "first pull");
	s->before(t);
}

/* Somebody must be told what is wrong, and not that data is damaged: it is not. */
static void check_error(struct team *t, err_t err)
{
	if (err->code != ERR_FATAL && err->code != ERR_BUSY && err->code != ERR_OFFLINE)
		team_fail(t, "error %d: %s", (int)err->code, err->text);
	if (!strstr(err->text, "agent1.db") && !strstr(err->text, "remote"))
		team_fail(t, "it does not say where: %s", err->text);
	err_free(err);
}

/* From the first line on that differs. */
static void tell_difference(struct team *t, const char *what, const char *is, const char *want)
{
	size_t same = 0, from;

	while (is[same] && is[same] == want[same])
		same++;
	for (from = same; from > 0 && is[from - 1] != '\n';)
		from--;
	team_fail(t, "%s: '%.60s' instead of '%.60s'", what, is + from, want + from);
}

/* One fault. False: there is no n-th call. */
static bool try_fault(char **failure, const struct scenario *s, enum vfs_fault fault, long n,
		      bool on, const char *expect)
{
	scoped_free char *after = NULL, *again = NULL;
	const char *what;
	struct team t;
	bool hit;
	err_t err;

	world(&t, s);
	fault_vfs_arm(fault, n, on);
	err = session(&t, B, s->act);
	hit = fault_vfs_disarm(&what);
	if (err && !hit)
		team_ok(&t, err, "without a fault");
	else if (err)
		check_error(&t, err);
	after = dump(&t);
	if (hit && !err && strcmp(after, expect) != 0)
		tell_difference(&t, "nobody says so, and it is not done", after, expect);
	if (hit && err)
		team_ok(&t, session(&t, B, s->act), "the next run");
	again = dump(&t);
	if (strcmp(again, expect) != 0)
		tell_difference(&t, "the next run ends elsewhere", again, expect);
	if (t.failure)
		*failure = mem_printf("%s, call %ld (%s)%s: %s",
				      fault == VFS_IOERR ? "I/O error"
				      : fault == VFS_FULL ? "full" : "busy", n, what,
				      on ? " and all after it" : "", t.failure);
	team_close(&t);
	return hit;
}

static char *undisturbed(const struct scenario *s, char **failure)
{
	struct team t;
	char *text;

	world(&t, s);
	must(&t, B, s->act, s->name);
	text = dump(&t);
	if (t.failure)
		*failure = mem_strdup(t.failure);
	team_close(&t);
	return text;
}

static char *run(long *faults, const struct scenario *s, long step)
{
	char *failure = NULL;
	scoped_free char *expect = undisturbed(s, &failure);

	for (int fault = VFS_IOERR; fault <= VFS_BUSY; fault++)
		for (int on = 0; on <= 1; on++)
			for (long n = 1; !failure; n += step) {
				if (!try_fault(&failure, s, (enum vfs_fault)fault, n, on, expect))
					break;
				++*faults;
			}
	return failure;
}

int main(int argc, char **argv)
{
	long step = argc > 2 && strcmp(argv[1], "--step") == 0 ? strtol(argv[2], NULL, 10) : 7;
	size_t nr = sizeof(scenarios) / sizeof(*scenarios);
	int failed = 0;

	fault_vfs_install();
	for (size_t i = 0; i < nr; i++) {
		long faults = 0;
		scoped_free char *failure = run(&faults, &scenarios[i], step);

		if (failure)
			printf("# %s\n", failure);
		printf("# %s: %ld faults\n", scenarios[i].name, faults);
		printf("%sok %zu - %s\n", failure || faults < 20 ? "not " : "", i + 1,
		       scenarios[i].name);
		fflush(stdout);
		failed += failure != NULL || faults < 20;
	}
	printf("1..%zu\n", nr);
	return failed ? 1 : 0;
}
