#include "artifact/fields.h"
#include "artifact/fields_value.h"
#include "artifact/sections.h"

void fields_init(struct fields *f, struct slice text)
{
	*f = (struct fields){.text = text};
}

static struct slice slice(const struct fields *f, struct range r)
{
	return slice_of(f->text.at + r.from, r.to - r.from);
}

static bool some(struct range r)
{
	return r.to > 0;
}

/* A marker with a value: the first one wins, the next one is worth a word. */
static void take_state(struct fields *f, struct range value, struct range field, int line)
{
	if (some(f->state)) {
		if (!f->second_line)
			f->second_line = line;
		return;
	}
	f->state = value;
	f->state_field = field;
	f->state_line = line;
}

static void take_empty(struct fields *f, struct range field, int line)
{
	if (!some(f->first_empty)) {
		f->first_empty = field;
		f->first_empty_line = line;
	}
}

/* The heading waited for its value in vain. */
static void drop_marker(struct fields *f)
{
	if (some(f->marker))
		take_empty(f, f->marker, f->marker_line);
	f->marker = (struct range){0};
}

static void take_title(struct fields *f, const struct line *l, struct range title, int level)
{
	f->title_line = (struct range){l->from, l->to};
	f->title_number = l->number;
	f->title_level = level;
	f->title = title;
	fields_title_parts(f->text, &f->title, &f->title_label);
}

/* "## State", "## Status:", "# State: DRAFT". Deep down, such a heading is about other things. */
static bool state_heading(struct fields *f, const struct line *l)
{
	struct range value;

	if (l->level > 2 && l->level > f->title_level + 1)
		return false;
	if (!fields_state_key(f->text, l->title, &value))
		return false;
	drop_marker(f);
	if (value.from < value.to && fields_token(f->text, &value)) {
		take_state(f, value, (struct range){l->from, l->to}, l->number);
	} else {
		f->marker = (struct range){l->from, l->to};
		f->marker_line = l->number;
	}
	return true;
}

/*
 * The title is the first heading, of level 1 or 2. Where state markers come first, only a
 * heading of level 1 can still be it: "## Problem" below "## State" is a section.
 */
static void heading(struct fields *f, const struct line *l)
{
	if (state_heading(f, l))
		return;
	drop_marker(f);
	f->headings++;
	if (f->closed)
		return;
	f->closed = true;
	if (l->level == 1 || (l->level == 2 && !some(f->state) && !some(f->first_empty) &&
			      !sections_is_special(slice(f, l->title))))
		take_title(f, l, l->title, l->level);
}

/* The first line below "## State" that is not blank. */
static void value_line(struct fields *f, const struct line *l)
{
	struct range value = {l->at, l->end}, field = {f->marker.from, l->to};
	bool text = l->what == LINE_TEXT || l->what == LINE_ITEM;

	if (text && fields_token(f->text, &value))
		take_state(f, value, field, l->number);
	else
		take_empty(f, f->marker, f->marker_line);
	f->marker = (struct range){0};
}

/* "Status: X". Below the first section only a word in capitals is taken for a state. */
static void text_line(struct fields *f, const struct line *l)
{
	struct range value;
	struct slice word;

	if (l->nested || l->col >= 4 || !strchr("sS*_", f->text.at[l->at]))
		return;
	if (!fields_state_line(f->text, (struct range){l->at, l->end}, &value))
		return;
	word = slice(f, value);
	if (f->headings > (f->title_level ? 1 : 0) && !fields_is_capital(word))
		return;
	take_state(f, value, (struct range){l->from, l->to}, l->number);
}

static void front_line(struct fields *f, const struct line *l)
{
	struct range value;

	if (fields_yaml_key(f->text, l, "title", &value) && !some(f->title_line) &&
	    value.from < value.to)
		take_title(f, l, value, 0);
	else if (fields_yaml_state(f->text, l, &value)) {
		if (fields_token(f->text, &value))
			take_state(f, value, (struct range){l->from, l->to}, l->number);
		else
			take_empty(f, (struct range){l->from, l->to}, l->number);
	}
}

void fields_line(struct fields *f, const struct line *l)
{
	if (l->what == LINE_BLANK)
		return;
	if (l->what == LINE_HEADING)
		heading(f, l);
	else if (l->what == LINE_FRONT)
		front_line(f, l);
	else if (some(f->marker))
		value_line(f, l);
	else if (l->what == LINE_TEXT)
		text_line(f, l);
}

void fields_end(struct fields *f)
{
	drop_marker(f);
	if (!some(f->state) && some(f->first_empty)) {
		f->state_field = f->first_empty;
		f->state_line = f->first_empty_line;
	}
}

bool fields_done(const struct fields *f)
{
	return f->closed && some(f->state);
}

size_t fields_insert_at(struct slice text, struct range title_line)
{
	struct scan s;

	if (some(title_line))
		return title_line.to;
	scan_init(&s, text, NULL);
	return s.front_to ? s.front_to : s.pos;
}
