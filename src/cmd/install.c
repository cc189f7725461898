#include "cmd/install.h"
#include "cli/text.h"
#include "cmd/block.h"
#include "cmd/settings.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char install_attribute_lines[] =
#include "cmd/templates/plans.inc"
#include "cmd/templates/stories.inc"
#include "cmd/templates/runbooks.inc"
#include "cmd/templates/adrs.inc"
#include "cmd/templates/journeys.inc"
	;

static const char excludes[] = "/.agent/cache/agent.db\n"
			       "/.agent/cache/agent.db.kept-*\n";

void install_release(struct install *in)
{
	steps_release(&in->steps);
	strs_release(&in->foreign);
	strs_release(&in->configs);
	strs_release(&in->left);
	free(in->snippet);
	*in = (struct install){0};
}

/* --- blocks of ours in files of lines ------------------------------------------------------- */

/* A block in the file, or taken out of it (body NULL). */
static err_t plan_block(struct install *in, char *path, const char *body, const char *what)
{
	scoped_free char *name = path, *old = NULL;
	struct step step = {.what = what};
	struct file_stat st;
	bool was_missing = false;

	TRY(steps_read(&old, &step.old_len, &st, path));
	if (body) {
		step.text = block_put(slice_of(old, step.old_len), step.old_len, body);
		step.len = step.text ? strlen(step.text) : 0;
	} else {
		step.text = block_take(&step.len, &was_missing, slice_of(old, step.old_len));
	}
	if (!step.text)
		return NULL;
	step.old_mode = st.mode & 07777;
	step.old = steal(old);
	if (was_missing)
		free(steal(step.text));
	steps_write(&in->steps, was_missing ? STEP_REMOVE : STEP_WRITE, steal(name), step);
	return NULL;
}

static char *info_path(const struct repo *r)
{
	return mem_printf("%s/info/attributes", r->commondir);
}

static char *tracked_path(const struct repo *r)
{
	return mem_printf("%s/.gitattributes", r->worktree);
}

static void scoped_kinds(struct kinds **kinds)
{
	kinds_free(*kinds);
}

/* The lines that everybody has, and one for each directory of the project's own kinds. */
static err_t attribute_lines(char **out, const struct repo *r)
{
	scoped(scoped_kinds) struct kinds *kinds = NULL;
	struct mem_stream s;

	TRY(settings_here(&kinds, r));
	mem_stream_open(&s);
	fputs(install_attribute_lines, s.file);
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];
		scoped_free char *pattern = mem_printf("/%s/**/*%s ", k->dir, k->suffix);

		if (!strstr(install_attribute_lines, pattern))
			fprintf(s.file, "%smerge=agent%s\n", pattern,
				k->opaque ? "" : " diff=agent");
	}
	*out = mem_stream_close(&s, NULL);
	return NULL;
}

/* Whether the tracked file says just what we would. */
static err_t is_tracked_current(bool *out, const struct repo *r, const char *lines)
{
	scoped_free char *path = tracked_path(r), *text = NULL, *put = NULL;
	struct file_stat st;
	size_t len;

	*out = false;
	TRY(file_stat(&st, path));
	if (!st.regular)
		return NULL;
	TRY(file_read(&text, &len, NULL, path, 0));
	put = block_put(slice_of(text, len), len, lines);
	*out = put == NULL;
	return NULL;
}

static err_t plan_attributes(struct install *in, struct repo *r, enum install_attributes where)
{
	scoped_free char *lines = NULL;
	bool tracked = false;

	TRY(attribute_lines(&lines, r));
	if (where == ATTRIBUTES_AUTO)
		TRY(is_tracked_current(&tracked, r, lines));
	if (where == ATTRIBUTES_TRACKED)
		TRY(plan_block(in, tracked_path(r), lines, "merge attribute"));
	/* What is in info/ has the last word, so that an older block there would hide the new. */
	return plan_block(in, info_path(r),
			  tracked || where == ATTRIBUTES_TRACKED ? NULL : lines,
			  "merge attribute");
}

/* --- the plan ------------------------------------------------------------------------------- */

