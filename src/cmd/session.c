#include "cmd/session.h"
#include "artifact/label.h"
#include "cli/suggest.h"
#include "cli/text.h"
#include "remote/file/file.h"
#include "util/clock.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- kinds: the built-in table with .agent/config over it --------------------------------------------- */

static err_t take_settings(struct kinds *kinds, const char *out, size_t len, const char *path)
{
	/* -z: "key\nvalue\0" */
	for (const char *at = out, *end = out + len; at < end; at += strlen(at) + 1) {
		const char *value = strchr(at, '\n');
		scoped_free char *key = value ? mem_strndup(at, (size_t)(value - at)) : mem_strdup(at);

		if (strncmp(key, "agent.", 6) == 0)
			TRY(err_wrap(kinds_set(kinds, key + 6, value ? value + 1 : ""), "%s", path));
	}
	return err_wrap(kinds_check(kinds), "%s", path);
}

static err_t read_settings(struct kinds *kinds, const struct repo *repo)
{
	scoped_free char *path = repo->worktree ? mem_printf("%s/.agent/config", repo->worktree) : NULL;
	const char *argv[] = {"git", "config", "-z", "--list", "-f", path, NULL};
	struct proc p = {.argv = argv, .quiet = true};
	struct proc_result r = {0};
	err_t err;

	if (!path || !file_exists(path))
		return NULL;
	TRY(proc_run(&r, &p));
	if (r.status)
		err = err_new(ERR_FATAL, "cannot read '.agent/config': %s", r.err);
	else
		err = take_settings(kinds, r.out, r.out_len, ".agent/config");
	proc_result_release(&r);
	return err;
}

/* --- opening ---------------------------------------------------------------------------------------------- */

static err_t commit_of(char **out, struct session *s, const char *ref)
{
	char commit[OID_HEX + 1];
	err_t err;

	if (!ref[0])
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
	return commit_of(&s->trunk[1], s, upstream);
}

static err_t open_store(struct session *s, enum session_need need)
{
	err_t err;

	if (need == SESSION_CREATE) {
		TRY(file_mkdirs_for(s->repo->db_path));
		return store_open(&s->store, s->repo->db_path, STORE_CREATE);
	}
	err = store_open(&s->store, s->repo->db_path, STORE_WRITE);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return err_hint(err_new(ERR_NOTFOUND, "there is no workspace in this repository yet"),
				"git agent sync init makes one");
	}
	return err;
}

static err_t open_all(struct session *s, enum session_need need)
{
	TRY(repo_open(&s->repo));
	s->kinds = kinds_new();
	TRY(read_settings(s->kinds, s->repo));
	if (need == SESSION_REPO)
		return NULL;
	TRY(open_store(s, need));
	if (s->repo->worktree) {
		TRY(git_port_open(&s->port, s->repo, s->kinds));
		s->have_port = true;
	}
	if (need == SESSION_CREATE)
		TRY(find_trunk(s));
	if (need != SESSION_READ) {
		char *mail = NULL;

		TRY(repo_identity(&s->who, &mail, s->repo));
		free(mail);
	}
	s->engine = (struct engine){
		.store = s->store,
		.git = s->have_port ? &s->port : NULL,
		.kinds = s->kinds,
		.who = s->who ? s->who : "unknown <unknown>",
		.trunk = {s->trunk[0], s->trunk[1]},
		.now = clock_now(),
	};
	return NULL;
}

err_t session_open(struct session *s, enum session_need need)
{
	err_t err;

	memset(s, 0, sizeof(*s));
	err = open_all(s, need);
	if (err)
		session_close(s);
	return err;
}

void session_close(struct session *s)
{
	if (s->have_remote)
		s->remote.close(s->remote.ctx);
	if (s->have_port)
		git_port_close(&s->port);
	store_close(s->store);
	kinds_free(s->kinds);
	if (s->repo)
		repo_close(s->repo);
	free(s->who);
	free(s->trunk[0]);
	free(s->trunk[1]);
	memset(s, 0, sizeof(*s));
}

/* --- fresh -------------------------------------------------------------------------------------------------- */

static void tell(const struct report *r)
{
	for (size_t i = 0; i < r->notes.len; i++) {
		text_safe_fputs(r->notes.at[i], stderr);
		putc('\n', stderr);
	}
	for (size_t i = 0; i < r->problems.len; i++) {
		fputs("warning: ", stderr);
		text_safe_fputs(r->problems.at[i], stderr);
		putc('\n', stderr);
	}
}

