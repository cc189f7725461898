/* `git agent rebuild`: the workspace again, from git and the remote. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/exchange.h"
#include "cmd/output.h"
#include "cmd/replica.h"
#include "cmd/shortcut.h"
#include "util/file.h"
#include "util/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what is there -------------------------------------------------------------------------- */

enum health { HEALTH_NONE, HEALTH_SOUND, HEALTH_BROKEN };

struct rebuild {
	bool force, dry_run, json;
	long artifacts;		/* those of git */
	char *why;		/* what is wrong with the old one; NULL: nothing */
	char *kept;		/* where it is now; NULL: it was not replaced */
};

static void rebuild_release(struct rebuild *b)
{
	free(b->why);
	free(b->kept);
}

static void tell_why(const struct rebuild *b)
{
	if (b->json)
		return;
	text_safe_fputs(b->why, stdout);
	putchar('\n');
}

/* A database that is busy or newer is not broken: that error goes up. */
static err_t examine(enum health *out, char **why, const char *path)
{
	struct store *store = NULL;
	err_t err;

	*out = HEALTH_NONE;
	if (!file_exists(path))
		return NULL;
	err = store_open(&store, path, STORE_READ);
	if (!err)
		err = store_verify(store);
	store_close(store);
	*out = HEALTH_SOUND;
	if (!err)
		return NULL;
	if (err->code != ERR_CORRUPT && err->code != ERR_NOTFOUND)
		return err;
	*out = HEALTH_BROKEN;
	*why = mem_strdup(err->text);
	err_free(err);
	return NULL;
}

static const char *const parts[] = {"-wal", "-shm", "-journal"};
#define NR_PARTS (sizeof(parts) / sizeof(*parts))

/* link() never replaces a file, so that nothing kept earlier is lost. */
static err_t keep(char **kept, const char *path, const char *word)
{
	for (int n = 1; n < 1000; n++) {
		scoped_free char *name = mem_printf("%s.%s-%d", path, word, n);

		if (link(path, name)) {
			if (errno == EEXIST)
				continue;
			return err_errno("cannot keep '%s' as '%s'", path, name);
		}
		for (size_t i = 0; i < NR_PARTS; i++) {
			scoped_free char *from = mem_printf("%s%s", path, parts[i]);
			scoped_free char *to = mem_printf("%s%s", name, parts[i]);

			if (rename(from, to) && errno != ENOENT)
				return err_errno("cannot keep '%s' as '%s'", from, to);
		}
		*kept = steal(name);
		return NULL;
	}
	return err_new(ERR_REFUSED, "'%s' was kept aside too often", path);
}

/* The old one stays until the new one takes its place, in one step. */
static err_t replace(char **kept, const char *path, const char *made, enum health health)
{
	if (health == HEALTH_SOUND)
		TRY(store_settle(path));
	if (health != HEALTH_NONE)
		TRY(keep(kept, path, health == HEALTH_BROKEN ? "broken" : "kept"));
	return file_publish(NULL, made, path);
}

static err_t discard(const char *made)
{
	for (size_t i = 0; i < NR_PARTS; i++) {
		scoped_free char *part = mem_printf("%s%s", made, parts[i]);

		TRY(file_remove(part));
	}
	return file_remove(made);
}

/* --- a new one ------------------------------------------------------------------------------ */

static err_t name_things(struct session *s)
{
	const char *url;
	err_t err;

	TRY(repo_config(&url, s->repo, "agent.remote"));
	TRY(store_begin(s->store));
	err = replica_name(s->store, s->repo);
	if (!err && url)
		err = store_meta_set(s->store, "remote", url);
	if (!err)
		return store_commit(s->store);
	store_rollback(s->store);
	return err;
}

static err_t make_shortcut(struct session *s, bool json)
{
	scoped_free char *kept = NULL;

	TRY(shortcut_make(&kept, s->repo));
	if (kept && !json)
		printf("kept %s\n", kept);
	return NULL;
}

/* What only the remote has comes back with a pull; out of reach, it says so and comes later. */
static err_t pull(struct session *s)
{
	scoped(sync_report_release) struct sync_report r = {0};
	err_t err = session_remote(s, true);

	if (!err && !s->have_remote)
		return NULL;
	if (!err)
		err = exchange_pull(&r, s, false);
	return err ? err_hint(err, "what only the remote has comes with the next 'git agent sync'")
		   : exchange_verdict(&r);
}

/* Texts that no commit, file or remote has are still in the old one, if it can be read at all. */
static err_t tell_lost(struct store *now, const char *kept)
{
	scoped(arts_release) struct arts arts = {0};
	struct store *old = NULL;
	err_t err = store_open(&old, kept, STORE_READ);
	size_t only_there = 0;

	if (!err)
		err = store_art_list(&arts, old, NULL);
	store_close(old);
	if (err) {
		err_free(err);
		return NULL;
	}
	for (size_t i = 0; i < arts.len; i++) {
		bool has;

		TRY(store_text_has(&has, now, arts.at[i].oid.hex));
		if (has)
			continue;
		only_there++;
		output_say("only in the old workspace: %s", arts.at[i].path);
	}
	if (only_there)
		output_say("hint: sqlite3 -readonly '%s' \"select body from artifacts where path = "
			   "'...'\" shows a text", kept);
	return NULL;
}

