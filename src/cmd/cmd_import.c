/* `git agent import`: what the branch says, all of it or by name. */
#include "cli/json.h"
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
#include <sys/stat.h>

/* Before a workspace is made for nothing. */
static err_t check_worktree(void)
{
	scoped(session_close) struct session s = {0};

	TRY(session_open(&s, SESSION_REPO));
	return s.repo->worktree ? NULL : err_new(ERR_FATAL, "this operation must be run in a work "
						 "tree");
}

static err_t check_not_busy(struct session *s)
{
	struct repo_head head;

	TRY(repo_head(&head, s->repo));
	if (head.busy)
		return err_hint(err_new(ERR_REFUSED, "git is in the middle of a %s", head.busy),
				"finish it first; what it leaves is imported then");
	return NULL;
}

/* --- everything ----------------------------------------------------------------------------- */

static void count(int *parts, int n, const char *what)
{
	if (n)
		printf("%s%d %s", (*parts)++ ? ", " : "", n, what);
}

static void print_json(const struct report *r, bool dry_run)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "dry_run", dry_run);
	json_key_int(&j, "created", r->created);
	json_key_int(&j, "changed", r->changed);
	json_key_int(&j, "moved", r->moved);
	json_key_int(&j, "deleted", r->deleted);
	json_key_int(&j, "taken_back", r->discarded);
	json_key_int(&j, "conflicts", r->conflicts);
	json_key_int(&j, "left", r->left);
	json_key_int(&j, "refused", r->refused);
	json_object_end(&j);
	json_end(&j);
}

static void print_text(const struct report *r, bool dry_run)
{
	int parts = 0;

	fputs(dry_run ? "would import: " : "imported: ", stdout);
	count(&parts, r->created, "new");
	count(&parts, r->changed, "changed");
	count(&parts, r->moved, "moved");
	count(&parts, r->deleted, "deleted");
	count(&parts, r->discarded, "taken back");
	count(&parts, r->conflicts, r->conflicts == 1 ? "conflict" : "conflicts");
	count(&parts, r->left, "left alone");
	puts(parts ? "" : "nothing new");
}

static void tell(const struct report *r, bool dry_run, bool json)
{
	if (json)
		print_json(r, dry_run);
	else
		print_text(r, dry_run);
	session_tell(&r->notes, "");
	session_tell(&r->problems, "warning: ");
}

/* Git, too, sees nothing behind a directory that is a link. */
static void refuse_link(struct report *r, const char *path)
{
	scoped_free char *line = mem_printf("'%s' is a symbolic link: what is behind it is not "
					    "imported", path);

	if (strs_has(&r->problems, line))
		return;
	strs_add(&r->problems, line);
	r->refused++;
}

struct links {
	struct report *r;
	const char *top;
};

static err_t name_link(void *ctx, const char *path, const struct file_stat *st)
{
	const struct links *l = ctx;
	scoped_free char *full = mem_printf("%s/%s", l->top, path);
	struct stat target;

	if (st->symlink && stat(full, &target) == 0 && S_ISDIR(target.st_mode))
		refuse_link(l->r, path);
	return NULL;
}

/* On the way to a directory of artifacts, or in it. */
static err_t name_links(struct report *r, const struct session *s)
{
	struct links l = {r, s->repo->worktree};

	for (size_t i = 0; i < s->kinds->len; i++) {
		scoped_free char *dir = mem_printf("%s/", s->kinds->at[i].dir);
		bool linked = false;

		for (char *end = dir; !linked && (end = strchr(end, '/')); *end++ = '/') {
			scoped_free char *full = NULL;
			struct file_stat st;

			*end = '\0';
			full = mem_printf("%s/%s", l.top, dir);
			TRY(file_stat(&st, full));
			linked = st.symlink;
			if (linked)
				refuse_link(r, dir);
		}
		if (!linked)
			TRY(file_walk(l.top, s->kinds->at[i].dir, name_link, &l));
	}
	return NULL;
}

/* A dry run is the real one, taken back. */
static err_t run_all(struct report *r, struct session *s, bool dry_run)
{
	err_t err;

	if (!dry_run)
		return import_run(r, &s->engine, NULL);
	TRY(store_begin(s->store));
	err = import_run(r, &s->engine, NULL);
	store_rollback(s->store);
	return err;
}

