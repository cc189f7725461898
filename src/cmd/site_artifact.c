#include "cmd/site.h"

#include <string.h>

/* --- what is known of it ----------------------------------------------------------------- */

static void print_fact(FILE *out, const char *name, const char *value, const char *tag)
{
	if (!value || !*value)
		return;
	fprintf(out, "<div><dt>%s</dt><dd>%s%s%s", name, tag ? "<" : "", tag ? tag : "",
		tag ? ">" : "");
	site_text(out, value);
	fprintf(out, "%s%s%s</dd></div>\n", tag ? "</" : "", tag ? tag : "", tag ? ">" : "");
}

static void print_facts(FILE *out, const struct site *site, size_t at)
{
	const struct art *art = &site_arts(site)->at[at];
	const struct site_art *a = &site->arts[at];

	fputs("<dl class=\"facts\">\n<div><dt>Last change</dt><dd>", out);
	site_time(out, art->time);
	fputs(" by ", out);
	site_author(out, art->author);
	fputs("</dd></div>\n", out);
	if (a->boxes)
		fprintf(out, "<div><dt>Checkboxes</dt><dd><progress max=\"%zu\" value=\"%zu\" "
			     "aria-hidden=\"true\"></progress> %zu of %zu</dd></div>\n",
			a->boxes, a->ticked, a->ticked, a->boxes);
	print_fact(out, "Path", art->path, "code");
	fprintf(out, "<div><dt>Revision</dt><dd><code>%.12s</code></dd></div>\n"
		     "<div><dt>Blob</dt><dd><code>%.12s</code></dd></div>\n",
		art->head.hex, art->oid.hex);
	print_fact(out, "Uid", art->uid, "code");
	if (art->conflict)
		fputs("<div><dt>Conflict</dt><dd class=\"bad\">another text waits for a decision"
		      "</dd></div>\n", out);
	if (site->remote && art->dirty)
		fputs("<div><dt>Remote</dt><dd>it does not have this text yet</dd></div>\n", out);
	fputs("</dl>\n", out);
}

/* --- approvals --------------------------------------------------------------------------- */

static void print_one_approval(FILE *out, const struct art *art, const struct approval *a)
{
	bool same = strcmp(a->normative.hex, art->normative) == 0;

	fputs("<tr><td>", out);
	site_text(out, a->state);
	fputs("</td><td>", out);
	site_author(out, a->approver);
	fputs("</td><td>", out);
	site_text(out, a->at);
	fprintf(out, "</td><td>%ld</td><td><code title=\"%s\">%.12s</code></td><td>%s</td>"
		     "</tr>\n", a->rev, a->normative.hex, a->normative.hex,
		same ? "yes" : "<strong class=\"bad\">no, of another</strong>");
}

static err_t print_approvals(FILE *out, const struct site *site, size_t at)
{
	scoped(approvals_release) struct approvals list = {0};
	const struct art *art = &site_arts(site)->at[at];
	const char *class, *text = site_approval(&class, site, art);

	TRY(store_approval_list(&list, site->session->store, art->uid));
	if (!text && !list.len)
		return NULL;
	fputs("<section class=\"approvals\" id=\"approvals\">\n<h2>Approvals</h2>\n", out);
	if (text) {
		fprintf(out, "<p><span class=\"approval %s\">%s</span> ", class, class);
		site_text(out, art->state);
		fprintf(out, ": %s.</p>\n", text);
	}
	if (list.len) {
		fputs("<div class=\"table\" tabindex=\"0\"><table>\n<thead><tr><th>State</th>"
		      "<th>By</th><th>When</th><th>Revision of the remote</th>"
		      "<th>Hash of what binds</th><th>Of this text</th></tr></thead>\n<tbody>\n",
		      out);
		for (size_t i = 0; i < list.len; i++)
			print_one_approval(out, art, &list.at[i]);
		fputs("</tbody>\n</table></div>\n", out);
	}
	fputs("</section>\n", out);
	return NULL;
}

