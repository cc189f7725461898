/* `git agent import-plan`, `import-story`, `import-runbook`: markdown from anywhere. */
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/input.h"
#include "cmd/outcome.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct import {
	struct session s;
	const struct kind *kind;
	bool dry_run, json;
	int failed, total;
	struct outcomes outcomes;
};

static void import_release(struct import *in)
{
	outcomes_release(&in->outcomes);
	session_close(&in->s);
}

static void tell(struct import *in, const char *what, const char *label, const char *path)
{
	if (in->json) {
		outcomes_add(&in->outcomes, what, path, NULL);
		return;
	}
	printf("%s%s", in->dry_run ? "would be " : "", what);
	if (label) {
		putchar(' ');
		text_safe_fputs(label, stdout);
	}
	putchar(' ');
	text_safe_fputs(path, stdout);
	putchar('\n');
}

/* --- a file at its place in the work tree --------------------------------------------------- */

static err_t from_place(struct import *in, const char *path)
{
	struct session *s = &in->s;
	scoped(report_release) struct report r = {0};
	scoped_free char *bytes = NULL;
	size_t len = 0;

	TRY(s->port.read(s->port.ctx, &bytes, &len, NULL, path));
	TRY(input_check(slice_of(bytes, len), path));
	if (in->dry_run) {
		tell(in, "imported", NULL, path);
		return NULL;
	}
	TRY(import_take(&r, &s->engine, path, NULL));
	tell(in, r.created ? "created" : r.changed ? "changed" : "unchanged", NULL, path);
	return NULL;
}

/* --- a text from elsewhere ------------------------------------------------------------------ */

/* The title says which artifact it is, else the name of the file. */
static err_t find_label(struct label *out, char **title, const struct import *in,
			struct slice text, const char *name)
{
	struct artifact *a = artifact_parse(text, in->kind, NULL);
	struct slice label = artifact_slice(a, a->title_label);
	struct slice heading = artifact_slice(a, a->title);
	bool found = label.len ? label_parse(out, label) : label_of_path(out, name);

	*title = mem_strndup(heading.at, heading.len);
	artifact_free(a);
	if (!found || out->num < 0)
		return err_hint(err_new(ERR_REFUSED, "'%s' names no valid id", name),
				"its first heading should be like '# INFRA-042: Title'");
	return NULL;
}

static err_t change(struct import *in, const struct art *art, struct slice text, const char *name)
{
	scoped_free char *message = mem_printf("imported from %s", name);
	struct oid oid = hash_blob(text);
	bool written;

	if (oid_eq(&art->oid, &oid)) {
		tell(in, "unchanged", art->label, art->path);
		return NULL;
	}
	if (!in->dry_run)
		TRY(edit_apply(&written, &in->s.engine, art->uid, &(struct edit){
			.how = HOW_EDIT, .message = message, .text = text}));
	tell(in, "changed", art->label, art->path);
	return NULL;
}

static err_t create(struct import *in, const struct label *label, const char *title,
		    struct slice text, const char *name)
{
	scoped_free char *message = mem_printf("imported from %s", name);
	scoped_free char *path = label_path(in->kind, label, title);
	char uid[UID_LEN + 1];
	bool written = false;

	TRY(kinds_check_path(in->s.kinds, path));
	if (!in->dry_run)
		TRY(edit_create(uid, &written, &in->s.engine, path, text, message));
	tell(in, "created", label->text, path);
	if (!in->dry_run && !written && in->s.have_port)
		output_say("%s is in the workspace only: no file can be written there now", path);
	return NULL;
}

static err_t from_text(struct import *in, struct slice text, const char *name)
{
	scoped(arts_release) struct arts same = {0};
	struct art_filter f = {.kind = in->kind->name};
	scoped_free char *title = NULL;
	struct label label;

	TRY(input_check(text, name));
	TRY(find_label(&label, &title, in, text, name));
	f.label = label.text;
	TRY(store_art_list(&same, in->s.store, &f));
	if (same.len > 1)
		return err_hint(err_new(ERR_AMBIGUOUS, "'%s': there are %zu artifacts '%s'", name,
					same.len, label.text),
				"'git agent edit <path> --file <file>' changes one of them");
	return same.len ? change(in, &same.at[0], text, name)
			: create(in, &label, title, text, name);
}

