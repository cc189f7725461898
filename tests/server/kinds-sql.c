/*
 * Prints the rows of supabase/migrations/<timestamp>_kinds.sql: the table of kinds as SQL; with
 * --document as what kinds_set() takes; settings "<key>=<value>" of .agent/config go over it.
 */
#include "artifact/kind_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_transition(const struct kind *k, const struct kind_state *from,
			     const struct kind_state *to, const char **comma)
{
	struct kind_rule rule;

	if (!kind_rule(&rule, k, from, to))
		return;
	printf("%s  ('%s', '%s', '%s', '%s', %s, %s, %s)", *comma, k->name,
	       from ? from->name : "", to->name, rule.role, yes(rule.four_eyes),
	       yes(rule.needs_parent), yes(rule.needs_reason));
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
	puts("\non conflict (rules, kind, from_state, to_state) do update set (min_role,\n"
	     "  four_eyes, needs_parent, needs_reason) = (excluded.min_role, excluded.four_eyes,\n"
	     "  excluded.needs_parent, excluded.needs_reason);");
}

/* Settings over the built-in table, as .agent/config has them. */
static bool set(struct kinds *kinds, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');
		err_t e;

		if (!value)
			return false;
		*value++ = '\0';
		e = kinds_set(kinds, argv[i], value);
		if (e) {
			fprintf(stderr, "fatal: %s\n", e->text);
			err_free(e);
			return false;
		}
	}
	return true;
}

static void print_sql(const struct kinds *kinds)
{
	puts("-- Kinds, states and transitions. Printed by tests/server/kinds-sql.c from the\n"
	     "-- table that feeds commands, hooks and merge; tests/t7001-server.t compares.");
	print_kinds(kinds);
	print_states(kinds);
	print_transitions(kinds);
}

int main(int argc, char **argv)
{
	bool document = argc > 1 && strcmp(argv[1], "--document") == 0;
	struct kinds *kinds = kinds_new();
	char *text;

	if (document && set(kinds, argc - 2, argv + 2)) {
		text = kinds_document(kinds);
		puts(text);
		free(text);
	} else if (argc > 1) {
		return 1;
	} else {
		print_sql(kinds);
	}
	kinds_free(kinds);
	return 0;
}
