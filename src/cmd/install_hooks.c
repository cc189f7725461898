/* The hooks of a clone, as files. */
#include "cmd/block.h"
#include "cmd/hook_manager.h"
#include "cmd/hook_text.h"
#include "cmd/install.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT ".before-git-agent"

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* --- where ---------------------------------------------------------------------------------- */

struct place {
	char *dir;
	enum hook_manager manager;
	const char *why_not;	/* why nothing is to be written there; NULL: it is ours */
};

static void place_release(struct place *p)
{
	free(p->dir);
}

/* git expands "~" and is asked where relative paths begin. */
err_t install_hooks_dir(char **out, struct repo *r)
{
	static const char *const argv[] = {"git", "rev-parse", "--git-path", "hooks", NULL};
	scoped(scoped_result) struct proc_result result = {0};
	const char *elsewhere, *top = r->worktree ? r->worktree : r->commondir;
	struct slice line;

	TRY(repo_config(&elsewhere, r, "core.hookspath"));
	if (!elsewhere) {
		*out = mem_printf("%s/hooks", r->commondir);
		return NULL;
	}
	TRY(proc_run(&result, &(struct proc){.argv = argv, .dir = top, .quiet = true}));
	if (result.status != 0)
		return err_new(ERR_FATAL, "git does not say where the hooks are");
	line = slice_trim(slice_of(result.out, result.out_len));
	while (line.len > 1 && line.at[line.len - 1] == '/')
		line.len--;
	*out = line.at[0] == '/' ? mem_strndup(line.at, line.len)
				 : mem_printf("%s/%.*s", top, (int)line.len, line.at);
	return NULL;
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '/' || !path[len]);
}

static err_t is_tracked(bool *out, const struct repo *r, const char *dir)
{
	const char *const argv[] = {"git", "ls-files", "--", dir, NULL};
	const char *const ignored[] = {"git", "check-ignore", "-q", "--", dir, NULL};
	scoped(scoped_result) struct proc_result files = {0}, ignore = {0};

	TRY(proc_run(&files, &(struct proc){.argv = argv, .dir = r->worktree, .quiet = true}));
	TRY(proc_run(&ignore, &(struct proc){.argv = ignored, .dir = r->worktree, .quiet = true}));
	*out = files.out_len > 0 || ignore.status != 0;
	return NULL;
}

static err_t find_place(struct place *out, struct repo *r)
{
	struct file_stat st;
	bool tracked;

	TRY(install_hooks_dir(&out->dir, r));
	out->manager = hook_manager_of_dir(out->dir);
	TRY(file_stat(&st, out->dir));
	if (st.symlink) {
		out->why_not = "is behind a symbolic link";
	} else if (is_below(out->dir, r->commondir)) {
		out->why_not = NULL;
	} else if (is_below(out->dir, r->worktree)) {
		TRY(is_tracked(&tracked, r, out->dir));
		if (tracked)
			out->why_not = "is in a directory that the team shares (core.hooksPath)";
	} else {
		out->why_not = "is not this repository's alone (core.hooksPath)";
	}
	return NULL;
}

/* --- one hook ------------------------------------------------------------------------------- */

struct hook {
	const struct hook_event *event;
	const struct place *place;
	char *path;
	char *text;
	size_t len;
	struct file_stat st;
};

static void hook_release(struct hook *h)
{
	free(h->path);
	free(h->text);
}

static err_t read_hook(struct hook *h)
{
	h->path = mem_printf("%s/%s", h->place->dir, h->event->name);
	TRY(file_stat(&h->st, h->path));
	return h->st.regular ? file_read(&h->text, &h->len, NULL, h->path, 0) : NULL;
}

static void write_hook(struct install *in, struct hook *h, char *text, size_t len, mode_t mode)
{
	steps_write(&in->steps, STEP_WRITE, mem_strdup(h->path), (struct step){
		.text = text, .len = len, .mode = mode, .old = steal(h->text), .old_len = h->len,
		.old_mode = h->st.mode & 07777, .what = h->event->what});
}

/* An executable bit wherever there is one for reading. */
static mode_t runnable(mode_t mode)
{
	return (mode & 07777) | ((mode & 0444) >> 2);
}

