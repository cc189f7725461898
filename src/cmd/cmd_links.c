/* `git agent links` */
#include "cmd/cmd.h"
#include "cmd/links.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>

struct links_options {
	const char *color;
	int depth; /* -1: all the way */
	bool all, dangling, cycles, dot, json;
};

static err_t count(size_t n, const char *what)
{
	return n ? err_new(ERR_DIFFERS, "%zu %s%s", n, what, n == 1 ? "" : "s") : NULL;
}

/* What is wrong follows the tree of everything. */
static void print_wrong(const struct links_graph *g, const struct session *s)
{
	bool dangling = false;

	for (size_t i = 0; i < g->refs.len && !dangling; i++)
		dangling = g->refs.at[i].to == REFS_NONE;
	if (dangling) {
		puts("\nReferences to what is not there:");
		links_print_dangling(g, "\t");
	}
	if (g->nr_cycles) {
		puts("\nCycles, in which each waits for the next:");
		links_print_cycles(g, s, "\t");
	}
}

static err_t print(const struct links_options *o, struct session *s, const struct links_graph *g)
{
	bool color;

	if (o->json) {
		links_print_json(g);
		return NULL;
	}
	if (o->dot) {
		links_print_dot(g, s);
		return NULL;
	}
	TRY(output_begin(&color, s, o->color, true));
	if (o->dangling)
		return count(links_print_dangling(g, ""), "dangling reference");
	if (o->cycles)
		return count(links_print_cycles(g, s, ""), "cycle");
	links_print_tree(g, s, o->depth, color);
	if (!g->nr_named)
		print_wrong(g, s);
	return NULL;
}

static err_t run(const struct links_options *o, int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(links_release) struct links_graph g = {0};

	TRY(session_open(&s, SESSION_READ));
	TRY(session_fresh(&s, NULL));
	TRY(links_load(&g, &s, argv, (size_t)argc, o->all, o->depth));
	return print(o, &s, &g);
}

err_t cmd_links(int argc, char **argv)
{
	struct links_options o = {.depth = -1};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG('a', "all", &o.all, "also what running text mentions"),
		OPT_INT(0, "depth", &o.depth, "number", "not more steps from what is named"),
		OPT_FLAG(0, "dangling", &o.dangling, "only what names something that is not there"),
		OPT_FLAG(0, "cycles", &o.cycles, "only what waits for itself in the end"),
		OPT_FLAG(0, "dot", &o.dot, "as a graph for graphviz"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_COLOR(&o.color),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<id>...]", NULL};
	const struct usage usage = {"links", synopsis,
				    "Shows which artifacts name which: those named and what hangs "
				    "on them, or all of them, children below their parents.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (o.dangling + o.cycles + o.dot + o.json > 1)
		return opts_misuse(&usage,
				   "--dangling, --cycles, --dot and --json exclude each other");
	if (o.depth < -1)
		return opts_misuse(&usage, "--depth cannot be negative");
	return run(&o, argc, argv);
}
