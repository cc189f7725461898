/* `git agent log` */
#include "cli/color.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/diff_print.h"
#include "cmd/format.h"
#include "cmd/output.h"
#include "merge/diff.h"
#include "sync/graph.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log_options {
	const char *color, *author, *since, *until, *format_text;
	int64_t from, to;
	struct format format;
	bool patch, json, oneline, nul;
	int max;	/* -1: all */
};

static void options_release(struct log_options *o)
{
	format_release(&o->format);
}

/* Every revision, newest first, and what it is to the text of today. */
struct history {
	struct art art;
	struct revs revs;	/* parents first; the conflict's last */
	struct graph graph;
	bool *reached;		/* ancestors of the head, itself included */
	struct rev_id theirs;	/* of a conflict; "" */
	size_t *shown;		/* those that were asked for, newest first */
	size_t nr_shown;
	bool color;
};

static void history_release(struct history *h)
{
	graph_release(&h->graph);
	free(h->reached);
	free(h->shown);
	revs_release(&h->revs);
	art_release(&h->art);
}

/* The other side of a conflict may wait outside the graph. */
static err_t add_theirs(struct history *h, struct store *s)
{
	scoped(conflict_release) struct conflict c = {0};
	err_t err = store_conflict_get(&c, s, h->art.uid);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	for (size_t i = 0; i < c.nr_revs; i++) {
		bool known = false;

		for (size_t k = 0; k < h->revs.len && !known; k++)
			known = rev_eq(&h->revs.at[k].id, &c.revs[i].id);
		if (known)
			continue;
		h->revs.at = mem_realloc(h->revs.at, (h->revs.len + 1) * sizeof(*h->revs.at));
		h->revs.at[h->revs.len++] = revision_copy(&c.revs[i]);
	}
	if (c.nr_revs)
		h->theirs = c.revs[c.nr_revs - 1].id;
	return NULL;
}

static err_t load(struct history *h, struct session *s, const char *name)
{
	TRY(session_pick(&h->art, s, name, true));
	TRY(store_rev_list(&h->revs, s->store, h->art.uid));
	TRY(add_theirs(h, s->store));
	graph_init(&h->graph, h->revs.at, h->revs.len);
	h->reached = mem_alloc(h->revs.len + 1);
	graph_mark(h->reached, &h->graph, graph_find(&h->graph, &h->art.head));
	return NULL;
}

static bool passes(const struct log_options *o, const struct revision *r)
{
	return (!o->since || r->time >= o->from) && (!o->until || r->time <= o->to) &&
	       (!o->author || strcasestr(r->author, o->author));
}

static void choose(struct history *h, const struct log_options *o)
{
	h->shown = mem_alloc((h->revs.len + 1) * sizeof(*h->shown));
	for (size_t n = h->revs.len; n-- > 0;) {
		if (o->max >= 0 && h->nr_shown >= (size_t)o->max)
			return;
		if (passes(o, &h->revs.at[n]))
			h->shown[h->nr_shown++] = n;
	}
}

/* What a reader must know of a revision that is not simply a step to the text of today. */
static const char *mark_of(const struct history *h, size_t i)
{
	const struct revision *r = &h->revs.at[i];

	if (rev_eq(&r->id, &h->art.head))
		return "head";
	if (!rev_none(&h->theirs) && rev_eq(&r->id, &h->theirs))
		return "theirs";
	return h->reached[i] ? NULL : "aside";
}

/* --- the patch ------------------------------------------------------------------------------ */

static err_t text_of(char **bytes, size_t *len, struct session *s, const struct oid *oid)
{
	return store_text_get(bytes, len, s->store, oid->hex);
}

