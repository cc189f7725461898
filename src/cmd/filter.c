#include "cmd/filter.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool filter_passes(const struct filter *f, const struct art *art)
{
	return (!f->kind || strcmp(art->kind, f->kind) == 0) &&
	       (!f->state || strcasecmp(art->state, f->state) == 0) &&
	       (!f->scope || strcasecmp(art->scope, f->scope) == 0) &&
	       (!f->author || strcasestr(art->author, f->author)) &&
	       (!f->dirty || art->dirty) && (!f->conflicts || art->conflict) &&
	       (!f->since || art->time >= f->since) && (f->deleted || !art->deleted);
}

void filter_keep(const struct filter *f, struct arts *arts)
{
	size_t kept = 0;

	for (size_t i = 0; i < arts->len; i++) {
		if (filter_passes(f, &arts->at[i]))
			arts->at[kept++] = arts->at[i];
		else
			art_release(&arts->at[i]);
	}
	arts->len = kept;
}

err_t filter_kind(struct filter *f, const struct session *s, const struct usage *usage)
{
	scoped_free char *names = mem_strdup("");

	for (size_t i = 0; f->kind && i < s->kinds->len; i++) {
		const struct kind *kind = &s->kinds->at[i];
		char *more = mem_printf("%s%s%s", names, i ? ", " : "", kind->name);

		free(names);
		names = more;
		if (strcmp(f->kind, kind->name) == 0 || strcmp(f->kind, kind->plural) == 0) {
			f->kind = kind->name;
			return NULL;
		}
	}
	return f->kind ? opts_misuse(usage, "'%s' is not one of the kinds: %s", f->kind, names)
		       : NULL;
}

/* A file may have any text for a state. */
err_t filter_state(const struct filter *f, const struct session *s, const struct usage *usage)
{
	for (size_t i = 0; i < s->kinds->len; i++)
		for (size_t j = 0; j < s->kinds->at[i].nr_states; j++)
			if (strcasecmp(s->kinds->at[i].states[j].name, f->state) == 0)
				return NULL;
	return opts_misuse(usage, "no kind has a state '%s', and no artifact", f->state);
}
