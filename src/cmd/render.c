#include "cmd/render.h"
#include "cli/color.h"
#include "cli/text.h"
#include "cmd/render_table.h"
#include "util/mem.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Blocks within blocks; no text that a person wrote comes near. */
#define DEPTH_MAX 48
#define WIDTH_MIN 20

struct render {
	const struct render_look *look;
	FILE *out;
	struct slice text;
	char *prefix;	/* before every line of the block */
	char *lead;	/* instead of it before the next line: a bullet; NULL */
};

static void render_block(struct render *r, cmark_node *node);

/* --- lines ---------------------------------------------------------------------------------- */

static void start_line(struct render *r)
{
	fputs(r->lead ? r->lead : r->prefix, r->out);
	free(steal(r->lead));
}

static void blank_line(struct render *r)
{
	struct slice prefix = slice_str(r->prefix);

	while (prefix.len && prefix.at[prefix.len - 1] == ' ')
		prefix.len--;
	fwrite(prefix.at, 1, prefix.len, r->out);
	putc('\n', r->out);
}

/* Escapes in it are ours, from a style: whatever else there was has been made visible. */
static size_t width_of(struct slice text)
{
	size_t width = 0, from = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '\033')
			continue;
		width += text_width(slice_of(text.at + from, i - from));
		while (i < text.len && text.at[i] != 'm')
			i++;
		from = i + 1;
	}
	return from < text.len ? width + text_width(slice_of(text.at + from, text.len - from))
			       : width;
}

/* Words of one line of the source, on as many lines as they need. */
static void wrap(struct render *r, struct slice line)
{
	size_t used = text_width(slice_str(r->prefix)), column = used;

	start_line(r);
	for (size_t i = 0; i < line.len;) {
		size_t from = i, width;
		bool first = column == used;

		while (i < line.len && line.at[i] != ' ')
			i++;
		width = width_of(slice_of(line.at + from, i - from));
		if (!first && column + 1 + width > r->look->width) {
			putc('\n', r->out);
			start_line(r);
			column = used;
		} else if (!first) {
			putc(' ', r->out);
			column++;
		}
		fwrite(line.at + from, 1, i - from, r->out);
		column += width;
		while (i < line.len && line.at[i] == ' ')
			i++;
	}
	putc('\n', r->out);
}

/* Every line for itself, however long. */
static void put_lines(struct render *r, struct slice text, const char *indent, const char *color)
{
	struct slice line;

	while (slice_line(&text, &line)) {
		while (line.len && strchr("\r\n", line.at[line.len - 1]))
			line.len--;
		start_line(r);
		fputs(indent, r->out);
		fputs(color, r->out);
		text_safe_write(line, r->out);
		fputs(color_if(*color, COLOR_RESET), r->out);
		putc('\n', r->out);
	}
}

/* --- words ---------------------------------------------------------------------------------- */

struct style {
	int strong, emph, link;
	const char *base;
};

static void put_style(FILE *out, const struct render *r, const struct style *s)
{
	if (!r->look->color)
		return;
	fprintf(out, COLOR_RESET "%s%s%s%s", s->base, s->strong ? COLOR_BOLD : "",
		s->emph ? "\033[3m" : "", s->link ? "\033[4m" : "");
}

static void put_mark(FILE *out, const struct render *r, const char *mark)
{
	if (!r->look->color)
		fputs(mark, out);
}

static void put_code(FILE *out, const struct render *r, const struct style *s, const char *code)
{
	fputs(r->look->color ? color_of(true, COLOR_CODE) : "`", out);
	text_safe_fputs(code, out);
	put_mark(out, r, "`");
	put_style(out, r, s);
}

/* The address, where the words are not the address itself. */
static void put_address(FILE *out, cmark_node *node)
{
	const char *url = cmark_node_get_url(node);
	cmark_node *child = cmark_node_first_child(node);
	const char *words = child ? cmark_node_get_literal(child) : NULL;

	if (!url || !*url || (words && strcmp(words, url) == 0))
		return;
	fputs(" <", out);
	text_safe_fputs(url, out);
	putc('>', out);
}

