#include "cmd/draft.h"
#include "artifact/artifact.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct value {
	const char *name;
	const char *text;
};

/* The value whose name text begins with, or NULL. */
static const struct value *value_at(const struct value *values, const char *text)
{
	for (; values->name; values++)
		if (strncmp(text, values->name, strlen(values->name)) == 0)
			return values;
	return NULL;
}

/* One pass: what a value contains is not looked at again. */
static char *expand(size_t *len, const char *template, const struct value *values)
{
	struct mem_stream s;

	mem_stream_open(&s);
	while (*template) {
		const struct value *v = *template == '$' ? value_at(values, template) : NULL;

		if (!v) {
			putc(*template++, s.file);
			continue;
		}
		fputs(v->text, s.file);
		template += strlen(v->name);
	}
	return mem_stream_close(&s, len);
}

static bool reads_back(const struct draft *d, const char *bytes, size_t len)
{
	struct artifact *a = artifact_parse(slice_of(bytes, len), d->kind, NULL);
	bool same = slice_is(artifact_slice(a, a->title), d->title) &&
		    slice_is(artifact_slice(a, a->title_label), d->label->text) &&
		    slice_is(artifact_slice(a, a->state), d->state);

	artifact_free(a);
	return same;
}

err_t draft_text(char **out, size_t *len, const struct draft *d)
{
	scoped_free char *parent = d->parent ? mem_printf("- %s", d->parent) : mem_strdup("None");
	const struct value values[] = {
		{"${LABEL}", d->label->text}, {"${TITLE}", d->title}, {"${STATE}", d->state},
		{"${PARENT}", parent}, {"${DATE}", d->date}, {"${AUTHOR}", d->author},
		{NULL, NULL},
	};
	scoped_free char *bytes = NULL;
	size_t size;

	if (!d->kind->template_text)
		return err_new(ERR_REFUSED, "kind '%s' has no template", d->kind->name);
	bytes = expand(&size, d->kind->template_text, values);
	if (!reads_back(d, bytes, size))
		return err_new(ERR_REFUSED, "'%s' cannot be a title: it would be read differently",
			       d->title);
	*out = steal(bytes);
	*len = size;
	return NULL;
}
