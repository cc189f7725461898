/* `git agent new-plan`, `new-story`, `new-runbook`. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/batch.h"
#include "cmd/cmd.h"
#include "cmd/draft.h"
#include "cmd/input.h"
#include "cmd/new_id.h"
#include "cmd/output.h"
#include "cmd/rules.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_MS 10000
#define TITLE_MAX 1000

struct new_options {
	const char *title, *from, *scope, *state;
	const char *key;	/* what the caller calls this request; NULL: nothing */
	bool edit, dry_run, json;
};

struct new {
	const struct new_options *o;
	const struct kind *kind;
	const struct kind_state *first, *state;	/* as which it begins, and what it becomes */
	struct art parent;			/* without a path: none */
	struct label label;
	char *path;
	char *text;
	size_t len;
	char *key;				/* the one that is free, or was found */
	bool already;				/* by an earlier request of the same key */
};

static void new_release(struct new *n)
{
	art_release(&n->parent);
	free(n->path);
	free(n->text);
	free(n->key);
}

/* --- what the command line says ------------------------------------------------------------- */

static err_t check_title(const char *title)
{
	struct slice trimmed = slice_trim(slice_str(title));

	if (!trimmed.len)
		return err_new(ERR_MISUSE, "the title is empty");
	if (strpbrk(title, "\r\n"))
		return err_new(ERR_MISUSE, "a title is one line");
	if (trimmed.len > TITLE_MAX)
		return err_new(ERR_MISUSE, "a title has at most %d bytes", TITLE_MAX);
	return NULL;
}

static err_t find_states(struct new *n)
{
	const char *why = NULL;

	for (size_t i = n->kind->nr_states; i-- > 0;)
		if (n->kind->states[i].initial)
			n->first = &n->kind->states[i];
	if (!n->first)
		n->first = &n->kind->states[0];
	n->state = n->o->state ? rules_state(n->kind, n->o->state) : n->first;
	if (!n->state)
		why = "the kind has no such state";
	else if (n->state->initial)
		n->first = n->state;
	else if (n->state != n->first)
		kind_transition(n->kind, slice_str(n->first->name), slice_str(n->state->name),
				false, &why);
	if (why)
		return err_new(ERR_REFUSED, "a new %s cannot be %s: %s", n->kind->name,
			       n->o->state, why);
	return NULL;
}

/* "INFRA-042" after --from is of the parent's kind, whatever else has that label. */
static err_t find_parent(struct new *n, struct session *s)
{
	const char *above = n->kind->parent_kind;
	scoped_free char *name = NULL, *child = mem_printf("a %s", n->kind->name);
	struct label label;
	bool required;

	if (!n->o->from) {
		TRY(repo_config_bool(&required, s->repo, "agent.requireparent", false));
		if (!above || !required)
			return NULL;
		return err_hint(err_new(ERR_REFUSED, "a %s needs a %s", n->kind->name, above),
				"name it: --from <id>");
	}
	if (!above)
		return err_new(ERR_MISUSE, "a %s has no parent: --from means nothing here",
			       n->kind->name);
	name = label_parse(&label, slice_str(n->o->from))
		       ? mem_printf("%s:%s", above, n->o->from) : mem_strdup(n->o->from);
	TRY(session_pick(&n->parent, s, name, false));
	if (strcmp(n->parent.kind, above) != 0)
		return err_new(ERR_REFUSED, "'%s' is a %s, and a %s comes from a %s", n->o->from,
			       n->parent.kind, n->kind->name, above);
	return rules_check_parent(s, n->kind, child, &n->parent);
}

/* --- making it ------------------------------------------------------------------------------ */

