/* `git agent undo` */
#include "cli/columns.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/change.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/undo.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 4	/* in a line of --list */

struct undo_options {
	const char *reason;
	bool list, dry_run, json;
	int max;
};

/* --- which ---------------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
	return text[0] >= '1' && text[0] <= '9' && strlen(text) < 16 &&
	       strspn(text, "0123456789") == strlen(text);
}

static const struct operation *by_id(const struct operations *all, long id)
{
	for (size_t i = 0; i < all->len; i++)
		if (all->at[i].id == id)
			return &all->at[i];
	return NULL;
}

/* The one that stands and took it back. */
static long undone_by(const struct operations *all, long id)
{
	for (size_t i = 0; i < all->len; i++)
		if (all->at[i].undoes == id && !all->at[i].undone)
			return all->at[i].id;
	return 0;
}

static err_t choose(const struct operation **out, const struct operations *all, const char *name)
{
	const struct operation *found = NULL;

	if (!all->len)
		return err_new(ERR_NOTFOUND, "there is no operation to undo: no command of this "
			       "clone has changed anything yet");
	found = name ? by_id(all, strtol(name, NULL, 10)) : &all->at[0];
	if (!found)
		return err_hint(err_new(ERR_NOTFOUND, "there is no operation %s", name),
				"'git agent undo --list' shows them");
	*out = found;
	return NULL;
}

/* "state", "undo of 7". Caller frees. */
static char *what_of(const struct operation *o)
{
	return o->undoes ? mem_printf("%s of %ld", o->command, o->undoes) : mem_strdup(o->command);
}

/* --- the list ------------------------------------------------------------------------------- */

static err_t name_of(char **out, struct session *s, const char *uid)
{
	scoped(art_release) struct art art = {0};
	err_t err = store_art_get(&art, s->store, uid);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		*out = mem_printf("%.8s", uid);
		return NULL;
	}
	TRY(err);
	*out = session_long_name(s, &art);
	return NULL;
}

static err_t names_of(char **out, struct session *s, long id)
{
	scoped(operation_steps_release) struct operation_steps steps = {0};
	struct mem_stream text;
	err_t err = NULL;

	TRY(store_operation_steps(&steps, s->store, id));
	mem_stream_open(&text);
	for (size_t i = 0; i < steps.len && i < NAMES_MAX && !err; i++) {
		scoped_free char *name = NULL;

		err = name_of(&name, s, steps.at[i].uid);
		if (!err)
			fprintf(text.file, "%s%s", i ? " " : "", name);
	}
	if (steps.len > NAMES_MAX)
		fprintf(text.file, " and %zu more", steps.len - NAMES_MAX);
	*out = mem_stream_close(&text, NULL);
	if (err)
		free(steal(*out));
	return err;
}

static err_t list_text(struct session *s, const struct operations *all)
{
	scoped(columns_release) struct columns c = {.count = 5, .right = {true}};

	for (size_t i = 0; i < all->len; i++) {
		const struct operation *o = &all->at[i];
		scoped_free char *id = mem_printf("%ld", o->id), *what = what_of(o);
		scoped_free char *names = NULL;
		char when[32];

		TRY(names_of(&names, s, o->id));
		output_time(when, o->time);
		when[16] = '\0';
		columns_add(&c, id);
		columns_add(&c, when);
		columns_add(&c, what);
		columns_add(&c, o->undone ? "undone" : "");
		columns_add(&c, names);
	}
	columns_print(&c, stdout);
	return NULL;
}

static err_t list_steps(struct json *j, struct session *s, long id)
{
	scoped(operation_steps_release) struct operation_steps steps = {0};

	TRY(store_operation_steps(&steps, s->store, id));
	json_key(j, "artifacts");
	json_array_begin(j);
	for (size_t i = 0; i < steps.len; i++) {
		const struct operation_step *step = &steps.at[i];
		scoped_free char *name = NULL;

		TRY(name_of(&name, s, step->uid));
		json_object_begin(j);
		json_key_string(j, "name", name);
		json_key_string(j, "uid", step->uid);
		json_key_string(j, "before", rev_none(&step->before) ? NULL : step->before.hex);
		json_key_string(j, "after", step->after.hex);
		json_object_end(j);
	}
	json_array_end(j);
	return NULL;
}

static void json_operation(struct json *j, const struct operation *o)
{
	char when[21];

	clock_format(o->time, when);
	json_key_int(j, "operation", o->id);
	json_key_string(j, "command", o->command);
	json_key_string(j, "author", o->author);
	json_key_string(j, "time", when);
	json_key(j, "undoes");
	if (o->undoes)
		json_int(j, o->undoes);
	else
		json_null(j);
}

static err_t list_json(struct session *s, const struct operations *all)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < all->len; i++) {
		json_object_begin(&j);
		json_operation(&j, &all->at[i]);
		json_key_bool(&j, "undone", all->at[i].undone);
		TRY(list_steps(&j, s, all->at[i].id));
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
	return NULL;
}

static err_t run_list(const struct undo_options *o)
{
	scoped(session_close) struct session s = {0};
	scoped(operations_release) struct operations all = {0};
	bool color;

	TRY(session_open(&s, SESSION_READ));
	TRY(store_operation_list(&all, s.store, o->max));
	if (o->json)
		return list_json(&s, &all);
	TRY(output_begin(&color, &s, NULL, true));
	return list_text(&s, &all);
}

/* --- undoing -------------------------------------------------------------------------------- */

struct doing {
	struct session s;
	const struct undo_options *o;
	struct operations all;
	const struct operation *op;
	struct operation_steps steps;
	struct undone *done;	/* one a step */
	long already;		/* the operation that took it back before; 0 */
};

