/* `git agent edit` */
#include "cmd/batch.h"
#include "cmd/change.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edit_options {
	const char *file, *base, *reason;
	bool dry_run, json;
};

static bool is_blank(struct slice text)
{
	return slice_trim(text).len == 0;
}

/* What was typed stays where it can be found, until it is in the workspace. */
static err_t keep(err_t err, const char *path, const struct art *art)
{
	if (!err || !path)
		return err;
	return err_hint(err, "the text is kept in '%s'; when it is in order:\n"
			"git agent edit %s --file '%s'",
			path, session_name(art), path);
}

static err_t take(struct session *s, const struct subject *sub, const struct edit_options *o,
		  struct slice text, const char *path)
{
	struct change c = {.how = HOW_EDIT, .message = o->reason, .text = text, .done = "edited",
			   .dry_run = o->dry_run, .json = o->json};
	struct oid base;

	if (o->base) {
		TRY(subject_oid_at(&base, s, sub, o->base));
		c.expect = &base;
	}
	TRY(keep(input_check(text, path ? path : o->file), path, &sub->art));
	return keep(change_apply(s, sub, &c), path, &sub->art);
}

static err_t edit_in_editor(struct session *s, const struct subject *sub,
			    const struct edit_options *o)
{
	scoped_free char *bytes = NULL, *path = NULL;
	const char *suffix = sub->kind ? sub->kind->suffix : ".md";
	struct slice text;
	size_t len = 0;

	TRY(input_edit(&bytes, &len, &path, s, session_name(&sub->art)[0] == '.'
			? sub->art.uid : session_name(&sub->art), suffix,
		       slice_of(sub->bytes, sub->len)));
	text = slice_of(bytes, len);
	if (is_blank(text) || slice_eq(text, slice_of(sub->bytes, sub->len)))
		output_say("%s: %s, nothing is changed", session_name(&sub->art),
			   is_blank(text) ? "the text is empty" : "the text is the same");
	else
		TRY(take(s, sub, o, text, path));
	return file_remove(path);
}

static err_t edit_from_file(struct session *s, const struct subject *sub,
			    const struct edit_options *o)
{
	scoped_free char *bytes = NULL;
	size_t len = 0;

	TRY(batch_check_file(s, o->file));
	TRY(input_read(&bytes, &len, o->file));
	if (is_blank(slice_of(bytes, len)))
		return err_new(ERR_REFUSED, "the new text for '%s' is empty",
			       session_name(&sub->art));
	return take(s, sub, o, slice_of(bytes, len), NULL);
}

err_t edit_in(struct session *s, int argc, char **argv)
{
	scoped(subject_release) struct subject sub = {0};
	struct edit_options o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('F', "file", &o.file, "path", "take the new text from a file, - for "
							 "standard input"),
		OPT_STRING(0, "base", &o.base, "revision",
			   "the revision that the new text was made from:\n"
			   "what changed since is merged"),
		OPT_STRING('m', "reason", &o.reason, "text", "why, for the log"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only show the difference"),
		OPT_FLAG(0, "json", &o.json, "the artifact as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[-m <text>] <id>", "<id> --file (<path> | -)",
					       NULL};
	const struct usage usage = {"edit", synopsis,
				    "Opens an artifact in git's editor, or replaces its text.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one artifact at a time" : "which artifact?");
	if (o.base && !o.file)
		return opts_misuse(&usage, "--base belongs to --file");
	if (o.json && !o.file)
		return opts_misuse(&usage, "--json belongs to --file");
	if (!o.file && s->batch)
		return opts_misuse(&usage, "--file is needed");
	TRY(subject_find(&sub, s, argv[0], false));
	if (!s->batch)
		TRY(claims_begin_edit(s, &sub.art));
	return o.file ? edit_from_file(s, &sub, &o) : edit_in_editor(s, &sub, &o);
}

err_t cmd_edit(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return edit_in(&s, argc, argv);
}
