/* The merge and the diff driver, and hooks that git's configuration names. */
#include "cmd/config_text.h"
#include "cmd/hook_text.h"
#include "cmd/install.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "git-agent" and not "git agent": found without asking git, in git's own directory too. Without
 * it, or where it crashes, the file is merged as text, so that no side is taken for the result; a
 * negative exit code of merge-file would end the whole merge. */
#define DRIVER                                                                       \
	"if command -v git-agent >/dev/null; "                                       \
	"then git-agent merge-driver %O %A %B %L %P %S %X %Y; s=$?; "                \
	"test $s -lt 2 && exit $s; fi; "                                             \
	"git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B || exit 1"

static const struct config_setting drivers[] = {
	{"merge.agent.name", "git-agent structured merge"},
	{"merge.agent.driver", DRIVER},
	/* Of several common ancestors git makes one. "binary" would keep what was before both: a
	 * state that one side took back since would look untouched there, and come back. */
	{"merge.agent.recursive", "text"},
	/* the heading that a hunk stands under */
	{"diff.agent.xfuncname", "^ {0,3}(#{1,6}[ \t].*)$"},
};
#define NR_DRIVERS (sizeof(drivers) / sizeof(*drivers))

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

err_t install_config_hooks(bool *out)
{
	static const char *const argv[] = {"git", "version", NULL};
	scoped(scoped_result) struct proc_result result = {0};
	int major = 0, minor = 0;

	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	*out = sscanf(result.out, "git version %d.%d", &major, &minor) == 2 &&
	       (major > 2 || (major == 2 && minor >= 54));
	return NULL;
}

/* --- the file ------------------------------------------------------------------------------- */

