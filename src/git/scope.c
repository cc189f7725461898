#include "git/scope.h"
#include "artifact/approval.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* Sorting "dir/" and not "dir" is what puts the paths below them in byte order. */
static void init(struct git_scope *out, const struct kinds *kinds, bool records)
{
	struct strs all = {0};

	*out = (struct git_scope){.kinds = kinds, .records = records};
	if (records)
		strs_add(&all, APPROVAL_DIR);
	for (size_t i = 0; i < kinds->len; i++)
		strs_take(&all, mem_printf("%s/", kinds->at[i].dir));
	strs_sort(&all);
	for (size_t i = 0; i < all.len; i++) {
		const char *last = out->roots.len ? out->roots.at[out->roots.len - 1] : NULL;

		if (!last || strncmp(all.at[i], last, strlen(last)) != 0)
			strs_add(&out->roots, all.at[i]);
	}
	strs_release(&all);
}

void git_scope_init(struct git_scope *out, const struct kinds *kinds)
{
	init(out, kinds, false);
}

void git_scope_init_judged(struct git_scope *out, const struct kinds *kinds)
{
	init(out, kinds, true);
}

bool git_scope_has(const struct git_scope *s, const char *path)
{
	return kinds_have_path(s->kinds, path) ||
	       (s->records && approval_is_path(s->kinds, path));
}

void git_scope_release(struct git_scope *s)
{
	strs_release(&s->roots);
	*s = (struct git_scope){0};
}
