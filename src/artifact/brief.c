#include "artifact/artifact.h"
#include "artifact/fields.h"
#include "artifact/whole.h"

static struct slice cut(struct slice text, struct range r)
{
	return slice_of(text.at ? text.at + r.from : NULL, r.to - r.from);
}

static void read_lines(struct fields *f, struct slice text)
{
	struct scan s;
	struct line l;

	fields_init(f, text);
	scan_init(&s, text, NULL);
	while (!fields_done(f) && scan_next(&s, &l))
		fields_line(f, &l);
	fields_end(f);
}

void artifact_brief(struct artifact_brief *out, struct slice text, const struct kind *kind,
		    const char *path)
{
	struct whole whole = whole_look(text);
	struct fields f;

	if (fields_is_yaml(kind, path))
		fields_yaml(&f, text);
	else
		read_lines(&f, text);
	*out = (struct artifact_brief){
		.title = cut(text, f.title),
		.state = cut(text, f.state),
		.state_line = f.state_line,
		.utf8 = whole.utf8,
		.has_nul = whole.has_nul,
		.markers = whole.markers,
	};
}
