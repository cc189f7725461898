/* `git agent sync watch`: follows the team until it is interrupted. */
#include "cmd/cmd.h"
#include "cmd/exchange.h"
#include "cmd/output.h"
#include "cmd/wait.h"
#include "cmd/watch_print.h"
#include "sync/pace.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct follow {
	bool pull, once;
	struct session net;	/* repository and remote; its workspace is closed while we wait */
	struct watch *watch;
	struct watch_print print;
	struct pace pace;
	bool offline, heard;
	bool pull_due;		/* an earlier pull did not get through */
};

static void follow_release(struct follow *f)
{
	watch_free(f->watch);
	session_close(&f->net);
}

/* --- asking --------------------------------------------------------------------------------- */

/* A file may have been replaced: another one under the same name is seen only by opening it. */
static err_t connect(struct follow *f)
{
	struct session *s = &f->net;

	if (s->have_remote && strncmp(s->remote.url, "file:", 5) == 0) {
		s->remote.close(s->remote.ctx);
		s->have_remote = false;
	}
	return session_remote(s, false);
}

static void open_workspace(struct session *s)
{
	err_free(store_open(&s->store, s->repo->db_path, STORE_READ));
	s->engine.store = s->store;
	s->engine.now = clock_now();
}

static void close_workspace(struct session *s)
{
	store_close(steal(s->store));
	s->engine.store = NULL;
}

/* The workspace is open only while news are read: whoever rebuilds it does not wait for us. */
static err_t read_news(struct follow *f)
{
	const struct watch_tell tell = {&f->print, watch_print_event, watch_print_reset};
	err_t err;

	open_workspace(&f->net);
	err = watch_read(f->watch, &f->net.remote, &f->net.engine, &tell);
	close_workspace(&f->net);
	return err;
}

static err_t pull_with(struct session *s, const struct follow *f)
{
	scoped(sync_report_release) struct sync_report r = {0};

	TRY(session_fresh(s, NULL));
	TRY(exchange_pull_quietly(&r, s));
	watch_print_pulled(&f->print, &r);
	return NULL;
}

/* Over the connection that is open. */
static err_t pull(struct follow *f)
{
	struct session s;
	err_t err;

	f->pull_due = true;
	TRY(session_open(&s, SESSION_WRITE));
	s.remote = f->net.remote;
	s.have_remote = true;
	s.engine.remote = &s.remote;
	err = pull_with(&s, f);
	s.have_remote = false;
	session_close(&s);
	f->pull_due = err != NULL;
	return err;
}

static err_t look(bool *news, struct follow *f)
{
	TRY(connect(f));
	TRY(watch_ask(news, f->watch, &f->net.remote));
	if (!f->heard && !f->once && !f->print.json)
		output_say("watching %s", f->net.remote.url);
	if (f->offline)
		watch_print_note(&f->print, "online", "the remote is back");
	f->heard = true;
	f->offline = false;
	if (*news)
		TRY(read_news(f));
	return f->pull && (*news || f->pull_due) ? pull(f) : NULL;
}

/* What passes by itself: a remote out of reach, another command that is at work. */
static err_t pass_over(struct follow *f, err_t err)
{
	scoped_free char *text = NULL;

	if (!err || f->once || (err->code != ERR_OFFLINE && err->code != ERR_BUSY))
		return err;
	text = mem_printf("%s; trying again", err->text);
	if (!f->offline)
		watch_print_note(&f->print, "offline", text);
	f->offline = true;
	err_free(err);
	return NULL;
}

static uint32_t chance(void)
{
	return (uint32_t)(clock_monotonic_ns() / 1000) ^ (uint32_t)getpid();
}

static err_t follow(struct follow *f)
{
	while (!wait_is_over()) {
		bool news = false;

		TRY(pass_over(f, session_explain(look(&news, f), &f->net)));
		if (f->once)
			return NULL;
		wait_for(pace_next(&f->pace, f->offline ? PACE_OFFLINE
					     : news	? PACE_NEWS
							: PACE_QUIET, chance()));
	}
	return NULL;
}

/* --- beginning ------------------------------------------------------------------------------ */

static err_t interval(int64_t *ms, struct session *s)
{
	const char *text;
	char *end;
	long seconds;

	TRY(repo_config(&text, s->repo, "agent.watchinterval"));
	*ms = PACE_IDLE_MS;
	if (!text)
		return NULL;
	seconds = strtol(text, &end, 10);
	if (end == text || *end || seconds < 1 || seconds > 86400)
		return err_new(ERR_FATAL, "bad value '%s' of agent.watchInterval: seconds, from 1 "
			       "to 86400", text);
	*ms = seconds * 1000;
	return NULL;
}

static err_t no_remote(void)
{
	return err_hint(err_new(ERR_MISUSE, "this clone has no remote"),
			"'git agent sync init file:<path>' names one");
}

static err_t begin(struct follow *f)
{
	struct session *s = &f->net;
	int64_t idle;
	const char *url;

	TRY(session_open(s, SESSION_READ));
	TRY(repo_config(&url, s->repo, "agent.remote"));
	if (!url)
		return no_remote();
	TRY(interval(&idle, s));
	f->pace = pace_start(idle);
	f->print.kinds = s->kinds;
	TRY(watch_new(&f->watch, s->kinds));
	if (f->pull || f->once)
		TRY(watch_from_workspace(f->watch, &s->engine));
	close_workspace(s);
	return NULL;
}

static err_t run(struct follow *f)
{
	TRY(begin(f));
	wait_begin();
	return follow(f);
}

err_t cmd_sync_watch(int argc, char **argv)
{
	struct follow f = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "pull", &f.pull, "also pull what is told"),
		OPT_FLAG(0, "json", &f.print.json, "a JSON document a line"),
		OPT_FLAG(0, "once", &f.once, "tell what was not pulled yet, and end"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"sync watch", synopsis,
				    "Follows the team: prints who changes what, as it happens.",
				    opts};
	err_t err;

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	err = run(&f);
	follow_release(&f);
	if (!err)
		wait_end();
	return err;
}