/* Against the first parent. Caller frees. */
static err_t make_patch(char **out, struct session *s, const struct history *h, size_t i)
{
	const struct revision *r = &h->revs.at[i];
	int parent = h->graph.parent[i][0];
	const struct revision *p = parent >= 0 ? &h->revs.at[parent] : NULL;
	scoped_free char *before = NULL, *after = NULL, *from = NULL, *to = NULL;
	size_t before_len = 0, after_len = 0;
	const struct oid none = {""};

	TRY(text_of(&before, &before_len, s, p ? &p->oid : &none));
	TRY(text_of(&after, &after_len, s, &r->oid));
	from = p && !oid_none(&p->oid) ? mem_printf("a/%s", p->path) : mem_strdup("/dev/null");
	to = oid_none(&r->oid) ? mem_strdup("/dev/null") : mem_printf("b/%s", r->path);
	*out = diff_unified(slice_of(before, before_len), slice_of(after, after_len), from, to, 3);
	return NULL;
}

/* --- how ------------------------------------------------------------------------------------ */

static void print_head(const struct history *h, size_t i)
{
	const struct revision *r = &h->revs.at[i];
	const char *mark = mark_of(h, i);

	printf("%srevision %s%s", color_of(h->color, COLOR_REVISION), r->id.hex,
	       color_if(h->color, COLOR_RESET));
	if (mark)
		printf(" %s(%s)%s", color_of(h->color, *mark == 'h' ? COLOR_HEAD : COLOR_ASIDE),
		       mark, color_if(h->color, COLOR_RESET));
	putchar('\n');
}

static void print_message(const char *message)
{
	struct slice rest = slice_str(message), line;

	if (rest.len)
		putchar('\n');
	while (slice_line(&rest, &line)) {
		fputs("    ", stdout);
		text_safe_write(slice_trim(line), stdout);
		putchar('\n');
	}
}

static void print_full(const struct history *h, size_t i)
{
	const struct revision *r = &h->revs.at[i];
	char when[32];

	print_head(h, i);
	if (revision_nr_parents(r) == 2)
		printf("Merge:  %.12s %.12s\n", r->parents[0].hex, r->parents[1].hex);
	fputs("Author: ", stdout);
	text_safe_fputs(r->author, stdout);
	output_time(when, r->time);
	printf("\nDate:   %s\nHow:    %s\n", when, revision_how_name(r->how));
	if (strcmp(r->path, h->art.path) != 0) {
		fputs("Path:   ", stdout);
		text_safe_fputs(r->path, stdout);
		putchar('\n');
	}
	print_message(r->message);
}

static void print_oneline(const struct history *h, size_t i)
{
	const struct revision *r = &h->revs.at[i];
	const char *mark = mark_of(h, i);
	char when[32];

	output_time(when, r->time);
	printf("%s%.12s%s %.16s %-8s %s%s%s", color_of(h->color, COLOR_REVISION), r->id.hex,
	       color_if(h->color, COLOR_RESET), when, revision_how_name(r->how), mark ? "(" : "",
	       mark ? mark : "", mark ? ") " : "");
	text_safe_write(slice_of(r->author, strcspn(r->author, "<")), stdout);
	text_safe_write(slice_of(r->message, strcspn(r->message, "\n")), stdout);
	putchar('\n');
}

static void print_format(const struct log_options *o, const struct session *s,
			 const struct history *h, size_t i)
{
	const struct format_rev of = {&h->art, &h->revs.at[i], mark_of(h, i)};

	format_print(&o->format, s, &of);
	putchar(o->nul ? '\0' : '\n');
}

static err_t print_text(const struct log_options *o, struct session *s, struct history *h)
{
	TRY(output_begin(&h->color, s, o->color, true));
	for (size_t i = 0; i < h->nr_shown; i++) {
		scoped_free char *patch = NULL;

		if (i && !o->oneline && !o->format_text)
			putchar('\n');
		if (o->format_text)
			print_format(o, s, h, h->shown[i]);
		else if (o->oneline)
			print_oneline(h, h->shown[i]);
		else
			print_full(h, h->shown[i]);
		if (!o->patch)
			continue;
		TRY(make_patch(&patch, s, h, h->shown[i]));
		putchar('\n');
		diff_print_unified(patch, h->color);
	}
	return NULL;
}

