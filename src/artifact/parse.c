#include "artifact/artifact.h"
#include "artifact/fields.h"
#include "artifact/label.h"
#include "artifact/links.h"
#include "artifact/sections.h"
#include "artifact/whole.h"
#include "util/mem.h"

#include <stdlib.h>

static void read_markdown(struct artifact *a, struct fields *f, int *open_fence)
{
	struct sections sections;
	struct scan_items items = {0};
	struct links links = {0};
	struct scan s;
	struct line l;
	size_t nr_items = 0;

	fields_init(f, a->text);
	sections_init(&sections);
	scan_init(&s, a->text, &items);
	while (scan_next(&s, &l)) {
		fields_line(f, &l);
		if (l.what == LINE_HEADING)
			sections_heading(&sections, &l);
		while (nr_items < items.len)
			items.at[nr_items++].section = sections.len - 1;
		if (l.what != LINE_RAW && l.what != LINE_BLANK)
			links_line(&links, a->text, &l, sections.len - 1,
				   sections_is_link(sections.at, sections.len - 1, a->text));
	}
	fields_end(f);
	sections_end(&sections, a->text.len);
	*open_fence = scan_open_fence(&s);
	a->sections = sections.at;
	a->nr_sections = sections.len;
	a->items = items.at;
	a->nr_items = items.len;
	a->links = links.at;
	a->nr_links = links.len;
}

/* One section without a heading, no items; the lists whose key begins with "linked_" link. */
static void read_yaml(struct artifact *a, struct fields *f)
{
	struct slice rest = a->text, line;
	struct sections sections;
	struct links links = {0};
	struct line l = {0};
	bool linked = false;

	fields_yaml(f, a->text);
	while (slice_line(&rest, &line)) {
		l.number++;
		l.at = (size_t)(line.at - a->text.at);
		l.end = l.at + line.len;
		if (!memchr(" -#\r\n", line.at[0], 5))
			linked = line.len > 7 && memcmp(line.at, "linked_", 7) == 0;
		links_line(&links, a->text, &l, 0, linked);
	}
	sections_init(&sections);
	sections_end(&sections, a->text.len);
	a->sections = sections.at;
	a->nr_sections = sections.len;
	a->links = links.at;
	a->nr_links = links.len;
}

/* A label in the title names the artifact itself. */
static void drop_title_link(struct artifact *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->nr_links; i++)
		if (a->links[i].at.from != a->title_label.from || !a->title_label.to)
			a->links[kept++] = a->links[i];
	a->nr_links = kept;
}

static void problem(struct artifact *a, enum artifact_problem_code code, int line)
{
	a->problems = mem_realloc(a->problems, (a->nr_problems + 1) * sizeof(*a->problems));
	a->problems[a->nr_problems++] = (struct artifact_problem){code, line};
}

static bool labels_differ(const struct artifact *a, const char *path)
{
	struct label named, titled;

	if (!path || !a->title_label.to || !label_of_path(&named, path) ||
	    !label_parse(&titled, artifact_slice(a, a->title_label)))
		return false;
	return strcmp(named.scope, titled.scope) != 0 || named.num != titled.num ||
	       (named.num < 0 && strcmp(named.text, titled.text) != 0);
}

static void find_problems(struct artifact *a, const struct fields *f, const char *path,
			  int open_fence)
{
	if (!a->title_line.to)
		problem(a, PROBLEM_NO_TITLE, 0);
	if (labels_differ(a, path))
		problem(a, PROBLEM_LABEL_MISMATCH, f->title_number);
	if (!a->state.to)
		problem(a, PROBLEM_NO_STATE, a->state_line);
	else if (a->kind && !kind_state(a->kind, artifact_slice(a, a->state)))
		problem(a, PROBLEM_UNKNOWN_STATE, a->state_line);
	if (f->second_line)
		problem(a, PROBLEM_SECOND_STATE, f->second_line);
	if (!a->utf8)
		problem(a, PROBLEM_INVALID_UTF8, 0);
	if (a->markers)
		problem(a, PROBLEM_CONFLICT_MARKERS, 0);
	if (open_fence)
		problem(a, PROBLEM_OPEN_FENCE, open_fence);
}

struct artifact *artifact_parse(struct slice text, const struct kind *kind, const char *path)
{
	struct artifact *a = mem_alloc(sizeof(*a));
	struct whole whole = whole_look(text);
	int open_fence = 0;
	struct fields f;

	if (!text.at)
		text.at = "";
	a->text = text;
	a->kind = kind;
	a->yaml = fields_is_yaml(kind, path);
	if (a->yaml)
		read_yaml(a, &f);
	else
		read_markdown(a, &f, &open_fence);
	a->title_line = f.title_line;
	a->title = f.title;
	a->title_label = f.title_label;
	a->state = f.state;
	a->state_field = f.state_field;
	a->state_line = f.state_line;
	a->utf8 = whole.utf8;
	a->has_nul = whole.has_nul;
	a->markers = whole.markers;
	drop_title_link(a);
	find_problems(a, &f, path, open_fence);
	return a;
}

void artifact_free(struct artifact *a)
{
	if (!a)
		return;
	free(a->sections);
	free(a->items);
	free(a->links);
	free(a->problems);
	free(a);
}
