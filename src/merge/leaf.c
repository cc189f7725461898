/*
 * One unit that both sides changed: by its parts, where each was changed by one side only. Words
 * are never mixed with words.
 */
#include "merge/weave.h"

#include "merge/field.h"
#include "merge/form.h"
#include "merge/name.h"
#include "merge/within.h"
#include "merge/words.h"
#include "util/mem.h"

#include <stdlib.h>

#define MAX_CELLS 64

struct leaf {
	struct weave *w;
	size_t at[3];
	struct slice text[3];
};

static bool put(struct leaf *l, char *text)
{
	if (!text)
		return false;
	strs_take(&l->w->t->owned, text);
	weave_put_both(l->w, l->at[BASE], l->at[OURS], l->at[THEIRS], slice_str(text));
	return true;
}

/* Three-way for what is never mixed; false when both changed it. */
static bool choose(struct slice *out, struct slice base, struct slice ours, struct slice theirs)
{
	*out = slice_eq(base, ours) ? theirs : ours;
	return slice_eq(base, ours) || slice_eq(base, theirs) || slice_eq(ours, theirs);
}

/* --- list items ---------------------------------------------------------------------------- */

static char *put_item(struct slice marker, struct slice box, char *rest)
{
	char *text = rest ? mem_printf("%.*s%.*s%s", (int)marker.len, marker.at, (int)box.len,
				       box.at, rest) : NULL;

	free(rest);
	return text;
}

/* Blanks at line ends, and the marker: nothing that anybody reads. */
static bool only_looks(const struct item_parts *b, const struct item_parts *side)
{
	return slice_eq(b->box, side->box) && slice_eq(slice_trim(b->text), slice_trim(side->text));
}

static char *merge_item(struct leaf *l)
{
	struct item_parts b = item_parts(l->text[BASE]), o = item_parts(l->text[OURS]);
	struct item_parts t = item_parts(l->text[THEIRS]);
	enum merge_rule rule = only_looks(&b, &o) || only_looks(&b, &t) ? RULE_SPACE : RULE_ITEM;
	struct slice marker, box;

	if (!choose(&marker, b.marker, o.marker, t.marker) || !choose(&box, b.box, o.box, t.box))
		return NULL;
	return weave_rule(l->w, rule) ? put_item(marker, box, words_merge(b.text, o.text, t.text))
				      : NULL;
}

/* --- table rows ---------------------------------------------------------------------------- */

/* Characters, not bytes: what people pad by. */
static size_t width(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.at[i] & 0xc0) != 0x80;
	return n;
}

/* A cell's words between the blanks of `pad`, filled up to its width. */
static void put_cell(FILE *out, struct slice words, struct slice pad)
{
	struct slice inner = slice_trim(pad);
	size_t before = inner.len ? (size_t)(inner.at - pad.at) : pad.len > 1;
	size_t written = before + width(words), full = width(pad);

	fprintf(out, "%*s%.*s", (int)before, "", (int)words.len, words.at);
	if (written < full)
		fprintf(out, "%*s", (int)(full - written), "");
	else if (pad.len && pad.at[pad.len - 1] == ' ')
		fputc(' ', out);
}

/* The side that gave a cell other blanks around the same words; BASE: neither. */
static enum side_of who_padded(struct slice (*cells)[MAX_CELLS], size_t n)
{
	for (enum side_of side = OURS; side <= THEIRS; side++)
		for (size_t i = 0; i < n; i++)
			if (!slice_eq(cells[BASE][i], cells[side][i]) &&
			    slice_eq(slice_trim(cells[BASE][i]), slice_trim(cells[side][i])))
				return side;
	return BASE;
}

static bool merge_cells(FILE *out, struct slice (*cells)[MAX_CELLS], size_t n)
{
	enum side_of padded = who_padded(cells, n);

	for (size_t i = 0; i < n; i++) {
		struct slice b = cells[BASE][i], o = cells[OURS][i], t = cells[THEIRS][i];
		struct slice words, whole;

		if (!choose(&words, slice_trim(b), slice_trim(o), slice_trim(t)))
			return false;
		fputc('|', out);
		if (padded != BASE)
			put_cell(out, words, cells[padded][i]);
		else if (choose(&whole, b, o, t))
			fwrite(whole.at, 1, whole.len, out);
		else
			return false;
	}
	return true;
}

