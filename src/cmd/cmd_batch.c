/* `git agent batch` */
#include "cmd/batch.h"
#include "cmd/batch_lines.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/new_id.h"
#include "cmd/output.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_MS 10000

struct batch_options {
	const char *key;
	bool dry_run, json;
};

/* What one did to an artifact. */
struct result {
	int number;
	const char *command;	/* of the line */
	struct art art;
	char *done;		/* NULL: nothing to change */
	bool made, push;
};

struct batch {
	const struct batch_options *o;
	struct session s;
	struct batch_lines lines;
	struct batch_line *now;	/* the one that is run */
	struct result *results;
	size_t nr_results, results_cap;
	long already;		/* the operation that the key names; 0 */
	int lock;		/* of new numbers; -1 */
};

static void batch_release(struct batch *b)
{
	for (size_t i = 0; i < b->nr_results; i++) {
		art_release(&b->results[i].art);
		free(b->results[i].done);
	}
	free(b->results);
	batch_lines_release(&b->lines);
	session_close(&b->s);
	file_unlock(b->lock);
}

/* --- what they did -------------------------------------------------------------------------- */

static err_t add_result(struct batch *b, const char *uid, const struct batch_done *done)
{
	struct result r = {.number = b->now->number, .command = b->now->words.at[0],
			   .push = done->push, .done = done->done ? mem_strdup(done->done) : NULL};
	err_t err = store_art_get(&r.art, b->s.store, uid);

	if (err) {
		free(r.done);
		return err;
	}
	MEM_GROW(b->results, b->nr_results, b->results_cap);
	b->results[b->nr_results++] = r;
	return NULL;
}

err_t batch_did(struct batch *b, const struct art *art, const struct batch_done *done)
{
	return add_result(b, art->uid, done);
}

err_t batch_same(struct batch *b, const struct art *art)
{
	return add_result(b, art->uid, &(struct batch_done){NULL, false});
}

err_t batch_made(struct batch *b, const char *uid)
{
	TRY(add_result(b, uid, &(struct batch_done){"created", true}));
	b->results[b->nr_results - 1].made = true;
	memcpy(b->now->made, uid, sizeof(b->now->made));
	return NULL;
}

err_t batch_check_file(const struct session *s, const char *file)
{
	if (!s->batch || !file || strcmp(file, "-") != 0)
		return NULL;
	return err_new(ERR_MISUSE, "standard input is the batch: give a file, or the text itself");
}

/* --- doing it ------------------------------------------------------------------------------- */

/* "@3" is what line 3 made; NULL: something else. */
static const char *made_by(const struct batch *b, const char *word)
{
	char *end;
	long number;

	if (word[0] != '@' || word[1] < '1' || word[1] > '9')
		return NULL;
	number = strtol(word + 1, &end, 10);
	for (size_t i = 0; !*end && i < b->lines.len; i++)
		if (b->lines.at[i].number == number && b->lines.at[i].made[0])
			return b->lines.at[i].made;
	return NULL;
}

/* A copy of the words, since options are taken out of it. */
static err_t run_line(struct batch *b, struct batch_line *line)
{
	scoped_free char **argv = mem_alloc((line->words.len + 1) * sizeof(*argv));

	b->now = line;
	for (size_t i = 0; i < line->words.len; i++) {
		const char *made = i ? made_by(b, line->words.at[i]) : NULL;

		argv[i] = made ? (char *)made : line->words.at[i];
	}
	return line->run(&b->s, (int)line->words.len, argv);
}

static err_t run_lines(struct batch *b)
{
	if (b->o->key)
		TRY(store_operation_retried(&b->already, b->s.store, b->o->key));
	for (size_t i = 0; i < b->lines.len && !b->already; i++) {
		err_t err = run_line(b, &b->lines.at[i]);

		if (err)
			return batch_at_line(err, b->lines.at[i].number);
	}
	return NULL;
}

static bool makes_any(const struct batch *b)
{
	for (size_t i = 0; i < b->lines.len; i++)
		if (strncmp(b->lines.at[i].words.at[0], "new-", 4) == 0)
			return true;
	return false;
}

/* Numbers before the transaction, where there is a remote that has some: none is asked in it. */
static void reserve(struct batch *b)
{
	err_free(session_remote(&b->s, true));
	for (size_t i = 0; i < b->lines.len; i++)
		if (strncmp(b->lines.at[i].words.at[0], "new-", 4) == 0)
			new_id_reserve(&b->s, batch_option(&b->lines.at[i], "--scope"));
}