/* --- what it names, and what names it ---------------------------------------------------- */

static void print_link(FILE *out, const struct site *site, const struct ref *ref, bool in)
{
	size_t other = in ? ref->from : ref->to;

	fprintf(out, "<li><span class=\"how\">%s</span> ", ref_type_name(ref->type));
	if (other == REFS_NONE) {
		site_text(out, ref->label);
		fputs(" <span class=\"bad\">is not there</span></li>\n", out);
		return;
	}
	fprintf(out, "<a href=\"%s\">", site->arts[other].page + strlen("a/"));
	site_name(out, &site_arts(site)->at[other]);
	fputs("</a> ", out);
	site_text(out, site_arts(site)->at[other].title);
	fputs(" ", out);
	site_state(out, site, &site_arts(site)->at[other]);
	fputs("</li>\n", out);
}

static void print_links(FILE *out, const struct site *site, size_t at)
{
	const struct links_graph *g = &site->graph;
	size_t out_from = g->refs.first[at], out_to = g->refs.first[at + 1];
	size_t in_from = g->first_in[at], in_to = g->first_in[at + 1];
	scoped_free char *waits = refs_waits_text(&g->refs, site->session, at);

	if (out_from == out_to && in_from == in_to)
		return;
	fputs("<section class=\"links\" id=\"links\">\n<h2>Links</h2>\n", out);
	if (waits && *waits && refs_work(&g->refs, site->session, at) == REFS_BLOCKED) {
		fputs("<p class=\"waits\">", out);
		site_text(out, waits);
		fputs("</p>\n", out);
	}
	if (out_from < out_to)
		fputs("<h3>It names</h3>\n<ul>\n", out);
	for (size_t i = out_from; i < out_to; i++)
		print_link(out, site, &g->refs.at[i], false);
	if (out_from < out_to)
		fputs("</ul>\n", out);
	if (in_from < in_to)
		fputs("<h3>It is named by</h3>\n<ul>\n", out);
	for (size_t i = in_from; i < in_to; i++)
		print_link(out, site, &g->refs.at[g->incoming[i]], true);
	if (in_from < in_to)
		fputs("</ul>\n", out);
	fputs("</section>\n", out);
}

/* --- the page ---------------------------------------------------------------------------- */

static err_t print(FILE *out, const struct site *site, size_t at)
{
	const struct art *art = &site_arts(site)->at[at];
	scoped_free char *text = NULL, *title = NULL;
	size_t len;

	TRY(store_text_get(&text, &len, site->session->store, art->oid.hex));
	title = mem_printf("%s: %s", session_name(art), art->title);
	site_page_begin(out, site, title, "../", NULL);
	fputs("<article>\n<header class=\"head\">\n<p class=\"crumb\">"
	      "<a href=\"../index.html#kind-", out);
	site_text(out, art->kind);
	fputs("\">", out);
	site_text(out, art->kind);
	fputs("</a> <span class=\"id\">", out);
	site_name(out, art);
	fputs("</span> ", out);
	site_state(out, site, art);
	fputs("</p>\n<h1>", out);
	site_text(out, art->title[0] ? art->title : session_name(art));
	fputs("</h1>\n</header>\n<div class=\"two\">\n<div class=\"text\">\n", out);
	site_body(out, site, at, slice_of(text, len));
	fputs("</div>\n<aside>\n", out);
	print_facts(out, site, at);
	print_links(out, site, at);
	fputs("</aside>\n</div>\n", out);
	TRY(print_approvals(out, site, at));
	TRY(site_history(out, site, at));
	fputs("</article>\n", out);
	site_page_end(out, site);
	return NULL;
}

err_t site_artifact(struct site *site, size_t at)
{
	scoped_free char *html = NULL;
	struct mem_stream s;
	size_t len;
	err_t err;

	mem_stream_open(&s);
	err = print(s.file, site, at);
	html = mem_stream_close(&s, &len);
	TRY(err);
	return site_out_put(&site->out, site->arts[at].page, slice_of(html, len));
}