static char *merge_row(const struct slice *text)
{
	struct slice cells[3][MAX_CELLS], end = form_line_end(text[OURS]);
	size_t n = row_cells(text[BASE], cells[BASE], MAX_CELLS);
	struct mem_stream m;
	char *bytes;
	bool ok = n < MAX_CELLS;

	for (int side = BASE; side <= THEIRS; side++)
		ok = ok && row_cells(text[side], cells[side], MAX_CELLS) == n &&
		     text[side].len && text[side].at[0] == '|';
	if (!ok)
		return NULL;
	mem_stream_open(&m);
	ok = merge_cells(m.file, cells, n);
	fprintf(m.file, "|%.*s", (int)end.len, end.at);
	bytes = mem_stream_close(&m, NULL);
	if (!ok)
		free(steal(bytes));
	return bytes;
}

/* Cells belong together where the table says what tells its rows apart. */
static bool has_ids(const struct leaf *l)
{
	struct slice cells[MAX_CELLS];
	size_t i = l->at[BASE], n;

	while (i > 0 && weave_unit(l->w, BASE, i)->kind == UNIT_ROW)
		i--;
	if (!i || weave_unit(l->w, BASE, i)->kind != UNIT_RULER)
		return false;
	n = row_cells(weave_unit(l->w, BASE, i - 1)->text, cells, MAX_CELLS);
	for (size_t c = 0; c < n; c++) {
		struct slice title = slice_trim(cells[c]);

		if (title.len == 2 && !strncasecmp(title.at, "id", 2))
			return true;
	}
	return false;
}

/* --- any unit of several lines ------------------------------------------------------------- */

static char *merge_lines(const struct slice *text)
{
	const struct merge_options options = {0};
	scoped(text_release) struct text t = {0};
	size_t len;

	text_split(&t, text[BASE], text[OURS], text[THEIRS], LINE_ENDS_COUNT);
	text_merge(&t, MERGE_STYLE_MERGE);
	return text_conflicts(&t) ? NULL : render_text(&len, &t, &options, NULL);
}

/* One side did all that the other did, and more: its unit as it is. */
static bool put_within(struct leaf *l)
{
	const struct slice *t = l->text;
	bool ours = within_lines(t[BASE], t[THEIRS], t[OURS]);

	if (!ours && !within_lines(t[BASE], t[OURS], t[THEIRS]))
		return false;
	return weave_rule(l->w, RULE_SAME) &&
	       put(l, mem_strndup(t[ours ? OURS : THEIRS].at, t[ours ? OURS : THEIRS].len));
}

/* ------------------------------------------------------------------------------------------- */

static bool merge_kind(struct leaf *l, enum unit_kind kind)
{
	switch (kind) {
	case UNIT_ITEM:
		return put(l, merge_item(l));
	case UNIT_ROW:
		return has_ids(l) && weave_rule(l->w, RULE_CELL) && put(l, merge_row(l->text));
	case UNIT_FIELD:
		return weave_rule(l->w, RULE_FIELD) && put(l, field_merge(l->text));
	case UNIT_RAW:
		return false;
	default:
		return weave_rule(l->w, RULE_REFLOW) &&
		       put(l, words_merge(l->text[BASE], l->text[OURS], l->text[THEIRS]));
	}
}

bool leaf_merge(struct weave *w, size_t base, size_t ours, size_t theirs)
{
	struct leaf l = {.w = w, .at = {base, ours, theirs}};
	enum unit_kind kind = weave_unit(w, BASE, base)->kind;

	for (int side = BASE; side <= THEIRS; side++) {
		const struct unit *u = weave_unit(w, (enum side_of)side, l.at[side]);

		l.text[side] = u->text;
		if (u->kind != kind)
			return weave_refuse(w, "both sides changed this");
	}
	if (put(&l, merge_lines(l.text)) || put_within(&l))
		return true;
	if (!merge_kind(&l, kind))
		return weave_refuse(w, "both sides changed this");
	/* Its lines are in none of the texts, and theirs are not in it. */
	strs_add(&w->t->leaves, w->t->owned.at[w->t->owned.len - 1]);
	for (int side = BASE; side <= THEIRS; side++)
		strs_take(&w->t->leaves, mem_strndup(l.text[side].at, l.text[side].len));
	return true;
}
