#include "team.h"

#include "remote/file/file.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t random_state = 1;

void team_seed(uint64_t seed)
{
	random_state = seed;
}

/* Instead of the C library's: where a random number decides, the seed must be able to repeat it. */
int getentropy(void *buffer, size_t length)
{
	unsigned char *bytes = buffer;

	for (size_t i = 0; i < length; i++) {
		random_state = random_state * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (unsigned char)(random_state >> 56);
	}
	return 0;
}

static char *first_text(int path)
{
	struct mem_stream s;

	mem_stream_open(&s);
	fprintf(s.file, "# INFRA-00%d: Artifact %d\n\n## State\n\nDRAFT\n", path % 2 + 1, path);
	for (int i = 0; i < SECTIONS; i++)
		fprintf(s.file,
			"\n## Section %d\n\nWhat section %d of %d is about.\n\nAnd its end %d.\n",
			i, i, path, i);
	return mem_stream_close(&s, NULL);
}

bool team_has(const char *text, int token)
{
	char word[16];

	snprintf(word, sizeof(word), "- t%d\n", token);
	return text && strstr(text, word);
}

char *team_with(const char *text, int token)
{
	char end[32];
	const char *at;

	snprintf(end, sizeof(end), "\nAnd its end %d.", token % SECTIONS);
	at = strstr(text, end);
	if (!at)
		return mem_printf("%s- t%d\n", text, token);
	return mem_printf("%.*s- t%d\n%s", (int)(at - text), text, token, at);
}

char *team_without(const char *text, int token)
{
	char word[16];
	const char *at;

	snprintf(word, sizeof(word), "- t%d\n", token);
	at = strstr(text, word);
	if (!at)
		return mem_strdup(text);
	return mem_printf("%.*s%s", (int)(at - text), text, at + strlen(word));
}

void team_fail(struct team *t, const char *fmt, ...)
{
	va_list args;

	if (t->failure)
		return;
	va_start(args, fmt);
	t->failure = mem_vprintf(fmt, args);
	va_end(args);
}

bool team_ok(struct team *t, err_t err, const char *what)
{
	if (!err)
		return true;
	team_fail(t, "%s: %s", what, err->text);
	err_free(err);
	return false;
}

static err_t open_remote(struct remote *out, struct team *t, int c)
{
	scoped_free char *path = mem_printf("%s/remote.db", t->dir);

	if (t->remotes)
		return t->remotes->open(out, t, c);
	return remote_file_open(out, path, true, "dev", t->kinds);
}

void team_check_digest(struct team *t, int c, const char *remote)
{
	struct store *s = t->clone[c].store;
	struct sha256 mine;

	if (team_ok(t, store_begin(s), "begin") && team_ok(t, store_digest(&mine, s), "digest") &&
	    strcmp(remote, mine.hex) != 0)
		team_fail(t, "the digest of clone %d is not the remote's", c);
	team_ok(t, store_commit(s), "commit");
}

static void open_clone(struct team *t, int c)
{
	struct clone *k = &t->clone[c];
	scoped_free char *own = mem_printf("%s/agent%d.db", t->dir, c);
	char device[37];

	k->sim = t->git->clone(t->world, c);
	if (!team_ok(t, store_open(&k->store, t->on_disk ? own : ":memory:", STORE_CREATE),
		     "store") ||
	    !team_ok(t, open_remote(&k->remote, t, c), "remote"))
		return;
	clock_uuid(device);
	team_ok(t, store_begin(k->store), "begin");
	team_ok(t, store_meta_set(k->store, "device", device), "meta");
	team_ok(t, store_meta_set(k->store, "remote", "file:test"), "meta");
	team_ok(t, store_commit(k->store), "commit");
	k->engine = (struct engine){
		.store = k->store,
		.remote = &k->remote,
		.kinds = t->kinds,
		.who = mem_printf("dev%d <dev%d@example.org>", c, c),
	};
}