static void refuse(struct install *in, const struct hook *h, const char *why)
{
	bool script = !h->text || hook_text_is(&(const char *){NULL}, slice_of(h->text, h->len),
					       h->event) == HOOK_SHELL;

	strs_take(&in->foreign,
		  script ? mem_printf("'%s' %s: put this line into it: git agent hook %s \"$@\" "
				      "|| exit", h->path, why, h->event->name)
			 : mem_printf("'%s' %s: let it call 'git agent hook %s' with its "
				      "arguments, and end with its exit code", h->path, why,
				      h->event->name));
}

static err_t plan_there(struct install *in, struct repo *r, struct hook *h, bool force);

static err_t read_legacy(struct hook *out, const struct hook *h)
{
	*out = (struct hook){.event = h->event, .place = h->place};
	out->path = mem_printf("%s.legacy", h->path);
	TRY(file_stat(&out->st, out->path));
	return out->st.regular ? file_read(&out->text, &out->len, NULL, out->path, 0) : NULL;
}

/*
 * pre-commit runs what was there before it under this name, and before anything else. From its own
 * configuration we would run too late: it takes edits that are not staged out of the files first,
 * and nothing that a command changed could go into the commit.
 */
static err_t plan_legacy(struct install *in, struct repo *r, const struct hook *h)
{
	scoped(hook_release) struct hook legacy = {0};

	TRY(read_legacy(&legacy, h));
	if (legacy.st.exists)
		return plan_there(in, r, &legacy, false);
	write_hook(in, &legacy, mem_strdup(h->event->text), strlen(h->event->text), 0755);
	return NULL;
}

/* A hook that a manager owns: either it calls us, or it is to be told so. */
static err_t ask_manager(struct install *in, struct repo *r, const struct hook *h,
			 enum hook_manager manager)
{
	struct mem_stream s;
	bool calls;
	err_t err;

	TRY(hook_manager_calls(&calls, r, manager, h->event->name));
	if (calls)
		return NULL;
	if (manager == MANAGER_PRE_COMMIT && !h->place->why_not)
		return plan_legacy(in, r, h);
	strs_take(&in->foreign, mem_printf("'%s' belongs to %s, which would write over a change",
					   h->path, hook_manager_name(manager)));
	mem_stream_open(&s);
	if (in->snippet)
		fputs(in->snippet, s.file);
	err = hook_manager_snippet(s.file, manager, h->event->name, !in->snippet);
	free(in->snippet);
	in->snippet = mem_stream_close(&s, NULL);
	return err;
}

/* What is there is kept beside, and ours takes its place. */
static err_t replace(struct install *in, struct hook *h)
{
	scoped_free char *kept = mem_printf("%s" KEPT, h->path);
	struct file_stat st;

	TRY(file_stat(&st, kept));
	if (st.exists)
		return err_hint(err_new(ERR_REFUSED, "'%s' exists already", kept),
				"it is what an earlier --force kept: move it away");
	steps_write(&in->steps, STEP_MOVE, mem_strdup(h->path), (struct step){
		.to = steal(kept), .what = h->event->what});
	h->st = (struct file_stat){0};
	free(steal(h->text));
	write_hook(in, h, mem_strdup(h->event->text), strlen(h->event->text), 0755);
	return NULL;
}

static err_t plan_shell(struct install *in, struct repo *r, struct hook *h, bool force)
{
	enum hook_manager manager = hook_manager_of_text(slice_of(h->text, h->len));
	char *text;

	if (manager && !force)
		return ask_manager(in, r, h, manager);
	if (!(h->st.mode & 0111)) {
		if (force)
			return replace(in, h);
		refuse(in, h, "is not executable, so that git passes it by");
		return NULL;
	}
	if (h->place->why_not && !force) {
		refuse(in, h, h->place->why_not);
		return NULL;
	}
	text = hook_text_chain(slice_of(h->text, h->len), h->event);
	write_hook(in, h, text, strlen(text), 0);
	return NULL;
}

static void plan_chained(struct install *in, struct hook *h)
{
	char *text = hook_text_chain(slice_of(h->text, h->len), h->event);

	if (!text && (h->st.mode & 0111))
		return;
	if (!text)
		text = mem_dup(h->text, h->len);
	write_hook(in, h, text, strlen(text), runnable(h->st.mode));
}

static enum hook_is what_is(const char **why, const struct hook *h)
{
	*why = "is not a regular file";
	return h->st.regular ? hook_text_is(why, slice_of(h->text, h->len), h->event)
			     : HOOK_FOREIGN;
}