static void put_inline(FILE *out, const struct render *r, struct style *s, cmark_node *node,
		       bool enter)
{
	const char *literal = cmark_node_get_literal(node);

	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_HTML_INLINE:
		text_safe_fputs(literal ? literal : "", out);
		break;
	case CMARK_NODE_CODE:
		put_code(out, r, s, literal ? literal : "");
		break;
	case CMARK_NODE_SOFTBREAK:
		putc(' ', out);
		break;
	case CMARK_NODE_LINEBREAK:
		putc('\n', out);
		break;
	case CMARK_NODE_STRONG:
		s->strong += enter ? 1 : -1;
		put_mark(out, r, "**");
		put_style(out, r, s);
		break;
	case CMARK_NODE_EMPH:
		s->emph += enter ? 1 : -1;
		put_mark(out, r, "*");
		put_style(out, r, s);
		break;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		s->link += enter ? 1 : -1;
		put_style(out, r, s);
		if (!enter)
			put_address(out, node);
		break;
	default:
		break;
	}
}

/* "[ ] " and "[x] " at the beginning of an item. */
static size_t put_box(FILE *out, const struct render *r, cmark_node *node)
{
	cmark_node *first = cmark_node_first_child(node), *parent = cmark_node_parent(node);
	const char *text = first ? cmark_node_get_literal(first) : NULL;
	bool ticked;

	if (!text || cmark_node_get_type(first) != CMARK_NODE_TEXT ||
	    cmark_node_get_type(parent) != CMARK_NODE_ITEM || cmark_node_previous(node) ||
	    text[0] != '[' || !text[1] || text[2] != ']' || !strchr(" xX", text[1]))
		return 0;
	ticked = text[1] != ' ';
	if (r->look->utf8)
		fputs(ticked ? "\xE2\x98\x91" : "\xE2\x98\x90", out);
	else
		fputs(ticked ? "[x]" : "[ ]", out);
	return 3;
}

static char *inline_text(const struct render *r, cmark_node *node, const char *base)
{
	struct style style = {.base = base};
	cmark_iter *iter = cmark_iter_new(node);
	cmark_event_type event;
	struct mem_stream s;
	size_t box;

	mem_stream_open(&s);
	box = put_box(s.file, r, node);
	if (*base)
		put_style(s.file, r, &style);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *at = cmark_iter_get_node(iter);

		if (at == node)
			continue;
		if (box) {
			text_safe_fputs(cmark_node_get_literal(at) + box, s.file);
			box = 0;
			continue;
		}
		put_inline(s.file, r, &style, at, event == CMARK_EVENT_ENTER);
	}
	if (*base)
		fputs(color_if(r->look->color, COLOR_RESET), s.file);
	cmark_iter_free(iter);
	return mem_stream_close(&s, NULL);
}

/* --- blocks --------------------------------------------------------------------------------- */

static void put_words(struct render *r, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");

		wrap(r, slice_of(text, len));
		if (!text[len])
			return;
		text += len + 1;
	}
}

/* The lines of the source that a block is made of. */
static struct slice source_of(const struct render *r, cmark_node *node)
{
	int first = cmark_node_get_start_line(node), last = cmark_node_get_end_line(node);
	struct slice rest = r->text, line, all = {r->text.at, 0};

	for (int i = 1; i <= last && slice_line(&rest, &line); i++) {
		if (i == first)
			all = line;
		else if (i > first)
			all.len += line.len;
	}
	return all;
}

static void render_paragraph(struct render *r, cmark_node *node)
{
	struct slice source = source_of(r, node);
	size_t used = text_width(slice_str(r->prefix));
	scoped_free char *text = NULL;

	if (render_is_table(source) && used < r->look->width) {
		text = render_table(source, r->look->width - used);
		put_lines(r, slice_str(text), "", "");
		return;
	}
	text = inline_text(r, node, "");
	put_words(r, text);
}

static void render_heading(struct render *r, cmark_node *node)
{
	int level = cmark_node_get_heading_level(node);
	const char *base = color_of(r->look->color, level == 1	 ? COLOR_TITLE
						    : level == 2 ? COLOR_HEADING
								 : COLOR_SUBHEADING);
	scoped_free char *words = inline_text(r, node, base);
	scoped_free char *text = mem_printf("%s%.*s %s", base, level,
					    "######", words);

	put_words(r, text);
}

static void render_children(struct render *r, cmark_node *node, bool tight)
{
	for (cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c)) {
		if (cmark_node_previous(c) && !tight)
			blank_line(r);
		render_block(r, c);
	}
}

