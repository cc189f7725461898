#include "cmd/install.h"
#include "cmd/block.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdlib.h>
#include <string.h>

/* "git-agent" and not "git agent": found without asking git, in git's own directory too. Without
 * it the file is merged as text; a negative exit code of merge-file would end the whole merge. */
#define DRIVER                                                                      \
	"if command -v git-agent >/dev/null; "                                      \
	"then exec git-agent merge-driver %O %A %B %L %P %S %X %Y; fi; "            \
	"git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B || exit 1"

static const struct {
	const char *event, *what, *text;
} hooks[] = {
	{"pre-commit", "hook pre-commit",
#include "cmd/templates/pre-commit.inc"
	},
	{"post-checkout", "hook post-checkout",
#include "cmd/templates/post-checkout.inc"
	},
	{"post-merge", "hook post-merge",
#include "cmd/templates/post-merge.inc"
	},
};

static const struct install_setting settings[] = {
	{"merge.agent.name", "git-agent structured merge"},
	{"merge.agent.driver", DRIVER},
	{"merge.agent.recursive", "binary"},
};

static const char attributes[] =
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
	for (size_t i = 0; i < in->nr_files; i++) {
		free(in->files[i].path);
		free(in->files[i].text);
	}
	strs_release(&in->foreign);
}

static void plan_file(struct install *in, char *path, char *text, mode_t mode, const char *what)
{
	BUG_ON(in->nr_files >= sizeof(in->files) / sizeof(*in->files));
	in->files[in->nr_files++] = (struct install_file){path, text, mode, what};
}

/* A file that is missing is empty. */
static err_t slurp(char **bytes, size_t *len, const char *path)
{
	err_t err = file_read(bytes, len, NULL, path, 0);

	if (!err || err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	*bytes = mem_strdup("");
	*len = 0;
	return NULL;
}

/* --- hooks ---------------------------------------------------------------------------------- */

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* git expands "~" and is asked where relative paths begin. */
static err_t hooks_path(char **out, struct repo *r)
{
	static const char *const argv[] = {"git", "rev-parse", "--git-path", "hooks", NULL};
	scoped(scoped_result) struct proc_result result = {0};
	struct slice line;

	TRY(proc_run(&result, &(struct proc){.argv = argv, .dir = r->worktree, .quiet = true}));
	if (result.status != 0)
		return err_new(ERR_FATAL, "git does not say where the hooks are");
	line = slice_trim(slice_of(result.out, result.out_len));
	*out = line.at[0] == '/' ? mem_strndup(line.at, line.len)
				 : mem_printf("%s/%.*s", r->worktree, (int)line.len, line.at);
	return NULL;
}

static void refuse_hook(struct install *in, const char *event, const char *path, const char *why)
{
	strs_take(&in->foreign, mem_printf("'%s' %s: put this line into it: "
					   "git agent hook %s \"$@\" || exit",
					   path, why, event));
}

/* Ours, or somebody's who calls us: a line that runs `git agent hook <event>`, or `git-agent hook`,
 * which ours do because it is one process less. */
static bool calls_us(struct slice text, const char *event)
{
	scoped_free char *call = mem_printf("agent hook %s", event);
	struct slice line;

	while (slice_line(&text, &line)) {
		struct slice words = slice_trim(line);

		if (words.len && words.at[0] != '#' &&
		    memmem(words.at, words.len, call, strlen(call)))
			return true;
	}
	return false;
}

static err_t plan_hook(struct install *in, const char *dir, size_t which, bool dir_is_foreign)
{
	scoped_free char *path = mem_printf("%s/%s", dir, hooks[which].event), *old = NULL;
	const char *event = hooks[which].event;
	struct file_stat st;
	size_t len;
	bool ours;

	TRY(file_stat(&st, path));
	if (!st.exists) {
		if (dir_is_foreign)
			refuse_hook(in, event, path, "does not exist, and core.hooksPath is set");
		else
			plan_file(in, steal(path), mem_strdup(hooks[which].text), 0755,
				  hooks[which].what);
		return NULL;
	}
	if (!st.regular) {
		refuse_hook(in, event, path, "is not a regular file");
		return NULL;
	}
	TRY(file_read(&old, &len, NULL, path, 0));
	ours = slice_is(slice_of(old, len), hooks[which].text);
	if (!ours && !calls_us(slice_of(old, len), event))
		refuse_hook(in, event, path, "is not ours");
	else if (ours && !(st.mode & 0100))
		plan_file(in, steal(path), steal(old), 0755, hooks[which].what);
	return NULL;
}

static err_t plan_hooks(struct install *in, struct repo *r)
{
	scoped_free char *dir = NULL;
	const char *elsewhere;

	TRY(repo_config(&elsewhere, r, "core.hookspath"));
	if (elsewhere)
		TRY(hooks_path(&dir, r));
	else
		dir = mem_printf("%s/hooks", r->commondir);
	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		TRY(plan_hook(in, dir, i, elsewhere != NULL));
	return NULL;
}

/* --- the merge driver ----------------------------------------------------------------------- */

static err_t plan_driver(struct install *in, struct repo *r)
{
	const char *driver, *now;

	TRY(repo_config(&driver, r, "merge.agent.driver"));
	if (driver && !strstr(driver, "git-agent merge-driver")) {
		strs_take(&in->foreign, mem_printf("merge.agent.driver is set to '%s': rename that "
						   "driver, or leave it and merge as text",
						   driver));
		return NULL;
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		TRY(repo_config(&now, r, settings[i].key));
		if (!now || strcmp(now, settings[i].value) != 0)
			in->settings[in->nr_settings++] = settings[i];
	}
	return NULL;
}

static err_t plan_attributes(struct install *in, struct repo *r)
{
	scoped_free char *path = mem_printf("%s/info/attributes", r->commondir), *old = NULL;
	char *text;
	size_t len;

	TRY(slurp(&old, &len, path));
	text = block_put(slice_of(old, len), attributes);
	if (text)
		plan_file(in, steal(path), text, 0, "merge attribute");
	return NULL;
}

err_t install_plan(struct install *out, struct repo *r)
{
	struct install in = {0};
	err_t err = plan_driver(&in, r);

	if (!err)
		err = plan_hooks(&in, r);
	if (!err)
		err = plan_attributes(&in, r);
	if (err)
		install_release(&in);
	else
		*out = in;
	return err;
}

/* --- writing -------------------------------------------------------------------------------- */

static err_t put_file(const char *path, const char *text, mode_t mode)
{
	TRY(file_mkdirs_for(path));
	return file_write(path, slice_str(text), mode);
}

/* The attribute is the last: a driver that is named before it is there would merge as text. */
err_t install_apply(const struct install *in, struct repo *r)
{
	for (size_t i = 0; i < in->nr_settings; i++)
		TRY(repo_config_set(r, in->settings[i].key, in->settings[i].value));
	for (size_t i = 0; i < in->nr_files; i++)
		TRY(put_file(in->files[i].path, in->files[i].text, in->files[i].mode));
	return NULL;
}

err_t install_exclude(struct repo *r)
{
	scoped_free char *path = mem_printf("%s/info/exclude", r->commondir);
	scoped_free char *old = NULL, *text = NULL;
	size_t len;

	TRY(slurp(&old, &len, path));
	text = block_put(slice_of(old, len), excludes);
	return text ? put_file(path, text, 0) : NULL;
}