static err_t run_in_group(struct strs *stayed, struct batch *b)
{
	struct engine *e = &b->s.engine;
	const struct remote *remote = e->remote;
	err_t err;

	e->command = "batch";
	e->retry = b->o->key;
	e->remote = NULL;
	TRY(edit_begin(e));
	b->s.batch = b;
	err = edit_end(stayed, e, b->o->dry_run, run_lines(b));
	b->s.batch = NULL;
	e->remote = remote;
	return err;
}

/* As new-* alone does: the lock of numbers first, then the workspace. */
static err_t run_all(struct strs *stayed, struct batch *b)
{
	if (makes_any(b)) {
		scoped_free char *path = mem_printf("%s/agent/new.lock", b->s.repo->commondir);

		TRY(file_lock(&b->lock, path, LOCK_MS));
		if (!b->o->dry_run)
			reserve(b);
	}
	TRY(run_in_group(stayed, b));
	file_unlock(b->lock);
	b->lock = -1;
	return NULL;
}

/* --- telling it ----------------------------------------------------------------------------- */

/* One push for all; it may give what is new its number. */
static err_t send(struct batch *b)
{
	scoped(strs_release) struct strs now = {0}, others = {0};

	for (size_t i = 0; i < b->nr_results; i++) {
		const struct result *r = &b->results[i];

		if (r->done && !strs_has(r->push ? &now : &others, r->art.uid))
			strs_add(r->push ? &now : &others, r->art.uid);
	}
	TRY(session_auto_push_all(&b->s, &now, true));
	return session_auto_push_all(&b->s, &others, false);
}

static err_t look_again(struct batch *b)
{
	scoped(strs_release) struct strs seen = {0};

	for (size_t i = 0; i < b->nr_results; i++) {
		struct art now = {0};

		TRY(store_art_get(&now, b->s.store, b->results[i].art.uid));
		art_release(&b->results[i].art);
		b->results[i].art = now;
		if (strs_has(&seen, now.uid))
			continue;
		strs_add(&seen, now.uid);
		TRY(claims_warn(&b->s, &now));
	}
	return NULL;
}

static void tell_text(struct batch *b)
{
	for (size_t i = 0; i < b->nr_results; i++) {
		const struct result *r = &b->results[i];
		scoped_free char *name = session_long_name(&b->s, &r->art);

		text_safe_fputs(name, stdout);
		fputs(r->made ? " " : ": ", stdout);
		text_safe_fputs(r->made ? r->art.path : r->done ? r->done : "nothing to change",
				stdout);
		putchar('\n');
	}
}

static void tell_json(struct batch *b)
{
	long operation = b->already ? b->already : b->s.engine.operation;
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key(&j, "operation");
	if (operation)
		json_int(&j, operation);
	else
		json_null(&j);
	json_key_bool(&j, "dry_run", b->o->dry_run);
	json_key_bool(&j, "already", b->already != 0);
	json_key(&j, "results");
	json_array_begin(&j);
	for (size_t i = 0; i < b->nr_results; i++) {
		const struct result *r = &b->results[i];

		json_object_begin(&j);
		json_key_int(&j, "line", r->number);
		json_key_string(&j, "command", r->command);
		output_art(&j, &r->art);
		json_key_bool(&j, "changed", r->done != NULL);
		json_key_string(&j, "done", r->done);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

static err_t run(const char *file, const struct batch_options *o)
{
	scoped(batch_release) struct batch b = {.o = o, .lock = -1};
	scoped(strs_release) struct strs stayed = {0};

	TRY(batch_lines_read(&b.lines, file));
	TRY(session_open(&b.s, SESSION_WRITE));
	TRY(session_fresh(&b.s, NULL));
	TRY(run_all(&stayed, &b));
	if (b.already)
		output_say("'%s' was carried out already, as operation %ld: nothing to do", o->key,
			   b.already);
	for (size_t i = 0; i < stayed.len && b.s.have_port; i++)
		output_untouched(stayed.at[i]);
	if (!o->dry_run) {
		TRY(send(&b));
		TRY(look_again(&b));
	}
	if (o->json)
		tell_json(&b);
	else
		tell_text(&b);
	return NULL;
}

err_t cmd_batch(int argc, char **argv)
{
	struct batch_options o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('k', "key", &o.key, "text",
			   "a name for this batch: given once more, it does nothing"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only say what would be done"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<file>]", NULL};
	const struct usage usage = {"batch", synopsis,
				    "Carries out one command a line, of standard input or a file, "
				    "in one transaction: all of them, or none.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 1)
		return opts_misuse(&usage, "one file at a time");
	if (o.key && !*o.key)
		return opts_misuse(&usage, "the key is empty");
	return run(argc && strcmp(argv[0], "-") != 0 ? argv[0] : NULL, &o);
}
