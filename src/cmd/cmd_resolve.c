/* `git agent sync resolve`: settles a recorded conflict. */
#include "artifact/artifact.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/change.h"
#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct choice {
	bool ours, theirs, edit, explain, json;
	const char *file;
};

static const char *const synopsis[] = {
	"<id> --explain", "<id> (--ours | --theirs)", "<id> --edit",
	"<id> --file (<path> | -)", NULL,
};

/* --- the text ------------------------------------------------------------------------------- */

/* What was typed is not thrown away when it cannot be taken yet. */
static err_t keep(err_t err, const char *path, const struct art *art)
{
	return err_hint(err, "the text is kept in '%s'; edit it there, then\n"
			     "git agent sync resolve %s --file '%s'",
			path, session_name(art), path);
}

static err_t take(bool *written, struct session *s, const struct art *art, enum resolve_with with,
		  struct slice text, const char *name)
{
	if (with == RESOLVE_TEXT) {
		if (artifact_has_markers(text))
			return err_new(ERR_DIFFERS, "the text still has conflict markers");
		TRY(input_check(text, name));
	}
	return resolve_run(written, &s->engine, art->uid, with, text);
}

static err_t edit_text(struct session *s, const struct art *art)
{
	scoped(merge_result_release) struct merge_result m = {0};
	scoped_free char *bytes = NULL, *path = NULL;
	bool written;
	size_t len = 0;

	TRY(resolve_merge(&m, &s->engine, art->uid));
	TRY(input_edit(&bytes, &len, &path, s, art->uid, ".md", slice_of(m.bytes, m.len)));
	TRY(keep(take(&written, s, art, RESOLVE_TEXT, slice_of(bytes, len), path), path, art));
	return file_remove(path);
}

static err_t file_text(struct session *s, const struct art *art, const char *path)
{
	scoped_free char *bytes = NULL;
	bool written;
	size_t len = 0;

	TRY(input_read(&bytes, &len, path));
	return take(&written, s, art, RESOLVE_TEXT, slice_of(bytes, len), path);
}

/* --- the command ---------------------------------------------------------------------------- */

static err_t tell_json(struct session *s, const struct art *art)
{
	scoped(art_release) struct art now = {0};

	TRY(store_art_get(&now, s->store, art->uid));
	change_print(&now, true);
	return NULL;
}

static err_t settle(struct session *s, const struct art *art, const struct choice *c)
{
	bool written;

	if (c->edit)
		TRY(edit_text(s, art));
	else if (c->file)
		TRY(file_text(s, art, c->file));
	else
		TRY(take(&written, s, art, c->ours ? RESOLVE_OURS : RESOLVE_THEIRS,
			 (struct slice){0}, NULL));
	if (c->json)
		return tell_json(s, art);
	text_safe_fputs(session_name(art), stdout);
	printf(": resolved with %s\n", c->ours ? "ours" : c->theirs ? "theirs" : "the edited text");
	return NULL;
}

static void explain_json(const struct art *art, const struct merge_result *m)
{
	scoped_free char *text = NULL;
	struct mem_stream stream;
	struct json j;

	mem_stream_open(&stream);
	explain_decisions(m, stream.file);
	explain_hunks(m, stream.file);
	text = mem_stream_close(&stream, NULL);
	json_begin(&j, stdout);
	json_object_begin(&j);
	output_art(&j, art);
	json_key_string(&j, "explanation", text);
	json_key_slice(&j, "merged", slice_of(m->bytes, m->len));
	json_object_end(&j);
	json_end(&j);
}

/* What the merge settled by itself, and what it left. */
static err_t explain(struct session *s, const struct art *art, bool as_json)
{
	scoped(merge_result_release) struct merge_result m = {0};

	TRY(resolve_merge(&m, &s->engine, art->uid));
	if (as_json) {
		explain_json(art, &m);
		return NULL;
	}
	explain_decisions(&m, stdout);
	explain_hunks(&m, stdout);
	return NULL;
}

static err_t check_conflict(struct session *s, const struct art *art)
{
	scoped(conflict_release) struct conflict conflict = {0};
	err_t err = store_conflict_get(&conflict, s->store, art->uid);

	if (!err || err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	return err_new(ERR_NOTFOUND, "'%s' is not in conflict", session_name(art));
}

err_t cmd_resolve(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(art_release) struct art art = {0};
	struct choice c = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "explain", &c.explain,
			 "say what was decided, show what is left, settle nothing"),
		OPT_FLAG(0, "ours", &c.ours, "keep the text of this workspace"),
		OPT_FLAG(0, "theirs", &c.theirs, "take the other text"),
		OPT_FLAG('e', "edit", &c.edit, "open both in git's editor, with conflict markers"),
		OPT_STRING(0, "file", &c.file, "path", "take the text from a file, - for stdin"),
		OPT_FLAG(0, "json", &c.json, "as JSON; with --explain both texts, merged, too"),
		OPT_END,
	};
	const struct usage usage = {"sync resolve", synopsis, "Settles a recorded conflict.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one artifact at a time" : "which artifact?");
	if (c.explain + c.ours + c.theirs + c.edit + (c.file != NULL) != 1)
		return opts_misuse(&usage, "one of --explain, --ours, --theirs, --edit and --file "
					   "is needed");
	TRY(session_open(&s, c.explain ? SESSION_READ : SESSION_WRITE));
	TRY(session_fresh(&s, NULL));
	TRY(session_find(&art, &s, argv[0], true));
	TRY(check_conflict(&s, &art));
	return c.explain ? explain(&s, &art, c.json) : settle(&s, &art, &c);
}
