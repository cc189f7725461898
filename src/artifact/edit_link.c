#include "artifact/edit.h"
#include "artifact/label.h"
#include "util/mem.h"

#include <stdlib.h>
#include <strings.h>

static bool inside(struct range outer, struct range inner)
{
	return inner.from >= outer.from && inner.to <= outer.to;
}

static bool has_link(const struct artifact *a, size_t section, const char *label)
{
	for (size_t i = 0; i < a->nr_links; i++)
		if (inside(a->sections[section].whole, a->links[i].at) &&
		    strcmp(a->links[i].label, label) == 0)
			return true;
	return false;
}

/* "None" and the like stand for the links that are not there yet. */
static bool placeholder(struct slice core)
{
	static const char *const words[] = {"None", "N/A", "None.", NULL};

	if (core.len > 2 && strchr("-*+", core.at[0]) && core.at[1] == ' ')
		core = slice_trim(slice_of(core.at + 2, core.len - 2));
	for (const char *const *w = words; *w; w++)
		if (core.len == strlen(*w) && strncasecmp(core.at, *w, core.len) == 0)
			return true;
	return false;
}

/* The last list item at the left margin of the section's own body. */
static const struct item *last_item(const struct artifact *a, size_t section)
{
	const struct item *last = NULL;

	for (size_t i = 0; i < a->nr_items; i++)
		if (a->items[i].section == section && a->items[i].indent == 0)
			last = &a->items[i];
	return last;
}

/* Behind the last item, in its style; or behind the text, as a list of its own. */
static struct edit append(const struct artifact *a, size_t section, const char *label)
{
	const struct item *last = last_item(a, section);
	struct range core = edit_core(a, &a->sections[section]);
	const char *eol = edit_eol(a->text);
	size_t at = last ? last->whole.to : core.to;
	char marker = last ? a->text.at[last->whole.from] : '-';
	struct mem_stream s;
	struct edit e = {.at = {at, at}};

	mem_stream_open(&s);
	if (!last)
		fprintf(s.file, "%s%s- %s", eol, eol, label);
	else if (a->text.at[at - 1] != '\n')
		fprintf(s.file, "%s%c %s", eol, strchr("*+", marker) ? marker : '-', label);
	else
		fprintf(s.file, "%c %s%s", strchr("*+", marker) ? marker : '-', label, eol);
	e.bytes = mem_stream_close(&s, &e.len);
	return e;
}

static struct edit make_edit(const struct artifact *a, size_t section, const char *label)
{
	const struct section *s = &a->sections[section];
	struct range core = edit_core(a, s);
	char *item = mem_printf("- %s", label);
	struct edit e;

	if (core.from == core.to) {
		e = edit_fill(a, s, slice_str(item));
	} else if (placeholder(artifact_slice(a, core))) {
		return (struct edit){.at = core, .bytes = item, .len = strlen(item)};
	} else {
		e = append(a, section, label);
	}
	free(item);
	return e;
}

static err_t add_to(char **out, size_t *len, const struct artifact *a, size_t section,
		    const char *label)
{
	scoped(edit_release) struct edit e = make_edit(a, section, label);
	scoped_free char *bytes = NULL;
	struct artifact *after;
	size_t size;
	bool good;

	edit_splice(&bytes, &size, a, &e);
	after = edit_reparse(a, bytes, size);
	good = edit_kept(a, after, NULL, NULL) && after->nr_sections == a->nr_sections &&
	       has_link(after, section, label);
	artifact_free(after);
	if (!good)
		return err_new(ERR_REFUSED, "'%s' cannot be added to this section", label);
	*out = steal(bytes);
	*len = size;
	return NULL;
}

static err_t add_section(char **out, size_t *len, const struct artifact *a, const char *section,
			 const char *label)
{
	scoped_free char *item = mem_printf("- %s", label);

	return artifact_add_section(out, len, a, section, slice_str(item));
}

err_t artifact_add_link(char **out, size_t *len, const struct artifact *a, const char *section,
			const char *label)
{
	struct label parsed;
	size_t at;
	err_t err;

	if (!label_parse(&parsed, slice_str(label)))
		return err_new(ERR_MISUSE, "'%s' is not a label", label);
	err = edit_find_section(&at, a, section);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return add_section(out, len, a, section, label);
	}
	TRY(err);
	if (!has_link(a, at, label))
		return add_to(out, len, a, at, label);
	*out = mem_dup(a->text.at, a->text.len);
	*len = a->text.len;
	return NULL;
}
