/* `git agent env`: what a report of a bug needs, without secrets. */
#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/hook_text.h"
#include "cmd/install.h"
#include "cmd/session.h"
#include "cmd/version.h"
#include "util/mem.h"
#include "util/proc.h"
#include "util/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

struct view {
	struct session look, work;
	bool have_repo, have_work, as_json;
	struct json j;
};

static void view_release(struct view *v)
{
	if (v->have_work)
		session_close(&v->work);
	if (v->have_repo)
		session_close(&v->look);
}

/* --- one answer, printed in one of two ways -------------------------------------------------- */

static void section(struct view *v, const char *name)
{
	if (!v->as_json) {
		printf("%s:\n", name);
		return;
	}
	json_key(&v->j, name);
	json_object_begin(&v->j);
}

static void section_end(struct view *v)
{
	if (v->as_json)
		json_object_end(&v->j);
}

/* NULL: there is none. */
static void text(struct view *v, const char *name, const char *value)
{
	scoped_free char *safe = value ? redact_text(value) : NULL;

	if (v->as_json) {
		json_key_string(&v->j, name, safe);
		return;
	}
	printf("    %s: ", name);
	text_safe_fputs(safe ? safe : "none", stdout);
	putchar('\n');
}

static void number(struct view *v, const char *name, int64_t value)
{
	if (v->as_json)
		json_key_int(&v->j, name, value);
	else
		printf("    %s: %lld\n", name, (long long)value);
}

/* A list of names that nobody can know before, with a value each. */
static void list(struct view *v, const char *name)
{
	if (!v->as_json) {
		printf("%s:\n", name);
		return;
	}
	json_key(&v->j, name);
	json_array_begin(&v->j);
}

static void pair(struct view *v, const char *name, const char *value)
{
	scoped_free char *safe = redact_value(name, value);

	if (!v->as_json) {
		printf("    ");
		text_safe_fputs(name, stdout);
		printf(": ");
		text_safe_fputs(safe, stdout);
		putchar('\n');
		return;
	}
	json_object_begin(&v->j);
	json_key_string(&v->j, "name", name);
	json_key_string(&v->j, "value", safe);
	json_object_end(&v->j);
}

static void list_end(struct view *v)
{
	if (v->as_json)
		json_array_end(&v->j);
}

/* --- programs and the system ----------------------------------------------------------------- */

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static char *git_version(void)
{
	static const char *const argv[] = {"git", "version", NULL};
	scoped(scoped_result) struct proc_result r = {0};
	err_t err = proc_run(&r, &(struct proc){.argv = argv, .quiet = true});
	struct slice line;

	if (err || r.status) {
		err_free(err);
		return NULL;
	}
	line = slice_trim(slice_of(r.out, r.out_len));
	return mem_strndup(line.at, line.len);
}

static void put_programs(struct view *v)
{
	scoped_free char *git = git_version(), *own = realpath("/proc/self/exe", NULL);
	const char *locale = getenv("LC_ALL");
	struct utsname u;

	section(v, "programs");
	text(v, "git_agent", GIT_AGENT_VERSION);
	text(v, "git_agent_path", own);
	text(v, "git", git);
	uname(&u);
	scoped_free char *os = mem_printf("%s %s %s", u.sysname, u.release, u.machine);

	text(v, "system", os);
	text(v, "locale", locale && *locale ? locale : getenv("LANG"));
	section_end(v);
	list(v, "build");
	for (const struct version_option *o = version_build_options; o->name; o++) {
		scoped_free char *what = version_option_text(o);

		pair(v, o->name, what);
	}
	list_end(v);
}

/* --- the repository ------------------------------------------------------------------------- */

static err_t put_repository(struct view *v)
{
	struct repo *r = v->look.repo;
	struct repo_head head;

	TRY(repo_head(&head, r));
	section(v, "repository");
	text(v, "git_directory", r->gitdir);
	text(v, "common_directory", strcmp(r->gitdir, r->commondir) == 0 ? NULL : r->commondir);
	text(v, "work_tree", r->worktree);
	text(v, "branch", head.ref[0] ? head.ref : NULL);
	text(v, "commit", head.commit[0] ? head.commit : NULL);
	text(v, "in_the_middle_of", head.busy);
	section_end(v);
	return NULL;
}

static const char *hook_state(const char *path, const struct hook_event *e)
{
	static const char *const words[] = {
		[HOOK_OURS] = "installed",
		[HOOK_OLD] = "of another version",
		[HOOK_CHAINED] = "installed in another one",
		[HOOK_CALLS] = "another one, which calls git-agent",
		[HOOK_SHELL] = "another one",
		[HOOK_FOREIGN] = "another one",
	};
	scoped_free char *bytes = NULL;
	size_t len = 0;
	const char *why;
	err_t err;

	if (!file_exists(path))
		return "none";
	if (access(path, X_OK))
		return "not executable";
	err = file_read(&bytes, &len, NULL, path, 0);
	if (err) {
		err_free(err);
		return "not readable";
	}
	return words[hook_text_is(&why, slice_of(bytes, len), e)];
}

