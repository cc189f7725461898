/* `git agent search` */
#include "artifact/artifact.h"
#include "cli/color.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/filter.h"
#include "cmd/output.h"
#include "cmd/snippet.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTED_MAX 200

struct search_options {
	struct filter filter;
	const char *color, *since;
	int max, lines; /* max -1: all */
	bool whole, json, porcelain, nul;
};

struct finding {
	const struct search_options *o;
	struct session session;
	struct search *index;
	struct search_query query;
	struct arts arts; /* the best first */
	bool *in_title;
	bool color;
};

static void finding_release(struct finding *f)
{
	arts_release(&f->arts);
	free(f->in_title);
	search_query_release(&f->query);
	search_close(f->index);
	session_close(&f->session);
}

/* --- which ---------------------------------------------------------------------------------- */

static void show_progress(void *ctx, size_t done, size_t total)
{
	struct session *s = ctx;

	progress_step(&s->progress, "Indexing", done, total);
}

static err_t open_index(struct finding *f)
{
	const char *db = f->session.repo->db_path, *slash = strrchr(db, '/');
	scoped_free char *path = mem_printf("%.*s/search.db", slash ? (int)(slash - db) : 1,
					    slash ? db : ".");

	return search_open(&f->index, path);
}

static err_t add_hit(struct finding *f, const struct search_hit *hit)
{
	scoped(art_release) struct art art = {0};
	const struct search_options *o = f->o;
	err_t err;

	if (o->max >= 0 && f->arts.len >= (size_t)o->max)
		return NULL;
	err = store_art_get(&art, f->session.store, hit->uid);
	if (err && err->code == ERR_NOTFOUND) { /* gone meanwhile */
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (!filter_passes(&o->filter, &art))
		return NULL;
	f->in_title[f->arts.len] = hit->in_title;
	f->arts.at[f->arts.len++] = art;
	art = (struct art){0};
	return NULL;
}

static err_t find(struct finding *f)
{
	scoped(search_hits_release) struct search_hits hits = {0};
	struct session *s = &f->session;

	TRY(search_find(&hits, f->index, s->store, &f->query, show_progress, s));
	if (s->progress.title)
		progress_step(&s->progress, s->progress.title, s->progress.total,
			      s->progress.total);
	f->arts.at = mem_alloc((hits.len + 1) * sizeof(*f->arts.at));
	f->in_title = mem_alloc(hits.len + 1);
	for (size_t i = 0; i < hits.len; i++)
		TRY(add_hit(f, &hits.at[i]));
	return NULL;
}

/* --- how ------------------------------------------------------------------------------------ */

struct text {
	char *bytes;
	struct search_marks marks;
	struct snippets lines;
};

static void text_release(struct text *t)
{
	free(t->bytes);
	search_marks_release(&t->marks);
}

static err_t read_text(struct text *t, struct finding *f, const struct art *art)
{
	struct artifact_brief brief;
	struct slice text;

	TRY(store_text_get(&t->bytes, &text.len, f->session.store, art->oid.hex));
	text.at = t->bytes;
	TRY(search_mark(&t->marks, f->index, &f->query, text));
	artifact_brief(&brief, text, kinds_find(f->session.kinds, art->kind), art->path);
	snippets_pick(&t->lines, text, &t->marks, f->query.len, brief.title,
		      (size_t)f->o->lines);
	return NULL;
}

/* A part of the text whose marks these are. */
static void write_marked(struct slice part, const char *text, const struct search_marks *marks,
			 bool color)
{
	size_t at = (size_t)(part.at - text), end = at + part.len;

	for (size_t i = 0; color && i < marks->len; i++) {
		size_t from = marks->at[i].from > at ? marks->at[i].from : at;
		size_t to = marks->at[i].to < end ? marks->at[i].to : end;

		if (from >= to)
			continue;
		text_safe_write(slice_of(text + at, from - at), stdout);
		fputs(color_of(true, COLOR_MATCH), stdout);
		text_safe_write(slice_of(text + from, to - from), stdout);
		fputs(COLOR_RESET, stdout);
		at = to;
	}
	text_safe_write(slice_of(text + at, end - at), stdout);
}

static err_t print_title(struct finding *f, const struct art *art)
{
	scoped(search_marks_release) struct search_marks marks = {0};
	struct slice title = slice_str(art->title);

	TRY(search_mark(&marks, f->index, &f->query, title));
	write_marked(title, title.at, &marks, f->color);
	return NULL;
}

static err_t print_head(struct finding *f, const struct art *art)
{
	scoped_free char *name = session_long_name(&f->session, art);
	scoped_free char *state = output_state(art);
	const char *color = output_state_color(f->color, &f->session, art);

	fputs(color_of(f->color, COLOR_ID), stdout);
	text_safe_fputs(name, stdout);
	printf("%s  ", color_if(f->color, COLOR_RESET));
	text_safe_fputs(art->kind, stdout);
	printf("  %s", color);
	text_safe_fputs(state[0] ? state : "-", stdout);
	printf("%s  ", color[0] ? COLOR_RESET : "");
	TRY(print_title(f, art));
	putchar('\n');
	return NULL;
}

static err_t print_one(struct finding *f, const struct art *art)
{
	scoped(text_release) struct text t = {0};

	TRY(print_head(f, art));
	TRY(read_text(&t, f, art));
	for (size_t i = 0; i < t.lines.len; i++) {
		const struct snippet *line = &t.lines.at[i];

		printf("  %s%d:%s %s", color_of(f->color, COLOR_LINE), line->line,
		       color_if(f->color, COLOR_RESET), line->cut_left ? "... " : "");
		write_marked(line->text, t.bytes, &t.marks, f->color);
		puts(line->cut_right ? " ..." : "");
	}
	return NULL;
}

static void print_porcelain_line(const struct finding *f, const struct art *art,
				 const struct snippet *line)
{
	scoped_free char *text = line ? mem_strndup(line->text.at, line->text.len) : NULL;

	output_porcelain_art(art, f->o->nul);
	if (line)
		printf("\t%d\t", line->line);
	else
		fputs("\t-\t", stdout);
	output_field(text ? text : "", f->o->nul);
	putchar(f->o->nul ? '\0' : '\n');
}

static err_t print_porcelain(struct finding *f, const struct art *art)
{
	scoped(text_release) struct text t = {0};

	TRY(read_text(&t, f, art));
	for (size_t i = 0; i < t.lines.len; i++)
		print_porcelain_line(f, art, &t.lines.at[i]);
	if (!t.lines.len)
		print_porcelain_line(f, art, NULL);
	return NULL;
}

static err_t print_json(struct json *j, struct finding *f, size_t i)
{
	scoped(text_release) struct text t = {0};

	TRY(read_text(&t, f, &f->arts.at[i]));
	json_object_begin(j);
	output_art(j, &f->arts.at[i]);
	json_key_bool(j, "in_title", f->in_title[i]);
	json_key(j, "lines");
	json_array_begin(j);
	for (size_t k = 0; k < t.lines.len; k++) {
		json_object_begin(j);
		json_key_int(j, "line", t.lines.at[k].line);
		json_key_slice(j, "text", t.lines.at[k].text);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
	return NULL;
}

static err_t print_all_json(struct finding *f)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < f->arts.len; i++)
		TRY(print_json(&j, f, i));
	json_array_end(&j);
	json_end(&j);
	return NULL;
}