static err_t print_one_json(struct json *j, const struct log_options *o, struct session *s,
			    const struct history *h, size_t i)
{
	const struct revision *r = &h->revs.at[i];
	const char *mark = mark_of(h, i);
	scoped_free char *patch = NULL;
	char when[21];

	clock_format(r->time, when);
	json_object_begin(j);
	json_key_string(j, "revision", r->id.hex);
	json_key(j, "parents");
	json_array_begin(j);
	for (int p = 0; p < revision_nr_parents(r); p++)
		json_string(j, r->parents[p].hex);
	json_array_end(j);
	json_key_string(j, "oid", r->oid.hex[0] ? r->oid.hex : NULL);
	json_key_string(j, "path", r->path);
	json_key_string(j, "author", r->author);
	json_key_string(j, "time", when);
	json_key_string(j, "how", revision_how_name(r->how));
	json_key_string(j, "message", r->message);
	json_key_bool(j, "deleted", oid_none(&r->oid));
	json_key_bool(j, "ancestor", h->reached[i]);
	json_key_string(j, "mark", mark);
	if (o->patch) {
		TRY(make_patch(&patch, s, h, i));
		json_key_string(j, "patch", patch);
	}
	json_object_end(j);
	return NULL;
}

static err_t print_json(const struct log_options *o, struct session *s, const struct history *h)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < h->nr_shown; i++)
		TRY(print_one_json(&j, o, s, h, h->shown[i]));
	json_array_end(&j);
	json_end(&j);
	return NULL;
}

static err_t check(struct log_options *o, const struct usage *usage)
{
	if ((o->since && !o->since[0]) || (o->until && !o->until[0]))
		return opts_misuse(usage, "--since and --until need a date");
	if (o->format_text && (o->json || o->oneline))
		return opts_misuse(usage, "--format excludes --json and --oneline");
	if (o->nul && (!o->format_text || o->patch))
		return opts_misuse(usage, "-z goes with --format, and without --patch");
	return o->format_text ? format_parse(&o->format, o->format_text, format_of_rev, usage)
			      : NULL;
}

static err_t run(struct log_options *o, const char *name)
{
	scoped(session_close) struct session s = {0};
	scoped(history_release) struct history h = {0};

	TRY(session_open(&s, SESSION_READ));
	if (o->since)
		TRY(repo_date(&o->from, o->since));
	if (o->until)
		TRY(repo_date(&o->to, o->until));
	TRY(load(&h, &s, name));
	choose(&h, o);
	return o->json ? print_json(o, &s, &h) : print_text(o, &s, &h);
}

err_t cmd_log(int argc, char **argv)
{
	scoped(options_release) struct log_options o = {.max = -1};
	bool help;
	const struct opt opts[] = {
		OPT_INT('n', "max-count", &o.max, "number", "only the newest ones"),
		OPT_STRING(0, "since", &o.since, "date",
			   "only those made then or later: '2 weeks ago', ..."),
		OPT_STRING(0, "until", &o.until, "date", "only those made then or earlier"),
		OPT_STRING(0, "author", &o.author, "text",
			   "only by somebody with this in name or mail"),
		OPT_FLAG('p', "patch", &o.patch, "with what each changed"),
		OPT_FLAG(0, "oneline", &o.oneline, "a line for each"),
		OPT_STRING(0, "format", &o.format_text, "format",
			   "for each a line like '%(time) %(author:name) %(subject)'"),
		OPT_FLAG('z', "null", &o.nul, "with --format: each ended by NUL"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_COLOR(&o.color),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <id>", NULL};
	const struct usage usage = {"log", synopsis,
				    "Shows every revision of an artifact, newest first. 'aside': "
				    "its text is none of those that led to the present one; "
				    "'theirs': the other side of a conflict.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one artifact at a time" : "which artifact?");
	TRY(check(&o, &usage));
	return run(&o, argv[0]);
}
