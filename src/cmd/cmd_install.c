/* `git agent install`, `git agent uninstall` */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/advice.h"
#include "cmd/cmd.h"
#include "cmd/hook_text.h"
#include "cmd/install.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

struct flags {
	bool dry_run, json, manual, force, local, worktree, global;
	const char *attributes;
};

/* What both commands have; what only one has stands before. */
#define COMMON_OPTIONS(f, force_help)                                                  \
	OPT_FLAG('n', "dry-run", &(f)->dry_run, "only say what would be written"),     \
	OPT_FLAG(0, "json", &(f)->json, "what is written, as JSON"),                   \
	OPT_FLAG(0, "force", &(f)->force, force_help),                                 \
	OPT_FLAG(0, "local", &(f)->local, "drivers in this clone's configuration"),    \
	OPT_FLAG(0, "worktree", &(f)->worktree, "drivers in this work tree's"),        \
	OPT_FLAG(0, "global", &(f)->global, "drivers in the user's"), OPT_END

static err_t scope_of(enum install_scope *out, const struct flags *f, const struct usage *usage)
{
	if (f->local + f->worktree + f->global > 1)
		return opts_misuse(usage, "one of --local, --worktree and --global");
	*out = f->global ? SCOPE_GLOBAL : f->worktree ? SCOPE_WORKTREE : SCOPE_LOCAL;
	return NULL;
}

static void print_steps(const struct steps *steps, const char *prefix)
{
	for (size_t i = 0; i < steps->len; i++) {
		const struct step *step = &steps->at[i];

		fputs(prefix, stdout);
		fputs(step->what, stdout);
		if (step->how == STEP_REMOVE || step->how == STEP_REMOVE_LINK)
			fputs(" removed", stdout);
		fputs(": ", stdout);
		text_safe_fputs(step->path, stdout);
		if (step->how == STEP_MOVE) {
			fputs(" moved to ", stdout);
			text_safe_fputs(step->to, stdout);
		}
		putchar('\n');
	}
}

static const char *const words[] = {
	[STEP_WRITE] = "write",
	[STEP_CONFIG] = "write",
	[STEP_REMOVE] = "remove",
	[STEP_REMOVE_LINK] = "remove",
	[STEP_MOVE] = "move",
};

static void print_json(const struct install *in, bool dry_run)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "dry_run", dry_run);
	json_key(&j, "steps");
	json_array_begin(&j);
	for (size_t i = 0; i < in->steps.len; i++) {
		const struct step *step = &in->steps.at[i];

		json_object_begin(&j);
		json_key_string(&j, "what", step->what);
		json_key_string(&j, "how", words[step->how]);
		json_key_string(&j, "path", step->path);
		json_key_string(&j, "to", step->how == STEP_MOVE ? step->to : NULL);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_key(&j, "left");
	json_array_begin(&j);
	for (size_t i = 0; i < in->left.len; i++)
		json_string(&j, in->left.at[i]);
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

static err_t carry_out(struct install *in, bool dry_run, bool json)
{
	if (!dry_run)
		TRY(install_apply(in));
	if (json) {
		print_json(in, dry_run);
		return NULL;
	}
	print_steps(&in->steps, dry_run ? "would write " : "");
	if (!in->steps.len)
		puts("nothing to do");
	return NULL;
}

/* --- install -------------------------------------------------------------------------------- */

static void print_manual(void)
{
	puts("# each hook, executable, in the directory that 'git rev-parse --git-path hooks' "
	     "names:");
	for (const struct hook_event *e = hook_events; e->name; e++)
		printf("\n# %s\n%s", e->name, e->text);
	printf("\n# .git/info/attributes, or .gitattributes:\n%s", install_attribute_lines);
	puts("\n# configuration:");
	install_print_settings(stdout);
}

static err_t attributes_of(enum install_attributes *out, const char *word,
			   const struct usage *usage)
{
	if (word && strcmp(word, "info") != 0 && strcmp(word, "tracked") != 0)
		return opts_misuse(usage, "--attributes is 'info' or 'tracked', not '%s'", word);
	*out = !word		   ? ATTRIBUTES_AUTO
	       : word[0] == 'i' ? ATTRIBUTES_INFO : ATTRIBUTES_TRACKED;
	return NULL;
}

static err_t install(const struct flags *f, const struct install_options *o)
{
	scoped(session_close) struct session s = {0};
	scoped(install_release) struct install in = {0};

	TRY(session_open(&s, SESSION_REPO));
	TRY(install_plan(&in, s.repo, o));
	TRY(install_verdict(&in, "after that, run 'git agent install' again; until then "
				 "'git agent install --drivers' is all but the hooks"));
	TRY(carry_out(&in, f->dry_run, f->json));
	if (!file_exists(s.repo->db_path) && advice_wanted_for("noWorkspace"))
		fputs("hint: there is no workspace yet; 'git agent sync init' makes one\n", stderr);
	return NULL;
}

err_t cmd_install(int argc, char **argv)
{
	struct flags f = {0};
	struct install_options o = {.exclude = true};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "manual", &f.manual, "print what to put where, and write nothing"),
		OPT_FLAG(0, "drivers", &o.no_hooks,
			 "merge driver, diff driver and attributes; hooks stay as they are"),
		OPT_STRING(0, "attributes", &f.attributes, "where",
			   "info: in .git (the default); tracked: in .gitattributes, for all"),
		COMMON_OPTIONS(&f, "also where hooks are somebody else's; those are kept beside"),
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"install", synopsis,
				    "Lets git call git-agent in this clone: hooks, merge driver, "
				    "diff driver, attributes.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(scope_of(&o.scope, &f, &usage));
	TRY(attributes_of(&o.attributes, f.attributes, &usage));
	o.force = f.force;
	if (f.manual && f.json)
		return opts_misuse(&usage, "--manual is for people, --json is not");
	if (f.manual) {
		print_manual();
		return NULL;
	}
	return install(&f, &o);
}

/* --- uninstall ------------------------------------------------------------------------------ */

static err_t uninstall(const struct flags *f, const struct install_options *o)
{
	scoped(session_close) struct session s = {0};
	scoped(install_release) struct install in = {0};

	TRY(session_open(&s, SESSION_REPO));
	TRY(uninstall_plan(&in, s.repo, o));
	TRY(carry_out(&in, f->dry_run, f->json));
	if (file_exists(s.repo->db_path))
		fprintf(stderr, "the workspace stays: '%s'\n", s.repo->db_path);
	session_tell(&in.left, "left: ");
	if (in.left.len)
		return err_new(ERR_DIFFERS, "%zu thing%s left", in.left.len,
			       in.left.len == 1 ? " was" : "s were");
	return NULL;
}

err_t cmd_uninstall(int argc, char **argv)
{
	struct flags f = {0};
	struct install_options o = {0};
	bool help;
	const struct opt opts[] = {
		COMMON_OPTIONS(&f, "also from a directory of hooks that is not this clone's alone"),
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"uninstall", synopsis,
				    "Takes back what install wrote, to the byte. Artifacts and "
				    "workspace stay.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(scope_of(&o.scope, &f, &usage));
	o.force = f.force;
	return uninstall(&f, &o);
}
