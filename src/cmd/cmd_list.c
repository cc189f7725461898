/* `git agent list` */
#include "cli/color.h"
#include "cli/columns.h"
#include "cli/json.h"
#include "cmd/at.h"
#include "cmd/cmd.h"
#include "cmd/filter.h"
#include "cmd/format.h"
#include "cmd/output.h"
#include "cmd/refs.h"
#include "cmd/sort.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	struct filter filter;
	const char *at, *color, *since, *format_text;
	struct strs sort;
	struct format format;
	struct refs refs;	/* for ready and blocked */
	int max;		/* -1: all */
	bool json, porcelain, nul, ready, blocked;
	bool remote;	/* without one everything would be dirty */
};

/* --- which ---------------------------------------------------------------------------------- */

/* Only what work can go on with, or what waits. */
static err_t keep_work(struct list *l, struct arts *arts, struct session *s)
{
	enum refs_work wanted = l->ready ? REFS_READY : REFS_BLOCKED;
	size_t kept = 0;

	TRY(refs_load(&l->refs, s, false));
	for (size_t i = 0; i < arts->len; i++) {
		size_t at = refs_find(&l->refs, arts->at[i].uid);

		if (at != REFS_NONE && refs_work(&l->refs, s, at) == wanted)
			arts->at[kept++] = arts->at[i];
		else
			art_release(&arts->at[i]);
	}
	arts->len = kept;
	return NULL;
}

static void keep_first(const struct list *l, struct arts *arts)
{
	while (l->max >= 0 && arts->len > (size_t)l->max)
		art_release(&arts->at[--arts->len]);
}

static err_t collect(struct arts *out, struct list *l, struct session *s)
{
	struct art_filter f = {.kind = l->filter.kind,
			       .dirty_only = l->filter.dirty,
			       .conflict_only = l->filter.conflicts,
			       .with_deleted = l->filter.deleted};
	scoped_free char *url = NULL;

	if (l->at) {
		TRY(at_list(out, s, l->at));
	} else {
		TRY(session_fresh(s, NULL));
		TRY(store_meta_get(&url, s->store, "remote"));
		TRY(store_art_list(out, s->store, &f));
	}
	l->remote = url != NULL;
	filter_keep(&l->filter, out);
	if (l->ready || l->blocked)
		TRY(keep_work(l, out, s));
	sort_arts(out, &l->sort, s);
	keep_first(l, out);
	return NULL;
}

/* --- how ------------------------------------------------------------------------------------ */

/* What an artifact waits for, with --blocked and --ready. */
static void json_waits(struct json *j, const struct list *l, const struct session *s,
		       const struct art *art)
{
	const struct refs *r = &l->refs;
	size_t at = refs_find(r, art->uid);

	json_key(j, "waits_for");
	json_array_begin(j);
	for (size_t i = r->first[at]; i < r->first[at + 1]; i++) {
		const struct ref *ref = &r->at[i];
		const struct art *to = ref->to == REFS_NONE ? NULL : &r->arts.at[ref->to];

		if (!refs_waits(r, s, ref))
			continue;
		json_object_begin(j);
		json_key_string(j, "type", ref_type_name(ref->type));
		json_key_string(j, "id", ref->label);
		json_key_string(j, "uid", to ? to->uid : NULL);
		json_key_string(j, "kind", to ? to->kind : NULL);
		json_key_string(j, "state", to && to->state[0] ? to->state : NULL);
		json_object_end(j);
	}
	json_array_end(j);
}

