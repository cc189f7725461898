#include "artifact/fields.h"
#include "artifact/fields_value.h"
#include "artifact/label.h"

bool fields_is_yaml(const struct kind *kind, const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL;

	if (kind)
		return kind->opaque;
	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* What stands in a comment line. */
static struct range comment(struct slice text, const struct line *l)
{
	struct range r = {l->from + 1, l->end};

	while (r.from < r.to && (text.at[r.from] == ' ' || text.at[r.from] == '#'))
		r.from++;
	while (r.to > r.from && (text.at[r.to - 1] == ' ' || text.at[r.to - 1] == '\t'))
		r.to--;
	return r;
}

/* "# State: COMMITTED" */
static bool comment_state(struct slice text, const struct line *l, struct range *value)
{
	return fields_state_key(text, comment(text, l), value) && value->from < value->to;
}

/* "# Title: NotebookLM" */
static bool comment_title(struct slice text, const struct line *l, struct range *value)
{
	static const char key[] = "Title: ";
	size_t n = strlen(key);

	*value = comment(text, l);
	if (value->to - value->from <= n || memcmp(text.at + value->from, key, n) != 0)
		return false;
	for (value->from += n; text.at[value->from] == ' '; value->from++)
		;
	return true;
}

static void take_state(struct fields *f, const struct line *l, struct range value)
{
	bool token = fields_token(f->text, &value);

	if (f->state.to) {
		if (token && !f->second_line)
			f->second_line = l->number;
	} else if (token || !f->state_field.to) {
		f->state = token ? value : (struct range){0};
		f->state_field = (struct range){l->from, l->to};
		f->state_line = l->number;
	}
}

static void take_id(struct fields *f, struct range value)
{
	struct label label;

	if (label_parse(&label, slice_of(f->text.at + value.from, value.to - value.from)))
		f->title_label = value;
}

static void take_title(struct fields *f, const struct line *l, struct range value)
{
	f->title_line = (struct range){l->from, l->to};
	f->title_number = l->number;
	f->title = value;
}

static void take_line(struct fields *f, const struct line *l)
{
	struct range value;

	switch (f->text.at[l->from]) {
	case 'i':
	case 'I':
		if (!f->title_label.to && fields_yaml_key(f->text, l, "id", &value))
			take_id(f, value);
		break;
	case 't':
	case 'T':
		/* The key counts before a comment, wherever it stands. */
		if ((!f->title_line.to || f->text.at[f->title_line.from] == '#') &&
		    fields_yaml_key(f->text, l, "title", &value))
			take_title(f, l, value);
		break;
	case 's':
	case 'S':
		if (fields_yaml_state(f->text, l, &value))
			take_state(f, l, value);
		break;
	case '#':
		if (comment_state(f->text, l, &value))
			take_state(f, l, value);
		else if (!f->title_line.to && comment_title(f->text, l, &value))
			take_title(f, l, value);
		break;
	default:
		break;
	}
}

void fields_yaml(struct fields *f, struct slice text)
{
	struct line l = {0};

	fields_init(f, text);
	l.to = text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	while (l.to < text.len) {
		const char *nl = memchr(text.at + l.to, '\n', text.len - l.to);

		l.from = l.to;
		l.to = nl ? (size_t)(nl - text.at) + 1 : text.len;
		l.end = nl ? l.to - 1 : l.to;
		while (l.end > l.from && text.at[l.end - 1] == '\r')
			l.end--;
		l.number++;
		if (l.end > l.from)
			take_line(f, &l);
	}
}
