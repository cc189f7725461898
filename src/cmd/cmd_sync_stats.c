/* `git agent sync stats`: how long transfers take, what they bring, and what there is. */
#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/session.h"
#include "cmd/sync_log.h"
#include "util/clock.h"
#include "util/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct count {
	const char *kind, *state;	/* of an art in `arts` */
	size_t n;
};

struct stats {
	struct sync_log log;
	struct arts arts;
	struct count *counts;
	size_t nr_counts, cap_counts;
	char *remote;
	long artifacts, revisions, texts;
	size_t queued, conflicts, refused;
	int64_t bytes;
};

static void stats_release(struct stats *st)
{
	arts_release(&st->arts);
	free(st->counts);
	free(st->remote);
}

/* --- facts ---------------------------------------------------------------------------------- */

static void count_art(struct stats *st, const struct art *art)
{
	for (size_t i = 0; i < st->nr_counts; i++)
		if (strcmp(st->counts[i].kind, art->kind) == 0 &&
		    strcmp(st->counts[i].state, art->state) == 0) {
			st->counts[i].n++;
			return;
		}
	MEM_GROW(st->counts, st->nr_counts, st->cap_counts);
	st->counts[st->nr_counts++] = (struct count){art->kind, art->state, 1};
}

static int by_kind(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	int order = strcmp(x->kind, y->kind);

	return order ? order : strcmp(x->state, y->state);
}

static err_t count_arts(struct stats *st, struct store *s)
{
	struct art_filter all = {.with_deleted = true};

	TRY(store_art_list(&st->arts, s, &all));
	for (size_t i = 0; i < st->arts.len; i++) {
		const struct art *art = &st->arts.at[i];

		st->queued += art->dirty;
		st->conflicts += art->conflict;
		if (!art->deleted)
			count_art(st, art);
	}
	if (st->nr_counts)
		qsort(st->counts, st->nr_counts, sizeof(*st->counts), by_kind);
	return NULL;
}

/* A refusal of what was taken back since is none. */
static err_t count_refused(struct stats *st, struct store *s)
{
	scoped(refusals_release) struct refusals refused = {0};

	TRY(store_refusal_list(&refused, s));
	for (size_t i = 0; i < refused.len; i++)
		for (size_t k = 0; k < st->arts.len; k++)
			st->refused += st->arts.at[k].dirty &&
				       strcmp(st->arts.at[k].uid, refused.at[i].uid) == 0;
	return NULL;
}

static err_t file_bytes(int64_t *out, const char *path, const char *end)
{
	scoped_free char *full = mem_printf("%s%s", path, end);
	struct file_stat st;

	TRY(file_stat(&st, full));
	*out += st.exists ? (int64_t)st.size : 0;
	return NULL;
}

static err_t collect(struct stats *st, struct session *s)
{
	TRY(sync_log_load(&st->log, s->store));
	TRY(count_arts(st, s->store));
	TRY(count_refused(st, s->store));
	TRY(store_counts(&st->artifacts, &st->revisions, &st->texts, s->store));
	TRY(store_meta_get(&st->remote, s->store, "remote"));
	if (!st->remote)	/* nothing waits for one */
		st->queued = 0;
	TRY(file_bytes(&st->bytes, s->repo->db_path, ""));
	return file_bytes(&st->bytes, s->repo->db_path, "-wal");
}

/* --- for people ----------------------------------------------------------------------------- */

