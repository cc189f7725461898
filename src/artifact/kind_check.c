#include "artifact/kind.h"

static err_t check_states(const struct kind *k)
{
	bool initial = false;

	for (size_t i = 0; i < k->nr_states; i++)
		initial = initial || k->states[i].initial;
	if (!initial)
		return err_new(ERR_REFUSED, "kind '%s' has no initial state", k->name);
	return NULL;
}

static err_t check_parent(const struct kinds *kinds, const struct kind *k)
{
	const struct kind *parent = k;

	if (!k->parent_kind)
		return NULL;
	/* As many steps as there are kinds, and still a parent: a circle. */
	for (size_t i = 0; i <= kinds->len && parent->parent_kind; i++) {
		const struct kind *next = kinds_find(kinds, parent->parent_kind);

		if (!next)
			return err_new(ERR_REFUSED, "kind '%s': parent kind '%s' does not exist",
				       parent->name, parent->parent_kind);
		parent = next;
	}
	if (parent->parent_kind)
		return err_new(ERR_REFUSED, "kind '%s' is its own ancestor", k->name);
	parent = kinds_find(kinds, k->parent_kind);
	if (k->parent_state && !kind_state(parent, slice_str(k->parent_state)))
		return err_new(ERR_REFUSED, "kind '%s': its parent, %s, has no state '%s'", k->name,
			       parent->name, k->parent_state);
	return NULL;
}

static err_t check_unique(const struct kinds *kinds, size_t at)
{
	const struct kind *k = &kinds->at[at];

	for (size_t i = 0; i < at; i++) {
		const struct kind *other = &kinds->at[i];

		if (other->dir && strcmp(other->dir, k->dir) == 0)
			return err_new(ERR_REFUSED, "kinds '%s' and '%s' share the directory '%s'",
				       other->name, k->name, k->dir);
		if (strcmp(other->plural, k->plural) == 0)
			return err_new(ERR_REFUSED, "kinds '%s' and '%s' share the plural '%s'",
				       other->name, k->name, k->plural);
	}
	return NULL;
}

err_t kinds_check(const struct kinds *kinds)
{
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];

		if (!k->dir)
			return err_new(ERR_REFUSED, "kind '%s' has no directory", k->name);
		TRY(check_unique(kinds, i));
		TRY(check_states(k));
		TRY(check_parent(kinds, k));
	}
	return NULL;
}
