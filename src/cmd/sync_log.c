#include "cmd/sync_log.h"
#include "util/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "sync-log"

const char *const sync_words[SYNC_WHATS] = {"open", "pull", "push"};

/* A line each: the totals of each kind, then of all, then the last transfers. What cannot be read,
 * of a later version say, is passed over: nothing depends on it. */
static void read_line(struct sync_log *l, const char *line)
{
	struct sync_entry e = {.ok = 0};
	struct sync_total t;
	int what;

	if (sscanf(line, "total %d %" SCNd64 " %" SCNd64 " %" SCNd64, &what, &t.runs, &t.failed,
		   &t.ms) == 4 && what >= 0 && what < SYNC_WHATS)
		l->totals[what] = t;
	else if (strncmp(line, "sum ", 4) == 0)
		sscanf(line, "sum %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
		       &l->received, &l->merged, &l->conflicts, &l->sent, &l->refused);
	else if (l->len < SYNC_LOG_MAX &&
		 sscanf(line, "%d %" SCNd64 " %" SCNd64 " %d %d %d %d %d %d", &what, &e.at, &e.ms,
			&e.ok, &e.received, &e.merged, &e.conflicts, &e.sent, &e.refused) == 9 &&
		 what >= 0 && what < SYNC_WHATS) {
		e.what = (enum sync_what)what;
		l->last[l->len++] = e;
	}
}

err_t sync_log_load(struct sync_log *out, struct store *s)
{
	scoped_free char *text = NULL;

	*out = (struct sync_log){.len = 0};
	TRY(store_meta_get(&text, s, KEY));
	for (char *at = text, *next; at && *at; at = next) {
		next = at + strcspn(at, "\n");
		if (*next)
			*next++ = '\0';
		read_line(out, at);
	}
	return NULL;
}

static char *to_text(const struct sync_log *l)
{
	struct mem_stream s;

	mem_stream_open(&s);
	for (int i = 0; i < SYNC_WHATS; i++)
		fprintf(s.file, "total %d %" PRId64 " %" PRId64 " %" PRId64 "\n", i,
			l->totals[i].runs, l->totals[i].failed, l->totals[i].ms);
	fprintf(s.file, "sum %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
		l->received, l->merged, l->conflicts, l->sent, l->refused);
	for (size_t i = 0; i < l->len; i++) {
		const struct sync_entry *e = &l->last[i];

		fprintf(s.file, "%d %" PRId64 " %" PRId64 " %d %d %d %d %d %d\n", (int)e->what,
			e->at, e->ms, e->ok, e->received, e->merged, e->conflicts, e->sent,
			e->refused);
	}
	return mem_stream_close(&s, NULL);
}

err_t sync_log_add(struct store *s, const struct sync_entry *entry)
{
	struct sync_total *total;
	scoped_free char *text = NULL;
	struct sync_log l;

	TRY(sync_log_load(&l, s));
	if (l.len == SYNC_LOG_MAX)
		memmove(l.last, l.last + 1, --l.len * sizeof(*l.last));
	l.last[l.len++] = *entry;
	total = &l.totals[entry->what];
	total->runs++;
	total->failed += !entry->ok;
	total->ms += entry->ms;
	l.received += entry->received;
	l.merged += entry->merged;
	l.conflicts += entry->conflicts;
	l.sent += entry->sent;
	l.refused += entry->refused;
	text = to_text(&l);
	return store_meta_set(s, KEY, text);
}