err_t session_fresh(struct session *s, const struct strs *paths)
{
	scoped(report_release) struct report r = {0};

	bool news;

	TRY(import_news(&news, &s->engine, paths));
	if (!news)
		return NULL;
	/* The author of edits by hand; only asked for when there is something to write. */
	if (!s->who && s->have_port) {
		char *mail = NULL;

		TRY(repo_identity(&s->who, &mail, s->repo));
		free(mail);
		s->engine.who = s->who;
	}
	TRY(import_run(&r, &s->engine, paths));
	tell(&r);
	return NULL;
}

/* --- the remote ---------------------------------------------------------------------------------------------- */

err_t session_remote(struct session *s, bool optional)
{
	scoped_free char *stored = NULL;
	const char *url;
	err_t err;

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
					   "git agent sync init file:<path> names one");
	if (strncmp(url, "file:", 5) != 0)
		return err_new(ERR_MISUSE, "'%s' is not a remote that this version knows (file:<path>)", url);
	err = remote_file_open(&s->remote, url + 5, false, s->engine.who, s->kinds);
	TRY(err);
	s->have_remote = true;
	s->engine.remote = &s->remote;
	return NULL;
}

err_t session_auto_push(struct session *s, const char *uid, bool created)
{
	scoped(sync_report_release) struct sync_report r = {0};
	scoped(strs_release) struct strs uids = {0};
	struct push_options o = {.uids = &uids};
	const char *when;
	err_t err;

	TRY(repo_config(&when, s->repo, "agent.autopush"));
	if (when && strcmp(when, "never") == 0)
		return NULL;
	if (!created && !(when && strcmp(when, "always") == 0))
		return NULL;
	err = session_remote(s, true);
	if (!err && !s->have_remote)
		return NULL;
	strs_add(&uids, uid);
	if (!err)
		err = push_run(&r, &s->engine, &o);
	if (err) {
		fprintf(stderr, "queued: %s\n", err->text);
		err_free(err);
		return NULL;
	}
	for (size_t i = 0; i < r.notes.len; i++) {
		text_safe_fputs(r.notes.at[i], stderr);
		putc('\n', stderr);
	}
	for (size_t i = 0; i < r.blocked.len; i++) {
		fputs("not pushed: ", stderr);
		text_safe_fputs(r.blocked.at[i], stderr);
		putc('\n', stderr);
	}
	return NULL;
}

/* --- naming an artifact ----------------------------------------------------------------------------------------- */

const char *session_name(const struct art *art)
{
	return art->label && art->label[0] ? art->label : art->path;
}

static err_t copy_one(struct art *out, struct session *s, const struct art *from)
{
	return store_art_get(out, s->store, from->uid);
}

/* Of a label's artifacts the bare label means the story or plan: kinds that share another's label stand back. */
static err_t choose(struct art *out, struct session *s, const struct arts *found, const char *name)
{
	const struct art *pick = NULL;
	size_t first = 0;

	for (size_t i = 0; i < found->len; i++) {
		const struct kind *kind = kinds_find(s->kinds, found->at[i].kind);

		if (kind && kind->shares_label)
			continue;
		pick = &found->at[i];
		first++;
	}
	if (first == 0 && found->len == 1)
		return copy_one(out, s, &found->at[0]);
	if (first == 1)
		return copy_one(out, s, pick);
	{
		struct mem_stream list;
		scoped_free char *paths = NULL;

		mem_stream_open(&list);
		for (size_t i = 0; i < found->len; i++)
			fprintf(list.file, "%s'%s'", i ? ", " : "", found->at[i].path);
		paths = mem_stream_close(&list, NULL);
		return err_hint(err_new(ERR_AMBIGUOUS, "'%s' means several artifacts: %s", name, paths),
				"name one by its path");
	}
}

static err_t nothing_called(struct session *s, const char *name)
{
	scoped(arts_release) struct arts all = {0};
	struct art_filter any = {0};
	struct suggest near;
	err_t err;

	TRY(store_art_list(&all, s->store, &any));
	suggest_start(&near, name);
	for (size_t i = 0; i < all.len; i++)
		if (all.at[i].label[0])
			suggest_offer(&near, all.at[i].label);
	err = err_new(ERR_NOTFOUND, "there is no artifact '%s'", name);
	return near.best ? err_hint(err, "did you mean '%s'?", near.best)
			 : err_hint(err, "'git agent list' shows them");
}