void team_open(struct team *t, const struct sim_ops *git)
{
	char *texts[SIM_PATHS];

	t->git = git;
	t->now = 1000000;
	t->kinds = kinds_new();
	snprintf(t->dir, sizeof(t->dir), "%s/team-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(t->dir))
		team_fail(t, "mkdtemp");
	for (int i = 0; i < SIM_PATHS; i++)
		texts[i] = first_text(i);
	t->world = git->world_new(CLONES, texts);
	if (t->remotes)
		team_ok(t, t->remotes->begin(t), "a project at the server");
	for (int i = 0; i < SIM_PATHS; i++)
		free(texts[i]);
	for (int c = 0; c < CLONES && !t->failure; c++)
		open_clone(t, c);
}

void team_close(struct team *t)
{
	scoped_free char *path = mem_printf("%s/remote.db", t->dir);

	for (int c = 0; c < CLONES; c++) {
		scoped_free char *own = mem_printf("%s/agent%d.db", t->dir, c);

		if (t->clone[c].remote.close)
			t->clone[c].remote.close(t->clone[c].remote.ctx);
		store_close(t->clone[c].store);
		free((char *)t->clone[c].engine.who);
		unlink(own);
	}
	t->git->world_free(t->world);
	unlink(path);
	rmdir(t->dir);
	kinds_free(t->kinds);
	free(t->failure);
}

static bool find(struct team *t, struct art *art, int c, int path)
{
	err_t err = store_art_at(art, t->clone[c].store, sim_path[path]);

	if (!err)
		return true;
	err_free(err);
	return false;
}

char *team_workspace(struct team *t, int c, int path)
{
	struct art art = {0};
	char *text = NULL;
	size_t len;

	if (!find(t, &art, c, path))
		return NULL;
	if (!art.deleted)
		team_ok(t, store_text_get(&text, &len, t->clone[c].store, art.oid.hex), "text");
	art_release(&art);
	return text;
}

char *team_conflict(struct team *t, int c, int path, bool *have)
{
	struct art art = {0};
	struct conflict k = {0};
	char *text = NULL;
	size_t len;
	err_t err;

	*have = false;
	if (!find(t, &art, c, path))
		return NULL;
	err = store_conflict_get(&k, t->clone[c].store, art.uid);
	if (!err) {
		*have = true;
		err = store_text_get(&text, &len, t->clone[c].store, k.theirs.hex);
	}
	err_free(err);
	conflict_release(&k);
	art_release(&art);
	return text;
}

/* A port of its own, as each run of the program has. */
struct engine *team_engine(struct team *t, int c)
{
	struct engine *e = &t->clone[c].engine;

	e->git = t->git->port(t->clone[c].sim);
	e->now = ++t->now;
	return e;
}

void team_look(struct team *t, int c)
{
	struct report report = {0};

	team_ok(t, import_run(&report, team_engine(t, c), NULL), "import");
	for (size_t i = 0; t->verbose && i < report.notes.len; i++)
		printf("#     %s\n", report.notes.at[i]);
	report_release(&report);
}

bool team_left(struct team *t, int c, int path)
{
	scoped(lefts_release) struct lefts left = {0};
	struct engine *e = team_engine(t, c);
	bool found = false;

	team_ok(t, store_left_list(&left, e->store, e->git->worktree), "list of what was left");
	for (size_t i = 0; i < left.len; i++)
		found = found || strcmp(left.at[i].path, sim_path[path]) == 0;
	return found;
}

static void edit(struct team *t, int c, int path, enum revision_how how, const char *text)
{
	struct art art = {0};
	struct edit e = {.how = how, .message = "", .text = slice_str(text)};
	bool written;

	if (!find(t, &art, c, path))
		return;
	e.expect = &art.oid;
	team_ok(t, edit_apply(&written, team_engine(t, c), art.uid, &e), "edit");
	art_release(&art);
}

void team_edit(struct team *t, int c, int path, const char *text)
{
	edit(t, c, path, HOW_EDIT, text);
}

void team_delete(struct team *t, int c, int path)
{
	edit(t, c, path, HOW_DELETE, "");
}

/* A network that is out is no failure. */
static void sync_ok(struct team *t, err_t err, const char *what)
{
	if (err && err->code == ERR_OFFLINE)
		err_free(err);
	else
		team_ok(t, err, what);
}

static void tell(struct team *t, const struct sync_report *s)
{
	for (size_t i = 0; t->verbose && i < s->notes.len; i++)
		printf("#     %s\n", s->notes.at[i]);
	for (size_t i = 0; t->verbose && i < s->blocked.len; i++)
		printf("#     %s\n", s->blocked.at[i]);
}

struct sync_report team_push(struct team *t, int c)
{
	struct sync_report s = {0};
	struct push_options o = {0};

	team_look(t, c);
	sync_ok(t, push_run(&s, team_engine(t, c), &o), "push");
	tell(t, &s);
	return s;
}

struct sync_report team_pull(struct team *t, int c)
{
	struct sync_report s = {0};

	team_look(t, c);
	sync_ok(t, pull_run(&s, team_engine(t, c), false), "pull");
	tell(t, &s);
	return s;
}
