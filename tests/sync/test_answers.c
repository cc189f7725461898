/*
 * What a clone and the remote say to each other, call by call: an answer that is lost is asked for
 * again and nothing is sent under another name, pages follow each other to the last, and what was
 * sent and what was pulled add up, so that nobody has to compare everything.
 */
#include "rest.h"
#include "team.h"

#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define A 0
#define B 1

static struct remote real;	/* of the clone that is listened to */
static int lost_answers, lost_requests, pulls;

static err_t push_call(void *ctx, char **reply, const char *request)
{
	if (lost_requests > 0) {
		lost_requests--;
		return err_new(ERR_OFFLINE, "the request is lost");
	}
	TRY(real.push(ctx, reply, request));
	if (lost_answers == 0)
		return NULL;
	lost_answers--;
	free(*reply);
	*reply = NULL;
	return err_new(ERR_OFFLINE, "the answer is lost");
}

static err_t pull_call(void *ctx, char **reply, const char *request)
{
	pulls++;
	return real.pull(ctx, reply, request);
}

/* From now on the calls of clone c are counted, and some are lost. */
static void listen_to(struct team *t, int c)
{
	real = t->clone[c].remote;
	t->clone[c].remote.push = push_call;
	t->clone[c].remote.pull = pull_call;
	lost_answers = lost_requests = pulls = 0;
}

static void add(struct team *t, int c, int path, int token)
{
	scoped_free char *text = team_workspace(t, c, path), *now = team_with(text, token);

	team_edit(t, c, path, now);
}

static void want(struct team *t, int c, int path, int token)
{
	scoped_free char *text = team_workspace(t, c, path);

	if (rest_count(text, token) != 1)
		team_fail(t, "t%d is %d times in clone %d", token, rest_count(text, token), c);
}

static long version(struct team *t, int c, int path)
{
	scoped(art_release) struct art art = {0};
	scoped(base_release) struct base base = {0};

	team_ok(t, store_art_at(&art, t->clone[c].store, sim_path[path]), "artifact");
	team_ok(t, store_base_get(&base, t->clone[c].store, art.uid), "base");
	return base.version;
}

/* What a push or a pull says, exactly; nothing is compared, and nothing waits. */
static void expect(struct team *t, struct sync_report s, int sent, int received)
{
	if (s.sent != sent || s.received != received || s.merged || s.refused || s.queued)
		team_fail(t, "%d sent, %d received, %d merged, %d refused, %d queued", s.sent,
			  s.received, s.merged, s.refused, s.queued);
	if (s.behind || s.blocked.len || s.notes.len)
		team_fail(t, "%s, %s", s.blocked.len ? s.blocked.at[0] : "nothing blocked",
			  s.notes.len ? s.notes.at[0] : "no note");
	sync_report_release(&s);
}

static void begin(struct team *t)
{
	struct sync_report adopted;

	team_look(t, A);
	team_look(t, B);
	expect(t, team_push(t, A), SIM_PATHS, 0);
	adopted = team_pull(t, B);
	sync_report_release(&adopted);
	expect(t, team_pull(t, B), 0, 0);
}

static void fails(struct team *t, int c)
{
	struct sync_report s = team_push(t, c);

	if (s.sent)
		team_fail(t, "%d were sent although the network was out", s.sent);
	sync_report_release(&s);
}

static void answer_lost(struct team *t)
{
	long before = version(t, A, 0);

	listen_to(t, A);
	add(t, A, 0, 1);
	lost_answers = 1;
	fails(t, A);
	add(t, A, 0, 2);
	expect(t, team_push(t, A), 2, 0);
	if (version(t, A, 0) != before + 2)
		team_fail(t, "version %ld after %ld", version(t, A, 0), before);
	expect(t, team_pull(t, B), 0, 1);
	want(t, B, 0, 1);
	want(t, B, 0, 2);
}

static void request_lost(struct team *t)
{
	long before = version(t, A, 0);

	listen_to(t, A);
	add(t, A, 0, 1);
	lost_requests = 1;
	fails(t, A);
	add(t, A, 0, 2);
	expect(t, team_push(t, A), 2, 0);
	if (version(t, A, 0) != before + 2)
		team_fail(t, "version %ld after %ld", version(t, A, 0), before);
	expect(t, team_pull(t, B), 0, 1);
	want(t, B, 0, 2);
}

static void others_in_between(struct team *t)
{
	add(t, A, 0, 1);
	expect(t, team_push(t, A), 1, 0);
	add(t, B, 1, 2);
	expect(t, team_push(t, B), 1, 0);
	expect(t, team_pull(t, B), 0, 1);
	want(t, B, 0, 1);
	expect(t, team_pull(t, A), 0, 1);
	want(t, A, 1, 2);
}

/* A page holds a megabyte: two of these texts are more. */
static void pages(struct team *t)
{
	scoped_free char *line = mem_alloc(600001);

	memset(line, 'x', 600000);
	for (int p = 0; p < SIM_PATHS; p++) {
		scoped_free char *text = team_workspace(t, A, p);
		scoped_free char *now = mem_printf("%s\n%s\n", text, line);

		team_edit(t, A, p, now);
	}
	expect(t, team_push(t, A), SIM_PATHS, 0);
	listen_to(t, B);
	expect(t, team_pull(t, B), 0, SIM_PATHS);
	if (pulls < SIM_PATHS)
		team_fail(t, "%d pages", pulls);
	for (int p = 0; p < SIM_PATHS; p++) {
		scoped_free char *a = team_workspace(t, A, p), *b = team_workspace(t, B, p);

		if (strcmp(a, b) != 0)
			team_fail(t, "path %d differs", p);
	}
}

static void deletion(struct team *t)
{
	team_delete(t, A, 0);
	expect(t, team_push(t, A), 1, 0);
	expect(t, team_pull(t, A), 0, 0);
	expect(t, team_pull(t, B), 0, 1);
	expect(t, team_pull(t, B), 0, 0);
	rest_check_remote(t, B);
}

static const struct {
	const char *name;
	void (*run)(struct team *t);
} tests[] = {
	{"an answer is lost, then an edit: two versions more, no conflict", answer_lost},
	{"a request is lost, then an edit", request_lost},
	{"others wrote between two of our pushes: a pull brings it", others_in_between},
	{"several pages", pages},
	{"a deletion", deletion},
};

int main(void)
{
	size_t nr = sizeof(tests) / sizeof(*tests);
	int failed = 0;

	for (size_t i = 0; i < nr; i++) {
		struct team t = {0};

		team_open(&t, &sim_model);
		begin(&t);
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
