/* `git agent export`: from the workspace to files, to the index, onto a ref, to a pipe. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/git_out.h"
#include "cmd/outcome.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct export {
	bool all, index, to_stdout, json, dry_run;
	const char *commit, *message;
	char **names;
	int nr_names;
};

/* --- files ---------------------------------------------------------------------------------- */

static err_t find_uids(struct strs *out, const struct export *x, struct session *s)
{
	for (int i = 0; i < x->nr_names; i++) {
		scoped(art_release) struct art art = {0};

		TRY(session_find(&art, s, x->names[i], true));
		strs_add(out, art.uid);
	}
	return NULL;
}

static void tell_path(struct outcomes *o, const char *path, bool removed, bool dry_run)
{
	if (o) {
		outcomes_add(o, removed ? "removed" : "written", path, NULL);
		return;
	}
	if (dry_run)
		fputs(removed ? "would remove " : "would write ", stdout);
	else
		fputs(removed ? "removed " : "wrote ", stdout);
	text_safe_fputs(path, stdout);
	putchar('\n');
}

/* What was done is the answer; what was not is talk. o: the answer is JSON. */
static void tell(struct outcomes *o, const struct report *r, bool dry_run)
{
	for (size_t i = 0; i < r->notes.len; i++) {
		const char *line = r->notes.at[i];

		if (strncmp(line, "wrote ", 6) == 0)
			tell_path(o, line + 6, false, dry_run);
		else if (strncmp(line, "removed ", 8) == 0)
			tell_path(o, line + 8, true, dry_run);
		else
			output_say("%s", line);
	}
}

static err_t to_files(const struct export *x, struct session *s)
{
	scoped(report_release) struct report r = {0};
	scoped(outcomes_release) struct outcomes outcomes = {0};
	scoped(strs_release) struct strs uids = {0};
	struct export_options o = {.all = x->all, .dry_run = x->dry_run};

	if (!s->have_port)
		return err_hint(err_new(ERR_FATAL, "this operation must be run in a work tree"),
				"--commit <ref> and --stdout work without one");
	TRY(find_uids(&uids, x, s));
	o.uids = x->nr_names ? &uids : NULL;
	TRY(export_files(&r, &s->engine, &o));
	tell(x->json ? &outcomes : NULL, &r, x->dry_run);
	if (x->json)
		outcomes_print(&outcomes, x->dry_run, NULL);
	if (r.kept && (x->all || x->nr_names))
		return err_new(ERR_DIFFERS, "%d file%s kept", r.kept,
			       r.kept == 1 ? " was" : "s were");
	return NULL;
}

/* --- a pipe --------------------------------------------------------------------------------- */

static err_t find_arts(struct arts *out, const struct export *x, struct session *s)
{
	if (!x->nr_names)
		return store_art_list(out, s->store, NULL);
	out->at = mem_alloc((size_t)x->nr_names * sizeof(*out->at));
	for (int i = 0; i < x->nr_names; i++) {
		TRY(session_find(&out->at[out->len], s, x->names[i], x->index || x->commit));
		out->len++;
	}
	return NULL;
}

/* One document a line, so that a reader need not hold all of them. */
static void print_json(const struct art *art, struct slice text)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	output_art(&j, art);
	json_key_slice(&j, "body", text);
	json_object_end(&j);
	json_end(&j);
}

static err_t to_pipe(const struct export *x, struct session *s)
{
	scoped(arts_release) struct arts arts = {0};

	TRY(find_arts(&arts, x, s));
	for (size_t i = 0; i < arts.len; i++) {
		scoped_free char *bytes = NULL;
		size_t len;

		TRY(store_text_get(&bytes, &len, s->store, arts.at[i].oid.hex));
		if (x->json)
			print_json(&arts.at[i], slice_of(bytes, len));
		else
			fwrite(bytes, 1, len, stdout);
	}
	return NULL;
}

/* --- git ------------------------------------------------------------------------------------ */

static char *message_for(const struct export *x, const struct git_out *out)
{
	if (x->message)
		return mem_strdup(x->message);
	if (out->len == 1)
		return mem_printf("%s %s\n", out->edits[0].remove ? "Remove" : "Update",
				  strrchr(out->edits[0].path, '/') + 1);
	return mem_printf("Update %zu artifacts\n", out->len);
}