/* The children of a block, with more before each line of them. */
static void render_within(struct render *r, cmark_node *node, const char *first,
			  const char *others, bool tight)
{
	char *outer = r->prefix;
	scoped_free char *inner = mem_printf("%s%s", outer, others);
	scoped_free char *old = r->lead;

	r->lead = mem_printf("%s%s", old ? old : outer, first);
	r->prefix = inner;
	if (cmark_node_first_child(node)) {
		render_children(r, node, tight);
	} else {
		start_line(r);
		putc('\n', r->out);
	}
	free(steal(r->lead));
	r->prefix = outer;
}

static void render_list(struct render *r, cmark_node *node)
{
	bool tight = cmark_node_get_list_tight(node);
	int number = cmark_node_get_list_start(node);

	for (cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c), number++) {
		scoped_free char *marker =
			cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
				? mem_printf("%d. ", number)
				: mem_strdup(r->look->utf8 ? "\xE2\x80\xA2 " : "- ");
		scoped_free char *indent =
			mem_printf("%*s", (int)text_width(slice_str(marker)), "");

		if (cmark_node_previous(c) && !tight)
			blank_line(r);
		render_within(r, c, marker, indent, tight);
	}
}

static void render_rule(struct render *r)
{
	start_line(r);
	for (int i = 0; i < WIDTH_MIN; i++)
		fputs(r->look->utf8 ? "\xE2\x94\x80" : "-", r->out);
	putc('\n', r->out);
}

static void render_block(struct render *r, cmark_node *node)
{
	const char *bar = r->look->utf8 ? "\xE2\x94\x82 " : "> ";

	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		render_heading(r, node);
		break;
	case CMARK_NODE_LIST:
		render_list(r, node);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		render_within(r, node, bar, bar, false);
		break;
	case CMARK_NODE_CODE_BLOCK:
		put_lines(r, slice_str(cmark_node_get_literal(node)), "    ",
			  color_of(r->look->color, COLOR_CODE));
		break;
	case CMARK_NODE_HTML_BLOCK:
		put_lines(r, slice_str(cmark_node_get_literal(node)), "",
			  color_of(r->look->color, COLOR_QUIET));
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		render_rule(r);
		break;
	default:
		render_paragraph(r, node);
	}
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool is_deep(cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;
	int depth = 0, most = 0;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (!cmark_node_first_child(cmark_iter_get_node(iter)))
			continue;
		depth += event == CMARK_EVENT_ENTER ? 1 : -1;
		most = depth > most ? depth : most;
	}
	cmark_iter_free(iter);
	return most > DEPTH_MAX;
}

/* "---", fields, "---" at the beginning: how much of the text that is. */
static size_t front_matter(struct slice text)
{
	struct slice rest = text, line;

	if (!slice_line(&rest, &line) || !slice_is(slice_trim(line), "---"))
		return 0;
	while (slice_line(&rest, &line))
		if (slice_is(slice_trim(line), "---"))
			return (size_t)(rest.at - text.at);
	return 0;
}

static bool has_markers(struct slice text)
{
	struct slice line;

	while (slice_line(&text, &line))
		if (line.len > 8 && memcmp(line.at, "<<<<<<< ", 8) == 0)
			return true;
	return false;
}

void render(FILE *out, const struct render_look *look, struct slice text)
{
	size_t front = front_matter(text);
	char empty[] = "";
	struct render r = {.look = look, .out = out, .prefix = empty};
	cmark_node *document;

	r.text = slice_of(text.at + front, text.len - front);
	document = cmark_parse_document(r.text.at, r.text.len, CMARK_OPT_VALIDATE_UTF8);
	if (has_markers(text) || is_deep(document)) {
		text_safe_write(text, out);
		cmark_node_free(document);
		return;
	}
	cmark_consolidate_text_nodes(document);
	put_lines(&r, slice_of(text.at, front), "", color_of(look->color, COLOR_QUIET));
	if (front && cmark_node_first_child(document))
		blank_line(&r);
	render_children(&r, document, false);
	cmark_node_free(document);
}

static bool is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (int i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "utf8");
	}
	return false;
}

struct render_look render_look(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = {0};
	struct render_look look = {.utf8 = is_utf8(), .width = 80};
	long set = columns ? strtol(columns, NULL, 10) : 0;

	if (set > 0)
		look.width = (size_t)set;
	else if ((ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ||
		  ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) && size.ws_col)
		look.width = size.ws_col;
	if (look.width < WIDTH_MIN)
		look.width = WIDTH_MIN;
	return look;
}