static int by_ms(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print_durations(const struct sync_log *l, enum sync_what what)
{
	int64_t ms[SYNC_LOG_MAX];
	size_t n = 0;

	for (size_t i = 0; i < l->len; i++)
		if (l->last[i].what == what && l->last[i].ok)
			ms[n++] = l->last[i].ms;
	printf("%s: %" PRId64 " of them, %" PRId64 " failed", sync_words[what],
	       l->totals[what].runs, l->totals[what].failed);
	if (n) {
		qsort(ms, n, sizeof(*ms), by_ms);
		printf("; of the last %zu the median took %" PRId64 " ms, the longest %" PRId64
		       " ms", n, ms[n / 2], ms[n - 1]);
	}
	putchar('\n');
}

static void print_text(const struct stats *st)
{
	const struct sync_log *l = &st->log;

	fputs("remote: ", stdout);
	text_safe_fputs(st->remote ? st->remote : "none", stdout);
	putchar('\n');
	for (int what = SYNC_PULL; what <= SYNC_PUSH; what++)
		print_durations(l, (enum sync_what)what);
	if (l->totals[SYNC_OPEN].runs)
		printf("out of reach: %" PRId64 " times\n", l->totals[SYNC_OPEN].runs);
	printf("received %" PRId64 ", merged %" PRId64 ", conflicts %" PRId64 ", sent %" PRId64
	       ", refused %" PRId64 "\n", l->received, l->merged, l->conflicts, l->sent,
	       l->refused);
	printf("now: %zu to send, %zu in conflict, %zu refused\n", st->queued, st->conflicts,
	       st->refused);
	printf("workspace: %ld artifacts, %ld revisions, %ld texts, %" PRId64 " bytes\n",
	       st->artifacts, st->revisions, st->texts, st->bytes);
	for (size_t i = 0; i < st->nr_counts; i++) {
		scoped_free char *line = mem_printf("    %s %s: %zu", st->counts[i].kind,
						    st->counts[i].state[0] ? st->counts[i].state
									   : "without a state",
						    st->counts[i].n);

		text_safe_fputs(line, stdout);
		putchar('\n');
	}
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void print_entry(struct json *j, const struct sync_entry *e)
{
	char at[21];

	clock_format(e->at, at);
	json_object_begin(j);
	json_key_string(j, "what", sync_words[e->what]);
	json_key_string(j, "at", at);
	json_key_int(j, "ms", e->ms);
	json_key_bool(j, "ok", e->ok);
	json_key_int(j, "received", e->received);
	json_key_int(j, "merged", e->merged);
	json_key_int(j, "conflicts", e->conflicts);
	json_key_int(j, "sent", e->sent);
	json_key_int(j, "refused", e->refused);
	json_object_end(j);
}

static void print_totals(struct json *j, const struct sync_log *l)
{
	json_key(j, "totals");
	json_object_begin(j);
	for (int i = 0; i < SYNC_WHATS; i++) {
		json_key(j, sync_words[i]);
		json_object_begin(j);
		json_key_int(j, "runs", l->totals[i].runs);
		json_key_int(j, "failed", l->totals[i].failed);
		json_key_int(j, "ms", l->totals[i].ms);
		json_object_end(j);
	}
	json_key_int(j, "received", l->received);
	json_key_int(j, "merged", l->merged);
	json_key_int(j, "conflicts", l->conflicts);
	json_key_int(j, "sent", l->sent);
	json_key_int(j, "refused", l->refused);
	json_object_end(j);
}

static void print_counts(struct json *j, const struct stats *st)
{
	json_key(j, "artifacts");
	json_array_begin(j);
	for (size_t i = 0; i < st->nr_counts; i++) {
		json_object_begin(j);
		json_key_string(j, "kind", st->counts[i].kind);
		json_key_string(j, "state", st->counts[i].state[0] ? st->counts[i].state : NULL);
		json_key_int(j, "count", (int64_t)st->counts[i].n);
		json_object_end(j);
	}
	json_array_end(j);
}

static void print_json(const struct stats *st)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "remote", st->remote);
	json_key(&j, "last");
	json_array_begin(&j);
	for (size_t i = st->log.len; i-- > 0;)
		print_entry(&j, &st->log.last[i]);
	json_array_end(&j);
	print_totals(&j, &st->log);
	print_counts(&j, st);
	json_key_int(&j, "queued", (int64_t)st->queued);
	json_key_int(&j, "conflicts", (int64_t)st->conflicts);
	json_key_int(&j, "refused", (int64_t)st->refused);
	json_key_int(&j, "revisions", st->revisions);
	json_key_int(&j, "texts", st->texts);
	json_key_int(&j, "bytes", st->bytes);
	json_object_end(&j);
	json_end(&j);
}

/* --- OpenMetrics 1.0 ------------------------------------------------------------------------ */