static err_t plan(struct install *in, struct repo *r, const struct install_options *o)
{
	bool config_hooks;

	if (!r->worktree)
		return err_new(ERR_FATAL, "this operation must be run in a work tree");
	TRY(install_config_hooks(&config_hooks));
	if (!o->no_hooks)
		TRY(install_hooks(in, r, config_hooks, o->force));
	if (o->exclude)
		TRY(plan_block(in, mem_printf("%s/info/exclude", r->commondir), excludes,
			       "ignore rule"));
	TRY(plan_attributes(in, r, o->attributes));
	return install_config(in, r, config_hooks, o);
}

err_t install_plan(struct install *out, struct repo *r, const struct install_options *o)
{
	scoped(install_release) struct install in = {0};

	TRY(plan(&in, r, o));
	*out = in;
	in = (struct install){0};
	return NULL;
}

static bool has_linked_trees(const struct repo *r)
{
	scoped_free char *path = mem_printf("%s/worktrees", r->commondir);

	return file_exists(path);
}

/* The link to the workspace goes, and with it the need to ignore it; files kept aside stay. */
static err_t plan_link(struct install *in, struct repo *r)
{
	scoped_free char *link = mem_printf("%s/.agent/cache/agent.db", r->worktree);
	scoped_free char *kept = mem_printf("%s.kept-1", link);
	scoped_free char *real = realpath(link, NULL), *db = realpath(r->db_path, NULL);
	struct file_stat st;

	TRY(file_stat(&st, link));
	if (st.symlink && real && db && strcmp(real, db) == 0)
		steps_write(&in->steps, STEP_REMOVE_LINK, steal(link),
			    (struct step){.what = "link to the workspace"});
	else if (st.exists)
		strs_take(&in->left, mem_printf("'%s': it is not our link", link));
	if (has_linked_trees(r)) {
		strs_add(&in->left, "the rule that ignores links to the workspace: there are other "
				    "work trees");
		return NULL;
	}
	if (!file_exists(kept))
		return plan_block(in, mem_printf("%s/info/exclude", r->commondir), NULL,
				  "ignore rule");
	strs_take(&in->left, mem_printf("'%s' and the rule that ignores it: it is yours", kept));
	return NULL;
}

/* A link, which git does not follow either, has nothing of ours. */
static err_t take_tracked(struct install *in, struct repo *r)
{
	scoped_free char *path = tracked_path(r);
	struct file_stat st;

	TRY(file_stat(&st, path));
	return st.regular ? plan_block(in, steal(path), NULL, "merge attribute") : NULL;
}

static err_t plan_back(struct install *in, struct repo *r, const struct install_options *o)
{
	if (!r->worktree)
		return err_new(ERR_FATAL, "this operation must be run in a work tree");
	TRY(uninstall_hooks(in, r, o->force));
	TRY(take_tracked(in, r));
	TRY(plan_block(in, info_path(r), NULL, "merge attribute"));
	TRY(plan_link(in, r));
	return uninstall_config(in, r, o->scope);
}

err_t uninstall_plan(struct install *out, struct repo *r, const struct install_options *o)
{
	scoped(install_release) struct install in = {0};

	TRY(plan_back(&in, r, o));
	*out = in;
	in = (struct install){0};
	return NULL;
}

/* --- carrying it out ------------------------------------------------------------------------ */

err_t install_apply(struct install *in)
{
	for (size_t i = 0; i < in->configs.len; i++)
		TRY(steps_clear_lock(in->configs.at[i]));
	return steps_apply(&in->steps);
}

err_t install_verdict(const struct install *in, const char *hint)
{
	if (!in->foreign.len)
		return NULL;
	fflush(stdout);
	for (size_t i = 0; i < in->foreign.len; i++) {
		fputs("warning: ", stderr);
		text_safe_fputs(in->foreign.at[i], stderr);
		putc('\n', stderr);
	}
	return err_hint(err_new(ERR_DIFFERS, "hooks and merge driver were not installed"), "%s%s",
			in->snippet ? in->snippet : "", hint);
}

err_t install_exclude(struct repo *r)
{
	scoped(install_release) struct install in = {0};

	TRY(plan_block(&in, mem_printf("%s/info/exclude", r->commondir), excludes, "ignore rule"));
	return steps_apply(&in.steps);
}
