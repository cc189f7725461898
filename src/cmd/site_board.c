#include "cmd/output.h"
#include "cmd/site.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct column {
	const struct kind_state *state;
	size_t place;	/* in the kind's table */
};

static int compare_columns(const void *a, const void *b)
{
	const struct column *x = a, *y = b;
	bool side = x->state->rank == KIND_UNRANKED, other = y->state->rank == KIND_UNRANKED;

	if (side != other)
		return side - other;
	if (!side && x->state->rank != y->state->rank)
		return x->state->rank < y->state->rank ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* state NULL: what has none of the kind's. */
static bool in_column(const struct site *site, const struct art *art,
		      const struct kind_state *state)
{
	const struct kind *kind = site_kind(site, art);

	return (kind ? kind_state(kind, slice_str(art->state)) : NULL) == state;
}

static void print_boxes(FILE *out, const struct site_art *a)
{
	if (a->boxes)
		fprintf(out, "<span class=\"boxes\"><progress max=\"%zu\" value=\"%zu\" "
			     "aria-hidden=\"true\"></progress>%zu of %zu</span>",
			a->boxes, a->ticked, a->ticked, a->boxes);
}

/* other: in no column of its state. */
static void print_card(FILE *out, const struct site *site, size_t at, bool other)
{
	const struct art *art = &site_arts(site)->at[at];
	const char *class, *approval = site_approval(&class, site, art);
	scoped_free char *waits = refs_waits_text(&site->graph.refs, site->session, at);

	fprintf(out, "<li><a class=\"card\" href=\"%s\"><span class=\"id\">", site->arts[at].page);
	site_name(out, art);
	fputs("</span><span class=\"title\">", out);
	site_text(out, art->title);
	fputs("</span><span class=\"more\">", out);
	if (other && art->state[0]) {
		scoped_free char *state = output_state(art);

		fputs("<span class=\"state unknown\">", out);
		site_text(out, state);
		fputs("</span>", out);
	}
	print_boxes(out, &site->arts[at]);
	if (approval)
		fprintf(out, "<span class=\"approval %s\" title=\"%s\">%s</span>", class, approval,
			class);
	if (art->conflict)
		fputs("<span class=\"flag bad\">in conflict</span>", out);
	if (waits && *waits && refs_work(&site->graph.refs, site->session, at) == REFS_BLOCKED) {
		fputs("<span class=\"flag\" title=\"", out);
		site_text(out, waits);
		fputs("\">waits</span>", out);
	}
	fputs("<span class=\"by\">", out);
	site_author(out, art->author);
	fputs("</span></span></a></li>\n", out);
}

static size_t count(const struct site *site, const char *kind, const struct kind_state *state)
{
	size_t n = 0;

	for (size_t i = 0; i < site_arts(site)->len; i++) {
		const struct art *art = &site_arts(site)->at[i];

		n += strcmp(art->kind, kind) == 0 && in_column(site, art, state);
	}
	return n;
}

static void print_column(FILE *out, const struct site *site, const char *kind,
			 const struct kind_state *state)
{
	const char *name = state ? state->name : "Other";
	size_t n = count(site, kind, state);

	/* What nobody is in is shown where work passes through. */
	if (!n && (!state || state->rank == KIND_UNRANKED || kind_aside(slice_str(name))))
		return;
	fprintf(out, "<section class=\"column%s\"><h3>", n ? "" : " empty");
	site_text(out, name);
	fprintf(out, "%s <span class=\"count\">%zu</span></h3>\n",
		state && state->gate ? " <span class=\"gate\" title=\"needs an approval\">"
				       "&#9670;</span>" : "", n);
	fputs("<ul class=\"cards\">\n", out);
	for (size_t i = 0; n && i < site_arts(site)->len; i++) {
		const struct art *art = &site_arts(site)->at[i];

		if (strcmp(art->kind, kind) == 0 && in_column(site, art, state))
			print_card(out, site, i, !state);
	}
	fputs("</ul>\n</section>\n", out);
}

static void print_kind(FILE *out, const struct site *site, const char *name, size_t n)
{
	const struct kind *kind = kinds_find(site->session->kinds, name);
	size_t states = kind ? kind->nr_states : 0;
	scoped_free struct column *columns = mem_alloc((states + 1) * sizeof(*columns));

	fputs("<section class=\"kind\" id=\"kind-", out);
	site_text(out, name);
	fputs("\">\n<h2>", out);
	if (kind && kind->prefix && strcasecmp(kind->prefix, kind->name) == 0)
		fprintf(out, "%ss", kind->prefix);
	else
		site_text(out, kind ? kind->plural : name);
	fprintf(out, " <span class=\"count\">%zu</span></h2>\n"
		     "<div class=\"board\" tabindex=\"0\">\n", n);
	for (size_t i = 0; i < states; i++)
		columns[i] = (struct column){&kind->states[i], i};
	qsort(columns, states, sizeof(*columns), compare_columns);
	for (size_t i = 0; i < states; i++)
		print_column(out, site, name, columns[i].state);
	print_column(out, site, name, NULL);
	fputs("</div>\n</section>\n", out);
}

static size_t count_kind(const struct site *site, const char *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < site_arts(site)->len; i++)
		n += strcmp(site_arts(site)->at[i].kind, kind) == 0;
	return n;
}

/* In the order of the table of kinds; last, what is of none. */
static void print_kinds(FILE *out, const struct site *site)
{
	const struct kinds *kinds = site->session->kinds;
	const struct arts *arts = site_arts(site);

	for (size_t i = 0; i < kinds->len; i++) {
		size_t n = count_kind(site, kinds->at[i].name);

		if (n)
			print_kind(out, site, kinds->at[i].name, n);
	}
	for (size_t i = 0; i < arts->len; i++)
		if (!site_kind(site, &arts->at[i]) &&
		    (!i || strcmp(arts->at[i - 1].kind, arts->at[i].kind) != 0))
			print_kind(out, site, arts->at[i].kind,
				   count_kind(site, arts->at[i].kind));
}

static err_t print_board(void *ctx, FILE *out)
{
	const struct site *site = ctx;

	site_page_begin(out, site, site->title, "", "index.html");
	fputs("<h1 class=\"hidden\">Board</h1>\n", out);
	if (!site_arts(site)->len)
		fputs("<p class=\"none\">There is no artifact yet.</p>\n", out);
	print_kinds(out, site);
	site_page_end(out, site);
	return NULL;
}

err_t site_board(struct site *site)
{
	return site_out_print(&site->out, "index.html", print_board, site);
}
