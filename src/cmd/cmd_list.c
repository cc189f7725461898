/* `git agent list` */
#include "cli/color.h"
#include "cli/columns.h"
#include "cli/json.h"
#include "cmd/at.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STATE_MAX 20

struct list {
	const char *kind, *state, *scope, *author, *at, *color;
	bool dirty, conflicts, deleted, json, porcelain, nul;
	bool remote;	/* without one everything would be dirty */
};

/* --- which ---------------------------------------------------------------------------------- */

static bool passes(const struct list *l, const struct art *art)
{
	return (!l->kind || strcmp(art->kind, l->kind) == 0) &&
	       (!l->state || strcasecmp(art->state, l->state) == 0) &&
	       (!l->scope || strcasecmp(art->scope, l->scope) == 0) &&
	       (!l->author || strcasestr(art->author, l->author)) &&
	       (!l->dirty || art->dirty) && (!l->conflicts || art->conflict) &&
	       (l->deleted || !art->deleted);
}

static void keep_matching(const struct list *l, struct arts *arts)
{
	size_t kept = 0;

	for (size_t i = 0; i < arts->len; i++) {
		if (passes(l, &arts->at[i]))
			arts->at[kept++] = arts->at[i];
		else
			art_release(&arts->at[i]);
	}
	arts->len = kept;
}

/* "stories" is as good as "story". */
static err_t find_kind(struct list *l, const struct session *s, const struct usage *usage)
{
	scoped_free char *names = mem_strdup("");

	for (size_t i = 0; l->kind && i < s->kinds->len; i++) {
		const struct kind *kind = &s->kinds->at[i];
		char *more = mem_printf("%s%s%s", names, i ? ", " : "", kind->name);

		free(names);
		names = more;
		if (strcmp(l->kind, kind->name) == 0 || strcmp(l->kind, kind->plural) == 0) {
			l->kind = kind->name;
			return NULL;
		}
	}
	return l->kind ? opts_misuse(usage, "'%s' is not one of the kinds: %s", l->kind, names)
		       : NULL;
}

/* A file may have any text for a state: only one that nothing has either is a mistake. */
static err_t check_state(const struct list *l, const struct session *s, const struct usage *usage)
{
	for (size_t i = 0; i < s->kinds->len; i++)
		for (size_t j = 0; j < s->kinds->at[i].nr_states; j++)
			if (strcasecmp(s->kinds->at[i].states[j].name, l->state) == 0)
				return NULL;
	return opts_misuse(usage, "no kind has a state '%s', and no artifact", l->state);
}

static err_t collect(struct arts *out, struct list *l, struct session *s)
{
	struct art_filter f = {.kind = l->kind, .dirty_only = l->dirty,
			       .conflict_only = l->conflicts, .with_deleted = l->deleted};
	scoped_free char *url = NULL;

	if (l->at) {
		TRY(at_list(out, s, l->at));
	} else {
		TRY(session_fresh(s, NULL));
		TRY(store_meta_get(&url, s->store, "remote"));
		TRY(store_art_list(out, s->store, &f));
	}
	l->remote = url != NULL;
	keep_matching(l, out);
	return NULL;
}

/* --- how ------------------------------------------------------------------------------------ */