static void doing_release(struct doing *d)
{
	for (size_t i = 0; i < d->steps.len && d->done; i++)
		undone_release(&d->done[i]);
	free(d->done);
	operation_steps_release(&d->steps);
	operations_release(&d->all);
	session_close(&d->s);
}

static err_t find(struct doing *d, const char *name)
{
	operation_steps_release(&d->steps);
	operations_release(&d->all);
	TRY(store_operation_list(&d->all, d->s.store, -1));
	TRY(choose(&d->op, &d->all, name));
	return store_operation_steps(&d->steps, d->s.store, d->op->id);
}

/* Before the transaction, since a remote may be asked. */
static err_t warn_of_claims(struct doing *d)
{
	for (size_t i = 0; i < d->steps.len; i++) {
		scoped(art_release) struct art art = {0};

		TRY(store_art_get(&art, d->s.store, d->steps.at[i].uid));
		TRY(claims_warn(&d->s, &art));
	}
	return NULL;
}

/* The newest artifact first: what was made on top of another goes before it. */
static err_t take_back(struct doing *d)
{
	scoped_free char *what = what_of(d->op), *reason = NULL;
	struct undo undo = {.id = d->op->id, .reason = d->o->reason};

	reason = mem_printf("undo of operation %ld (%s)", d->op->id, what);
	if (!undo.reason)
		undo.reason = reason;
	d->s.engine.command = "undo";
	d->s.engine.undoes = d->op->id;
	d->done = mem_alloc((d->steps.len + 1) * sizeof(*d->done));
	for (size_t i = d->steps.len; i-- > 0;)
		TRY(undo_step(&d->done[i], &d->s, &undo, &d->steps.at[i]));
	return NULL;
}

/* What is the last operation is asked under the lock. */
static err_t in_group(struct doing *d, const char *name)
{
	TRY(find(d, name));
	d->already = d->op->undone ? undone_by(&d->all, d->op->id) : 0;
	return d->op->undone ? NULL : take_back(d);
}

static void tell(struct doing *d)
{
	scoped_free char *what = what_of(d->op);

	printf("%s operation %ld (%s)\n", d->o->dry_run ? "would undo" : "undid", d->op->id, what);
	for (size_t i = d->steps.len; i-- > 0;) {
		scoped_free char *name = session_long_name(&d->s, &d->done[i].art);

		text_safe_fputs(name, stdout);
		fputs(": ", stdout);
		text_safe_fputs(d->done[i].did, stdout);
		putchar('\n');
	}
}

static err_t tell_json(struct doing *d)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_int(&j, "undid", d->op->id);
	json_key(&j, "operation");
	if (d->s.engine.operation)
		json_int(&j, d->s.engine.operation);
	else
		json_null(&j);
	json_key_bool(&j, "dry_run", d->o->dry_run);
	json_key(&j, "already");
	if (d->already)
		json_int(&j, d->already);
	else
		json_null(&j);
	json_key(&j, "artifacts");
	json_array_begin(&j);
	for (size_t i = d->steps.len; i-- > 0 && d->done;) {
		scoped(art_release) struct art now = {0};

		if (!d->o->dry_run)
			TRY(store_art_get(&now, d->s.store, d->steps.at[i].uid));
		json_object_begin(&j);
		output_art(&j, d->o->dry_run ? &d->done[i].art : &now);
		json_key_bool(&j, "changed", d->done[i].changed);
		json_key_string(&j, "did", d->done[i].did);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	return NULL;
}

static err_t send(struct doing *d)
{
	scoped(strs_release) struct strs now = {0}, others = {0};

	if (d->o->dry_run)
		return NULL;
	for (size_t i = 0; i < d->steps.len; i++)
		if (d->done[i].changed)
			strs_add(d->done[i].push ? &now : &others, d->done[i].art.uid);
	TRY(session_auto_push_all(&d->s, &now, true));
	return session_auto_push_all(&d->s, &others, false);
}

static err_t tell_already(struct doing *d)
{
	output_say("operation %ld is undone already, by operation %ld: nothing to do", d->op->id,
		   d->already);
	return d->o->json ? tell_json(d) : NULL;
}

static err_t run(const char *name, const struct undo_options *o)
{
	scoped(doing_release) struct doing d = {.o = o};
	scoped(strs_release) struct strs stayed = {0};

	TRY(session_open(&d.s, SESSION_WRITE));
	TRY(session_fresh(&d.s, NULL));
	TRY(find(&d, name));
	TRY(warn_of_claims(&d));
	TRY(edit_begin(&d.s.engine));
	TRY(edit_end(&stayed, &d.s.engine, o->dry_run, in_group(&d, name)));
	if (!d.done)
		return tell_already(&d);
	if (!o->json)
		tell(&d);
	for (size_t i = 0; i < stayed.len && d.s.have_port; i++)
		output_untouched(stayed.at[i]);
	TRY(send(&d));
	return o->json ? tell_json(&d) : NULL;
}

err_t cmd_undo(int argc, char **argv)
{
	struct undo_options o = {.max = -1};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG('l', "list", &o.list, "the operations of this clone, newest first"),
		OPT_INT(0, "max-count", &o.max, "number", "of --list only the newest ones"),
		OPT_STRING('m', "reason", &o.reason, "text", "why, for the log"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only say what would be undone"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[-m <reason>] [<operation>]", "--list", NULL};
	const struct usage usage = {"undo", synopsis,
				    "Takes back what the last command of this clone changed, by "
				    "new edits; undoing an undo does it again.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > (o.list ? 0 : 1))
		return opts_misuse(&usage, o.list ? "--list takes no operation"
						  : "one operation at a time");
	if (argc && !is_number(argv[0]))
		return opts_misuse(&usage, "'%s' is not the number of an operation", argv[0]);
	return o.list ? run_list(&o) : run(argc ? argv[0] : NULL, &o);
}
