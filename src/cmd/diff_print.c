#include "cmd/diff_print.h"
#include "cli/color.h"
#include "cli/text.h"
#include "cmd/output.h"
#include "merge/diff.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAT_WIDTH 40

void pair_release(struct pair *pair)
{
	art_release(&pair->art);
	side_release(&pair->left);
	side_release(&pair->right);
}

void pairs_release(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->len; i++)
		pair_release(&pairs->at[i]);
	free(pairs->at);
	*pairs = (struct pairs){0};
}

void pairs_add(struct pairs *pairs, struct pair *pair)
{
	MEM_GROW(pairs->at, pairs->len, pairs->cap);
	pairs->at[pairs->len++] = *pair;
	*pair = (struct pair){0};
}

bool pair_differs(const struct pair *pair)
{
	return !pair->left.path != !pair->right.path ||
	       !slice_eq(slice_of(pair->left.bytes, pair->left.len),
			 slice_of(pair->right.bytes, pair->right.len));
}

static char *label(const struct side *side, const char *prefix)
{
	return side->path ? mem_printf("%s/%s", prefix, side->path) : mem_strdup("/dev/null");
}

char *pair_patch(const struct pair *pair, int context)
{
	scoped_free char *left = label(&pair->left, "a"), *right = label(&pair->right, "b");

	return diff_unified(slice_of(pair->left.bytes, pair->left.len),
			    slice_of(pair->right.bytes, pair->right.len), left, right, context);
}

/* --- lines ---------------------------------------------------------------------------------- */

static const char *line_color(struct slice line, bool *in_hunk)
{
	if (line.len >= 2 && line.at[0] == '@' && line.at[1] == '@') {
		*in_hunk = true;
		return color_of(true, COLOR_FRAG);
	}
	if (!*in_hunk)
		return color_of(true, COLOR_META);
	return color_of(true, line.at[0] == '+'	 ? COLOR_NEW
			      : line.at[0] == '-' ? COLOR_OLD
						  : COLOR_CONTEXT);
}

void diff_print_unified(const char *patch, bool color)
{
	struct slice rest = slice_str(patch), line;
	bool in_hunk = false;

	if (!color)
		text_write(rest, stdout);
	while (color && slice_line(&rest, &line)) {
		const char *code = line_color(line, &in_hunk);

		while (line.len && strchr("\r\n", line.at[line.len - 1]))
			line.len--;
		fputs(code, stdout);
		text_safe_write(line, stdout);
		puts(*code ? COLOR_RESET : "");
	}
}

/* --- words ---------------------------------------------------------------------------------- */

struct look_of {
	enum color_slot slot;
	const char *before, *after;
};

struct word_printer {
	const struct diff_look *look;
	bool in_line;	/* something was printed since the last line end */
};

static struct look_of look_of(const struct diff_look *look, enum diff_piece piece)
{
	static const struct look_of plain[] = {
		[DIFF_LABELS] = {COLOR_META, "", ""},	  [DIFF_RANGE] = {COLOR_FRAG, "", ""},
		[DIFF_CONTEXT] = {COLOR_CONTEXT, "", ""}, [DIFF_SAME] = {COLOR_CONTEXT, "", ""},
		[DIFF_OLD] = {COLOR_OLD, "[-", "-]"},	  [DIFF_NEW] = {COLOR_NEW, "{+", "+}"},
	};
	struct look_of out = plain[piece];

	if (look->words == WORDS_PORCELAIN) {
		out.before = piece <= DIFF_RANGE  ? ""
			     : piece == DIFF_OLD ? "-"
			     : piece == DIFF_NEW ? "+"
						 : " ";
		out.after = piece <= DIFF_RANGE ? "" : "\n";
	} else if (look->words == WORDS_COLOR) {
		out.before = out.after = "";
	}
	return out;
}

static void put_piece(void *ctx, enum diff_piece piece, struct slice text)
{
	struct word_printer *w = ctx;
	struct look_of look = look_of(w->look, piece);
	const char *color = color_of(w->look->color, look.slot);
	bool porcelain = w->look->words == WORDS_PORCELAIN;
	struct slice line;

	if (piece == DIFF_RANGE && w->in_line)
		puts(porcelain ? "~" : "");
	while (slice_line(&text, &line)) {
		bool ends = line.at[line.len - 1] == '\n';

		line.len -= ends;
		if (line.len || (porcelain && piece == DIFF_CONTEXT)) {
			printf("%s%s", color, look.before);
			text_write(line, stdout);
			fputs(*look.after == '\n' ? "" : look.after, stdout);
			fputs(*color ? COLOR_RESET : "", stdout);
			fputs(*look.after == '\n' ? "\n" : "", stdout);
		}
		if (ends)
			puts(porcelain && piece > DIFF_RANGE ? "~" : "");
		w->in_line = !ends;
	}
}

