#include "cmd/session.h"
#include "cli/text.h"
#include "cmd/advice.h"
#include "cmd/output.h"
#include "cmd/refusal.h"
#include "cmd/replica.h"
#include "cmd/server.h"
#include "cmd/settings.h"
#include "remote/file/file.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- opening -------------------------------------------------------------------------------- */

static err_t commit_of(char **out, struct session *s, const char *ref)
{
	char commit[OID_HEX + 1];
	err_t err;

	if (!ref[0] || *out)
		return NULL;
	err = git_resolve(commit, s->repo, ref);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	*out = mem_strdup(commit);
	return NULL;
}

/* Where a workspace that was never filled begins. */
static err_t find_trunk(struct session *s)
{
	char local[256] = "", upstream[256] = "";

	TRY(git_trunk(local, upstream, s->repo));
	TRY(commit_of(&s->trunk[0], s, local));
	TRY(commit_of(&s->trunk[1], s, upstream));
	s->engine.trunk[0] = s->trunk[0];
	s->engine.trunk[1] = s->trunk[1];
	return NULL;
}

static err_t find_who(struct session *s)
{
	scoped_free char *mail = NULL;

	if (!s->who)
		TRY(repo_identity(&s->who, &mail, s->repo));
	s->engine.who = s->who;
	return NULL;
}

static err_t open_store(struct session *s, enum store_open how)
{
	err_t err;

	if (how == STORE_CREATE)
		TRY(file_mkdirs_for(s->repo->db_path));
	err = store_open(&s->store, s->repo->db_path, how);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		err = err_new(ERR_NOTFOUND, "this repository has no workspace yet");
		return err_hint(err, "%s", s->repo->worktree
			? "'git agent sync init' makes one"
			: "it is bare: 'git agent rebuild' makes an empty one; 'git agent list "
			  "--at HEAD' and 'verify' need none");
	}
	TRY(err);
	s->engine.store = s->store;
	s->read_only = how == STORE_READ;
	return NULL;
}

static err_t open_workspace(struct session *s, enum session_need need)
{
	TRY(open_store(s, need == SESSION_CREATE ? STORE_CREATE
			  : need == SESSION_READ ? STORE_READ
						 : STORE_WRITE));
	if (s->repo->worktree) {
		TRY(git_port_open(&s->port, s->repo, s->kinds));
		s->have_port = true;
		s->engine.git = &s->port;
	}
	if (need == SESSION_CREATE)
		TRY(find_trunk(s));
	return need == SESSION_READ ? NULL : find_who(s);
}

/* Beside the workspace, where there is one. */
static void report_crashes(const struct repo *r)
{
	scoped_free char *dir = mem_printf("%s/agent", r->commondir);

	crash_start(dir);
}

static void show_progress(void *ctx, const char *title, uint64_t done, uint64_t total)
{
	progress_step(ctx, title, done, total);
}

static err_t open_all(struct session *s, enum session_need need, const char *db_path)
{
	if (!s->repo)
		TRY(repo_open(&s->repo));
	if (db_path) {
		free(s->repo->db_path);
		s->repo->db_path = mem_strdup(db_path);
	}
	report_crashes(s->repo);
	TRY(settings_here(&s->kinds, s->repo));
	s->merge_config.repo = s->repo;
	s->merge = merge_config(&s->merge_config);
	s->engine = (struct engine){
		.kinds = s->kinds,
		.merge = &s->merge,
		.who = "unknown <unknown>",
		.now = clock_now(),
		.progress = show_progress,
		.progress_ctx = &s->progress,
	};
	return need == SESSION_REPO ? NULL : open_workspace(s, need);
}

static err_t open_or_close(struct session *s, enum session_need need, const char *db_path,
			   struct repo *r)
{
	err_t err;

	memset(s, 0, sizeof(*s));
	s->repo = r;
	err = open_all(s, need, db_path);
	if (err)
		session_close(s);
	return err;
}

err_t session_open_at(struct session *s, enum session_need need, const char *db_path)
{
	return open_or_close(s, need, db_path, NULL);
}

err_t session_open_in(struct session *s, enum session_need need, struct repo *r)
{
	return open_or_close(s, need, NULL, r);
}

err_t session_open(struct session *s, enum session_need need)
{
	return open_or_close(s, need, NULL, NULL);
}

void session_close(struct session *s)
{
	progress_stop(&s->progress);
	if (s->server)
		server_close(s->server);
	else if (s->have_remote)
		s->remote.close(s->remote.ctx);
	free(s->server);
	if (s->have_port)
		git_port_close(&s->port);
	store_close(s->store);
	kinds_free(s->kinds);
	merge_config_release(&s->merge_config);
	repo_close(s->repo);
	free(s->who);
	free(s->trunk[0]);
	free(s->trunk[1]);
	memset(s, 0, sizeof(*s));
}

/* --- fresh ---------------------------------------------------------------------------------- */

void session_tell(const struct strs *lines, const char *prefix)
{
	fflush(stdout);
	for (size_t i = 0; i < lines->len; i++) {
		fputs(prefix, stderr);
		text_safe_fputs(lines->at[i], stderr);
		putc('\n', stderr);
	}
}

