/* Prints the rows of supabase/migrations/<timestamp>_kinds.sql: the table of kinds as SQL. */
#include "artifact/kind.h"

#include <stdio.h>

static void text(const char *s)
{
	if (s)
		printf("'%s'", s);
	else
		fputs("null", stdout);
}

static const char *yes(bool b)
{
	return b ? "true" : "false";
}

static void print_kinds(const struct kinds *kinds)
{
	puts("insert into gitagent_private.kind (name, dir, suffix, prefix, opaque, shares_label,\n"
	     "  parent_kind, parent_state) values");
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];

		printf("  ('%s', '%s', '%s', ", k->name, k->dir, k->suffix);
		text(k->prefix);
		printf(", %s, %s, ", yes(k->opaque), yes(k->shares_label));
		text(k->parent_kind);
		fputs(", ", stdout);
		text(k->parent_state);
		puts(i + 1 < kinds->len ? ")," : ")");
	}
	puts("on conflict (rules, name) do update set (dir, suffix, prefix, opaque, shares_label,\n"
	     "  parent_kind, parent_state) = (excluded.dir, excluded.suffix, excluded.prefix,\n"
	     "  excluded.opaque, excluded.shares_label, excluded.parent_kind,\n"
	     "  excluded.parent_state);\n");
}

static void print_states(const struct kinds *kinds)
{
	const char *comma = "";

	puts("insert into gitagent_private.kind_state (kind, name, rank, gate, initial) values");
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];

		for (size_t n = 0; n < k->nr_states; n++) {
			const struct kind_state *s = &k->states[n];

			printf("%s  ('%s', '%s', %d, %s, %s)", comma, k->name, s->name, s->rank,
			       yes(s->gate), yes(s->initial));
			comma = ",\n";
		}
	}
	puts("\non conflict (rules, kind, name) do update set (rank, gate, initial) =\n"
	     "  (excluded.rank, excluded.gate, excluded.initial);\n");
}

/* The last gate is the approval: by another person. The gates before it are locks. */
static int approval_rank(const struct kind *k)
{
	int rank = KIND_UNRANKED;

	for (size_t i = 0; i < k->nr_states; i++)
		if (k->states[i].gate && k->states[i].rank > rank)
			rank = k->states[i].rank;
	return rank;
}

static bool is_approval(const struct kind *k, const struct kind_state *s)
{
	return s && s->gate && s->rank == approval_rank(k);
}

static void print_transition(const struct kind *k, const struct kind_state *from,
			     const struct kind_state *to, const char **comma)
{
	struct slice f = slice_str(from ? from->name : ""), t = slice_str(to->name);
	bool approval = is_approval(k, to), back = is_approval(k, from) && to->initial;
	bool needs_parent = k->parent_kind && !to->initial && to->rank != KIND_UNRANKED;
	const char *why;

	if (!kind_transition(k, f, t, true, &why))
		return;
	printf("%s  ('%s', '%s', '%s', '%s', %s, %s, %s)", *comma, k->name,
	       from ? from->name : "", to->name, approval || back ? "approver" : "author",
	       yes(approval), yes(needs_parent), yes(!kind_transition(k, f, t, false, &why)));
	*comma = ",\n";
}

static void print_transitions(const struct kinds *kinds)
{
	const char *comma = "";

	puts("insert into gitagent_private.transition (kind, from_state, to_state, min_role,\n"
	     "  four_eyes, needs_parent, needs_reason) values");
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];

		for (size_t n = 0; n < k->nr_states; n++) {
			print_transition(k, NULL, &k->states[n], &comma);
			for (size_t m = 0; m < k->nr_states; m++)
				print_transition(k, &k->states[m], &k->states[n], &comma);
		}
	}
	puts("\non conflict (rules, kind, from_state, to_state) do update set (min_role, four_eyes,\n"
	     "  needs_parent, needs_reason) = (excluded.min_role, excluded.four_eyes,\n"
	     "  excluded.needs_parent, excluded.needs_reason);");
}

int main(void)
{
	struct kinds *kinds = kinds_new();

	puts("-- Kinds, states and transitions. Printed by tests/server/kinds-sql.c from the\n"
	     "-- table that feeds commands, hooks and merge; tests/t7001-server.t compares.");
	print_kinds(kinds);
	print_states(kinds);
	print_transitions(kinds);
	kinds_free(kinds);
	return 0;
}