static err_t put_hooks(struct view *v)
{
	scoped_free char *dir = NULL;

	TRY(install_hooks_dir(&dir, v->look.repo));
	list(v, "hooks");
	for (const struct hook_event *e = hook_events; e->name; e++) {
		scoped_free char *path = mem_printf("%s/%s", dir, e->name);

		pair(v, e->name, hook_state(path, e));
	}
	list_end(v);
	return NULL;
}

static err_t put_setting(void *ctx, const char *key, const char *value)
{
	pair(ctx, key, value);
	return NULL;
}

static err_t put_settings(struct view *v)
{
	static const char *const prefixes[] = {
		"agent.", "merge.agent", "diff.agent", "pager.agent", "color.agent",
		"core.hookspath", "core.autocrlf", "core.eol", "core.filemode",
		"core.attributesfile", "core.excludesfile", "core.fsmonitor",
		"core.splitindex", "core.sparsecheckout", "core.repositoryformatversion",
		"extensions.", "filter.", "hook.", "http.", "credential.", "rerere.",
		"merge.conflictstyle", "safe.directory",
	};

	list(v, "configuration");
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		TRY(repo_config_each(v->look.repo, prefixes[i], put_setting, v));
	list_end(v);
	return NULL;
}

static void put_environment(struct view *v)
{
	static const char *const others[] = {"LC_", "LANG", "TERM", "NO_COLOR", "PAGER", "EDITOR",
					     "VISUAL", "HTTPS_PROXY", "https_proxy", "no_proxy"};
	extern char **environ;

	list(v, "environment");
	for (char **at = environ; *at; at++) {
		size_t len = strcspn(*at, "=");
		scoped_free char *name = mem_strndup(*at, len);
		bool wanted = strncmp(*at, "GIT_", 4) == 0;

		for (size_t i = 0; !wanted && i < sizeof(others) / sizeof(*others); i++)
			wanted = strncmp(*at, others[i], strlen(others[i])) == 0;
		if (wanted)
			pair(v, name, (*at)[len] ? *at + len + 1 : "");
	}
	list_end(v);
}

/* --- the workspace -------------------------------------------------------------------------- */

static int64_t size_of(const char *path, const char *end)
{
	scoped_free char *full = mem_printf("%s%s", path, end);
	struct file_stat st;
	err_t err = file_stat(&st, full);

	if (err || !st.exists) {
		err_free(err);
		return 0;
	}
	return (int64_t)st.size;
}

static err_t put_counts(struct view *v)
{
	struct art_filter dirty = {.dirty_only = true, .with_deleted = true};
	struct art_filter conflict = {.conflict_only = true, .with_deleted = true};
	scoped(arts_release) struct arts waiting = {0}, open = {0};
	scoped(refusals_release) struct refusals refusals = {0};
	scoped_free char *url = NULL, *synced = NULL, *cursor = NULL;
	struct store *s = v->work.store;
	long artifacts, revisions, texts;

	TRY(store_counts(&artifacts, &revisions, &texts, s));
	TRY(store_art_list(&waiting, s, &dirty));
	TRY(store_art_list(&open, s, &conflict));
	TRY(store_refusal_list(&refusals, s));
	TRY(store_meta_get(&url, s, "remote"));
	TRY(store_meta_get(&synced, s, "synced"));
	TRY(store_meta_get(&cursor, s, "cursor"));
	number(v, "schema", store_schema(s));
	number(v, "artifacts", artifacts);
	number(v, "revisions", revisions);
	number(v, "texts", texts);
	text(v, "remote", url);
	text(v, "synced", synced);
	text(v, "cursor", cursor);
	number(v, "queued", (int64_t)waiting.len);
	number(v, "conflicts", (int64_t)open.len);
	number(v, "refused", (int64_t)refusals.len);
	return NULL;
}

static err_t put_workspace(struct view *v)
{
	const char *path = v->look.repo->db_path;
	err_t problem = session_open(&v->work, SESSION_READ), err = NULL;

	v->have_work = !problem;
	section(v, "workspace");
	text(v, "path", path);
	number(v, "bytes", size_of(path, ""));
	number(v, "bytes_in_wal", size_of(path, "-wal"));
	text(v, "problem", problem ? problem->text : NULL);
	err_free(problem);
	if (v->have_work)
		err = put_counts(v);
	section_end(v);
	return err;
}

/* --- all of it ------------------------------------------------------------------------------ */

static err_t put_clone(struct view *v)
{
	err_t err = session_open(&v->look, SESSION_REPO);

	v->have_repo = !err;
	if (err) {
		section(v, "repository");
		text(v, "problem", err->text);
		section_end(v);
		err_free(err);
		return NULL;
	}
	TRY(put_repository(v));
	TRY(put_workspace(v));
	TRY(put_hooks(v));
	return put_settings(v);
}

err_t cmd_env(int argc, char **argv)
{
	scoped(view_release) struct view v = {.as_json = false};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &v.as_json, "print JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json]", NULL};
	const struct usage usage = {"env", synopsis,
				    "Shows what a report of a bug needs; secrets are left out.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	if (v.as_json) {
		json_begin(&v.j, stdout);
		json_object_begin(&v.j);
	}
	put_programs(&v);
	TRY(put_clone(&v));
	put_environment(&v);
	if (v.as_json) {
		json_object_end(&v.j);
		json_end(&v.j);
	}
	return NULL;
}
