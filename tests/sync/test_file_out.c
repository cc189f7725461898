/*
 * Files that are written while somebody else is at them: what was put there since it was looked at
 * stays, and is news; what is in conflict goes nowhere until it is settled.
 */
#include "team.h"

#include "sync/file_out.h"
#include "util/hash.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define A 0

static void want_file(struct team *t, const char *want)
{
	scoped_free char *text = t->git->file(t->clone[A].sim, 0);

	if (!text || strcmp(text, want) != 0)
		team_fail(t, "the file has\n%s", text ? text : "nothing");
}

/* Stages a text of path 0, does `meanwhile` to the file, and publishes what was staged. */
static void write_with(struct team *t, const char *staged, const char *meanwhile)
{
	struct engine *e = &t->clone[A].engine;
	scoped_free char *now = t->git->file(t->clone[A].sim, 0);
	struct oid from = hash_blob(slice_str(now)), to = hash_blob(slice_str(staged)), head = from;
	scoped(art_release) struct art art = {0};
	struct file_out out = {0};

	e->git = t->git->port(t->clone[A].sim);
	team_ok(t, store_art_at(&art, e->store, sim_path[0]), "artifact");
	team_ok(t, store_begin(e->store), "begin");
	team_ok(t, store_text_put(&to, e->store, slice_str(staged)), "text");
	team_ok(t, file_out_stage(&out, e, art.uid, sim_path[0], &from, &to, slice_str(staged),
				  &head), "stage");
	team_ok(t, file_out_record(&out, e), "record");
	team_ok(t, store_commit(e->store), "commit");
	if (meanwhile)
		t->git->write(t->clone[A].sim, 0, meanwhile);
	team_ok(t, file_out_publish(&out, e), "publish");
	file_out_release(&out, e);
}

static void nobody_else(struct team *t)
{
	scoped_free char *text = team_workspace(t, A, 0), *staged = team_with(text, 1);

	write_with(t, staged, NULL);
	want_file(t, staged);
}

static void edited_meanwhile(struct team *t)
{
	scoped_free char *text = team_workspace(t, A, 0), *staged = team_with(text, 1);
	scoped_free char *hand = team_with(text, 2), *now = NULL;

	write_with(t, staged, hand);
	want_file(t, hand);
	team_look(t, A);
	now = team_workspace(t, A, 0);
	if (!team_has(now, 2))
		team_fail(t, "the edit by hand was not taken in");
}

/* A crash lies between: the next command finishes what was staged, or not. */
static void edited_before_the_next_command(struct team *t)
{
	scoped_free char *text = team_workspace(t, A, 0), *to = team_with(text, 1);
	scoped_free char *hand = team_with(text, 2);
	struct engine *e = &t->clone[A].engine;
	struct pending p = {.path = (char *)sim_path[0], .from = hash_blob(slice_str(text)),
			    .to = hash_blob(slice_str(to))};
	scoped(art_release) struct art art = {0};

	e->git = t->git->port(t->clone[A].sim);
	team_ok(t, store_art_at(&art, e->store, sim_path[0]), "artifact");
	memcpy(p.uid, art.uid, sizeof(p.uid));
	team_ok(t, store_begin(e->store), "begin");
	team_ok(t, store_text_put(&p.to, e->store, slice_str(to)), "text");
	team_ok(t, store_pending_put(e->store, e->git->worktree, &p), "pending");
	team_ok(t, store_commit(e->store), "commit");
	t->git->write(t->clone[A].sim, 0, hand);
	team_ok(t, file_out_finish(NULL, e), "finish");
	want_file(t, hand);
}

/* The file and the workspace were edited in one place: neither goes to others. */
static void conflict_stays_here(struct team *t)
{
	scoped_free char *text = team_workspace(t, A, 0), *other = NULL;
	scoped_free char *mine = mem_strdup(text), *hand = mem_strdup(text);
	struct sync_report s;
	bool conflict;

	memcpy(strstr(mine, "And its"), "And OUR", 7);
	memcpy(strstr(hand, "And its"), "And HIS", 7);
	t->git->write(t->clone[A].sim, 0, hand);
	team_edit(t, A, 0, mine);
	team_look(t, A);
	other = team_conflict(t, A, 0, &conflict);
	if (!conflict || !strstr(other, "And HIS"))
		team_fail(t, "no conflict is recorded");
	s = team_push(t, A);
	if (s.sent || s.blocked.len != 1 || !strstr(s.blocked.at[0], "conflict"))
		team_fail(t, "%d sent, %zu blocked", s.sent, s.blocked.len);
	sync_report_release(&s);
	want_file(t, hand);
}

static const struct {
	const char *name;
	void (*run)(struct team *t);
} tests[] = {
	{"nobody else is there", nobody_else},
	{"edited between staging and renaming", edited_meanwhile},
	{"edited between a crash and the next command", edited_before_the_next_command},
	{"a conflict of file and workspace is not sent", conflict_stays_here},
};

int main(void)
{
	size_t nr = sizeof(tests) / sizeof(*tests);
	int failed = 0;

	for (size_t i = 0; i < nr; i++) {
		struct team t = {0};
		struct sync_report first;

		team_open(&t, &sim_model);
		team_look(&t, A);
		first = team_push(&t, A);
		sync_report_release(&first);
		tests[i].run(&t);
		if (t.failure)
			printf("# %s\n", t.failure);
		printf("%sok %zu - %s\n", t.failure ? "not " : "", i + 1, tests[i].name);
		failed += t.failure != NULL;
		team_close(&t);
	}
	printf("1..%zu\n", nr);
	return failed ? 1 : 0;
}
