#include "merge/text.h"

#include "merge/form.h"
#include "util/mem.h"

#include <stdio.h>

#define MARKER_SIZE 7

struct render {
	FILE *out;
	const struct text *t;
	const struct merge_options *options;
	const struct forms *forms;	/* NULL: every line as it is */
	bool trim_end;			/* the last line came from a text, not from a marker */
	bool both;			/* of conflicts: no markers */
	bool bom;			/* is still to come: it stands before the first line */
};

/* --- line ends ----------------------------------------------------------------------------- */

/* git's question for markers: the line before in ours, in theirs, then base's first line;
 * -1: unknown. */
static int ends_in_crlf(const struct lines *lines, size_t at)
{
	struct slice end;

	if (!lines->len)
		return -1;
	end = form_line_end(lines->at[at].text);
	if (end.len)
		return end.len == 2;
	return at ? form_line_end(lines->at[at - 1].text).len == 2 : -1;
}

static bool marker_crlf(const struct render *r, const struct region *c)
{
	const struct text *t = r->t;
	int crlf;

	if (r->forms)
		return r->forms->merged.crlf;
	crlf = ends_in_crlf(&t->ours, c->ours_from ? c->ours_from - 1 : 0);
	if (crlf)
		crlf = ends_in_crlf(&t->theirs, c->theirs_from ? c->theirs_from - 1 : 0);
	if (crlf)
		crlf = ends_in_crlf(&t->base, 0);
	return crlf > 0;
}

static const char *line_end(bool crlf)
{
	return crlf ? "\r\n" : "\n";
}

static void put_bom(struct render *r)
{
	if (r->bom)
		fputs(FORM_BOM, r->out);
	r->bom = false;
}

static void put(struct render *r, struct slice s)
{
	put_bom(r);
	if (s.len)
		fwrite_unlocked(s.at, 1, s.len, r->out);
}

static void put_with_end(struct render *r, struct slice line, bool crlf)
{
	line.len -= form_line_end(line).len;
	put(r, line);
	fputs(line_end(crlf), r->out);
}

/* A line that one side wrote: in a text of the other line end it takes that one. */
static void put_formed(struct render *r, struct slice line, const struct form *side)
{
	bool merged = r->forms->merged.crlf, own = form_line_end(line).len == 2;

	if (!form_line_end(line).len || (side->crlf != merged && own == side->crlf))
		own = merged;
	put_with_end(r, line, own);
}

/* A line of both: who changed its line end, if anybody. */
static void put_common(struct render *r, struct slice ours, struct slice theirs)
{
	size_t o = form_line_end(ours).len, t = form_line_end(theirs).len;
	const struct form *base = &r->forms->base;
	bool crlf = o == 2;

	if (!o && !t)
		crlf = r->forms->merged.crlf;
	else if (!o || !t)
		crlf = o + t == 2;
	else if (o != t)
		crlf = base->empty ? r->forms->merged.crlf : !base->crlf;
	put_with_end(r, ours, crlf);
}

/* --- ranges of lines ----------------------------------------------------------------------- */

/* Copies runs that are neighbours in memory at once. */
static void put_plain(struct render *r, const struct lines *lines, size_t from, size_t to)
{
	struct slice run = {0};

	for (size_t i = from; i < to; i++) {
		struct slice line = lines->at[i].text;

		if (run.at && run.at + run.len == line.at) {
			run.len += line.len;
		} else {
			put(r, run);
			run = line;
		}
	}
	put(r, run);
}

static void put_side(struct render *r, const struct lines *lines, size_t from, size_t to,
		     const struct form *side)
{
	if (from < to)
		r->trim_end = true;
	if (!r->forms) {
		put_plain(r, lines, from, to);
		return;
	}
	for (size_t i = from; i < to; i++)
		put_formed(r, lines->at[i].text, side);
}

/* The lines that ours and theirs have in common, from a line of each up to one of ours. */
static void put_between(struct render *r, size_t ours, size_t theirs, size_t ours_to)
{
	if (ours < ours_to)
		r->trim_end = true;
	if (!r->forms) {
		put_plain(r, &r->t->ours, ours, ours_to);
		return;
	}
	for (; ours < ours_to; ours++, theirs++)
		put_common(r, r->t->ours.at[ours].text, r->t->theirs.at[theirs].text);
}

/* --- conflicts ----------------------------------------------------------------------------- */

static void put_marker(FILE *out, char c, const struct merge_options *options, const char *label,
		       bool crlf)
{
	int size = options->marker_size > 0 ? options->marker_size : MARKER_SIZE;

	for (int i = 0; i < size; i++)
		fputc(c, out);
	if (label)
		fprintf(out, " %s", label);
	fputs(line_end(crlf), out);
}

static const char *label_or(const char *label, const char *otherwise)
{
	return label ? label : otherwise;
}

static void put_in_conflict(struct render *r, const struct lines *lines, size_t from, size_t to,
			    const struct form *side, bool crlf)
{
	if (from == to)
		return;
	put_side(r, lines, from, to, side);
	if (!r->forms && !form_line_end(lines->at[to - 1].text).len)
		fputs(line_end(crlf), r->out);
}

