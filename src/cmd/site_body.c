#include "cmd/site.h"
#include "artifact/label.h"

#include <cmark.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A text on its way to HTML. */
struct body {
	const struct site *site;
	const struct art *art;
	size_t self;
	struct slice *lines;	/* of what cmark was given */
	size_t nr_lines;
	struct strs anchors;	/* of headings, in order of the text */
};

struct nodes {
	cmark_node **at;
	size_t len, cap;
};

static struct nodes nodes_of(cmark_node *root, cmark_node_type type)
{
	cmark_iter *iter = cmark_iter_new(root);
	struct nodes out = {0};
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (event != CMARK_EVENT_ENTER || cmark_node_get_type(node) != type)
			continue;
		MEM_GROW(out.at, out.len, out.cap);
		out.at[out.len++] = node;
	}
	cmark_iter_free(iter);
	return out;
}

static void nodes_release(struct nodes *n)
{
	free(n->at);
}

/* What cmark writes as it is, also in safe mode: made here, of what site_text has escaped. */
static cmark_node *html_node(cmark_node_type type, const char *enter, const char *leave)
{
	cmark_node *node = cmark_node_new(type);

	cmark_node_set_on_enter(node, enter);
	cmark_node_set_on_exit(node, leave);
	return node;
}

static char *html_of(struct body *b, cmark_node *doc);

/* --- tables ------------------------------------------------------------------------------ */

static char *render_cell(void *ctx, struct slice text)
{
	const struct body *b = ctx;
	struct body cell = {.site = b->site, .art = b->art, .self = b->self};
	cmark_node *doc = cmark_parse_document(text.at, text.len, CMARK_OPT_VALIDATE_UTF8);
	cmark_node *first = cmark_node_first_child(doc);
	char *html = html_of(&cell, doc);
	size_t len = strlen(html);

	/* One paragraph is the words of a cell; what looks like a block stays one. */
	if (first && !cmark_node_next(first) &&
	    cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH && len > 8) {
		memmove(html, html + 3, len - 8);
		html[len - 8] = '\0';
	}
	cmark_node_free(doc);
	strs_release(&cell.anchors);
	return html;
}

static void make_tables(struct body *b, cmark_node *doc)
{
	scoped(nodes_release) struct nodes all = nodes_of(doc, CMARK_NODE_PARAGRAPH);

	for (size_t i = 0; i < all.len; i++) {
		int from = cmark_node_get_start_line(all.at[i]);
		int to = cmark_node_get_end_line(all.at[i]);
		scoped_free char *html = NULL;
		cmark_node *node;

		if (from < 1 || to <= from || (size_t)to > b->nr_lines)
			continue;
		html = site_table(b->lines + from - 1, (size_t)to - (size_t)from + 1,
				  render_cell, b);
		if (!html)
			continue;
		node = html_node(CMARK_NODE_CUSTOM_BLOCK, html, "");
		cmark_node_insert_before(all.at[i], node);
		cmark_node_unlink(all.at[i]);
		cmark_node_free(all.at[i]);
	}
}

/* --- headings and checkboxes ------------------------------------------------------------- */

/* As GitHub makes them, so that links between sections hold. */
static char *anchor_of(cmark_node *heading)
{
	scoped(nodes_release) struct nodes texts = nodes_of(heading, CMARK_NODE_TEXT);
	scoped(nodes_release) struct nodes codes = nodes_of(heading, CMARK_NODE_CODE);
	struct mem_stream s;

	mem_stream_open(&s);
	for (size_t i = 0; i < texts.len + codes.len; i++) {
		cmark_node *node = i < texts.len ? texts.at[i] : codes.at[i - texts.len];

		for (const char *c = cmark_node_get_literal(node); c && *c; c++)
			if (isalnum((unsigned char)*c) || *c == '-' || *c == '_' || *c & 0x80)
				fputc(tolower((unsigned char)*c), s.file);
			else if (*c == ' ')
				fputc('-', s.file);
	}
	return mem_stream_close(&s, NULL);
}

static void add_anchor(struct body *b, cmark_node *heading)
{
	scoped_free char *plain = anchor_of(heading), *html = NULL;
	char *anchor = mem_strdup(plain);
	struct mem_stream s;

	for (int n = 1; strs_has(&b->anchors, anchor); n++) {
		free(anchor);
		anchor = mem_printf("%s-%d", plain, n);
	}
	strs_take(&b->anchors, anchor);
	mem_stream_open(&s);
	fputs("<a class=\"anchor\" id=\"s-", s.file);
	site_text(s.file, anchor);
	fputs("\" href=\"#s-", s.file);
	site_text(s.file, anchor);
	fputs("\" aria-label=\"Link to this section\">#</a>", s.file);
	html = mem_stream_close(&s, NULL);
	cmark_node_prepend_child(heading, html_node(CMARK_NODE_CUSTOM_INLINE, html, ""));
}

