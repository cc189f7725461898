#include "cli/json.h"
#include "cli/text.h"
#include "cmd/links.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_named(const struct links_graph *g, size_t art)
{
	for (size_t i = 0; i < g->nr_named; i++)
		if (g->named[i] == art)
			return true;
	return g->nr_named == 0;
}

static bool is_shown(const struct links_graph *g, const struct ref *ref)
{
	return g->wanted[ref->from] && (ref->to == REFS_NONE || g->wanted[ref->to]);
}

static bool cycle_is_named(const struct links_graph *g, const struct links_cycle *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (is_named(g, c->at[i]))
			return true;
	return false;
}

/* --- lines ---------------------------------------------------------------------------------- */

size_t links_print_dangling(const struct links_graph *g, const char *indent)
{
	const struct refs *r = &g->refs;
	size_t n = 0;

	for (size_t i = 0; i < r->len; i++) {
		const struct ref *ref = &r->at[i];

		if (ref->to != REFS_NONE || !is_named(g, ref->from))
			continue;
		n++;
		fputs(indent, stdout);
		text_safe_fputs(r->arts.at[ref->from].path, stdout);
		printf(":%d: there is no %s\n", ref->line ? ref->line : 1, ref->label);
	}
	return n;
}

size_t links_print_cycles(const struct links_graph *g, const struct session *s, const char *indent)
{
	size_t n = 0;

	for (size_t i = 0; i < g->nr_cycles; i++) {
		const struct links_cycle *c = &g->cycles[i];

		if (!cycle_is_named(g, c))
			continue;
		n++;
		fputs(indent, stdout);
		for (size_t k = 0; k <= c->len; k++) {
			const struct art *art = &g->refs.arts.at[c->at[k % c->len]];
			scoped_free char *name = session_long_name(s, art);

			fputs(k ? " -> " : "", stdout);
			text_safe_fputs(name, stdout);
		}
		putchar('\n');
	}
	return n;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_refs(struct json *j, const struct links_graph *g)
{
	const struct refs *r = &g->refs;

	json_key(j, "references");
	json_array_begin(j);
	for (size_t i = 0; i < r->len; i++) {
		const struct ref *ref = &r->at[i];

		if (!is_shown(g, ref))
			continue;
		json_object_begin(j);
		json_key_string(j, "type", ref_type_name(ref->type));
		json_key_string(j, "from", r->arts.at[ref->from].uid);
		json_key_string(j, "to", ref->to == REFS_NONE ? NULL : r->arts.at[ref->to].uid);
		json_key_string(j, "label", ref->label);
		json_key(j, "line");
		if (ref->line)
			json_int(j, ref->line);
		else
			json_null(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_cycles(struct json *j, const struct links_graph *g)
{
	json_key(j, "cycles");
	json_array_begin(j);
	for (size_t i = 0; i < g->nr_cycles; i++) {
		const struct links_cycle *c = &g->cycles[i];

		if (!cycle_is_named(g, c))
			continue;
		json_array_begin(j);
		for (size_t k = 0; k < c->len; k++)
			json_string(j, g->refs.arts.at[c->at[k]].uid);
		json_array_end(j);
	}
	json_array_end(j);
}

void links_print_json(const struct links_graph *g)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key(&j, "artifacts");
	json_array_begin(&j);
	for (size_t i = 0; i < g->refs.arts.len; i++) {
		if (!g->wanted[i])
			continue;
		json_object_begin(&j);
		output_art(&j, &g->refs.arts.at[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_refs(&j, g);
	json_cycles(&j, g);
	json_object_end(&j);
	json_end(&j);
}

/* --- graphviz ------------------------------------------------------------------------------- */

/* In a quoted string of its language only '"' and '\' mean something; controls become blanks. */
static void dot_text(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p < 0x20 || *p == 0x7f ? ' ' : *p);
	}
}

static void dot_node(const struct links_graph *g, const struct session *s, size_t i)
{
	const struct art *art = &g->refs.arts.at[i];
	scoped_free char *name = session_long_name(s, art);
	enum refs_work work = refs_work(&g->refs, s, i);

	printf("\tn%zu [label=\"", i);
	dot_text(name);
	fputs("\\n", stdout);
	dot_text(art->title);
	fputs("\\n", stdout);
	dot_text(art->state[0] ? art->state : "-");
	printf("\"%s];\n", work == REFS_OVER	  ? ", style=filled, fillcolor=gray90"
			   : work == REFS_BLOCKED ? ", color=red"
						    : "");
}

static void dot_edge(const struct links_graph *g, size_t i)
{
	static const char *const styles[REF_TYPES] = {"bold", "solid", "dashed", "dotted"};
	const struct ref *ref = &g->refs.at[i];

	if (ref->to == REFS_NONE) {
		printf("\td%zu [label=\"", i);
		dot_text(ref->label);
		printf("\", shape=plaintext, fontcolor=red];\n\tn%zu -> d%zu", ref->from, i);
	} else {
		printf("\tn%zu -> n%zu", ref->from, ref->to);
	}
	printf(" [style=%s, tooltip=\"%s\"];\n", styles[ref->type], ref_type_name(ref->type));
}

void links_print_dot(const struct links_graph *g, const struct session *s)
{
	puts("digraph artifacts {\n\trankdir=RL;\n\tnode [shape=box];");
	for (size_t i = 0; i < g->refs.arts.len; i++)
		if (g->wanted[i])
			dot_node(g, s, i);
	for (size_t i = 0; i < g->refs.len; i++)
		if (is_shown(g, &g->refs.at[i]))
			dot_edge(g, i);
	puts("}");
}
