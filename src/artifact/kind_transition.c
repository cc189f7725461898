#include "artifact/kind.h"
#include "artifact/kind_table.h"

static bool side(const struct kind_state *s)
{
	if (s->rank == KIND_UNRANKED)
		return true;
	for (const char *const *name = kind_table_side; *name; name++)
		if (strcmp(s->name, *name) == 0)
			return true;
	return false;
}

static bool gate_between(const struct kind *kind, int low, int high)
{
	for (size_t i = 0; i < kind->nr_states; i++) {
		const struct kind_state *s = &kind->states[i];

		if (s->gate && s->rank > low && s->rank < high)
			return true;
	}
	return false;
}

/* The rule that refuses a change between two ranked states, or NULL. */
static const char *refusal(const struct kind *kind, const struct kind_state *from,
			   const struct kind_state *to, bool has_reason)
{
	if (to->rank == from->rank)
		return "the two states have the same rank";
	if (to->rank > from->rank)
		return gate_between(kind, from->rank, to->rank)
			       ? "it would jump over a gate, which has to be entered first"
			       : NULL;
	if (!to->initial && !to->gate)
		return "the way back leads to the first states and to gates only";
	return has_reason ? NULL : "going back needs a reason";
}

bool kind_transition(const struct kind *kind, struct slice from, struct slice to, bool has_reason,
		     const char **why)
{
	const struct kind_state *f = kind_state(kind, from), *t = kind_state(kind, to);
	const char *no = NULL;

	if (!t)
		no = "the kind has no such state";
	else if (f == t)	/* entering a gate once more renews a stale approval */
		no = t->gate ? NULL : "it is in that state already";
	else if (f && !side(f) && !side(t))
		no = refusal(kind, f, t, has_reason);
	if (no && why)
		*why = no;
	return !no;
}

bool kind_parent_allows(const struct kind *kind, const struct kind *above,
			struct slice parent_state)
{
	const struct kind_state *needs =
		kind->parent_state ? kind_state(above, slice_str(kind->parent_state)) : NULL;
	const struct kind_state *has = kind_state(above, parent_state);

	return !needs || (has && has->rank >= needs->rank);
}

bool kind_aside(struct slice state)
{
	return slice_is(state, "ICEBOX") || slice_is(state, "SUPERSEDED") ||
	       slice_is(state, "DEPRECATED") || slice_is(state, "RETIRED");
}

bool kind_done(const struct kind *kind, struct slice state)
{
	const struct kind_state *has = kind_state(kind, state);
	int top = 0;

	for (size_t i = 0; i < kind->nr_states; i++)
		if (kind->states[i].rank > top && !kind_aside(slice_str(kind->states[i].name)))
			top = kind->states[i].rank;
	return has && has->rank >= top;
}