/* commit: "" where none is made. */
static err_t write_git(char commit[OID_HEX + 1], const struct export *x, struct session *s,
		       const struct git_out *out, const char *ref)
{
	scoped_free char *message = message_for(x, out);

	if (x->dry_run || !out->len)
		return NULL;
	if (!x->commit)
		return git_index_put(s->repo, out->edits, out->len);
	TRY(git_commit_on(commit, s->repo, ref, message, out->edits, out->len));
	if (commit[0] && !x->json)
		printf("%s %s\n", commit, ref);
	return NULL;
}

static err_t to_git(const struct export *x, struct session *s)
{
	scoped(git_out_release) struct git_out out = {0};
	scoped(arts_release) struct arts arts = {0};
	scoped(outcomes_release) struct outcomes outcomes = {0};
	struct art_filter any = {.with_deleted = true};
	scoped_free char *ref = NULL;
	char commit[OID_HEX + 1] = "";

	if (x->commit)
		ref = strcmp(x->commit, "HEAD") == 0 || strncmp(x->commit, "refs/", 5) == 0
			      ? mem_strdup(x->commit) : mem_printf("refs/heads/%s", x->commit);
	if (x->nr_names)
		TRY(find_arts(&arts, x, s));
	else
		TRY(store_art_list(&arts, s->store, &any));
	TRY(git_out_plan(&out, s, &arts, ref, x->all || x->nr_names || x->commit));
	TRY(write_git(commit, x, s, &out, ref));
	for (size_t i = 0; i < out.len; i++)
		tell_path(x->json ? &outcomes : NULL, out.edits[i].path, out.edits[i].remove,
			  x->dry_run);
	if (x->json)
		outcomes_print(&outcomes, x->dry_run, commit[0] ? commit : NULL);
	session_tell(&out.kept, "kept ");
	if (out.kept.len && (x->all || x->nr_names))
		return err_new(ERR_DIFFERS, "%zu path%s kept", out.kept.len,
			       out.kept.len == 1 ? " was" : "s were");
	return NULL;
}

static err_t run(const struct export *x)
{
	scoped(session_close) struct session s = {0};

	TRY(session_open(&s, x->to_stdout ? SESSION_READ : SESSION_WRITE));
	TRY(session_fresh(&s, NULL));
	if (x->to_stdout)
		return to_pipe(x, &s);
	return x->index || x->commit ? to_git(x, &s) : to_files(x, &s);
}

static err_t check(const struct export *x, const struct usage *usage)
{
	if (x->index + x->to_stdout + (x->commit != NULL) > 1)
		return opts_misuse(usage, "one of --index, --commit and --stdout");
	if (x->all && x->nr_names)
		return opts_misuse(usage, "--all, or artifacts by name");
	if (x->commit && (x->commit[0] == '-' || !x->commit[0]))
		return opts_misuse(usage, "'%s' is not a name of a branch", x->commit);
	if (x->message && !x->commit)
		return opts_misuse(usage, "--message belongs to --commit");
	if (x->to_stdout && !x->all && !x->nr_names)
		return opts_misuse(usage, "which artifact? or --all");
	if (x->to_stdout && !x->json && (x->all || x->nr_names > 1))
		return opts_misuse(usage, "several artifacts go to standard output with --json");
	return NULL;
}

err_t cmd_export(int argc, char **argv)
{
	struct export x = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG('a', "all", &x.all, "also what this branch does not have yet"),
		OPT_FLAG(0, "index", &x.index, "into the index; files stay as they are"),
		OPT_STRING(0, "commit", &x.commit, "ref",
			   "as a commit on top of a branch that is checked out\n"
			   "nowhere, also in a bare repository"),
		OPT_STRING('m', "message", &x.message, "text", "of that commit"),
		OPT_FLAG(0, "stdout", &x.to_stdout, "to standard output"),
		OPT_FLAG(0, "json", &x.json, "what was done, as JSON; with --stdout the\n"
			 "artifacts, a document a line"),
		OPT_FLAG('n', "dry-run", &x.dry_run, "only say what would be written"),
		PROGRESS_OPTIONS,
		OPT_END,
	};
	static const char *const synopsis[] = {
		"[-n] [--all | <id>...]", "[-n] (--index | --commit <ref>) [--all | <id>...]",
		"--stdout [--json] (--all | <id>...)", NULL};
	const struct usage usage = {"export", synopsis,
				    "Writes markdown from the workspace, never over a text that "
				    "it does not know.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	x.names = argv;
	x.nr_names = argc;
	TRY(check(&x, &usage));
	return run(&x);
}