/* Only a workspace that was opened for writing, by somebody with a name, can be filled. */
err_t session_write(struct session *s)
{
	scoped(strs_release) struct strs tips = {0};

	if (s->read_only) {
		store_close(steal(s->store));
		TRY(open_store(s, STORE_WRITE));
	}
	TRY(find_who(s));
	TRY(store_judged_tips(&tips, s->store));
	return tips.len || !s->have_port ? NULL : find_trunk(s);
}

/* `git --no-optional-locks`: those who only look write nothing. */
static bool optional_locks(void)
{
	const char *wanted = getenv("GIT_OPTIONAL_LOCKS");

	return !wanted || (strcmp(wanted, "0") != 0 && strcasecmp(wanted, "false") != 0);
}

err_t session_fresh(struct session *s, const struct strs *paths)
{
	scoped(import_news_release) struct import_news news = {0};
	scoped(report_release) struct report r = {0};
	err_t err;

	if (s->batch)	/* it has looked at all of them */
		return NULL;
	TRY(import_news(&news, &s->engine, paths));
	if (!news.any)
		return NULL;
	if (s->read_only && !optional_locks()) {
		output_say("files changed since the workspace was last written, and are not taken "
			   "in: no optional locks");
		return NULL;
	}
	TRY(session_write(s));
	err = import_run_news(&r, &s->engine, paths, &news);
	progress_stop(&s->progress);
	TRY(err);
	session_tell(&r.notes, "");
	session_tell(&r.problems, "warning: ");
	return NULL;
}

/* --- the remote ----------------------------------------------------------------------------- */

/* Nothing is asked yet: that it is out of reach, or nobody logged in, is found out later. */
static err_t open_server(struct session *s, const char *url)
{
	struct server *server = mem_alloc(sizeof(*server));
	err_t err = server_open(server, &(struct server_ask){.url = url, .brief = s->brief},
				s->repo);

	if (!err && !server->project)
		err = err_hint(err_new(ERR_MISUSE, "this clone has no project at '%s'", url),
			       "'git agent sync init %s --project <name>' names one", url);
	if (err) {
		server_close(server);
		free(server);
		return err;
	}
	s->server = server;
	s->remote = server->sb.remote;
	return NULL;
}

static err_t open_file(struct session *s, const char *url)
{
	if (strncmp(url, "file:", 5) != 0)
		return err_hint(err_new(ERR_MISUSE, "'%s' is no remote of this version", url),
				"it knows https://<server> and file:<path>");
	TRY(find_who(s));
	return remote_file_open(&s->remote, url + 5, false, s->who, s->kinds);
}

err_t session_remote(struct session *s, bool optional)
{
	scoped_free char *stored = NULL;
	const char *url;

	if (s->have_remote)
		return NULL;
	TRY(repo_config(&url, s->repo, "agent.remote"));
	if (!url) {
		TRY(store_meta_get(&stored, s->store, "remote"));
		url = stored;
	}
	if (!url)
		return optional ? NULL
				: err_hint(err_new(ERR_MISUSE, "this clone has no remote"),
					   "'git agent sync init <url>' names one");
	if (!s->read_only)
		TRY(replica_own(s->store, s->repo));
	TRY(server_is_url(url) ? open_server(s, url) : open_file(s, url));
	s->have_remote = true;
	s->engine.remote = &s->remote;
	return NULL;
}

err_t session_explain(err_t err, struct session *s)
{
	return s->server ? server_explain(err, s->server) : err;
}

static err_t wants_push(bool *out, struct session *s, bool created)
{
	const char *when;

	TRY(repo_config(&when, s->repo, "agent.autopush"));
	*out = !when || strcasecmp(when, "new") == 0 ? created : strcasecmp(when, "always") == 0;
	return NULL;
}

static err_t push_some(struct sync_report *r, struct session *s, const struct strs *uids)
{
	TRY(session_remote(s, true));
	if (!s->have_remote)
		return NULL;
	return push_run(r, &s->engine, &(struct push_options){.uids = uids});
}

static void tell_advice(const struct sync_report *r)
{
	scoped_free char *text = refusal_advice(&r->blocked);

	if (*text && !advice_wanted(ERR_REFUSED))
		return;
	for (char *at = text, *next; *at; at = next) {
		next = at + strcspn(at, "\n");
		if (*next)
			*next++ = '\0';
		fprintf(stderr, "hint: %s\n", at);
	}
}

err_t session_auto_push(struct session *s, const char *uid, bool created)
{
	scoped(strs_release) struct strs uids = {0};

	strs_add(&uids, uid);
	return session_auto_push_all(s, &uids, created);
}

err_t session_auto_push_all(struct session *s, const struct strs *uids, bool created)
{
	scoped(sync_report_release) struct sync_report r = {0};
	bool wanted;
	err_t err;

	TRY(wants_push(&wanted, s, created));
	if (!wanted || !uids->len)
		return NULL;
	err = session_explain(push_some(&r, s, uids), s);
	progress_stop(&s->progress);
	session_tell(&r.notes, "");
	session_tell(&r.blocked, "not pushed: ");
	tell_advice(&r);
	if (r.behind)
		fputs("not pushed: the remote has a newer version; 'git agent sync' merges it\n",
		      stderr);
	if (err) {
		fputs("queued for the next 'git agent sync': ", stderr);
		text_safe_fputs(err->text, stderr);
		putc('\n', stderr);
	}
	err_free(err);
	return NULL;
}