static err_t tell_difference(const char *path, const char *kept)
{
	struct store *now;
	err_t err;

	TRY(store_open(&now, path, STORE_READ));
	err = tell_lost(now, kept);
	store_close(now);
	return err;
}

/* *unpulled: what the pull had to say; git's part is there. */
static err_t build(err_t *unpulled, struct rebuild *b, const char *made)
{
	scoped(session_close) struct session s = {0};
	long revisions, texts;

	TRY(session_open_at(&s, SESSION_CREATE, made));
	s.json = b->json;
	TRY(name_things(&s));
	TRY(session_fresh(&s, NULL));
	TRY(store_counts(&b->artifacts, &revisions, &texts, s.store));
	if (!b->json)
		printf("workspace: %ld artifact%s from git\n", b->artifacts,
		       b->artifacts == 1 ? "" : "s");
	*unpulled = pull(&s);
	return NULL;
}

static err_t make_anew(struct rebuild *b, err_t *unpulled, const char *path, enum health health)
{
	scoped_free char *made = mem_printf("%.*s/tmp/rebuild.db",
					    (int)(strrchr(path, '/') - path), path);
	err_t err;

	TRY(file_mkdirs_for(made));
	TRY(discard(made));
	err = build(unpulled, b, made);
	if (!err && *unpulled && (*unpulled)->code == ERR_FATAL && health == HEALTH_SOUND)
		err = steal(*unpulled);	/* half of it is no reason to give up a sound one */
	if (!err)
		err = replace(&b->kept, path, made, health);
	if (!err)
		return NULL;
	err_free(steal(*unpulled));
	err_free(discard(made));
	return err;
}

static void unseize(const int *lock)
{
	store_unseize(*lock);
}

/* Nobody else looks into the workspace meanwhile, and another rebuild finds this one done. */
static err_t rebuild_alone(enum health *health, struct rebuild *b, err_t *unpulled,
			   const char *path)
{
	scoped(unseize) int lock = -1;

	TRY(file_mkdirs_for(path));
	TRY(store_seize(&lock, path));
	TRY(examine(health, &b->why, path));
	if (*health == HEALTH_BROKEN)
		tell_why(b);
	if (*health == HEALTH_SOUND && !b->force)
		return NULL;
	return make_anew(b, unpulled, path, *health);
}

static void print_json(const struct rebuild *b, const char *path, bool made)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "dry_run", b->dry_run);
	json_key_bool(&j, "rebuilt", made);
	json_key_string(&j, "path", path);
	json_key_string(&j, "why", b->why);
	json_key_string(&j, "kept", b->kept);
	json_key(&j, "artifacts");
	if (made && !b->dry_run)
		json_int(&j, b->artifacts);
	else
		json_null(&j);
	json_object_end(&j);
	json_end(&j);
}

static err_t only_look(struct rebuild *b, const char *path)
{
	enum health health;
	bool make;

	TRY(examine(&health, &b->why, path));
	make = health != HEALTH_SOUND || b->force;
	if (b->json) {
		print_json(b, path, make);
		return NULL;
	}
	if (health == HEALTH_BROKEN)
		tell_why(b);
	if (!make)
		puts("the workspace is sound: nothing to do");
	else
		printf("would make %s%s\n", path,
		       health == HEALTH_NONE ? "" : ", and keep the old one aside");
	return NULL;
}

static void tell_done(const struct rebuild *b, const char *path, enum health health)
{
	bool made = health != HEALTH_SOUND || b->kept;

	if (b->json) {
		print_json(b, path, made);
		return;
	}
	if (!made)
		puts("the workspace is sound: nothing to do");
	if (b->kept)
		printf("kept %s\n", b->kept);
}

static err_t run(struct rebuild *b)
{
	scoped(session_close) struct session look = {0};
	err_t unpulled = NULL;
	enum health health;
	const char *path;

	TRY(session_open(&look, SESSION_REPO));
	path = look.repo->db_path;
	if (b->dry_run)
		return only_look(b, path);
	TRY(rebuild_alone(&health, b, &unpulled, path));
	tell_done(b, path, health);
	TRY(make_shortcut(&look, b->json));
	if (b->kept && (!unpulled || unpulled->code != ERR_OFFLINE))
		err_free(tell_difference(path, b->kept));
	return unpulled;
}

err_t cmd_rebuild(int argc, char **argv)
{
	scoped(rebuild_release) struct rebuild b = {.json = false};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "force", &b.force,
			 "also where the workspace is sound; it is kept aside"),
		OPT_FLAG('n', "dry-run", &b.dry_run, "only say what would be done"),
		OPT_FLAG(0, "json", &b.json, "what was done, as JSON"),
		PROGRESS_OPTIONS,
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"rebuild", synopsis,
				    "Makes a missing or damaged workspace again from git and the "
				    "remote. The damaged one is kept aside.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	return run(&b);
}
