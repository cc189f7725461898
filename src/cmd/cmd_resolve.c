/* `git agent sync resolve`: settles a recorded conflict. */
#include "artifact/artifact.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/change.h"
#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "util/mem.h"
#include "util/proc.h"

#include <errno.h>
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

static err_t read_stream(char **bytes, size_t *len, FILE *in, const char *name)
{
	struct mem_stream s;
	char block[65536];
	size_t n;
	bool failed;

	mem_stream_open(&s);
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		fwrite(block, 1, n, s.file);
	failed = ferror(in);
	*bytes = mem_stream_close(&s, len);
	if (!failed)
		return NULL;
	free(steal(*bytes));
	return err_errno("cannot read '%s'", name);
}

static err_t read_path(char **bytes, size_t *len, const char *path)
{
	FILE *in;
	err_t err;

	if (strcmp(path, "-") == 0)
		return read_stream(bytes, len, stdin, "standard input");
	in = fopen(path, "re");
	if (!in)
		return err_errno("cannot open '%s'", path);
	err = read_stream(bytes, len, in, path);
	fclose(in);
	return err;
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* git knows which editor: GIT_EDITOR, core.editor, VISUAL, EDITOR, and its default. */
static err_t run_editor(const char *path)
{
	static const char *const which[] = {"git", "var", "GIT_EDITOR", NULL};
	scoped(scoped_result) struct proc_result var = {0}, edited = {0};
	scoped_free char *script = NULL;
	struct slice editor;

	TRY(proc_run(&var, &(struct proc){.argv = which}));
	if (var.status != 0)
		return err_new(ERR_FATAL, "git does not say which editor to use");
	editor = slice_trim(slice_of(var.out, var.out_len));
	script = mem_printf("%.*s \"$@\"", (int)editor.len, editor.at);
	const char *const argv[] = {"sh", "-c", script, "sh", path, NULL};

	TRY(proc_run(&edited, &(struct proc){.argv = argv, .inherit = true}));
	if (edited.status != 0)
		return err_new(ERR_FATAL, "the editor '%.*s' failed", (int)editor.len, editor.at);
	return NULL;
}

/* What was typed is not thrown away when it cannot be taken yet: its file stays, and the next edit
 * gets another one. */
static char *new_path(const struct session *s, const struct art *art)
{
	char *path = mem_printf("%s/agent/RESOLVE-%.8s.md", s->repo->commondir, art->uid);

	for (int n = 2; file_exists(path); n++) {
		free(path);
		path = mem_printf("%s/agent/RESOLVE-%.8s-%d.md", s->repo->commondir, art->uid, n);
	}
	return path;
}

static err_t edit_text(char **bytes, size_t *len, char **path, struct session *s,
		       const struct art *art)
{
	scoped(merge_result_release) struct merge_result m = {0};

	TRY(resolve_merge(&m, &s->engine, art->uid));
	*path = new_path(s, art);
	TRY(file_write(*path, slice_of(m.bytes, m.len), 0));
	TRY(run_editor(*path));
	TRY(file_read(bytes, len, NULL, *path, 0));
	if (artifact_has_markers(slice_of(*bytes, *len)))
		return err_hint(err_new(ERR_DIFFERS, "the text still has conflict markers"),
				"it is in '%s'; edit it there, then\n"
				"git agent sync resolve %s --file '%s'",
				*path, session_name(art), *path);
	return NULL;
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
	scoped_free char *bytes = NULL, *path = NULL;
	enum resolve_with with = c->ours ? RESOLVE_OURS : c->theirs ? RESOLVE_THEIRS : RESOLVE_TEXT;
	bool written;
	size_t len = 0;

	if (c->edit)
		TRY(edit_text(&bytes, &len, &path, s, art));
	else if (c->file)
		TRY(read_path(&bytes, &len, c->file));
	TRY(resolve_run(&written, &s->engine, art->uid, with, slice_of(bytes, len)));
	if (path)
		TRY(file_remove(path));
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