static err_t write_draft(struct new *n, const struct session *s)
{
	struct slice trimmed = slice_trim(slice_str(n->o->title));
	scoped_free char *title = mem_strndup(trimmed.at, trimmed.len);
	char date[21];

	clock_format(s->engine.now, date);
	date[10] = '\0';
	n->path = label_path(n->kind, &n->label, title);
	return draft_text(&n->text, &n->len, &(struct draft){
		.kind = n->kind, .label = &n->label, .title = title, .state = n->first->name,
		.parent = n->parent.path ? session_name(&n->parent) : NULL, .date = date,
		.author = s->engine.who});
}

/* *uid "": no request of this key made anything. */
static err_t made_by(char uid[UID_LEN + 1], struct session *s, const char *key)
{
	scoped(operation_steps_release) struct operation_steps steps = {0};
	long operation;

	uid[0] = '\0';
	TRY(store_operation_retried(&operation, s->store, key));
	if (!operation)
		return NULL;
	TRY(store_operation_steps(&steps, s->store, operation));
	if (steps.len != 1 || steps.at[0].before.hex[0])
		return err_new(ERR_REFUSED, "'%s' was the key of another request", key);
	memcpy(uid, steps.at[0].uid, UID_LEN + 1);
	return NULL;
}

/* Who lost the answer asks again, and gets what was made then; what was deleted since is made
 * anew. */
static err_t find_made(char uid[UID_LEN + 1], struct new *n, struct session *s)
{
	for (int i = 1; n->o->key; i++) {
		scoped(art_release) struct art art = {0};

		free(n->key);
		n->key = i == 1 ? mem_strdup(n->o->key) : mem_printf("%s (%d)", n->o->key, i);
		TRY(made_by(uid, s, n->key));
		if (!uid[0])
			return NULL;
		TRY(store_art_get(&art, s->store, uid));
		n->already = !art.deleted;
		if (n->already)
			return NULL;
	}
	return NULL;
}

static err_t create_locked(char uid[UID_LEN + 1], struct new *n, struct session *s)
{
	bool written = false;

	TRY(find_made(uid, n, s));
	if (n->already)
		return NULL;
	TRY(new_id_find(&n->label, &(struct new_id){
		.kind = n->kind, .scope = n->o->scope, .dry_run = n->o->dry_run,
		.parent = n->parent.path ? &n->parent : NULL}, s));
	TRY(write_draft(n, s));
	if (n->o->dry_run)
		return NULL;
	if (!s->engine.command)
		s->engine.command = "new";
	if (n->key)
		s->engine.retry = n->key;
	TRY(edit_create(uid, &written, &s->engine, n->path, slice_of(n->text, n->len), ""));
	if (!written && s->have_port)
		output_say("%s is in the workspace only: no file can be written there now",
			    n->path);
	return NULL;
}

/* Two terminals that ask for a number at the same time get two. */
static err_t create(char uid[UID_LEN + 1], struct new *n, struct session *s)
{
	scoped_free char *lock = mem_printf("%s/agent/new.lock", s->repo->commondir);
	err_t err;
	int fd;

	if (s->batch)	/* has it already */
		return create_locked(uid, n, s);
	TRY(file_lock(&fd, lock, LOCK_MS));
	err = create_locked(uid, n, s);
	file_unlock(fd);
	return err;
}

static err_t enter_state(const struct new *n, struct session *s, const char *uid)
{
	scoped_free char *bytes = NULL;
	struct artifact *a;
	struct edit edit = {.how = HOW_STATE, .message = ""};
	bool written;
	err_t err;

	if (n->state == n->first)
		return NULL;
	a = artifact_parse(slice_of(n->text, n->len), n->kind, n->path);
	err = artifact_set_state(&bytes, &edit.text.len, a, n->state->name);
	artifact_free(a);
	TRY(err);
	edit.text.at = bytes;
	return edit_apply(&written, &s->engine, uid, &edit);
}

