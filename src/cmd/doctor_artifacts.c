/* Labels, links, titles, approvals, files. */
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "cmd/doctor.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- labels --------------------------------------------------------------------------------- */

static bool is_known(const struct arts *arts, const char *kind, const char *label)
{
	for (size_t i = 0; i < arts->len; i++)
		if ((!kind || strcmp(arts->at[i].kind, kind) == 0) &&
		    strcmp(arts->at[i].label, label) == 0)
			return true;
	return false;
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

static err_t check_links(struct doctor *d, const struct arts *arts, const struct art *art,
			 const struct artifact *a)
{
	for (size_t i = 0; i < a->nr_links; i++) {
		const struct link *link = &a->links[i];
		bool alias;

		if (!link->in_link_section || is_known(arts, NULL, link->label))
			continue;
		TRY(is_alias(&alias, d, link->label));
		if (!alias)
			doctor_add(d, "links", mem_printf("%s:%d: there is no %s", art->path,
							  link->line, link->label))->note = true;
	}
	return NULL;
}

/* A runbook belongs to the story with its label. */
static void check_owner(struct doctor *d, const struct arts *arts, const struct art *art,
			const struct kind *kind)
{
	if (kind && kind->shares_label && kind->parent_kind && art->label[0] &&
	    !is_known(arts, kind->parent_kind, art->label))
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

/* --- approvals ------------------------------------------------------------------------------ */

static err_t state_of(char **out, struct doctor *d, const struct kind *kind,
		      const struct revision *rev)
{
	scoped_free char *bytes = NULL;
	struct artifact_brief brief;
	size_t len;

	TRY(store_text_get(&bytes, &len, d->work.store, rev->oid.hex));
	artifact_brief(&brief, slice_of(bytes, len), kind, rev->path);
	*out = mem_strndup(brief.state.at ? brief.state.at : "", brief.state.len);
	return NULL;
}

/* How the state came that the artifact has now; HOW_CREATE where it always had it. */
static err_t entered_by(enum revision_how *out, struct doctor *d, const struct kind *kind,
			const struct art *art)
{
	scoped(revs_release) struct revs revs = {0};

	TRY(store_rev_list(&revs, d->work.store, art->uid));
	*out = HOW_CREATE;
	for (size_t i = revs.len; i-- > 1;) {
		scoped_free char *before = NULL;

		if (revs.at[i - 1].oid.hex[0])
			TRY(state_of(&before, d, kind, &revs.at[i - 1]));
		if (before && strcmp(before, art->state) == 0)
			continue;
		*out = revs.at[i].how;
		return NULL;
	}
	return NULL;
}

/* "imported" is a gate state that no command asked for. It is what a text brought along that came
 * into being with it; entered later, it was typed. */
static err_t check_approval(struct doctor *d, const struct art *art, const struct kind *kind)
{
	scoped_free char *url = NULL;
	enum revision_how how;
	struct ailment *a;

	if (strcmp(art->approval, "stale") == 0) {
		doctor_add(d, "approvals", mem_printf("%s: the text changed after it became %s",
						      art->path, art->state))->hint =
			mem_strdup("'git agent state' asks for it again");
		return NULL;
	}
	if (!kind || strcmp(art->approval, "imported") != 0)
		return NULL;
	TRY(entered_by(&how, d, kind, art));
	if (how == HOW_CREATE)
		return NULL;
	TRY(store_meta_get(&url, d->work.store, "remote"));
	a = doctor_add(d, "approvals", mem_printf("%s: nobody acknowledged that it is %s: it was "
						  "written by %s", art->path, art->state,
						  how == HOW_COMMIT ? "a commit"
								    : "an edit of the text"));
	a->hint = mem_strdup("'git agent log' shows when; 'git agent state' enters a state by the "
			     "rules");
	a->note = !url;
	return NULL;
}

/* --- all of it ------------------------------------------------------------------------------ */

static void scoped_artifact(struct artifact **a)
{
	artifact_free(*a);
}

static err_t check_one(struct doctor *d, const struct arts *arts, const struct art *art)
{
	const struct kind *kind = kinds_find(d->look.kinds, art->kind);
	scoped(scoped_artifact) struct artifact *a = NULL;
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(store_text_get(&bytes, &len, d->work.store, art->oid.hex));
	a = artifact_parse(slice_of(bytes, len), kind, art->path);
	check_title(d, art, a);
	check_owner(d, arts, art, kind);
	TRY(check_links(d, arts, art, a));
	return check_approval(d, art, kind);
}

static err_t check_file(struct doctor *d, const struct arts *arts, const char *path)
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
	for (size_t i = 0; !st.exists && i < arts->len; i++)
		if (strcmp(arts->at[i].path, path) == 0)
			doctor_add(d, "orphans", mem_printf("the file of '%s' is missing", path))
				->note = true;
	return NULL;
}

/* A file that was here and is not: never a deletion by itself. */
static err_t check_files(struct doctor *d, const struct arts *arts)
{
	scoped(seens_release) struct seens seens = {0};

	TRY(store_seen_list(&seens, d->work.store, d->work.port.worktree));
	for (size_t i = 0; i < seens.len; i++)
		TRY(check_file(d, arts, seens.at[i].path));
	return NULL;
}

err_t doctor_artifacts(struct doctor *d)
{
	scoped(arts_release) struct arts arts = {0};

	TRY(store_art_list(&arts, d->work.store, NULL));
	check_doubles(d, &arts);
	for (size_t i = 0; i < arts.len; i++)
		TRY(check_one(d, &arts, &arts.at[i]));
	return check_files(d, &arts);
}
