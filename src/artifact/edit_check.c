#include "artifact/edit.h"
#include "util/mem.h"

err_t artifact_check(char **out, size_t *len, const struct artifact *a, size_t n, bool checked)
{
	const struct item *found = NULL;
	size_t boxes = 0;
	char *bytes;

	for (size_t i = 0; i < a->nr_items; i++)
		if (a->items[i].tick.to && ++boxes == n)
			found = &a->items[i];
	if (!found)
		return err_new(ERR_NOTFOUND, "there is no checkbox %zu: the text has %zu", n,
			       boxes);
	bytes = mem_dup(a->text.at, a->text.len);
	if (found->checked != checked)
		bytes[found->tick.from] = checked ? 'x' : ' ';
	*out = bytes;
	*len = a->text.len;
	return NULL;
}