static err_t plan_there(struct install *in, struct repo *r, struct hook *h, bool force)
{
	const char *why;
	enum hook_is is = what_is(&why, h);

	/* It calls us; how, is not this clone's to change. */
	if (is <= HOOK_CHAINED && h->place->why_not && !force)
		return NULL;
	switch (is) {
	case HOOK_OURS:
		if (!(h->st.mode & 0100))
			write_hook(in, h, mem_dup(h->text, h->len), h->len, 0755);
		return NULL;
	case HOOK_OLD:
		write_hook(in, h, mem_strdup(h->event->text), strlen(h->event->text), 0755);
		return NULL;
	case HOOK_CHAINED:
		plan_chained(in, h);
		return NULL;
	case HOOK_CALLS:
		return NULL;
	case HOOK_SHELL:
		return plan_shell(in, r, h, force);
	case HOOK_FOREIGN:
		break;
	}
	if (h->st.regular && hook_manager_of_text(slice_of(h->text, h->len)) && !force)
		return ask_manager(in, r, h, hook_manager_of_text(slice_of(h->text, h->len)));
	if (force && !h->st.directory)
		return replace(in, h);
	refuse(in, h, why);
	return NULL;
}

/* Of what a configuration hook does, no file does a second time. */
static void plan_away(struct install *in, struct hook *h)
{
	const char *why;
	enum hook_is is = what_is(&why, h);
	size_t len = 0;
	bool was_missing;
	char *text;

	if (is == HOOK_OURS || is == HOOK_OLD) {
		steps_write(&in->steps, STEP_REMOVE, mem_strdup(h->path), (struct step){
			.old = steal(h->text), .old_len = h->len, .old_mode = h->st.mode & 07777,
			.what = h->event->what});
	} else if (is == HOOK_CHAINED) {
		text = block_take(&len, &was_missing, slice_of(h->text, h->len));
		write_hook(in, h, text, len, 0);
	}
}

err_t install_hooks(struct install *in, struct repo *r, bool config_hooks, bool force)
{
	scoped(place_release) struct place place = {0};

	TRY(find_place(&place, r));
	for (const struct hook_event *e = hook_events; e->name; e++) {
		scoped(hook_release) struct hook h = {.event = e, .place = &place};

		TRY(read_hook(&h));
		if (config_hooks)
			plan_away(in, &h);	/* what is under a name of pre-commit's stays */
		else if (place.manager && !force)
			TRY(ask_manager(in, r, &h, place.manager));
		else if (h.st.exists)
			TRY(plan_there(in, r, &h, force));
		else if (place.why_not && !force)
			refuse(in, &h, place.why_not);
		else
			write_hook(in, &h, mem_strdup(e->text), strlen(e->text), 0755);
	}
	return NULL;
}

/* --- the way back --------------------------------------------------------------------------- */

static err_t plan_back(struct install *in, struct repo *r, struct hook *h, bool force)
{
	scoped_free char *kept = mem_printf("%s" KEPT, h->path);
	const char *why;
	enum hook_is is = what_is(&why, h);
	struct file_stat st;
	bool calls = is == HOOK_CALLS;
	size_t before = in->steps.len;

	if (is <= HOOK_CHAINED && h->place->why_not && !force) {
		strs_take(&in->left, mem_printf("'%s': it %s; --force takes it out", h->path,
						h->place->why_not));
		return NULL;
	}
	plan_away(in, h);
	TRY(file_stat(&st, kept));
	if (st.exists && (in->steps.len > before || !h->st.exists))
		steps_write(&in->steps, STEP_MOVE, steal(kept), (struct step){
			.to = mem_strdup(h->path), .what = h->event->what});
	else if (st.exists)
		strs_take(&in->left, mem_printf("'%s': '%s' is not ours any more", kept, h->path));
	if (!calls && h->place->manager)
		TRY(hook_manager_calls(&calls, r, h->place->manager, h->event->name));
	if (calls)
		strs_take(&in->left, mem_printf("'%s' calls git agent: it is not a file of ours",
						h->path));
	return NULL;
}

err_t uninstall_hooks(struct install *in, struct repo *r, bool force)
{
	scoped(place_release) struct place place = {0};

	TRY(find_place(&place, r));
	for (const struct hook_event *e = hook_events; e->name; e++) {
		scoped(hook_release) struct hook h = {.event = e, .place = &place};

		TRY(read_hook(&h));
		TRY(plan_back(in, r, &h, force));
		if (!place.why_not) {
			scoped(hook_release) struct hook legacy = {0};

			TRY(read_legacy(&legacy, &h));
			plan_away(in, &legacy);
		}
	}
	return NULL;
}