static void print_json(const struct list *l, const struct session *s, const struct arts *arts)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < arts->len; i++) {
		json_object_begin(&j);
		output_art(&j, &arts->at[i]);
		if (l->ready || l->blocked)
			json_waits(&j, l, s, &arts->at[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static void print_porcelain(const struct list *l, const struct arts *arts)
{
	for (size_t i = 0; i < arts->len; i++) {
		output_porcelain_art(&arts->at[i], l->nul);
		putchar(l->nul ? '\0' : '\n');
	}
}

/* Without a label the beginning of the uid is a name, too, and short. */
static void add_name(struct columns *c, const struct list *l, const struct session *s,
		     const struct art *a, const char *color)
{
	char mark[] = {a->conflict ? '!' : a->deleted ? 'D' : a->dirty && l->remote ? '*' : ' ',
		       ' ', '\0'};
	char uid[9];

	columns_add_color(c, color, mark);
	if (session_needs_kind(s, a)) {
		columns_more(c, a->kind);
		columns_more(c, ":");
	}
	snprintf(uid, sizeof(uid), "%.8s", a->label[0] ? "" : a->uid[0] ? a->uid : "-");
	columns_more(c, a->label[0] ? a->label : uid);
}

static void add_in_brackets(struct columns *c, const char *text)
{
	columns_more(c, " (");
	columns_more(c, text);
	columns_more(c, ")");
}

static void add_title(struct columns *c, const struct list *l, const struct session *s,
		      const struct art *a)
{
	scoped_free char *waits = NULL;

	columns_add(c, a->title);
	if (!a->label[0])
		add_in_brackets(c, a->path);
	if (!l->blocked)
		return;
	waits = refs_waits_text(&l->refs, s, refs_find(&l->refs, a->uid));
	if (waits[0])
		add_in_brackets(c, waits);
}

static err_t print_columns(const struct list *l, struct session *s, const struct arts *arts)
{
	scoped(columns_release) struct columns c = {.count = 4};
	bool color;

	TRY(output_begin(&color, s, l->color, true));
	for (size_t i = 0; i < arts->len; i++) {
		const struct art *a = &arts->at[i];
		scoped_free char *state = output_state(a);

		add_name(&c, l, s, a, color_of(color && a->conflict, COLOR_CONFLICT));
		columns_add(&c, a->kind);
		columns_add_color(&c, output_state_color(color, s, a), state);
		add_title(&c, l, s, a);
	}
	columns_print(&c, stdout);
	return NULL;
}

static void print_format(const struct list *l, const struct session *s, const struct arts *arts)
{
	for (size_t i = 0; i < arts->len; i++) {
		format_print(&l->format, s, &arts->at[i]);
		putchar(l->nul ? '\0' : '\n');
	}
}

static err_t print(const struct list *l, struct session *s, const struct arts *arts)
{
	bool color;

	if (l->json)
		print_json(l, s, arts);
	else if (l->porcelain || (l->nul && !l->format_text))
		print_porcelain(l, arts);
	else if (!l->format_text)
		return print_columns(l, s, arts);
	else {
		TRY(output_begin(&color, s, l->color, true));
		print_format(l, s, arts);
	}
	return NULL;
}

static err_t check(struct list *l, const struct usage *usage)
{
	if (l->json && (l->porcelain || l->nul))
		return opts_misuse(usage, "--json and --porcelain exclude each other");
	if (l->format_text && (l->json || l->porcelain))
		return opts_misuse(usage, "--format excludes --json and --porcelain");
	if (l->at && (l->filter.dirty || l->filter.deleted || l->filter.author || l->since))
		return opts_misuse(usage, "--at knows no --dirty, --deleted, --author and --since");
	if (l->at && (l->ready || l->blocked))
		return opts_misuse(usage, "--at knows no --ready and --blocked");
	if (l->ready && l->blocked)
		return opts_misuse(usage, "--ready and --blocked exclude each other");
	if (l->since && !l->since[0])
		return opts_misuse(usage, "--since needs a date");
	TRY(sort_check(&l->sort, usage));
	return l->format_text ? format_parse(&l->format, l->format_text, format_of_art, usage)
			      : NULL;
}

static err_t run(struct list *l, const struct usage *usage)
{
	scoped(session_close) struct session s = {0};
	scoped(arts_release) struct arts arts = {0};

	TRY(check(l, usage));
	TRY(session_open(&s, l->at ? SESSION_REPO : SESSION_READ));
	TRY(filter_kind(&l->filter, &s, usage));
	if (l->since)
		TRY(repo_date(&l->filter.since, l->since));
	TRY(collect(&arts, l, &s));
	if (l->filter.state && !arts.len)
		TRY(filter_state(&l->filter, &s, usage));
	return print(l, &s, &arts);
}

static void list_release(struct list *l)
{
	strs_release(&l->sort);
	refs_release(&l->refs);
	format_release(&l->format);
}

err_t cmd_list(int argc, char **argv)
{
	scoped(list_release) struct list l = {.max = -1};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('k', "kind", &l.filter.kind, "kind",
			   "only plans, stories, runbooks, ..."),
		OPT_STRING('s', "state", &l.filter.state, "state", "only those in this state"),
		OPT_STRING(0, "scope", &l.filter.scope, "scope",
			   "only those whose id begins like this"),
		OPT_STRING(0, "author", &l.filter.author, "text",
			   "only those last changed by somebody with this in name or mail"),
		OPT_STRING(0, "since", &l.since, "date",
			   "only those changed then or later: '2 weeks ago', ..."),
		OPT_FLAG(0, "ready", &l.ready,
			 "only those not done that wait for nothing: a parent is as\n"
			 "far as the kind asks for, what is needed is done"),
		OPT_FLAG(0, "blocked", &l.blocked, "only those not done that wait, and for what"),
		OPT_FLAG(0, "dirty", &l.filter.dirty, "only what the remote does not have yet"),
		OPT_FLAG(0, "conflicts", &l.filter.conflicts, "only what is in conflict"),
		OPT_FLAG(0, "deleted", &l.filter.deleted, "deleted ones too"),
		OPT_STRING(0, "at", &l.at, "tree-ish", "as a commit has them, or the index (:0)"),
		OPT_LIST(0, "sort", &l.sort, "key",
			 SORT_KEYS ";\n'-' in front: the other way round; the last one\n"
				   "given counts most"),
		OPT_INT('n', "max-count", &l.max, "number", "only the first ones"),
		OPT_STRING(0, "format", &l.format_text, "format",
			   "for each a line like '%(id) %(state) %(title)'"),
		OPT_FLAG(0, "json", &l.json, "as JSON"),
		OPT_FLAG(0, "porcelain", &l.porcelain,
			 "for scripts: kind, id, state, flag, path, title"),
		OPT_FLAG('z', "null", &l.nul,
			 "the same, or --format, each ended by NUL, nothing quoted"),
		OPT_COLOR(&l.color),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"list", synopsis,
				    "Lists artifacts: id, kind, state and title. In front: '!' in "
				    "conflict, '*' not pushed yet.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	return run(&l, &usage);
}