static void print_words(const struct diff_look *look, const struct pair *pair)
{
	scoped_free char *left = label(&pair->left, "a"), *right = label(&pair->right, "b");
	struct word_printer w = {.look = look};

	diff_words(slice_of(pair->left.bytes, pair->left.len),
		   slice_of(pair->right.bytes, pair->right.len), left, right, look->context,
		   put_piece, &w);
	if (w.in_line)
		puts(look->words == WORDS_PORCELAIN ? "~" : "");
}

void diff_print_patch(const struct diff_look *look, const struct pair *pair)
{
	scoped_free char *patch = NULL;

	if (look->words != WORDS_NOT) {
		print_words(look, pair);
		return;
	}
	patch = pair_patch(pair, look->context);
	diff_print_unified(patch, look->color);
}

/* --- names and numbers ---------------------------------------------------------------------- */

static const char *path_of(const struct pair *pair)
{
	return pair->right.path ? pair->right.path : pair->left.path;
}

void diff_print_names(const struct diff_look *look, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->len; i++) {
		output_field(path_of(&pairs->at[i]), look->nul);
		putchar(look->nul ? '\0' : '\n');
	}
}

struct counts {
	size_t added, removed;
};

static struct counts count(const struct pair *pair)
{
	scoped(lines_release) struct lines a =
		lines_split(slice_of(pair->left.bytes, pair->left.len));
	scoped(lines_release) struct lines b =
		lines_split(slice_of(pair->right.bytes, pair->right.len));
	scoped(hunks_release) struct hunks hunks = diff_lines(&a, &b);
	struct counts n = {0};

	for (size_t i = 0; i < hunks.len; i++) {
		n.removed += hunks.at[i].a_to - hunks.at[i].a_from;
		n.added += hunks.at[i].b_to - hunks.at[i].b_from;
	}
	return n;
}

/* What there is is shown, however little of the whole. */
static size_t scaled(size_t n, size_t most)
{
	if (most <= STAT_WIDTH || !n)
		return n;
	return 1 + (n * (STAT_WIDTH - 1)) / most;
}

static void print_bar(size_t n, char sign, const char *color)
{
	if (!n)
		return;
	fputs(color, stdout);
	while (n--)
		putchar(sign);
	fputs(*color ? COLOR_RESET : "", stdout);
}

static void print_sum(size_t files, struct counts sum)
{
	printf(" %zu artifact%s changed", files, files == 1 ? "" : "s");
	if (sum.added || !sum.removed)
		printf(", %zu insertion%s(+)", sum.added, sum.added == 1 ? "" : "s");
	if (sum.removed || !sum.added)
		printf(", %zu deletion%s(-)", sum.removed, sum.removed == 1 ? "" : "s");
	putchar('\n');
}

void diff_print_stat(const struct diff_look *look, const struct pairs *pairs)
{
	scoped_free struct counts *n = mem_alloc((pairs->len + 1) * sizeof(*n));
	struct counts sum = {0};
	size_t most = 0, width = 0;

	for (size_t i = 0; i < pairs->len; i++) {
		size_t w = text_width(slice_str(path_of(&pairs->at[i])));

		n[i] = count(&pairs->at[i]);
		sum.added += n[i].added;
		sum.removed += n[i].removed;
		most = n[i].added + n[i].removed > most ? n[i].added + n[i].removed : most;
		width = w > width ? w : width;
	}
	for (size_t i = 0; i < pairs->len; i++) {
		const char *path = path_of(&pairs->at[i]);

		putchar(' ');
		text_write(slice_str(path), stdout);
		printf("%*s | %zu%s", (int)(width - text_width(slice_str(path))), "",
		       n[i].added + n[i].removed, n[i].added + n[i].removed ? " " : "");
		print_bar(scaled(n[i].added, most), '+', color_of(look->color, COLOR_NEW));
		print_bar(scaled(n[i].removed, most), '-', color_of(look->color, COLOR_OLD));
		putchar('\n');
	}
	if (pairs->len)
		print_sum(pairs->len, sum);
}
