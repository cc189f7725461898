#include "artifact/fields_value.h"
#include "artifact/label.h"

#include <strings.h>

/* Words that stand before the label or the title and belong to neither. */
static const char *const title_words[] = {"STORY-ID:", "Runbook:", "Story:", "Plan:", "ADR:", NULL};

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool word_char(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static void skip_blanks(struct slice text, struct range *r)
{
	while (r->from < r->to && blank(text.at[r->from]))
		r->from++;
}

/* Whether r begins with word, any case; takes it off. */
static bool skip_word(struct slice text, struct range *r, const char *word)
{
	size_t n = strlen(word);

	if (r->to - r->from < n || strncasecmp(text.at + r->from, word, n) != 0)
		return false;
	r->from += n;
	return true;
}

static bool skip_title_word(struct slice text, struct range *title)
{
	for (const char *const *w = title_words; *w; w++) {
		if (skip_word(text, title, *w)) {
			skip_blanks(text, title);
			return true;
		}
	}
	return false;
}

/* Between label and title: ":", "-" or a long dash. Without any of them, a space will do. */
static void skip_separator(struct slice text, struct range *title)
{
	static const char *const marks[] = {":", "- ", "\xE2\x80\x93 ", "\xE2\x80\x94 ", NULL};

	skip_blanks(text, title);
	for (const char *const *m = marks; *m; m++)
		if (skip_word(text, title, *m))
			break;
	skip_blanks(text, title);
}

void fields_title_parts(struct slice text, struct range *title, struct range *label)
{
	struct label parsed;
	size_t n, after;

	*label = (struct range){0};
	while (skip_title_word(text, title))
		;
	n = label_prefix(&parsed, slice_of(text.at + title->from, title->to - title->from));
	after = title->from + n;
	if (!n || (after < title->to && !blank(text.at[after]) && text.at[after] != ':'))
		return;
	*label = (struct range){title->from, after};
	title->from = after;
	skip_separator(text, title);
}

bool fields_is_capital(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] >= 'a' && word.at[i] <= 'z')
			return false;
	return word.len > 0;
}

bool fields_token(struct slice text, struct range *r)
{
	size_t from = r->from, to;

	while (from < r->to && (blank(text.at[from]) || memchr("*_`>-+\"'", text.at[from], 8)))
		from++;
	if (from == r->to || !letter(text.at[from]))
		return false;
	for (to = from; to < r->to && word_char(text.at[to]); to++)
		;
	/* "_DRAFT_" is emphasis. */
	while (to > from && (text.at[to - 1] == '_' || text.at[to - 1] == '-'))
		to--;
	*r = (struct range){from, to};
	return true;
}

bool fields_state_key(struct slice text, struct range r, struct range *value)
{
	if (!skip_word(text, &r, "status") && !skip_word(text, &r, "state"))
		return false;
	skip_blanks(text, &r);
	if (r.from < r.to && !skip_word(text, &r, ":"))
		return false;
	skip_blanks(text, &r);
	*value = r;
	return true;
}

bool fields_state_line(struct slice text, struct range r, struct range *value)
{
	static const char *const marks[] = {"**", "__", "*", "_", NULL};
	const char *mark = "";
	bool colon;

	for (const char *const *m = marks; *m && !*mark; m++)
		if (skip_word(text, &r, *m))
			mark = *m;
	if (!skip_word(text, &r, "status") && !skip_word(text, &r, "state"))
		return false;
	/* The emphasis ends before or behind the colon: "**Status: TODO**" is a remark. */
	colon = skip_word(text, &r, ":");
	if (*mark && !skip_word(text, &r, mark))
		return false;
	if (!colon && !skip_word(text, &r, ":"))
		return false;
	*value = r;
	return fields_token(text, value);
}

bool fields_yaml_key(struct slice text, const struct line *l, const char *key, struct range *value)
{
	struct range r = {l->from, l->end};
	char quote;
	const char *comment;

	if (!skip_word(text, &r, key) || !skip_word(text, &r, ":"))
		return false;
	if (r.from < r.to && !blank(text.at[r.from]))
		return false;
	skip_blanks(text, &r);
	while (r.to > r.from && blank(text.at[r.to - 1]))
		r.to--;
	quote = r.from < r.to ? text.at[r.from] : '\0';
	if (r.to - r.from >= 2 && (quote == '"' || quote == '\'') && text.at[r.to - 1] == quote) {
		r.from++;
		r.to--;
	} else if ((comment = memmem(text.at + r.from, r.to - r.from, " #", 2))) {
		r.to = (size_t)(comment - text.at);
		while (r.to > r.from && blank(text.at[r.to - 1]))
			r.to--;
	} else if (quote == '#') {
		r.to = r.from;
	}
	*value = r;
	return true;
}

bool fields_yaml_state(struct slice text, const struct line *l, struct range *value)
{
	return fields_yaml_key(text, l, "state", value) ||
	       fields_yaml_key(text, l, "status", value);
}
