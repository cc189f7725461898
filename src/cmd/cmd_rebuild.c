/* `git agent rebuild`: the workspace again, from git and the remote. */
#include "cmd/cmd.h"
#include "cmd/exchange.h"
#include "cmd/output.h"
#include "cmd/shortcut.h"
#include "util/clock.h"
#include "util/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what is there -------------------------------------------------------------------------- */

enum health { HEALTH_NONE, HEALTH_SOUND, HEALTH_BROKEN };

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

/* link() never replaces a file, so that nothing kept earlier is lost. */
static err_t move_aside(char **kept, const char *path, const char *word)
{
	static const char *const parts[] = {"-wal", "-shm", "-journal"};

	for (int n = 1; n < 1000; n++) {
		scoped_free char *name = mem_printf("%s.%s-%d", path, word, n);

		if (link(path, name)) {
			if (errno == EEXIST)
				continue;
			return err_errno("cannot keep '%s' as '%s'", path, name);
		}
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
			scoped_free char *from = mem_printf("%s%s", path, parts[i]);
			scoped_free char *to = mem_printf("%s%s", name, parts[i]);

			if (rename(from, to) && errno != ENOENT)
				return err_errno("cannot keep '%s' as '%s'", from, to);
		}
		TRY(file_remove(path));
		*kept = steal(name);
		return NULL;
	}
	return err_new(ERR_REFUSED, "'%s' was kept aside too often", path);
}

/* --- a new one ------------------------------------------------------------------------------ */

static err_t name_things(struct session *s)
{
	const char *url;
	char device[37];
	err_t err;

	TRY(repo_config(&url, s->repo, "agent.remote"));
	clock_uuid(device);
	TRY(store_begin(s->store));
	err = store_meta_set(s->store, "device", device);
	if (!err && url)
		err = store_meta_set(s->store, "remote", url);
	if (!err)
		return store_commit(s->store);
	store_rollback(s->store);
	return err;
}

static err_t make_shortcut(struct session *s)
{
	scoped_free char *kept = NULL;

	TRY(shortcut_make(&kept, s->repo));
	if (kept)
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
static err_t tell_lost(struct session *s, const char *kept)
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

		TRY(store_text_has(&has, s->store, arts.at[i].oid.hex));
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

static err_t build(const char *kept)
{
	scoped(session_close) struct session s = {0};
	long artifacts, revisions, texts;
	err_t err;

	TRY(session_open(&s, SESSION_CREATE));
	TRY(name_things(&s));
	TRY(session_fresh(&s, NULL));
	TRY(make_shortcut(&s));
	TRY(store_counts(&artifacts, &revisions, &texts, s.store));
	printf("workspace: %ld artifact%s from git\n", artifacts, artifacts == 1 ? "" : "s");
	err = pull(&s);
	if (kept && (!err || err->code != ERR_OFFLINE)) {
		err_t lost = tell_lost(&s, kept);

		err_free(lost);
	}
	return err;
}

static err_t run(bool force, bool dry_run)
{
	scoped(session_close) struct session look = {0};
	scoped_free char *why = NULL, *kept = NULL;
	enum health health;
	const char *path;

	TRY(session_open(&look, SESSION_REPO));
	path = look.repo->db_path;
	TRY(examine(&health, &why, path));
	if (health == HEALTH_BROKEN)
		printf("%s\n", why);
	if (health == HEALTH_SOUND && !force) {
		puts("the workspace is sound: nothing to do");
		return make_shortcut(&look);
	}
	if (dry_run) {
		printf("would make %s%s\n", path,
		       health == HEALTH_NONE ? "" : ", and keep the old one aside");
		return NULL;
	}
	if (health != HEALTH_NONE) {
		TRY(move_aside(&kept, path, health == HEALTH_BROKEN ? "broken" : "kept"));
		printf("kept %s\n", kept);
	}
	return build(kept);
}

err_t cmd_rebuild(int argc, char **argv)
{
	bool force = false, dry_run = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "force", &force,
			 "also where the workspace is sound; it is kept aside"),
		OPT_FLAG('n', "dry-run", &dry_run, "only say what would be done"),
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
	return run(force, dry_run);
}