/* The page has the title above. */
static void drop_title(cmark_node *doc)
{
	cmark_node *first = cmark_node_first_child(doc);

	if (!first || cmark_node_get_type(first) != CMARK_NODE_HEADING ||
	    cmark_node_get_heading_level(first) != 1)
		return;
	cmark_node_unlink(first);
	cmark_node_free(first);
}

static void make_boxes(cmark_node *doc)
{
	scoped(nodes_release) struct nodes items = nodes_of(doc, CMARK_NODE_ITEM);

	for (size_t i = 0; i < items.len; i++) {
		cmark_node *p = cmark_node_first_child(items.at[i]);
		cmark_node *text = p ? cmark_node_first_child(p) : NULL;
		const char *literal = text ? cmark_node_get_literal(text) : NULL;
		scoped_free char *rest = NULL;
		bool ticked;

		if (!literal || cmark_node_get_type(text) != CMARK_NODE_TEXT ||
		    literal[0] != '[' || !literal[1] || !strchr(" xX", literal[1]) ||
		    strncmp(literal + 2, "] ", 2) != 0)
			continue;
		ticked = literal[1] != ' ';
		rest = mem_strdup(literal + 3);
		cmark_node_set_literal(text, rest);
		cmark_node_insert_before(text, html_node(CMARK_NODE_CUSTOM_INLINE,
			ticked ? "<input type=\"checkbox\" disabled checked aria-label=\"done\">"
			       : "<input type=\"checkbox\" disabled aria-label=\"to do\">", ""));
	}
}

/* --- links ------------------------------------------------------------------------------- */

/* "a%20b" to "a b". */
static void decode(char *text)
{
	char *to = text;

	for (char *c = text; *c; c++) {
		char digits[3] = {0};

		if (c[0] == '%' && isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2])) {
			memcpy(digits, c + 1, 2);
			*to++ = (char)strtol(digits, NULL, 16);
			c += 2;
		} else {
			*to++ = *c;
		}
	}
	*to = '\0';
}

/* A relative path as seen from another file, from the top; NULL where it leads out. */
static char *resolve(const char *from, const char *path)
{
	scoped_free char *joined = NULL;
	const char *slash = strrchr(from, '/');
	char *out = mem_strdup(""), *rest, *part;

	joined = *path == '/' ? mem_strdup(path + 1) :
		mem_printf("%.*s/%s", slash ? (int)(slash - from) : 0, from, path);
	rest = joined;
	while ((part = strsep(&rest, "/"))) {
		char *cut = strrchr(out, '/'), *longer;

		if (!*part || strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			if (!*out) {
				free(out);
				return NULL;
			}
			*(cut ? cut : out) = '\0';
			continue;
		}
		longer = mem_printf("%s%s%s", out, *out ? "/" : "", part);
		free(out);
		out = longer;
	}
	return out;
}

static bool is_outside(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0 ||
	       strncasecmp(url, "mailto:", 7) == 0;
}

/* Where a link leads within the site; NULL where it leads nowhere. Caller frees. */
static char *target_of(const struct body *b, const char *url)
{
	scoped_free char *path = NULL, *full = NULL;
	size_t art;

	if (*url == '#')
		return strs_has(&b->anchors, url + 1) ? mem_printf("#s-%s", url + 1) : NULL;
	path = mem_strndup(url, strcspn(url, "#?"));
	decode(path);
	full = resolve(b->art->path, path);
	art = full ? site_of_path(b->site, full) : SITE_NONE;
	return art == SITE_NONE ? NULL : mem_strdup(b->site->arts[art].page + strlen("a/"));
}

/* In the place of a link or a picture: its words, and where it would have led. */
static void unlink_node(cmark_node *node, const char *class)
{
	scoped_free char *html = NULL;
	cmark_node *span, *child;
	struct mem_stream s;

	mem_stream_open(&s);
	fprintf(s.file, "<span class=\"%s\" title=\"", class);
	site_text(s.file, cmark_node_get_url(node));
	fputs("\">", s.file);
	html = mem_stream_close(&s, NULL);
	span = html_node(CMARK_NODE_CUSTOM_INLINE, html, "</span>");
	cmark_node_insert_before(node, span);
	while ((child = cmark_node_first_child(node)))
		cmark_node_append_child(span, child);
	cmark_node_unlink(node);
	cmark_node_free(node);
}

static void make_links(struct body *b, cmark_node *doc)
{
	scoped(nodes_release) struct nodes pictures = nodes_of(doc, CMARK_NODE_IMAGE);
	scoped(nodes_release) struct nodes links = {0};

	/* A picture would have to be fetched from somewhere. */
	for (size_t i = 0; i < pictures.len; i++)
		unlink_node(pictures.at[i], "picture");
	links = nodes_of(doc, CMARK_NODE_LINK);
	for (size_t i = 0; i < links.len; i++) {
		const char *url = cmark_node_get_url(links.at[i]);
		scoped_free char *target = NULL;

		if (is_outside(url))
			continue;
		target = target_of(b, url);
		if (target)
			cmark_node_set_url(links.at[i], target);
		else
			unlink_node(links.at[i], "nowhere");
	}
}

