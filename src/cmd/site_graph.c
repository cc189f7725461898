#include "cmd/site.h"
#include "cmd/output.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

/*
 * Trees from left to right: what hangs on an artifact stands right of it, and it stands in the
 * middle of that. An artifact hangs on its parent, else on what it needs first, else on what a
 * link names. References beyond the tree are dashed lines.
 */
#define BOX_WIDTH 244
#define BOX_HEIGHT 46
#define COLUMN (BOX_WIDTH + 56)
#define ROW (BOX_HEIGHT + 12)
#define MARGIN 6
#define DEPTH_MAX 200
#define TITLE_MAX 30

struct node {
	size_t above;		/* SITE_NONE: a root, or alone */
	size_t root;
	size_t first, next;	/* child, sibling */
	size_t last;
	int depth;
	double row;
};

struct graph {
	const struct site *site;
	struct node *at;
	size_t len;
	bool *binds;	/* has a place by parents and needs */
	FILE *out;
};

/* --- what hangs on what ------------------------------------------------------------------ */

static bool may_hang(const struct graph *g, size_t node, size_t above)
{
	int depth = 0;

	for (size_t i = above; i != SITE_NONE; i = g->at[i].above)
		if (i == node || ++depth > DEPTH_MAX)
			return false;
	return true;
}

static void hang(struct graph *g, size_t node, size_t above)
{
	if (above == SITE_NONE || g->at[node].above != SITE_NONE || !may_hang(g, node, above))
		return;
	g->at[node].above = above;
	g->binds[node] = g->binds[above] = true;
}

static void hang_by(struct graph *g, enum ref_type type)
{
	const struct refs *r = &g->site->graph.refs;

	for (size_t i = 0; i < r->len; i++)
		if (r->at[i].type == type)
			hang(g, r->at[i].from, r->at[i].to);
}

/* A link says less: only who has no place yet takes one by it. */
static void hang_rest(struct graph *g)
{
	const struct refs *r = &g->site->graph.refs;

	for (size_t i = 0; i < r->len; i++) {
		const struct ref *ref = &r->at[i];

		if (ref->type != REF_LINK || ref->to == SITE_NONE)
			continue;
		if (!g->binds[ref->to])
			hang(g, ref->to, ref->from);
		else if (!g->binds[ref->from])
			hang(g, ref->from, ref->to);
	}
}

static void link_children(struct graph *g)
{
	for (size_t i = 0; i < g->len; i++) {
		struct node *above;

		if (g->at[i].above == SITE_NONE)
			continue;
		above = &g->at[g->at[i].above];
		if (above->first == SITE_NONE)
			above->first = i;
		else
			g->at[above->last].next = i;
		above->last = i;
	}
}

/* --- where ------------------------------------------------------------------------------- */

struct size {
	int depth;
	double rows;
};

/* Not deeper than DEPTH_MAX. */
static void place(struct graph *g, size_t at, size_t root, int depth, struct size *size)
{
	struct node *n = &g->at[at];

	n->root = root;
	n->depth = depth;
	if (depth > size->depth)
		size->depth = depth;
	if (n->first == SITE_NONE) {
		n->row = size->rows++;
		return;
	}
	for (size_t i = n->first; i != SITE_NONE; i = g->at[i].next)
		place(g, i, root, depth + 1, size);
	n->row = (g->at[n->first].row + g->at[n->last].row) / 2;
}

static double x_of(const struct node *n)
{
	return MARGIN + n->depth * (double)COLUMN;
}

static double y_of(const struct node *n)
{
	return MARGIN + n->row * ROW;
}

/* --- drawing ----------------------------------------------------------------------------- */

static void draw_line(struct graph *g, size_t from, size_t to, const char *class)
{
	const struct node *a = &g->at[from], *b = &g->at[to];
	double x1 = x_of(a) + BOX_WIDTH, y1 = y_of(a) + BOX_HEIGHT / 2.0;
	double x2 = x_of(b), y2 = y_of(b) + BOX_HEIGHT / 2.0, bend = (COLUMN - BOX_WIDTH) / 2.0;

	if (b->depth <= a->depth)	/* round the right side of both */
		x2 = x_of(b) + BOX_WIDTH;
	fprintf(g->out, "<path class=\"%s\" d=\"M%.0f %.1fC%.0f %.1f %.0f %.1f %.0f %.1f\"/>\n",
		class, x1, y1, x1 + bend, y1, b->depth <= a->depth ? x2 + bend : x2 - bend, y2,
		x2, y2);
}

static void draw_short(FILE *out, const char *title, size_t max)
{
	struct slice rest = slice_str(title), taken;
	uint32_t c;
	size_t n = 0;

	while (n < max && utf8_next(&rest, &c, &taken))
		n++;
	site_slice(out, slice_of(title, strlen(title) - rest.len));
	if (rest.len)
		fputs("…", out);
}