static void print_json(const struct arts *arts)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < arts->len; i++) {
		json_object_begin(&j);
		output_art(&j, &arts->at[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

/* kind, id, state, flags, path, title: with a tab between them; '-' where there is nothing. */
static void print_porcelain(const struct list *l, const struct arts *arts)
{
	for (size_t i = 0; i < arts->len; i++) {
		const struct art *a = &arts->at[i];
		const char *flags = a->conflict ? "C" : a->deleted ? "D" : a->dirty ? "M" : "-";

		printf("%s\t%s\t%s\t%s\t", a->kind, a->label[0] ? a->label : "-",
		       a->state[0] ? a->state : "-", flags);
		if (l->nul) {
			printf("%s\t%s", a->path, a->title);
			putchar('\0');
		} else {
			output_path(a->path);
			putchar('\t');
			output_path(a->title);
			putchar('\n');
		}
	}
}

static const char *state_color(const struct session *s, const struct art *art)
{
	const struct kind *kind = kinds_find(s->kinds, art->kind);
	const struct kind_state *state =
		kind ? kind_state(kind, slice_str(art->state)) : NULL;

	if (!state)
		return art->state[0] ? COLOR_RED : "";
	return state->gate ? COLOR_GREEN : state->initial ? COLOR_YELLOW : "";
}

/* Without a label the beginning of the uid is a name, too, and short. */
static char *marked_name(const struct list *l, const struct session *s, const struct art *a)
{
	scoped_free char *name = session_long_name(s, a);
	char mark = a->conflict ? '!' : a->deleted ? 'D' : a->dirty && l->remote ? '*' : ' ';

	if (!a->label[0])
		return mem_printf("%c %.8s", mark, a->uid[0] ? a->uid : "-");
	return mem_printf("%c %s", mark, name);
}

/* A file may have anything for a state; it must not push the titles off the screen. */
static char *short_state(const char *state)
{
	return strlen(state) > STATE_MAX ? mem_printf("%.*s...", STATE_MAX - 3, state)
					 : mem_strdup(state);
}

static err_t print_columns(const struct list *l, struct session *s, const struct arts *arts)
{
	scoped(columns_release) struct columns c = {.count = 4};
	bool color;

	TRY(output_begin(&color, s, l->color, true));
	for (size_t i = 0; i < arts->len; i++) {
		const struct art *a = &arts->at[i];
		scoped_free char *name = marked_name(l, s, a);
		scoped_free char *state = short_state(a->state);
		scoped_free char *title =
			a->label[0] ? NULL : mem_printf("%s (%s)", a->title, a->path);

		columns_add_color(&c, color_if(color, a->conflict ? COLOR_RED : ""), name);
		columns_add(&c, a->kind);
		columns_add_color(&c, color_if(color, state_color(s, a)), state);
		columns_add(&c, title ? title : a->title);
	}
	columns_print(&c, stdout);
	return NULL;
}

static err_t run(struct list *l, const struct usage *usage)
{
	scoped(session_close) struct session s = {0};
	scoped(arts_release) struct arts arts = {0};

	if (l->json && (l->porcelain || l->nul))
		return opts_misuse(usage, "--json and --porcelain exclude each other");
	if (l->at && (l->dirty || l->deleted || l->author))
		return opts_misuse(usage, "--at knows no --dirty, --deleted and --author");
	TRY(session_open(&s, l->at ? SESSION_REPO : SESSION_READ));
	TRY(find_kind(l, &s, usage));
	TRY(collect(&arts, l, &s));
	if (l->state && !arts.len)
		TRY(check_state(l, &s, usage));
	if (l->json)
		print_json(&arts);
	else if (l->porcelain || l->nul)
		print_porcelain(l, &arts);
	else
		return print_columns(l, &s, &arts);
	return NULL;
}

err_t cmd_list(int argc, char **argv)
{
	struct list l = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('k', "kind", &l.kind, "kind", "only plans, stories, runbooks, ..."),
		OPT_STRING('s', "state", &l.state, "state", "only those in this state"),
		OPT_STRING(0, "scope", &l.scope, "scope", "only those whose id begins like this"),
		OPT_STRING(0, "author", &l.author, "text", "only those last changed by somebody "
							   "with this in name or mail"),
		OPT_FLAG(0, "dirty", &l.dirty, "only what the remote does not have yet"),
		OPT_FLAG(0, "conflicts", &l.conflicts, "only what is in conflict"),
		OPT_FLAG(0, "deleted", &l.deleted, "deleted ones too"),
		OPT_STRING(0, "at", &l.at, "tree-ish", "as a commit has them, or the index (:0)"),
		OPT_FLAG(0, "json", &l.json, "as JSON"),
		OPT_FLAG(0, "porcelain", &l.porcelain,
			 "for scripts: kind, id, state, flag, path, title"),
		OPT_FLAG('z', "null", &l.nul, "the same, each ended by NUL, nothing quoted"),
		OPT_STRING(0, "color", &l.color, "when", "always, never or auto"),
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