/* --- labels in running text -------------------------------------------------------------- */

static bool in_link(cmark_node *node)
{
	for (; node; node = cmark_node_parent(node))
		if (cmark_node_get_type(node) == CMARK_NODE_LINK)
			return true;
	return false;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '/' || c & 0x80;
}

static void add_text(cmark_node *before, const char *from, const char *to)
{
	scoped_free char *text = mem_strndup(from, (size_t)(to - from));
	cmark_node *node = cmark_node_new(CMARK_NODE_TEXT);

	cmark_node_set_literal(node, text);
	cmark_node_insert_before(before, node);
}

static void add_label(cmark_node *before, const struct site *site, size_t art, const char *label)
{
	cmark_node *link = cmark_node_new(CMARK_NODE_LINK), *text = cmark_node_new(CMARK_NODE_TEXT);

	cmark_node_set_url(link, site->arts[art].page + strlen("a/"));
	cmark_node_set_title(link, site_arts(site)->at[art].title);
	cmark_node_set_literal(text, label);
	cmark_node_append_child(link, text);
	cmark_node_insert_before(before, link);
}

static void link_labels(const struct body *b, cmark_node *node)
{
	scoped_free char *literal = mem_strdup(cmark_node_get_literal(node));
	const char *from = literal, *c = literal;

	while (*c) {
		size_t left = strlen(c), len = 0, art = SITE_NONE;
		struct label label;

		if (*c >= 'A' && *c <= 'Z' && (c == literal || !is_word(c[-1])))
			len = label_prefix(&label, slice_of(c, left));
		if (len && !(c[len] && (is_word(c[len]))))
			art = site_of_label(b->site, label.text);
		if (art == SITE_NONE || art == b->self) {
			c++;
			continue;
		}
		add_text(node, from, c);
		add_label(node, b->site, art, label.text);
		c += len;
		from = c;
	}
	if (from == literal)
		return;
	cmark_node_set_literal(node, from);
}

static void make_labels(const struct body *b, cmark_node *doc)
{
	scoped(nodes_release) struct nodes texts = nodes_of(doc, CMARK_NODE_TEXT);

	for (size_t i = 0; i < texts.len; i++)
		if (!in_link(texts.at[i]))
			link_labels(b, texts.at[i]);
}

/* --- the whole --------------------------------------------------------------------------- */

static char *html_of(struct body *b, cmark_node *doc)
{
	cmark_consolidate_text_nodes(doc);
	if (b->lines) {
		scoped(nodes_release) struct nodes headings = {0};

		drop_title(doc);
		headings = nodes_of(doc, CMARK_NODE_HEADING);
		for (size_t i = 0; i < headings.len; i++)
			add_anchor(b, headings.at[i]);
		make_tables(b, doc);
	}
	make_boxes(doc);
	make_links(b, doc);
	make_labels(b, doc);
	return cmark_render_html(doc, CMARK_OPT_SAFE);
}

/* Between lines of "---" at the very start: no markdown. */
static size_t front_matter(struct slice text)
{
	struct slice rest = text, line;

	if (!slice_line(&rest, &line) || !slice_is(slice_trim(line), "---"))
		return 0;
	while (slice_line(&rest, &line))
		if (slice_is(slice_trim(line), "---"))
			return text.len - rest.len;
	return 0;
}

/* For cmark a carriage return alone ends a line, too: then its numbers are not ours. */
static void split(struct body *b, struct slice text)
{
	struct slice rest = text, line;
	size_t cap = 1;

	b->lines = mem_alloc(sizeof(*b->lines));
	while (slice_line(&rest, &line)) {
		const char *cr = memchr(line.at, '\r', line.len);

		if (cr && cr + 1 < line.at + line.len && cr[1] != '\n') {
			b->nr_lines = 0;
			return;
		}
		MEM_GROW(b->lines, b->nr_lines, cap);
		b->lines[b->nr_lines++] = line;
	}
}

static void print_plain(FILE *out, const char *class, struct slice text)
{
	fprintf(out, "<pre class=\"%s\" tabindex=\"0\">", class);
	site_slice(out, text);
	fputs("</pre>\n", out);
}

void site_body(FILE *out, const struct site *site, size_t art, struct slice text)
{
	struct body b = {.site = site, .art = &site_arts(site)->at[art], .self = art};
	const struct kind *kind = site_kind(site, b.art);
	size_t front = front_matter(text);
	cmark_node *doc;
	scoped_free char *html = NULL;

	if (kind && kind->opaque) {
		print_plain(out, "source", text);
		return;
	}
	if (front)
		print_plain(out, "front", slice_of(text.at, front));
	text = slice_of(text.at + front, text.len - front);
	split(&b, text);
	doc = cmark_parse_document(text.at, text.len, CMARK_OPT_VALIDATE_UTF8);
	html = html_of(&b, doc);
	fputs(html, out);
	cmark_node_free(doc);
	free(b.lines);
	strs_release(&b.anchors);
}