/* It is there already: whatever goes wrong in the editor, nothing typed is lost. */
static err_t edit_now(const struct new *n, struct session *s, const char *uid)
{
	scoped(art_release) struct art art = {0};
	scoped_free char *before = NULL, *after = NULL, *path = NULL;
	struct edit edit = {.how = HOW_EDIT, .message = "", .expect = &art.oid};
	size_t before_len, after_len;
	bool written;

	if (!n->o->edit)
		return NULL;
	TRY(store_art_get(&art, s->store, uid));
	TRY(store_text_get(&before, &before_len, s->store, art.oid.hex));
	TRY(input_edit(&after, &after_len, &path, s, n->label.text, n->kind->suffix,
		       slice_of(before, before_len)));
	edit.text = slice_of(after, after_len);
	if (!slice_trim(edit.text).len) {
		output_say("%s: the text is empty; the template stays", n->label.text);
		return file_remove(path);
	}
	TRY(err_hint(input_check(edit.text, path), "the text is kept in '%s'", path));
	TRY(err_hint(edit_apply(&written, &s->engine, uid, &edit), "the text is kept in '%s'",
		     path));
	return file_remove(path);
}

/* The push may have given it its number. */
static err_t print(struct session *s, const char *uid, bool as_json, bool already)
{
	scoped(art_release) struct art art = {0};
	struct json j;

	TRY(store_art_get(&art, s->store, uid));
	if (already)
		output_say("%s was made already: nothing to do", session_name(&art));
	if (!as_json) {
		printf("%s %s\n", session_name(&art), art.path);
		return NULL;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	output_art(&j, &art);
	json_key_bool(&j, "changed", !already);
	json_object_end(&j);
	json_end(&j);
	return NULL;
}

static err_t run(struct session *s, const char *kind, const struct new_options *o)
{
	scoped(new_release) struct new n = {.o = o};
	struct strs none = {0};	/* files: new_id_find looks at those that matter */
	char uid[UID_LEN + 1] = "";

	if (!s->repo)
		TRY(session_open(s, SESSION_WRITE));
	n.kind = kinds_find(s->kinds, kind);
	if (!n.kind)
		return err_new(ERR_REFUSED, "kind '%s' is not configured", kind);
	TRY(session_fresh(s, &none));
	TRY(find_states(&n));
	TRY(find_parent(&n, s));
	TRY(create(uid, &n, s));
	if (n.already)
		return print(s, uid, o->json, true);
	if (o->dry_run) {
		printf("%s %s\n", n.label.text, n.path);
		return NULL;
	}
	TRY(enter_state(&n, s, uid));
	TRY(edit_now(&n, s, uid));
	if (s->batch)
		return batch_made(s->batch, uid);
	TRY(session_auto_push(s, uid, true));
	return print(s, uid, o->json, false);
}

err_t new_in(struct session *s, int argc, char **argv)
{
	const char *name = argv[0], *kind = name + strlen("new-");
	struct new_options o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING(0, "from", &o.from, "id", "the plan of a story, the story of a runbook"),
		OPT_STRING(0, "scope", &o.scope, "scope", "the first part of the id: INFRA"),
		OPT_STRING('s', "state", &o.state, "state", "another first state"),
		OPT_FLAG('e', "edit", &o.edit, "open it in git's editor"),
		OPT_STRING('k', "key", &o.key, "text",
			   "a name for this request: given once more, it makes nothing,\n"
			   "and shows what was made"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only say which id and path it would get"),
		OPT_FLAG(0, "json", &o.json, "print it as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <title>", NULL};
	const struct usage usage = {name, synopsis,
				    "Makes an artifact from the template of its kind, and prints "
				    "its id and path.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "the title is one argument: quote it"
						: "which title?");
	o.title = argv[0];
	TRY(check_title(o.title));
	if (o.key && !*o.key)
		return opts_misuse(&usage, "the key is empty");
	if (s->batch && (o.edit || o.dry_run || o.json || o.key))
		return opts_misuse(&usage, "--edit, --dry-run, --json and --key are not for a line "
				   "of a batch");
	return run(s, kind, &o);
}

err_t cmd_new(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return new_in(&s, argc, argv);
}
