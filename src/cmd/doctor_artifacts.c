/* Labels, links, titles, files. */
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "cmd/doctor.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- labels --------------------------------------------------------------------------------- */

/* What there is, in lists that are sorted. */
struct known {
	struct strs labels;
	struct strs of_kinds;	/* "<kind> <label>" */
	struct strs paths;
};

static void known_release(struct known *k)
{
	strs_release(&k->labels);
	strs_release(&k->of_kinds);
	strs_release(&k->paths);
}

static void known_make(struct known *k, const struct arts *arts)
{
	for (size_t i = 0; i < arts->len; i++) {
		const struct art *art = &arts->at[i];

		strs_add(&k->paths, art->path);
		strs_add(&k->labels, art->label);
		strs_take(&k->of_kinds, mem_printf("%s %s", art->kind, art->label));
	}
	strs_sort(&k->labels);
	strs_sort(&k->of_kinds);
	strs_sort(&k->paths);
}

static bool is_known(const struct known *k, const char *kind, const char *label)
{
	scoped_free char *both = mem_printf("%s %s", kind, label);

	return strs_has_sorted(&k->of_kinds, both);
}

/* The list is ordered by kind, scope and number: doubles are neighbours. */
static void check_doubles(struct doctor *d, const struct arts *arts)
{
	for (size_t i = 1; i < arts->len; i++) {
		const struct art *a = &arts->at[i - 1], *b = &arts->at[i];

		if (a->label[0] && strcmp(a->kind, b->kind) == 0 &&
		    strcmp(a->label, b->label) == 0)
			doctor_add(d, "labels", mem_printf("%s %s is there twice: '%s' and '%s'",
							   a->kind, a->label, a->path, b->path))
				->hint = mem_strdup("'git agent mv' gives one of them another id");
	}
}

/* An alias is the old label of something that has another now. */
static err_t is_alias(bool *out, struct doctor *d, const char *label)
{
	const struct kinds *kinds = d->look.kinds;

	*out = false;
	for (size_t i = 0; !*out && i < kinds->len; i++) {
		char uid[UID_LEN + 1];
		err_t err = store_alias_get(uid, d->work.store, label, kinds->at[i].name);

		*out = !err;
		if (err && err->code != ERR_NOTFOUND)
			return err;
		err_free(err);
	}
	return NULL;
}

static err_t check_links(struct doctor *d, const struct known *known, const struct art *art,
			 const struct artifact *a)
{
	for (size_t i = 0; i < a->nr_links; i++) {
		const struct link *link = &a->links[i];
		bool alias;

		if (!link->in_link_section || strs_has_sorted(&known->labels, link->label))
			continue;
		TRY(is_alias(&alias, d, link->label));
		if (!alias)
			doctor_add(d, "links", mem_printf("%s:%d: there is no %s", art->path,
							  link->line, link->label))->note = true;
	}
	return NULL;
}

/* A runbook belongs to the story with its label. */
static void check_owner(struct doctor *d, const struct known *known, const struct art *art,
			const struct kind *kind)
{
	if (kind && kind->shares_label && kind->parent_kind && art->label[0] &&
	    !is_known(known, kind->parent_kind, art->label))
		doctor_add(d, "orphans", mem_printf("'%s' belongs to no %s: there is no %s %s",
						    art->path, kind->parent_kind,
						    kind->parent_kind, art->label))->note = true;
}

static void check_title(struct doctor *d, const struct art *art, const struct artifact *a)
{
	for (size_t i = 0; i < a->nr_problems; i++) {
		scoped_free char *text = NULL;

		if (a->problems[i].code != PROBLEM_LABEL_MISMATCH)
			continue;
		text = artifact_problem_text(a, &a->problems[i]);
		doctor_add(d, "titles", mem_printf("%s: %s", art->path, text))->hint =
			mem_strdup("'git agent mv' renames, 'git agent edit' changes the title");
	}
}

/* --- all of it ------------------------------------------------------------------------------ */

static void scoped_artifact(struct artifact **a)
{
	artifact_free(*a);
}

static err_t check_one(struct doctor *d, const struct known *known, const struct art *art)
{
	const struct kind *kind = kinds_find(d->look.kinds, art->kind);
	scoped(scoped_artifact) struct artifact *a = NULL;
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(store_text_get(&bytes, &len, d->work.store, art->oid.hex));
	a = artifact_parse(slice_of(bytes, len), kind, art->path);
	check_title(d, art, a);
	check_owner(d, known, art, kind);
	TRY(check_links(d, known, art, a));
	return doctor_approval(d, art, kind);
}

static err_t check_file(struct doctor *d, const struct known *known, const char *path)
{
	struct git_port *port = &d->work.port;
	struct file_stat st;
	err_t err = port->stat(port->ctx, &st, path);

	/* the kind that had this path was configured away */
	if (err && err->code == ERR_REFUSED) {
		doctor_add(d, "orphans", mem_strdup(err->text))->note = true;
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (!st.exists && strs_has_sorted(&known->paths, path))
		doctor_add(d, "orphans", mem_printf("the file of '%s' is missing", path))->note =
			true;
	return NULL;
}

/* A file that was here and is not: never a deletion by itself. */
static err_t check_files(struct doctor *d, const struct known *known)
{
	scoped(seens_release) struct seens seens = {0};

	TRY(store_seen_list(&seens, d->work.store, d->work.port.worktree));
	for (size_t i = 0; i < seens.len; i++)
		TRY(check_file(d, known, seens.at[i].path));
	return NULL;
}

err_t doctor_artifacts(struct doctor *d)
{
	scoped(arts_release) struct arts arts = {0};
	scoped(known_release) struct known known = {0};

	TRY(store_art_list(&arts, d->work.store, NULL));
	known_make(&known, &arts);
	check_doubles(d, &arts);
	for (size_t i = 0; i < arts.len; i++) {
		TRY(check_one(d, &known, &arts.at[i]));
		progress_step(&d->work.progress, "Checking artifacts", i + 1, arts.len);
	}
	TRY(check_files(d, &known));
	return doctor_records(d, &arts);
}
