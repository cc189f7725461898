#include "merge/form.h"

static bool has_bom(struct slice text)
{
	return text.len >= 3 && memcmp(text.at, FORM_BOM, 3) == 0;
}

struct slice form_without_bom(struct slice text)
{
	return has_bom(text) ? slice_of(text.at + 3, text.len - 3) : text;
}

struct slice form_line_end(struct slice line)
{
	size_t n = line.len;

	if (!n || line.at[n - 1] != '\n')
		return slice_of(line.at + n, 0);
	return n > 1 && line.at[n - 2] == '\r' ? slice_of(line.at + n - 2, 2)
					       : slice_of(line.at + n - 1, 1);
}

static struct form form_of(struct slice text)
{
	struct form f = {.bom = has_bom(text)};
	size_t lf = 0, crlf = 0;
	struct slice rest = form_without_bom(text), line;

	f.empty = !rest.len;
	f.final_newline = rest.len && rest.at[rest.len - 1] == '\n';
	while (slice_line(&rest, &line)) {
		size_t n = form_line_end(line).len;

		lf += n == 1;
		crlf += n == 2;
	}
	f.crlf = crlf > lf;
	f.mixed = crlf && lf;
	return f;
}

/* Two values: whoever differs from base has changed it. */
static bool merge_bool(bool base, bool ours, bool theirs)
{
	return ours == theirs ? ours : !base;
}

static struct form merge(const struct form *b, const struct form *o, const struct form *t)
{
	/* An empty text has no opinion. */
	const struct form *from = b->empty ? (o->empty ? t : o) : b;
	const struct form *us = o->empty ? from : o, *them = t->empty ? from : t;
	struct form f = {.empty = from->empty};

	if (b->empty && !o->empty && !t->empty) {
		f.bom = o->bom && t->bom;
		f.crlf = o->crlf && t->crlf;
		f.final_newline = o->final_newline || t->final_newline;
		return f;
	}
	f.bom = merge_bool(from->bom, us->bom, them->bom);
	f.crlf = merge_bool(from->crlf, us->crlf, them->crlf);
	f.final_newline = merge_bool(from->final_newline, us->final_newline, them->final_newline);
	return f;
}

struct forms forms_of(struct slice base, struct slice ours, struct slice theirs)
{
	struct forms f = {form_of(base), form_of(ours), form_of(theirs), {0}};

	f.merged = merge(&f.base, &f.ours, &f.theirs);
	return f;
}

static bool alike(const struct form *a, const struct form *b)
{
	return a->bom == b->bom && a->crlf == b->crlf && a->final_newline == b->final_newline;
}

bool forms_alike(const struct forms *f)
{
	return !f->base.mixed && !f->ours.mixed && !f->theirs.mixed &&
	       (f->base.empty || alike(&f->base, &f->ours)) &&
	       (f->base.empty || alike(&f->base, &f->theirs)) && alike(&f->ours, &f->theirs);
}