static err_t from_file(struct import *in, const char *file)
{
	scoped_free char *bytes = NULL;
	size_t len = 0;

	TRY(input_read(&bytes, &len, file));
	return from_text(in, slice_of(bytes, len),
			 strcmp(file, "-") == 0 ? "standard input" : file);
}

/* --- which ---------------------------------------------------------------------------------- */

/* The kind of the artifact whose place this is; NULL for any other file. */
static const struct kind *place_of(const struct import *in, const char *path)
{
	return path && in->s.have_port ? kinds_of_path(in->s.kinds, path) : NULL;
}

static err_t import_one(struct import *in, const char *file)
{
	scoped_free char *path = strcmp(file, "-") == 0 ? NULL : session_path(&in->s, file);
	const struct kind *kind = place_of(in, path);

	if (kind && kind != in->kind)
		return err_new(ERR_REFUSED, "'%s' is a %s, not a %s", file, kind->name,
			       in->kind->name);
	return kind ? from_place(in, path) : from_file(in, file);
}

static void try_one(struct import *in, const char *file)
{
	err_t err = import_one(in, file);

	in->total++;
	if (!err)
		return;
	in->failed++;
	outcomes_add(&in->outcomes, "failed", file, err->text);
	output_say("error: %s", err->text);
	output_hint(err);
	err_free(err);
}

struct walk {
	struct import *in;
	const char *root;
};

/* In a directory, only what looks like an artifact of the kind. */
static err_t try_entry(void *ctx, const char *path, const struct file_stat *stat)
{
	struct walk *w = ctx;
	const char *below = strncmp(path, "./", 2) == 0 ? path + 2 : path;
	const char *base = strrchr(path, '/');
	size_t len = strlen(path), suffix = strlen(w->in->kind->suffix);
	scoped_free char *file = mem_printf("%s/%s", w->root, below);
	scoped_free char *place = session_path(&w->in->s, file);
	const struct kind *kind = place_of(w->in, place);

	base = base ? base + 1 : path;
	if (!stat->regular || base[0] == '.' || strcasecmp(base, "README.md") == 0 ||
	    len < suffix || strcmp(path + len - suffix, w->in->kind->suffix) != 0 ||
	    (kind && kind != w->in->kind))
		return NULL;
	try_one(w->in, file);
	return NULL;
}

static err_t import_source(struct import *in, const char *source)
{
	scoped_free char *dir = NULL;
	struct walk w = {in, source};
	struct stat st;
	size_t len = strlen(source);

	if (strcmp(source, "-") == 0 || stat(source, &st) != 0 || !S_ISDIR(st.st_mode)) {
		try_one(in, source);
		return NULL;
	}
	while (len > 1 && source[len - 1] == '/')
		len--;
	dir = mem_strndup(source, len);
	w.root = dir;
	return file_walk(dir, ".", try_entry, &w);
}

static err_t run(const char *kind, char **sources, int n, bool dry_run, bool json)
{
	scoped(import_release) struct import in = {.dry_run = dry_run, .json = json};

	TRY(session_open(&in.s, dry_run ? SESSION_WRITE : SESSION_CREATE));
	in.s.engine.command = "import";
	in.kind = kinds_find(in.s.kinds, kind);
	if (!in.kind)
		return err_new(ERR_REFUSED, "kind '%s' is not configured", kind);
	TRY(session_fresh(&in.s, NULL));
	for (int i = 0; i < n; i++)
		TRY(import_source(&in, sources[i]));
	if (json)
		outcomes_print(&in.outcomes, dry_run, NULL);
	if (in.failed)
		return err_new(ERR_DIFFERS, "%d of %d files %s not imported", in.failed, in.total,
			       in.failed == 1 ? "was" : "were");
	return NULL;
}

err_t cmd_import_file(int argc, char **argv)
{
	const char *name = argv[0], *kind = name + strlen("import-");
	bool dry_run = false, json = false, help;
	const struct opt opts[] = {
		OPT_FLAG('n', "dry-run", &dry_run, "only say what would be imported"),
		OPT_FLAG(0, "json", &json, "what became of each file, as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[-n] [--json] (<file> | <directory> | -)...",
					       NULL};
	const struct usage usage = {name, synopsis,
				    "Takes in markdown: a file at its place in the work tree, or "
				    "a text from anywhere, which becomes the artifact that its "
				    "title names.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1)
		return opts_misuse(&usage, "which file? - is standard input");
	return run(kind, argv, argc, dry_run, json);
}
