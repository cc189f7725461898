/* `git agent restore` */
#include "artifact/label.h"
#include "cmd/batch.h"
#include "cmd/cmd.h"
#include "cmd/rules.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct restore {
	const char *reason;
	bool keep_state, dry_run, json;
};

/* --- which revision ------------------------------------------------------------------------- */

static err_t check_not_purged(const struct art *art, const struct revs *revs)
{
	for (size_t i = 0; i < revs->len; i++)
		if (rev_eq(&revs->at[i].id, &art->head) && purged_deletion(&revs->at[i]))
			return err_hint(err_new(ERR_REFUSED, "'%s' was erased on the remote, which "
						"takes nothing more of it", session_name(art)),
					"'git agent log -p %s' shows the text that this clone has; "
					"'git agent import-%s' makes a new artifact of a text",
					session_name(art), art->kind);
	return NULL;
}

/* Named, or for a deleted artifact the last one with a text. */
static err_t find_revision(struct revision *out, struct session *s, const struct art *art,
			   const char *name)
{
	scoped(revs_release) struct revs revs = {0};
	struct rev_id id = {""};
	const struct revision *found = NULL;

	if (name)
		TRY(err_hint(store_rev_find(&id, s->store, art->uid, name),
			     "'git agent log %s' shows them", session_name(art)));
	TRY(store_rev_list(&revs, s->store, art->uid));
	TRY(check_not_purged(art, &revs));
	for (size_t i = 0; i < revs.len; i++)
		if (name ? rev_eq(&revs.at[i].id, &id) : !oid_none(&revs.at[i].oid))
			found = &revs.at[i];
	if (!found || oid_none(&found->oid))
		return err_hint(err_new(ERR_NOTFOUND, "revision '%s' is a deletion",
					name ? name : ""),
				"'git agent log %s' shows which have a text", session_name(art));
	*out = revision_copy(found);
	return NULL;
}

/* A deleted artifact comes back to its path, if nobody else is there by now. */
static err_t check_path_free(struct session *s, const struct art *art)
{
	scoped(art_release) struct art there = {0};

	if (!art->deleted)
		return NULL;
	TRY(store_art_at(&there, s->store, art->path));
	if (there.deleted || strcmp(there.uid, art->uid) == 0)
		return NULL;
	return err_hint(err_new(ERR_REFUSED, "'%s' is another artifact by now", art->path),
			"'git agent mv' can give that one another path first");
}

/* --- the text ------------------------------------------------------------------------------- */

struct text {
	char *bytes;
	size_t len;
	struct artifact *model;
};

static void text_release(struct text *t)
{
	if (t->model)
		artifact_free(t->model);
	free(t->bytes);
}

/* Takes over bytes. */
static void text_become(struct text *t, const struct subject *sub, char *bytes, size_t len)
{
	text_release(t);
	*t = (struct text){bytes, len, artifact_parse(slice_of(bytes, len), sub->kind,
						      sub->art.path)};
}

/* It is called by its present id, where it names itself. */
static err_t read_text(struct text *t, struct session *s, const struct subject *sub,
		       const struct revision *r)
{
	struct label then;
	char *bytes;
	size_t len;

	TRY(store_text_get(&bytes, &len, s->store, r->oid.hex));
	text_become(t, sub, bytes, len);
	if (!sub->art.label[0] || !label_of_path(&then, r->path) ||
	    strcmp(then.text, sub->art.label) == 0 ||
	    !slice_is(artifact_slice(t->model, t->model->title_label), then.text))
		return NULL;
	bytes = change_relabel(&len, t->model, sub->art.label);
	text_become(t, sub, bytes, len);
	return NULL;
}

static err_t keep_state(struct text *t, const struct subject *sub)
{
	char *bytes;
	size_t len;

	TRY(artifact_set_state(&bytes, &len, t->model, sub->art.state));
	text_become(t, sub, bytes, len);
	return NULL;
}

/* A gate is entered by being asked for, never by a text that says so. */
static err_t judge_state(struct session *s, const struct subject *sub, const char *then,
			 const char *reason)
{
	const struct kind_state *to = kind_state(sub->kind, slice_str(then));
	err_t err;

	if (to && to->gate)
		return err_hint(err_new(ERR_REFUSED, "'%s' was %s in that text and is %s now",
					session_name(&sub->art), then,
					sub->art.state[0] ? sub->art.state : "without a state"),
				"--keep-state brings back all but the state; 'git agent state %s' "
				"asks for an approval", session_name(&sub->art));
	err = rules_check_state(s, sub, then[0] ? then : "no state", to, reason);
	return err && err->code == ERR_REFUSED
		       ? err_hint(err, "--keep-state brings back all but the state") : err;
}

static err_t settle_state(struct text *t, struct session *s, const struct subject *sub,
			  const struct restore *o, const char *reason)
{
	struct slice state = artifact_slice(t->model, t->model->state);
	scoped_free char *then = mem_strndup(state.at, state.len);

	if (!sub->kind || slice_is(state, sub->art.state))
		return NULL;
	if (o->keep_state && sub->art.state[0])
		return keep_state(t, sub);
	return judge_state(s, sub, then, reason);
}

static err_t run(struct session *s, const struct usage *usage, char **argv,
		 const struct restore *o)
{
	const char *name = argv[0], *revision = argv[1];
	scoped(subject_release) struct subject sub = {0};
	scoped(revision_release) struct revision r = {0};
	scoped(text_release) struct text text = {0};
	scoped_free char *done = NULL;

	TRY(subject_open(&sub, s, name, true));
	if (!revision && !sub.art.deleted)
		return opts_misuse(usage, "which revision? 'git agent log %s' shows them", name);
	TRY(find_revision(&r, s, &sub.art, revision));
	TRY(check_path_free(s, &sub.art));
	done = mem_printf("restored %.12s", r.id.hex);
	TRY(read_text(&text, s, &sub, &r));
	TRY(settle_state(&text, s, &sub, o, o->reason ? o->reason : done));
	return change_apply(s, &sub, &(struct change){
		.how = HOW_RESTORE, .text = slice_of(text.bytes, text.len), .done = done,
		.message = o->reason ? o->reason : done, .dry_run = o->dry_run, .json = o->json});
}

err_t restore_in(struct session *s, int argc, char **argv)
{
	struct restore o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "keep-state", &o.keep_state, "all of that text but its state"),
		OPT_STRING('m', "reason", &o.reason, "text", "why, for the log"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only show the difference"),
		OPT_FLAG(0, "json", &o.json, "the artifact as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <id> <revision>", "[<options>] <id>",
					       NULL};
	const struct usage usage = {"restore", synopsis,
				    "Makes an earlier text the newest one, as a new revision, or "
				    "brings back a deleted artifact.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1 || argc > 2)
		return opts_misuse(&usage, argc ? "one artifact at a time" : "which artifact?");
	return run(s, &usage, argv, &o);
}

err_t cmd_restore(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return restore_in(&s, argc, argv);
}