static void draw_box(struct graph *g, size_t at)
{
	const struct art *art = &site_arts(g->site)->at[at];
	const struct node *n = &g->at[at];
	scoped_free char *state = output_state(art);
	double x = x_of(n), y = y_of(n);

	fprintf(g->out, "<a href=\"%s\" class=\"node %s\"><title>", g->site->arts[at].page,
		site_state_class(g->site, art));
	site_text(g->out, art->kind);
	fputs(" ", g->out);
	site_name(g->out, art);
	fputs(": ", g->out);
	site_text(g->out, art->title);
	fputs(" (", g->out);
	site_text(g->out, art->state[0] ? art->state : "no state");
	fprintf(g->out, ")</title><rect x=\"%.0f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"7\"/>"
			"<rect class=\"edge\" x=\"%.0f\" y=\"%.1f\" width=\"4\" "
			"height=\"%d\" rx=\"2\"/>"
			"<text class=\"id\" x=\"%.0f\" y=\"%.1f\">",
		x, y, BOX_WIDTH, BOX_HEIGHT, x + 6, y + 8, BOX_HEIGHT - 16, x + 18, y + 19);
	draw_short(g->out, session_name(art), 14);
	fputs(" ", g->out);
	site_text(g->out, art->kind);
	fprintf(g->out, "</text><text class=\"st\" x=\"%.0f\" y=\"%.1f\">", x + BOX_WIDTH - 10,
		y + 19);
	draw_short(g->out, state, 12);
	fprintf(g->out, "</text><text x=\"%.0f\" y=\"%.1f\">", x + 18, y + 36);
	draw_short(g->out, art->title, TITLE_MAX);
	fputs("</text></a>\n", g->out);
}

static void draw_lines(struct graph *g, size_t at)
{
	const struct refs *r = &g->site->graph.refs;

	if (g->at[at].above != SITE_NONE)
		draw_line(g, g->at[at].above, at, "branch");
	for (size_t i = r->first[at]; i < r->first[at + 1]; i++) {
		size_t to = r->at[i].to;

		if (to == SITE_NONE || g->at[to].root != g->at[at].root || to == at ||
		    g->at[at].above == to || g->at[to].above == at)
			continue;
		draw_line(g, to, at, r->at[i].type == REF_LINK ? "link" : "needs");
	}
}

typedef void (*each_fn)(struct graph *g, size_t at);

static void each(struct graph *g, size_t at, each_fn fn)
{
	fn(g, at);
	for (size_t i = g->at[at].first; i != SITE_NONE; i = g->at[i].next)
		each(g, i, fn);
}

static void draw_tree(struct graph *g, size_t root)
{
	struct size size = {0};
	int width, height;

	place(g, root, root, 0, &size);
	width = size.depth * COLUMN + BOX_WIDTH + 2 * MARGIN + 28;
	height = (int)size.rows * ROW + 2 * MARGIN;
	fputs("<div class=\"tree\" tabindex=\"0\">", g->out);
	fprintf(g->out, "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"group\" "
			"aria-label=\"What hangs on ", width, height, width, height);
	site_name(g->out, &site_arts(g->site)->at[root]);
	fputs("\">\n", g->out);
	each(g, root, draw_lines);
	each(g, root, draw_box);
	fputs("</svg></div>\n", g->out);
}

/* --- the page ---------------------------------------------------------------------------- */

static int compare_roots(const void *a, const void *b, void *ctx)
{
	const struct art *arts = site_arts(ctx)->at;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = strcmp(arts[x].scope, arts[y].scope);

	/* Those of no scope come last. */
	if (order && (!*arts[x].scope || !*arts[y].scope))
		return *arts[x].scope ? -1 : 1;
	return order ? order : (x > y) - (x < y);
}

static void draw_all(struct graph *g)
{
	scoped_free size_t *roots = mem_alloc((g->len + 1) * sizeof(*roots));
	size_t n = 0, alone = 0;
	const char *scope = NULL;

	for (size_t i = 0; i < g->len; i++) {
		if (g->at[i].above != SITE_NONE)
			continue;
		if (g->at[i].first == SITE_NONE)
			alone++;
		else
			roots[n++] = i;
	}
	qsort_r(roots, n, sizeof(*roots), compare_roots, (void *)g->site);
	for (size_t i = 0; i < n; i++) {
		const char *now = site_arts(g->site)->at[roots[i]].scope;

		if (!scope || strcmp(now, scope) != 0) {
			fputs(scope ? "</section>\n<section class=\"scope\">\n<h2>"
				    : "<section class=\"scope\">\n<h2>", g->out);
			site_text(g->out, *now ? now : "Of no scope");
			fputs("</h2>\n", g->out);
			scope = now;
		}
		draw_tree(g, roots[i]);
	}
	fputs(n ? "</section>\n" : "", g->out);
	if (alone)
		fprintf(g->out, "<p class=\"none\">%zu artifact%s and %s named by none: the "
				"<a href=\"index.html\">board</a> has %s.</p>\n", alone,
			alone == 1 ? " names no other" : "s name no other",
			alone == 1 ? "is" : "are", alone == 1 ? "it" : "them");
}

static err_t print_graph(void *ctx, FILE *out)
{
	struct graph *g = ctx;

	g->out = out;
	site_page_begin(out, g->site, "Graph", "", "graph.html");
	fputs("<h1>Graph</h1>\n<p class=\"legend\"><span class=\"key branch\"></span> hangs on "
	      "<span class=\"key needs\"></span> needs <span class=\"key link\"></span> links to"
	      "</p>\n", out);
	draw_all(g);
	site_page_end(out, g->site);
	return NULL;
}

err_t site_graph(struct site *site)
{
	size_t n = site_arts(site)->len;
	scoped_free struct node *nodes = mem_alloc((n + 1) * sizeof(*nodes));
	scoped_free bool *binds = mem_alloc(n + 1);
	struct graph g = {.site = site, .at = nodes, .len = n, .binds = binds};

	for (size_t i = 0; i < n; i++)
		nodes[i] = (struct node){.above = SITE_NONE, .root = SITE_NONE, .first = SITE_NONE,
					 .next = SITE_NONE, .last = SITE_NONE};
	hang_by(&g, REF_PARENT);
	hang_by(&g, REF_NEEDS);
	hang_rest(&g);
	link_children(&g);
	return site_out_print(&site->out, "graph.html", print_graph, &g);
}