static err_t import_all(struct session *s, bool mass_delete, bool dry_run)
{
	scoped(report_release) struct report r = {0};
	err_t err;

	TRY(check_not_busy(s));
	TRY(session_write(s));
	s->engine.mass_delete = mass_delete;
	s->engine.name_refused = true;
	err = run_all(&r, s, dry_run);
	progress_stop(&s->progress);
	TRY(err);
	TRY(name_links(&r, s));
	tell(&r, dry_run, s->json);
	if (r.refused)
		return err_new(ERR_DIFFERS, "%d file%s not imported", r.refused,
			       r.refused == 1 ? " was" : "s were");
	if (r.conflicts)
		return err_hint(err_new(ERR_DIFFERS, "%d artifact%s in conflict", r.conflicts,
					r.conflicts == 1 ? " is" : "s are"),
				"settle each: git agent sync resolve <id> --ours|--theirs|--edit");
	return NULL;
}

/* --- by name -------------------------------------------------------------------------------- */

struct below {
	struct strs *out;
	const char *dir;
	size_t len;
};

static err_t keep_below(void *ctx, const char *path, const struct file_stat *stat)
{
	struct below *b = ctx;

	if (!b->len || (strncmp(path, b->dir, b->len) == 0 && path[b->len] == '/'))
		strs_add(b->out, path);
	return NULL;
}

/* NULL: outside the work tree, where no artifact of ours is. */
static err_t add_below(struct strs *out, struct session *s, const char *dir)
{
	struct below b = {out, dir, dir ? strlen(dir) : 0};

	return dir ? s->port.files(s->port.ctx, keep_below, &b) : NULL;
}

/* The paths that a name stands for: an artifact's, a file's, or those below a directory. */
static err_t add_paths(struct strs *out, struct session *s, const char *name)
{
	scoped(art_release) struct art art = {0};
	scoped_free char *path = session_path(s, name);
	size_t before = out->len;
	err_t err;

	if (path && kinds_of_path(s->kinds, path)) {
		strs_add(out, path);
		return NULL;
	}
	TRY(add_below(out, s, path));
	if (out->len > before)
		return NULL;
	err = session_find(&art, s, name, true);
	if (!err)
		strs_add(out, art.path);
	return err;
}

static err_t take(struct outcomes *o, struct session *s, const char *path, bool dry_run)
{
	scoped(report_release) struct report r = {0};
	scoped_free char *bytes = NULL;
	size_t len = 0;
	err_t err = s->port.read(s->port.ctx, &bytes, &len, NULL, path);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return err_hint(err_new(ERR_NOTFOUND, "there is no file '%s'", path),
				"import takes what the file shows; 'git agent export' writes it");
	}
	TRY(err);
	TRY(input_check(slice_of(bytes, len), path));
	if (!dry_run)
		TRY(import_take(&r, &s->engine, path, NULL));
	outcomes_add(o, dry_run ? "imported" : r.created ? "created" : r.changed ? "changed" :
		     "unchanged", path, NULL);
	if (s->json)
		return NULL;
	printf("%s", dry_run ? "would take " : r.created ? "new: " : r.changed ? "changed: " :
	       "the same: ");
	text_safe_fputs(path, stdout);
	putchar('\n');
	return NULL;
}

static void say_error(struct outcomes *o, const char *name, err_t err)
{
	outcomes_add(o, "failed", name, err->text);
	output_say("error: %s", err->text);
	output_hint(err);
	err_free(err);
}

static err_t import_named(struct session *s, char **names, int n, bool dry_run)
{
	scoped(outcomes_release) struct outcomes outcomes = {0};
	scoped(strs_release) struct strs paths = {0};
	int failed = 0;

	TRY(check_not_busy(s));
	TRY(session_fresh(s, NULL));
	for (int i = 0; i < n; i++) {
		err_t err = add_paths(&paths, s, names[i]);

		if (err) {
			say_error(&outcomes, names[i], err);
			failed++;
		}
	}
	for (size_t i = 0; i < paths.len; i++) {
		err_t err = take(&outcomes, s, paths.at[i], dry_run);

		if (err) {
			say_error(&outcomes, paths.at[i], err);
			failed++;
		}
	}
	if (s->json)
		outcomes_print(&outcomes, dry_run, NULL);
	return failed ? err_new(ERR_DIFFERS, "%d of them %s not imported", failed,
				failed == 1 ? "was" : "were")
		      : NULL;
}

err_t cmd_import(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	bool mass_delete = false, dry_run = false, json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "allow-mass-delete", &mass_delete,
			 "also when more than half of all artifacts go"),
		OPT_FLAG('n', "dry-run", &dry_run, "only say what would be imported"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &json, "what was done, as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", "[-n] [--json] (<id> | <path>)...",
					       NULL};
	const struct usage usage = {"import", synopsis,
				    "Takes in what commits and files say; by name also what was "
				    "left alone: a colleague's branch, an older text.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	TRY(check_worktree());
	TRY(session_open(&s, dry_run ? SESSION_WRITE : SESSION_CREATE));
	s.json = json;
	return argc ? import_named(&s, argv, argc, dry_run)
		    : import_all(&s, mass_delete, dry_run);
}