static char *global_path(void)
{
	const char *named = getenv("GIT_CONFIG_GLOBAL"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	scoped_free char *own = home ? mem_printf("%s/.gitconfig", home) : NULL, *other = NULL;

	if (named && named[0])
		return mem_strdup(named);
	other = xdg && xdg[0] ? mem_printf("%s/git/config", xdg)
		: home	      ? mem_printf("%s/.config/git/config", home) : NULL;
	if (own && !file_exists(own) && other && file_exists(other))
		return steal(other);
	return steal(own);
}

/* A link is followed, as git does: people keep their configuration elsewhere. */
static err_t config_path(char **out, struct repo *r, enum install_scope scope)
{
	scoped_free char *path = NULL, *real = NULL;
	bool own;

	if (scope == SCOPE_WORKTREE) {
		TRY(repo_config_bool(&own, r, "extensions.worktreeconfig", false));
		if (!own)
			return err_hint(err_new(ERR_REFUSED, "this repository has no configuration "
							     "per work tree"),
					"'git config extensions.worktreeConfig true' allows it");
		path = mem_printf("%s/config.worktree", r->gitdir);
	} else if (scope == SCOPE_GLOBAL) {
		path = global_path();
	} else {
		path = mem_printf("%s/config", r->commondir);
	}
	if (!path)
		return err_new(ERR_FATAL, "there is no $HOME");
	real = realpath(path, NULL);
	*out = real ? steal(real) : steal(path);
	return NULL;
}

static err_t plan_file(struct install *in, struct repo *r, enum install_scope scope,
		       const struct config_setting *settings, size_t nr, const char *what)
{
	scoped_free char *path = NULL, *old = NULL;
	struct step step = {.what = what};
	struct file_stat st;

	TRY(config_path(&path, r, scope));
	strs_add(&in->configs, path);
	TRY(steps_read(&old, &step.old_len, &st, path));
	TRY(config_text(&step.text, &step.len, slice_of(old, step.old_len), settings, nr));
	if (!step.text)
		return NULL;
	step.old_mode = st.mode & 07777;
	step.old = steal(old);
	steps_write(&in->steps, STEP_CONFIG, steal(path), step);
	return NULL;
}

/* --- settings ------------------------------------------------------------------------------- */

struct settings {
	struct config_setting at[NR_DRIVERS + 2 * 16];
	size_t len;
	struct strs owned;
};

static void settings_release(struct settings *s)
{
	strs_release(&s->owned);
}

static void add(struct settings *s, const char *key, const char *value)
{
	BUG_ON(s->len >= sizeof(s->at) / sizeof(*s->at));
	s->at[s->len++] = (struct config_setting){key, value};
}

static char *own(struct settings *s, char *text)
{
	strs_take(&s->owned, text);
	return text;
}

/* git adds the arguments of the hook at the end. */
static char *hook_command(const struct hook_event *e)
{
	if (e->quiet)
		return mem_printf("command -v git-agent >/dev/null || exit 0; "
				  "exec git-agent hook %s", e->name);
	return mem_printf("command -v git-agent >/dev/null || { echo 'warning: no git-agent in "
			  "PATH: .agent/ was not looked at by %s' >&2; exit 0; }; "
			  "exec git-agent hook %s", e->name, e->name);
}

static void add_hooks(struct settings *s, bool present)
{
	for (const struct hook_event *e = hook_events; e->name; e++) {
		char *command = own(s, hook_command(e));

		add(s, own(s, mem_printf("hook.agent-%s.command", e->name)),
		    present ? command : NULL);
		add(s, own(s, mem_printf("hook.agent-%s.event", e->name)),
		    present ? e->name : NULL);
	}
}

static err_t count_hook(void *ctx, const char *key, const char *value)
{
	++*(size_t *)ctx;
	return NULL;
}

static err_t plan_hooks(struct settings *s, struct repo *r, bool present)
{
	size_t there = 0;

	TRY(repo_config_each(r, "hook.agent-", count_hook, &there));
	if (present || there)
		add_hooks(s, present);
	return NULL;
}

static bool is_our_driver(const char *value)
{
	return strstr(value, "git-agent merge-driver") != NULL;
}

/* Of the diff driver somebody may have his own; a wish of the user's stays. */
static err_t plan_drivers(struct install *in, struct settings *s, struct repo *r,
			  enum install_scope scope)
{
	const char *now;

	TRY(repo_config(&now, r, "merge.agent.driver"));
	if (now && !is_our_driver(now)) {
		strs_take(&in->foreign, mem_printf("merge.agent.driver is set to '%s': rename that "
						   "driver, or leave it and merge as text", now));
		return NULL;
	}
	for (size_t i = 0; i < NR_DRIVERS; i++) {
		TRY(repo_config(&now, r, drivers[i].key));
		if (scope == SCOPE_LOCAL && now && strcmp(now, drivers[i].value) == 0)
			continue;
		if (now && strncmp(drivers[i].key, "diff.", 5) == 0 && scope == SCOPE_LOCAL)
			continue;
		add(s, drivers[i].key, drivers[i].value);
	}
	return NULL;
}

err_t install_config(struct install *in, struct repo *r, bool config_hooks,
		     const struct install_options *o)
{
	scoped(settings_release) struct settings all = {0};
	enum install_scope scope = o->scope;
	const char *what = "merge driver";

	TRY(plan_drivers(in, &all, r, scope));
	if (scope != SCOPE_LOCAL) {
		TRY(plan_file(in, r, scope, all.at, all.len, what));
		all.len = 0;
		what = "hooks in the configuration";
	} else if (!all.len) {
		what = "hooks in the configuration";
	} else if (config_hooks) {
		what = "merge driver and hooks in the configuration";
	}
	if (!o->no_hooks)
		TRY(plan_hooks(&all, r, config_hooks));
	return plan_file(in, r, SCOPE_LOCAL, all.at, all.len, what);
}

/* A value with every quote and backslash escaped is a value in quotes. */
void install_print_settings(FILE *out)
{
	for (size_t i = 0; i < NR_DRIVERS; i++) {
		const char *key = drivers[i].key, *name = strchr(key, '.') + 1;

		if (i == 0 || strncmp(key, drivers[i - 1].key, 5) != 0)
			fprintf(out, "[%.*s \"agent\"]\n", (int)(name - key - 1), key);
		fprintf(out, "\t%s = \"", strchr(name, '.') + 1);
		for (const char *at = drivers[i].value; *at; at++) {
			if (*at == '\t') {
				fputs("\\t", out);
				continue;
			}
			if (*at == '"' || *at == '\\')
				putc('\\', out);
			putc(*at, out);
		}
		fputs("\"\n", out);
	}
}

/* --- the way back --------------------------------------------------------------------------- */

/* What an earlier version wrote. */
static bool is_old_value(const char *key, const char *now)
{
	return strcmp(key, "merge.agent.recursive") == 0 && strcmp(now, "binary") == 0;
}

static err_t plan_unset(struct install *in, struct settings *s, struct repo *r,
			enum install_scope scope)
{
	scoped_free char *path = NULL, *text = NULL;
	struct file_stat st;
	size_t len;

	TRY(config_path(&path, r, scope));
	TRY(steps_read(&text, &len, &st, path));
	for (size_t i = 0; i < NR_DRIVERS; i++) {
		scoped_free char *now = NULL;
		bool ours;

		TRY(config_text_get(&now, slice_of(text, len), drivers[i].key));
		if (!now)
			continue;
		ours = strcmp(now, drivers[i].value) == 0 || is_old_value(drivers[i].key, now) ||
		       (strcmp(drivers[i].key, "merge.agent.driver") == 0 && is_our_driver(now));
		if (ours)
			add(s, drivers[i].key, NULL);
		else
			strs_take(&in->left, mem_printf("%s in '%s': it was set by somebody else",
							drivers[i].key, path));
	}
	return NULL;
}

static err_t tell_elsewhere(struct install *in, struct repo *r, enum install_scope scope)
{
	static const char *const names[] = {"--local", "--worktree", "--global"};

	for (int other = SCOPE_LOCAL; other <= SCOPE_GLOBAL; other++) {
		scoped_free char *path = NULL, *text = NULL, *now = NULL;
		struct file_stat st;
		size_t len;

		if (other == (int)scope)
			continue;
		/* a place that this clone does not have has nothing of ours */
		err_free(config_path(&path, r, other));
		if (!path)
			continue;
		TRY(steps_read(&text, &len, &st, path));
		TRY(config_text_get(&now, slice_of(text, len), "merge.agent.driver"));
		if (now && is_our_driver(now))
			strs_take(&in->left, mem_printf("merge.agent.driver in '%s': 'git agent "
							"uninstall %s' takes it out", path,
							names[other]));
	}
	return NULL;
}

err_t uninstall_config(struct install *in, struct repo *r, enum install_scope scope)
{
	scoped(settings_release) struct settings all = {0};

	TRY(tell_elsewhere(in, r, scope));
	TRY(plan_unset(in, &all, r, scope));
	if (scope != SCOPE_LOCAL) {
		TRY(plan_file(in, r, scope, all.at, all.len, "merge driver"));
		all.len = 0;
	}
	TRY(plan_hooks(&all, r, false));
	return plan_file(in, r, SCOPE_LOCAL, all.at, all.len,
			 scope == SCOPE_LOCAL ? "merge driver" : "hooks in the configuration");
}
