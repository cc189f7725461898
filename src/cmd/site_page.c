#include "cmd/site.h"
#include "cmd/output.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/utf8.h"

#include <string.h>

/* --- data in HTML ------------------------------------------------------------------------ */

/* No character that HTML forbids, or that reorders what the reader sees. */
static bool is_plain(uint32_t c)
{
	if (c == '\t' || c == '\n')
		return true;
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x202a && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && c != 0x200e && c != 0x200f && c != 0xfeff;
}

void site_slice(FILE *out, struct slice text)
{
	struct slice taken;
	uint32_t c;

	while (utf8_next(&text, &c, &taken)) {
		if (c == '&')
			fputs("&amp;", out);
		else if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c == '\'')
			fputs("&#39;", out);
		else if (c == UTF8_REPLACEMENT || !is_plain(c))
			fputs("\xef\xbf\xbd", out);
		else
			fwrite(taken.at, 1, taken.len, out);
	}
}

void site_text(FILE *out, const char *text)
{
	site_slice(out, slice_str(text));
}

void site_name(FILE *out, const struct art *art)
{
	site_text(out, session_name(art));
}

void site_author(FILE *out, const char *author)
{
	struct slice name = slice_trim(slice_of(author, strcspn(author, "<")));

	site_slice(out, name.len ? name : slice_str(author));
}

void site_time(FILE *out, int64_t seconds)
{
	char when[21] = "";

	clock_format(seconds, when);
	fprintf(out, "<time datetime=\"%s\">%.10s %.5s</time>", when, when, when + 11);
}

void site_state(FILE *out, const struct site *site, const struct art *art)
{
	const char *class, *approval = site_approval(&class, site, art);

	fprintf(out, "<span class=\"state %s\">", site_state_class(site, art));
	if (art->state[0]) {
		scoped_free char *state = output_state(art);

		site_text(out, state);
	} else {
		fputs("no state", out);
	}
	fputs("</span>", out);
	if (approval)
		fprintf(out, "<span class=\"approval %s\" title=\"%s\">%s</span>", class, approval,
			class);
}

/* --- the page around it ------------------------------------------------------------------ */

/* All that a page may load lies beside it. */
#define POLICY "default-src 'none'; script-src 'self' file:; style-src 'self' file:; " \
	       "img-src 'self' file:; base-uri 'none'; form-action 'none'"

static void print_tab(FILE *out, const char *up, const char *page, const char *name,
		      const char *here)
{
	fprintf(out, "<a href=\"%s%s\"%s>%s</a>\n", up, page,
		here && strcmp(here, page) == 0 ? " aria-current=\"page\"" : "", name);
}

void site_page_begin(FILE *out, const struct site *site, const char *title, const char *up,
		     const char *here)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>", out);
	site_text(out, title);
	if (strcmp(title, site->title) != 0) {
		fputs(" - ", out);
		site_text(out, site->title);
	}
	fprintf(out, "</title>\n<link rel=\"stylesheet\" href=\"%ssite.css\">\n"
		     "<script src=\"%ssite.js\" defer></script>\n</head>\n<body data-up=\"%s\">\n"
		     "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
		     "<header class=\"top\">\n<a class=\"brand\" href=\"%sindex.html\">",
		up, up, up, up);
	site_text(out, site->title);
	fputs("</a>\n<nav aria-label=\"Pages\">\n", out);
	print_tab(out, up, "index.html", "Board", here);
	print_tab(out, up, "graph.html", "Graph", here);
	print_tab(out, up, "activity.html", "Activity", here);
	fputs("</nav>\n<div class=\"search\" role=\"search\">\n"
	      "<input id=\"search\" type=\"search\" placeholder=\"Search\" autocomplete=\"off\" "
	      "spellcheck=\"false\" role=\"combobox\" aria-label=\"Search all artifacts\" "
	      "aria-controls=\"found\" aria-expanded=\"false\" aria-keyshortcuts=\"/\">\n"
	      "<kbd aria-hidden=\"true\">/</kbd>\n"
	      "<ul id=\"found\" role=\"listbox\" aria-label=\"What was found\" hidden></ul>\n"
	      "</div>\n</header>\n<main id=\"main\" tabindex=\"-1\">\n", out);
}

static void print_counts(FILE *out, const struct site *site)
{
	fprintf(out, "%zu artifact%s", site_arts(site)->len, site_arts(site)->len == 1 ? "" : "s");
	if (site->conflicts)
		fprintf(out, ", %zu in conflict", site->conflicts);
	if (!site->remote)
		fputs(", no remote", out);
	else if (site->not_shared)
		fprintf(out, ", %zu not sent to the remote", site->not_shared);
}

/* How many of the artifacts in a state that needs an approval have one. */
static void print_approvals(FILE *out, const struct site *site)
{
	if (site->gates)
		fprintf(out, ". Of %zu that say they are approved %zu %s on record", site->gates,
			site->on_record, site->on_record == 1 ? "is" : "are");
}

void site_page_end(FILE *out, const struct site *site)
{
	const char *ref = site->head.ref;

	fputs("</main>\n<footer>\n<p>The workspace of ", out);
	if (strncmp(ref, "refs/heads/", 11) == 0) {
		fputs("branch ", out);
		site_text(out, ref + 11);
		fputs(" at ", out);
	}
	if (site->head.commit[0])
		fprintf(out, "commit <code>%.12s</code>", site->head.commit);
	else
		fputs("a repository without a commit", out);
	fputs(": ", out);
	print_counts(out, site);
	print_approvals(out, site);
	fputs(". As of ", out);
	site_time(out, site->time);
	fputs(" UTC. git-agent " GIT_AGENT_VERSION ".</p>\n</footer>\n</body>\n</html>\n", out);
}

/* --- what every page names --------------------------------------------------------------- */

static const char style[] = {
#include "cmd/site_css.inc"
};
static const char script[] = {
#include "cmd/site_js.inc"
};

err_t site_assets(struct site *site)
{
	TRY(site_out_put(&site->out, "site.css", slice_of(style, sizeof(style))));
	return site_out_put(&site->out, "site.js", slice_of(script, sizeof(script)));
}