/* A byte order mark that was to come comes in each side: nothing may stand before a marker. */
static void put_conflict(struct render *r, const struct region *c)
{
	const struct merge_options *o = r->options;
	const struct text *t = r->t;
	bool crlf = marker_crlf(r, c), bom = r->bom;

	if (r->both) {
		put_in_conflict(r, &t->ours, c->ours_from, c->ours_to,
				r->forms ? &r->forms->ours : NULL, crlf);
		put_in_conflict(r, &t->theirs, c->theirs_from, c->theirs_to,
				r->forms ? &r->forms->theirs : NULL, crlf);
		return;
	}
	put_marker(r->out, '<', o, label_or(o->ours_label, "ours"), crlf);
	put_in_conflict(r, &t->ours, c->ours_from, c->ours_to,
			r->forms ? &r->forms->ours : NULL, crlf);
	if (o->style != MERGE_STYLE_MERGE) {
		put_marker(r->out, '|', o, label_or(o->base_label, "base"), crlf);
		r->bom = bom;
		put_in_conflict(r, &t->base, c->base_from, c->base_to,
				r->forms ? &r->forms->base : NULL, crlf);
	}
	put_marker(r->out, '=', o, NULL, crlf);
	r->bom = bom;
	put_in_conflict(r, &t->theirs, c->theirs_from, c->theirs_to,
			r->forms ? &r->forms->theirs : NULL, crlf);
	put_marker(r->out, '>', o, label_or(o->theirs_label, "theirs"), crlf);
	r->bom = false;
	r->trim_end = false;
}

static void put_text(FILE *out, struct slice text, bool crlf)
{
	if (text.len)
		fwrite(text.at, 1, text.len, out);
	if (text.len && !form_line_end(text).len)
		fputs(line_end(crlf), out);
}

void render_conflict(FILE *out, struct slice ours, struct slice base, struct slice theirs,
		     const struct merge_options *o, bool crlf)
{
	put_marker(out, '<', o, label_or(o->ours_label, "ours"), crlf);
	put_text(out, ours, crlf);
	if (o->style != MERGE_STYLE_MERGE) {
		put_marker(out, '|', o, label_or(o->base_label, "base"), crlf);
		put_text(out, base, crlf);
	}
	put_marker(out, '=', o, NULL, crlf);
	put_text(out, theirs, crlf);
	put_marker(out, '>', o, label_or(o->theirs_label, "theirs"), crlf);
}

/* --- what was merged unit by unit ---------------------------------------------------------- */

static struct slice line_of(const struct text *t, const struct piece *p)
{
	if (p->own.len)
		return p->own;
	return p->ours != PIECE_NONE ? t->ours.at[p->ours].text : t->theirs.at[p->theirs].text;
}

static void put_piece(struct render *r, const struct piece *p)
{
	const struct text *t = r->t;
	bool both = p->ours != PIECE_NONE && p->theirs != PIECE_NONE;
	struct slice line = line_of(t, p);

	r->trim_end = true;
	if (!r->forms)
		put(r, line);
	else if (both)
		put_common(r, line, t->theirs.at[p->theirs].text);
	else if (p->own.len)
		put_with_end(r, line, r->forms->merged.crlf);
	else
		put_formed(r, line, p->ours != PIECE_NONE ? &r->forms->ours : &r->forms->theirs);
}

/* A last line without line end gets one where others come behind it. */
static void put_woven(struct render *r, const struct region *c)
{
	const struct text *t = r->t;
	bool last = c->ours_to == t->ours.len && c->theirs_to == t->theirs.len;

	for (size_t i = 0; i < c->nr_pieces; i++) {
		put_piece(r, &c->pieces[i]);
		if (r->forms || (last && i + 1 == c->nr_pieces))
			continue;
		if (!form_line_end(line_of(t, &c->pieces[i])).len)
			fputs(line_end(marker_crlf(r, c)), r->out);
	}
}

/* --- the whole ----------------------------------------------------------------------------- */

static void put_region(struct render *r, const struct region *c)
{
	const struct text *t = r->t;

	switch (c->kind) {
	case REGION_CONFLICT:
		put_conflict(r, c);
		break;
	case REGION_OURS:
		put_side(r, &t->ours, c->ours_from, c->ours_to, r->forms ? &r->forms->ours : NULL);
		break;
	case REGION_THEIRS:
		put_side(r, &t->theirs, c->theirs_from, c->theirs_to,
			 r->forms ? &r->forms->theirs : NULL);
		break;
	case REGION_SAME:
		put_between(r, c->ours_from, c->theirs_from, c->ours_to);
		break;
	case REGION_WOVEN:
		put_woven(r, c);
		break;
	}
}

static void trim_final_newline(char *bytes, size_t *len)
{
	*len -= form_line_end(slice_of(bytes, *len)).len;
	bytes[*len] = '\0';
}

static char *render(size_t *len, struct render r)
{
	const struct text *t = r.t;
	const struct forms *forms = r.forms;
	size_t ours = 0, theirs = 0;
	struct mem_stream s;
	char *bytes;

	mem_stream_open(&s);
	r.out = s.file;
	r.bom = forms && forms->merged.bom;
	for (size_t i = 0; i < t->len; i++) {
		const struct region *c = &t->regions[i];

		put_between(&r, ours, theirs, c->ours_from);
		put_region(&r, c);
		ours = c->ours_to;
		theirs = c->theirs_to;
	}
	put_between(&r, ours, theirs, t->ours.len);
	put_bom(&r);
	bytes = mem_stream_close(&s, len);
	if (forms && r.trim_end && !forms->merged.final_newline)
		trim_final_newline(bytes, len);
	return bytes;
}

char *render_text(size_t *len, const struct text *t, const struct merge_options *options,
		  const struct forms *forms)
{
	return render(len, (struct render){.t = t, .options = options, .forms = forms});
}

char *render_both(size_t *len, const struct text *t, const struct forms *forms)
{
	return render(len, (struct render){.t = t, .forms = forms, .both = true});
}