static err_t print(struct finding *f)
{
	bool plain = f->o->porcelain || f->o->nul;

	if (f->o->json)
		return print_all_json(f);
	if (!plain && f->arts.len)
		TRY(output_begin(&f->color, &f->session, f->o->color, true));
	for (size_t i = 0; i < f->arts.len; i++)
		TRY(plain ? print_porcelain(f, &f->arts.at[i]) : print_one(f, &f->arts.at[i]));
	return NULL;
}

/* --- the command ---------------------------------------------------------------------------- */

static err_t nothing_found(const struct search_options *o, char *const *words)
{
	const struct filter *f = &o->filter;
	scoped_free char *text = NULL;
	struct mem_stream s;

	mem_stream_open(&s);
	for (size_t i = 0; words[i]; i++)
		fprintf(s.file, "%s%s", i ? " " : "", words[i]);
	text = mem_stream_close(&s, NULL);
	if (strlen(text) > QUOTED_MAX)
		strcpy(text + QUOTED_MAX - 3, "...");
	return err_new(ERR_DIFFERS, "nothing %shas '%s'",
		       f->kind || f->state || f->scope || f->author || f->since
			       ? "of what was asked for "
			       : "",
		       text);
}

static err_t run(struct search_options *o, const struct usage *usage, int argc, char **argv)
{
	scoped(finding_release) struct finding f = {.o = o};

	TRY(session_open(&f.session, SESSION_READ));
	TRY(filter_kind(&o->filter, &f.session, usage));
	if (o->since)
		TRY(repo_date(&o->filter.since, o->since));
	TRY(open_index(&f));
	TRY(search_query_parse(&f.query, f.index, argv, (size_t)argc, o->whole));
	if (!f.query.len)
		return opts_misuse(usage, "a search needs a letter or a digit");
	TRY(session_fresh(&f.session, NULL));
	TRY(find(&f));
	if (o->filter.state && !f.arts.len)
		TRY(filter_state(&o->filter, &f.session, usage));
	TRY(print(&f));
	return f.arts.len ? NULL : nothing_found(o, argv);
}

err_t cmd_search(int argc, char **argv)
{
	struct search_options o = {.max = -1, .lines = 3};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('k', "kind", &o.filter.kind, "kind",
			   "only plans, stories, runbooks, ..."),
		OPT_STRING('s', "state", &o.filter.state, "state", "only those in this state"),
		OPT_STRING(0, "scope", &o.filter.scope, "scope",
			   "only those whose id begins like this"),
		OPT_STRING(0, "author", &o.filter.author, "text",
			   "only those last changed by somebody with this in name or mail"),
		OPT_STRING(0, "since", &o.since, "date",
			   "only those changed then or later: '2 weeks ago', ..."),
		OPT_FLAG('w', "word-regexp", &o.whole, "whole words only, as in git grep"),
		OPT_INT('n', "max-count", &o.max, "number", "only the best ones"),
		OPT_INT(0, "lines", &o.lines, "number",
			"lines to show of each, 0 to 16 (default 3)"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_FLAG(0, "porcelain", &o.porcelain,
			 "for scripts: kind, id, state, flag, path, title, line, text"),
		OPT_FLAG('z', "null", &o.nul, "the same, each ended by NUL, nothing quoted"),
		PROGRESS_OPTIONS,
		OPT_COLOR(&o.color),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <word>...", NULL};
	const struct usage usage = {"search", synopsis,
				    "Finds the artifacts that have all of the words, or words that "
				    "begin like them; those with them in the title first.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc == 0)
		return opts_misuse(&usage, "which words?");
	if (o.json && (o.porcelain || o.nul))
		return opts_misuse(&usage, "--json and --porcelain exclude each other");
	if (o.since && !o.since[0])
		return opts_misuse(&usage, "--since needs a date");
	if (o.lines < 0 || o.lines > SNIPPETS_MAX)
		return opts_misuse(&usage, "--lines goes from 0 to %d", SNIPPETS_MAX);
	return run(&o, &usage, argc, argv);
}
