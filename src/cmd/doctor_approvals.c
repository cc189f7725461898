/* Whether what is said to be approved was: by the workspace, and by the records in the files. */
#include "artifact/artifact.h"
#include "cmd/doctor.h"
#include "sync/witness.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- the state ------------------------------------------------------------------------------ */

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
err_t doctor_approval(struct doctor *d, const struct art *art, const struct kind *kind)
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

/* --- the records ---------------------------------------------------------------------------- */

struct records {
	struct doctor *d;
	const struct arts *arts;
	struct witness witness;
};

static void records_close(struct records *r)
{
	witness_close(&r->witness);
}

static void check_line(struct records *r, const char *path, const struct approval *line,
		       const struct approval_name *name)
{
	enum approval_trust trust;
	struct ailment *a;
	const char *why;

	trust = approval_trust(&why, line, name, witness_face(&r->witness));
	if (trust == APPROVAL_OVER)
		doctor_add(r->d, "approvals", mem_printf("%s: %s was approved once: the remote has "
							 "withdrawn or renewed it since", path,
							 line->state))->note = true;
	if (trust != APPROVAL_REFUTED)
		return;
	a = doctor_add(r->d, "approvals",
		       mem_printf("%s: %s by %s, %s, was not approved like that: %s", path,
				  line->state, line->approver, line->at, why));
	a->hint = mem_strdup("'git log -p' of that file shows who wrote it; 'git agent verify "
			     "--online' asks the remote");
}

static bool is_of_nobody(const struct records *r, const struct approval_name *name)
{
	for (size_t i = 0; i < r->arts->len; i++)
		if (strcmp(r->arts->at[i].kind, name->kind->name) == 0 &&
		    strcmp(r->arts->at[i].label, name->label) == 0)
			return false;
	return true;
}

static err_t check_record(void *ctx, const char *path, const struct file_stat *stat)
{
	struct records *r = ctx;
	struct approval_name name = approval_name(r->d->look.kinds, path);
	scoped(approvals_release) struct approvals lines = {0};
	struct git_port *port = &r->d->work.port;
	scoped_free char *bytes = NULL;
	size_t len;
	int bad;

	if (!name.kind || !stat->regular)
		return NULL;
	TRY(port->read(port->ctx, &bytes, &len, NULL, path));
	approval_read(&lines, &bad, slice_of(bytes, len), &name);
	if (bad)
		doctor_add(r->d, "approvals",
			   mem_printf("%s:%d: this line of the record is no approval", path, bad));
	for (size_t i = 0; i < lines.len; i++)
		check_line(r, path, &lines.at[i], &name);
	if (is_of_nobody(r, &name))
		doctor_add(r->d, "approvals", mem_printf("'%s' is the record of no %s that is here",
							 path, name.kind->name))->note = true;
	return witness_error(&r->witness);
}

err_t doctor_records(struct doctor *d, const struct arts *arts)
{
	scoped(records_close) struct records r = {.d = d, .arts = arts};

	TRY(witness_open(&r.witness, &d->work.engine, false));
	return file_walk(d->look.repo->worktree, ".agent/approvals", check_record, &r);
}