static void family(const char *name, const char *type, const char *unit, const char *help)
{
	printf("# TYPE git_agent_%s %s\n", name, type);
	if (unit)
		printf("# UNIT git_agent_%s %s\n", name, unit);
	printf("# HELP git_agent_%s %s\n", name, help);
}

static void gauge(const char *name, const char *unit, const char *help, int64_t value)
{
	family(name, "gauge", unit, help);
	printf("git_agent_%s %" PRId64 "\n", name, value);
}

static void counter(const char *name, const char *help, int64_t value)
{
	family(name, "counter", NULL, help);
	printf("git_agent_%s_total %" PRId64 "\n", name, value);
}

static void put_label(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			printf("\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", stdout);
		else
			putchar(*text);
	}
}

static void metrics_of_syncs(const struct sync_log *l)
{
	family("syncs", "counter", NULL, "Transfers since the workspace was made.");
	for (int i = 0; i < SYNC_WHATS; i++) {
		printf("git_agent_syncs_total{what=\"%s\",result=\"ok\"} %" PRId64 "\n",
		       sync_words[i], l->totals[i].runs - l->totals[i].failed);
		printf("git_agent_syncs_total{what=\"%s\",result=\"failed\"} %" PRId64 "\n",
		       sync_words[i], l->totals[i].failed);
	}
	family("sync_duration_seconds", "summary", "seconds", "What transfers took.");
	for (int i = 0; i < SYNC_WHATS; i++) {
		printf("git_agent_sync_duration_seconds_count{what=\"%s\"} %" PRId64 "\n",
		       sync_words[i], l->totals[i].runs);
		printf("git_agent_sync_duration_seconds_sum{what=\"%s\"} %" PRId64 ".%03d\n",
		       sync_words[i], l->totals[i].ms / 1000, (int)(l->totals[i].ms % 1000));
	}
	if (l->len)
		gauge("last_sync_timestamp_seconds", "seconds", "When the last transfer ended.",
		      l->last[l->len - 1].at);
	counter("received", "Versions that came from the remote.", l->received);
	counter("merged", "Artifacts that were merged.", l->merged);
	counter("new_conflicts", "Conflicts that pulls recorded.", l->conflicts);
	counter("sent", "Versions that the remote took.", l->sent);
	counter("refusals", "Changes that the remote refused.", l->refused);
}

static void print_metrics(const struct stats *st)
{
	metrics_of_syncs(&st->log);
	family("artifacts", "gauge", NULL, "Artifacts in the workspace.");
	for (size_t i = 0; i < st->nr_counts; i++) {
		fputs("git_agent_artifacts{kind=\"", stdout);
		put_label(st->counts[i].kind);
		fputs("\",state=\"", stdout);
		put_label(st->counts[i].state);
		printf("\"} %zu\n", st->counts[i].n);
	}
	gauge("queued", NULL, "Artifacts that the remote does not have as they are here.",
	      (int64_t)st->queued);
	gauge("conflicts", NULL, "Artifacts in conflict.", (int64_t)st->conflicts);
	gauge("refused", NULL, "Artifacts that the remote refuses.", (int64_t)st->refused);
	gauge("revisions", NULL, "Revisions in the workspace.", st->revisions);
	gauge("texts", NULL, "Texts in the workspace.", st->texts);
	gauge("database_bytes", "bytes", "Size of the workspace.", st->bytes);
	puts("# EOF");
}

err_t cmd_sync_stats(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(stats_release) struct stats st = {.remote = NULL};
	bool json = false, metrics = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "metrics", &metrics, "as OpenMetrics text, for a monitoring system"),
		OPT_FLAG(0, "json", &json, "print JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json | --metrics]", NULL};
	const struct usage usage = {"sync stats", synopsis,
				    "Shows how long transfers take, what they brought, and what "
				    "there is. It is kept in this clone; nobody is asked or told.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	if (json && metrics)
		return opts_misuse(&usage, "--json or --metrics");
	TRY(session_open(&s, SESSION_READ));
	TRY(session_fresh(&s, NULL));
	TRY(collect(&st, &s));
	if (metrics)
		print_metrics(&st);
	else if (json)
		print_json(&st);
	else
		print_text(&st);
	return NULL;
}