static err_t by_label(bool *found, struct art *out, struct session *s, const char *kind, const char *label,
		      bool with_deleted)
{
	scoped(arts_release) struct arts same = {0};
	struct art_filter f = {.kind = kind, .label = label, .with_deleted = with_deleted};
	char uid[UID_LEN + 1];
	err_t err;

	TRY(store_art_list(&same, s->store, &f));
	*found = same.len > 0;
	if (same.len)
		return choose(out, s, &same, label);
	for (size_t i = 0; i < s->kinds->len; i++) {
		if (kind && strcmp(kind, s->kinds->at[i].name) != 0)
			continue;
		err = store_alias_get(uid, s->store, label, s->kinds->at[i].name);
		if (!err) {
			*found = true;
			return store_art_get(out, s->store, uid);
		}
		if (err->code != ERR_NOTFOUND)
			return err;
		err_free(err);
	}
	return NULL;
}

static err_t by_path(bool *found, struct art *out, struct session *s, const char *path, bool with_deleted)
{
	err_t err = store_art_at(out, s->store, path);

	*found = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (out->deleted && !with_deleted) {
		*found = false;
		art_release(out);
	}
	return NULL;
}

/* As typed from where the user stands: "../x.md" below the top; NULL when it leaves the work tree. */
static char *from_prefix(const struct session *s, const char *name)
{
	scoped_free char *full = NULL;
	size_t top = s->repo->worktree ? strlen(s->repo->worktree) : 0;

	if (!top)
		return NULL;
	if (name[0] == '/') {
		if (strncmp(name, s->repo->worktree, top) == 0 && name[top] == '/')
			return mem_strdup(name + top + 1);
		return NULL;
	}
	full = mem_printf("%s%s", s->repo->prefix ? s->repo->prefix : "", name);
	{
		char *out = mem_alloc(strlen(full) + 1);
		size_t len = 0;

		for (char *save = NULL, *part = strtok_r(full, "/", &save); part;
		     part = strtok_r(NULL, "/", &save)) {
			if (strcmp(part, ".") == 0)
				continue;
			if (strcmp(part, "..") == 0) {
				char *cut;

				if (!len) {
					free(out);
					return NULL;
				}
				out[len] = '\0';
				cut = strrchr(out, '/');
				len = cut ? (size_t)(cut - out) : 0;
				continue;
			}
			if (len)
				out[len++] = '/';
			memcpy(out + len, part, strlen(part));
			len += strlen(part);
		}
		out[len] = '\0';
		return out;
	}
}

static err_t by_uid(bool *found, struct art *out, struct session *s, const char *name, bool with_deleted)
{
	scoped(arts_release) struct arts same = {0};
	struct art_filter f = {.uid_prefix = name, .with_deleted = with_deleted};

	*found = false;
	if (strlen(name) < 4 || strspn(name, "0123456789abcdef-") != strlen(name))
		return NULL;
	TRY(store_art_list(&same, s->store, &f));
	*found = same.len > 0;
	if (same.len > 1)
		return err_new(ERR_AMBIGUOUS, "'%s' is the beginning of several uids", name);
	return same.len ? copy_one(out, s, &same.at[0]) : NULL;
}

err_t session_find(struct art *out, struct session *s, const char *name, bool with_deleted)
{
	const char *colon = strchr(name, ':');
	scoped_free char *path = NULL;
	bool found = false;

	if (colon) {
		scoped_free char *kind = mem_strndup(name, (size_t)(colon - name));

		if (!kinds_find(s->kinds, kind))
			return err_new(ERR_NOTFOUND, "there is no kind '%s'", kind);
		TRY(by_label(&found, out, s, kind, colon + 1, with_deleted));
		return found ? NULL : nothing_called(s, name);
	}
	TRY(by_label(&found, out, s, NULL, name, with_deleted));
	if (!found && (strchr(name, '/') || strchr(name, '.'))) {
		path = from_prefix(s, name);
		if (path)
			TRY(by_path(&found, out, s, path, with_deleted));
		if (!found)
			TRY(by_path(&found, out, s, name, with_deleted));
	}
	if (!found)
		TRY(by_uid(&found, out, s, name, with_deleted));
	return found ? NULL : nothing_called(s, name);
}
