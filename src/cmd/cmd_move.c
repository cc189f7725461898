/* `git agent rm` and `mv`. */
#include "artifact/label.h"
#include "cmd/batch.h"
#include "cmd/change.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/move_refs.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- rm ------------------------------------------------------------------------------------- */

err_t rm_in(struct session *s, int argc, char **argv)
{
	bool dry_run = false, json = false, help;
	const char *reason = NULL;
	const struct opt opts[] = {
		OPT_STRING('m', "reason", &reason, "text", "why, for the log"),
		OPT_FLAG('n', "dry-run", &dry_run, "only say what would be deleted"),
		OPT_FLAG(0, "json", &json, "a JSON document for each, one a line"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[-m <reason>] <id>...", NULL};
	const struct usage usage = {"rm", synopsis,
				    "Deletes artifacts. Their texts stay: 'git agent restore' "
				    "brings them back.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1)
		return opts_misuse(&usage, "which artifact?");
	if (!s->repo)
		TRY(session_open(s, SESSION_WRITE));
	/* all names first: a wrong one deletes nothing */
	for (int i = 0; i < argc; i++) {
		scoped(art_release) struct art art = {0};

		TRY(session_pick(&art, s, argv[i], false));
	}
	for (int i = 0; i < argc; i++) {
		scoped(subject_release) struct subject sub = {0};

		TRY(subject_open(&sub, s, argv[i], false));
		TRY(change_apply(s, &sub, &(struct change){
			.how = HOW_DELETE, .message = reason, .done = "deleted",
			.dry_run = dry_run, .json = json}));
	}
	return NULL;
}

err_t cmd_rm(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return rm_in(&s, argc, argv);
}

/* --- mv ------------------------------------------------------------------------------------- */

struct mv_options {
	const char *label;
	bool update, dry_run, json;
};

/* The new label in the file's name; the rest of the name stays. */
static char *relabelled_path(const struct subject *sub, const struct label *label)
{
	const struct art *art = &sub->art;
	const char *base = strrchr(art->path, '/') + 1;
	size_t old = strlen(art->label);
	scoped_free char *fresh = NULL;

	if (!old || strncmp(base, art->label, old) != 0 || strcmp(art->scope, label->scope) != 0) {
		fresh = label_path(sub->kind, label, art->title);
		return steal(fresh);
	}
	return mem_printf("%.*s%s%s", (int)(base - art->path), art->path, label->text,
			  base + old);
}

static err_t check_label_free(struct session *s, const struct subject *sub, const char *label)
{
	struct art_filter f = {.kind = sub->art.kind, .label = label};
	scoped(arts_release) struct arts same = {0};

	TRY(store_art_list(&same, s->store, &f));
	for (size_t i = 0; i < same.len; i++)
		if (strcmp(same.at[i].uid, sub->art.uid) != 0)
			return err_new(ERR_REFUSED, "'%s' is taken by '%s'", label,
				       same.at[i].path);
	return NULL;
}

static err_t check_target(const struct session *s, const struct subject *sub, const char *path)
{
	const struct kind *kind;

	TRY(kinds_check_path(s->kinds, path));
	kind = kinds_of_path(s->kinds, path);
	if (!kind || strcmp(kind->name, sub->art.kind) != 0)
		return err_new(ERR_REFUSED, "'%s' is no path of a %s", path, sub->art.kind);
	return NULL;
}

static void free_text(char **text)
{
	free(*text);
}

/* It and what names it, in one transaction. What stays is told, and goes on to mean it by the id
 * that it had. */
static err_t move_all(struct session *s, const struct subject *sub, const char *label,
		      struct change *change)
{
	scoped(move_refs_release) struct move_refs refs = {0};
	scoped(free_text) char *why = NULL;
	scoped_free struct change_of *all = NULL;
	err_t err = NULL;

	TRY(move_refs_find(&refs, s, sub, label, change->path));
	why = label ? mem_printf("%s is %s now", session_name(&sub->art), label)
		    : mem_printf("%s was moved to %s", session_name(&sub->art), change->path);
	all = mem_alloc((refs.len + 1) * sizeof(*all));
	change->text = slice_of(refs.own, refs.own_len);
	all[0] = (struct change_of){sub, *change};
	for (size_t i = 0; i < refs.len; i++) {
		const struct move_ref *ref = &refs.at[i];

		if (!s->batch && !change->dry_run)
			TRY(claims_warn(s, &ref->sub.art));
		all[i + 1] = (struct change_of){&ref->sub, {
			.how = HOW_EDIT, .message = why, .text = slice_of(ref->text, ref->len),
			.done = ref->places == 1 ? "reference updated" : "references updated",
			.dry_run = change->dry_run, .json = change->json}};
	}
	TRY(change_apply_all(s, all, refs.len + 1));
	if (refs.left.len) {
		session_tell(&refs.left, "left as it is: ");
		if (!s->batch)
			err = err_new(ERR_DIFFERS, "%zu artifact%s the old name",
				      refs.left.len, refs.left.len == 1 ? " keeps" : "s keep");
	}
	return err;
}

static err_t move(struct session *s, const struct subject *sub, const char *path,
		  const struct label *label, const struct mv_options *o)
{
	scoped_free char *bytes = NULL, *done = mem_printf("moved to %s", path);
	const char *alias = NULL;
	struct change change;
	struct label now;
	size_t len = 0;

	TRY(check_target(s, sub, path));
	if (strcmp(path, sub->art.path) == 0)
		return err_new(ERR_REFUSED, "'%s' is there already", path);
	TRY(change_check_free(s, path));
	if (label_of_path(&now, path))
		TRY(check_label_free(s, sub, now.text));
	if (label)
		bytes = change_relabel(&len, sub->model, label->text);
	if (!label_of_path(&now, path) || strcmp(now.text, sub->art.label) != 0)
		TRY(change_alias(&alias, s, &sub->art));
	change = (struct change){
		.how = HOW_MOVE, .path = path, .alias = alias, .done = done,
		.dry_run = o->dry_run, .json = o->json,
		.text = bytes ? slice_of(bytes, len) : slice_of(sub->bytes, sub->len)};
	return o->update ? move_all(s, sub, label ? label->text : NULL, &change)
			 : change_apply(s, sub, &change);
}

static err_t run_mv(struct session *s, char **argv, const struct mv_options *o)
{
	scoped(subject_release) struct subject sub = {0};
	scoped_free char *path = NULL;
	struct label label;

	if (o->update && !s->repo) {
		TRY(session_open(s, SESSION_WRITE));
		TRY(session_fresh(s, NULL));
	}
	TRY(subject_open(&sub, s, argv[0], false));
	if (o->label) {
		if (!label_parse(&label, slice_str(o->label)) || label.num < 0)
			return err_new(ERR_MISUSE, "'%s' is not an id like INFRA-042", o->label);
		if (!sub.kind)
			return err_new(ERR_REFUSED, "kind '%s' is not configured", sub.art.kind);
		path = relabelled_path(&sub, &label);
	} else {
		path = session_path(s, argv[1]);
		if (!path)
			return err_new(ERR_REFUSED, "'%s' is outside the work tree", argv[1]);
	}
	return move(s, &sub, path, o->label ? &label : NULL, o);
}

err_t mv_in(struct session *s, int argc, char **argv)
{
	struct mv_options o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('l', "label", &o.label, "id", "a new id, in file name and title"),
		OPT_FLAG('u', "update-references", &o.update,
			 "also change what names it, by id or in a link"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only say what would be moved"),
		OPT_FLAG(0, "json", &o.json, "the artifact as JSON, and then what names it, one a\n"
					     "line"),
		OPT_END,
	};
	static const char *const synopsis[] = {"<id> <path>", "<id> --label <new-id>", NULL};
	const struct usage usage = {"mv", synopsis, "Moves an artifact, or gives it another id.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != (o.label ? 1 : 2))
		return opts_misuse(&usage, "an artifact, and either a path or --label");
	return run_mv(s, argv, &o);
}

err_t cmd_mv(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return mv_in(&s, argc, argv);
}
