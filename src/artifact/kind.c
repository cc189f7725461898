#include "artifact/kind.h"
#include "artifact/kind_edit.h"
#include "artifact/kind_table.h"
#include "util/mem.h"

#include <stdlib.h>

static char *copy_text(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static struct kind_state *state_of(const struct kind *kind, struct slice name)
{
	for (size_t i = 0; i < kind->nr_states; i++)
		if (slice_is(name, kind->states[i].name))
			return &kind->states[i];
	return NULL;
}

void kind_put_state(struct kind *kind, const struct kind_state *state)
{
	struct kind_state *s = state_of(kind, slice_str(state->name));

	if (!s) {
		kind->states = mem_realloc(kind->states,
					   (kind->nr_states + 1) * sizeof(*kind->states));
		s = &kind->states[kind->nr_states++];
		s->name = mem_strdup(state->name);
	}
	s->rank = state->rank;
	s->gate = state->gate;
	s->initial = state->initial;
}

void kind_put_side_states(struct kind *kind)
{
	for (const char *const *side = kind_table_side; *side; side++) {
		struct kind_state s = {(char *)*side, KIND_UNRANKED, false, false};

		if (!state_of(kind, slice_str(*side)))
			kind_put_state(kind, &s);
	}
}

static void copy_row(struct kind *out, const struct kind_table_row *row)
{
	*out = (struct kind){
		.name = copy_text(row->name),
		.plural = copy_text(row->plural),
		.dir = copy_text(row->dir),
		.prefix = copy_text(row->prefix),
		.suffix = copy_text(row->suffix),
		.template_text = copy_text(row->template_text),
		.parent_kind = copy_text(row->parent_kind),
		.parent_state = copy_text(row->parent_state),
		.scoped = row->scoped,
		.opaque = row->opaque,
		.shares_label = row->shares_label,
	};
	for (const struct kind_table_state *s = row->states; s->name; s++)
		kind_put_state(out, &(struct kind_state){(char *)s->name, s->rank, s->gate,
							 s->initial});
	kind_put_side_states(out);
}

struct kinds *kinds_new(void)
{
	struct kinds *kinds = mem_alloc(sizeof(*kinds));

	kinds->at = mem_alloc(kind_table_len * sizeof(*kinds->at));
	kinds->len = kind_table_len;
	for (size_t i = 0; i < kind_table_len; i++)
		copy_row(&kinds->at[i], &kind_table[i]);
	return kinds;
}

static void release(struct kind *k)
{
	for (size_t i = 0; i < k->nr_states; i++)
		free(k->states[i].name);
	free(k->states);
	free(k->name);
	free(k->plural);
	free(k->dir);
	free(k->prefix);
	free(k->suffix);
	free(k->template_text);
	free(k->parent_kind);
	free(k->parent_state);
}

void kinds_free(struct kinds *kinds)
{
	if (!kinds)
		return;
	for (size_t i = 0; i < kinds->len; i++)
		release(&kinds->at[i]);
	free(kinds->at);
	free(kinds);
}

const struct kind *kinds_find(const struct kinds *kinds, const char *name)
{
	for (size_t i = 0; i < kinds->len; i++)
		if (strcmp(kinds->at[i].name, name) == 0)
			return &kinds->at[i];
	return NULL;
}

const struct kind_state *kind_state(const struct kind *kind, struct slice name)
{
	return state_of(kind, name);
}
