/* `git agent prime`: a page that teaches a coding agent to work in this repository. */
#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/prime.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

/* --- the page ------------------------------------------------------------------------------- */

static void print_place(const struct prime *p)
{
	const char *ref = p->head.ref;

	if (strncmp(ref, "refs/heads/", 11) == 0) {
		fputs("Branch `", stdout);
		text_safe_fputs(ref + 11, stdout);
		fputs("`", stdout);
	} else {
		printf("No branch (HEAD %.12s)", p->head.commit[0] ? p->head.commit : "unborn");
	}
	if (p->head.busy)
		printf(", in the middle of a %s", p->head.busy);
	if (!p->workspace) {
		puts("; no workspace yet: `git agent sync init` makes it.\n");
		return;
	}
	printf("; %zu artifact%s", p->arts.len, p->arts.len == 1 ? "" : "s");
	if (p->conflicts)
		printf(", %zu in conflict", p->conflicts);
	if (p->url)
		printf(", %zu not pushed; remote `", p->to_push);
	else
		fputs("; no remote", stdout);
	text_safe_fputs(p->url ? p->url : "", stdout);
	puts(p->url ? "`.\n" : ".\n");
}

/* The next state by rank, and by place where ranks are equal; NULL after the last. */
static const struct kind_state *state_after(const struct kind *kind, const struct kind_state *last)
{
	const struct kind_state *next = NULL;

	for (size_t i = 0; i < kind->nr_states; i++) {
		const struct kind_state *s = &kind->states[i];

		if (s->rank != KIND_UNRANKED &&
		    (!last || s->rank > last->rank || (s->rank == last->rank && s > last)) &&
		    (!next || s->rank < next->rank))
			next = s;
	}
	return next;
}

/* "^DRAFT > PROPOSED > [APPROVED]"; equal ranks side by side. */
static void print_states(const struct kind *kind)
{
	const struct kind_state *last = NULL, *s;

	for (; (s = state_after(kind, last)); last = s) {
		if (last)
			fputs(s->rank == last->rank ? " or " : " > ", stdout);
		printf("%s%s%s", s->gate ? "[" : s->initial ? "^" : "", s->name,
		       s->gate ? "]" : "");
	}
}

static void print_aside(const struct kinds *kinds)
{
	scoped(strs_release) struct strs names = {0};

	for (size_t k = 0; k < kinds->len; k++)
		for (size_t i = 0; i < kinds->at[k].nr_states; i++)
			if (kinds->at[k].states[i].rank == KIND_UNRANKED)
				strs_add(&names, kinds->at[k].states[i].name);
	strs_sort(&names);
	if (!names.len)
		return;
	fputs(" Aside, to and from any state:", stdout);
	for (size_t i = 0; i < names.len; i++)
		printf("%s %s", i ? "," : "", names.at[i]);
	putchar('.');
}

static void print_kinds(const struct prime *p)
{
	const struct kinds *kinds = p->session.kinds;

	puts("| kind | here | states |\n|---|---|---|");
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *kind = &kinds->at[i];

		if (p->arts.len && !prime_count(p, kind, NULL))
			continue;
		printf("| %s", kind->name);
		if (kind->parent_kind)
			printf(" (its %s%s%s)", kind->parent_kind, kind->parent_state ? ": " : "",
			       kind->parent_state ? kind->parent_state : "");
		printf(" | %zu | ", prime_count(p, kind, NULL));
		print_states(kind);
		puts(" |");
	}
	fputs("\nForward by any number of steps, into a [gate] (an approval) but never over one; "
	      "back to a ^first state or a gate, with a reason.", stdout);
	print_aside(kinds);
	puts(" `git agent state <id>` says where one may go.\n");
}

static void print_commands(const struct prime *p)
{
	puts("## Commands\n");
	for (size_t i = 0; i < p->nr_commands; i++)
		printf("    %s  # %s\n", p->commands[i].line, p->commands[i].what);
	if (p->workspace)
		puts("\n`-n` only shows what would be done: leave it out to do it. `-m <reason>` "
		     "says why. `git agent undo` takes back the last command. Data is printed as "
		     "JSON by `--json`; each command has `-h`.");
	putchar('\n');
}

static void print_page(const struct prime *p)
{
	puts("# Working with git-agent in this repository\n\n"
	     "Plans, stories, runbooks and decisions are files under `.agent/`. Change them with "
	     "`git agent`, or edit the files: an edit is in the history at once, and in the file "
	     "for the next commit. Nothing is ever lost.\n");
	print_place(p);
	print_kinds(p);
	print_commands(p);
	puts("Read an artifact before you change it; change a section rather than the whole. A "
	     "refusal says by which rule and what to do: do not work around it. A conflict keeps "
	     "both texts: `git agent sync resolve <id> --explain` shows them, `--file -` takes the "
	     "text that settles it.\n\n"
	     "Exit codes: 0 done, 1 differences or conflicts are left, 2 refused by a rule, 3 out "
	     "of reach (work is queued), 128 fatal, 129 wrong command line.");
}

/* --- for programs --------------------------------------------------------------------------- */

static void json_next(struct json *j, const struct kind *kind, const struct kind_state *from,
		      bool reason)
{
	struct slice here = slice_str(from->name);

	json_array_begin(j);
	for (size_t i = 0; i < kind->nr_states; i++) {
		struct slice to = slice_str(kind->states[i].name);
		bool free = kind_transition(kind, here, to, false, NULL);

		if (&kind->states[i] != from && kind_transition(kind, here, to, true, NULL) &&
		    free != reason)
			json_string(j, kind->states[i].name);
	}
	json_array_end(j);
}

static void json_state(struct json *j, const struct prime *p, const struct kind *kind, size_t i)
{
	const struct kind_state *s = &kind->states[i];

	json_object_begin(j);
	json_key_string(j, "name", s->name);
	json_key_bool(j, "gate", s->gate);
	json_key_bool(j, "initial", s->initial);
	json_key_int(j, "artifacts", (int64_t)prime_count(p, kind, s->name));
	json_key(j, "next");
	json_next(j, kind, s, false);
	json_key(j, "next_with_reason");
	json_next(j, kind, s, true);
	json_object_end(j);
}

static void json_kind(struct json *j, const struct prime *p, const struct kind *kind)
{
	json_object_begin(j);
	json_key_string(j, "name", kind->name);
	json_key_string(j, "dir", kind->dir);
	json_key_string(j, "parent", kind->parent_kind);
	json_key_string(j, "parent_state", kind->parent_state);
	json_key_int(j, "artifacts", (int64_t)prime_count(p, kind, NULL));
	json_key(j, "states");
	json_array_begin(j);
	for (size_t i = 0; i < kind->nr_states; i++)
		json_state(j, p, kind, i);
	json_array_end(j);
	json_object_end(j);
}

static void print_json(const struct prime *p)
{
	const struct kinds *kinds = p->session.kinds;
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "ref", p->head.ref[0] ? p->head.ref : NULL);
	json_key_string(&j, "head", p->head.commit[0] ? p->head.commit : NULL);
	json_key_string(&j, "busy", p->head.busy);
	json_key_bool(&j, "workspace", p->workspace);
	json_key_string(&j, "remote", p->url);
	json_key_int(&j, "artifacts", (int64_t)p->arts.len);
	json_key_int(&j, "to_push", (int64_t)p->to_push);
	json_key_int(&j, "conflicts", (int64_t)p->conflicts);
	json_key(&j, "kinds");
	json_array_begin(&j);
	for (size_t i = 0; i < kinds->len; i++)
		json_kind(&j, p, &kinds->at[i]);
	json_array_end(&j);
	json_key(&j, "commands");
	json_array_begin(&j);
	for (size_t i = 0; i < p->nr_commands; i++) {
		json_object_begin(&j);
		json_key_string(&j, "what", p->commands[i].what);
		json_key_string(&j, "command", p->commands[i].line);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

err_t cmd_prime(int argc, char **argv)
{
	scoped(prime_release) struct prime p = {0};
	bool json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &json, "as JSON, with every transition"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json]", NULL};
	const struct usage usage = {"prime", synopsis,
				    "Prints a page that teaches a coding agent to work in this "
				    "repository: kinds and states, what is here, and commands "
				    "that work.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(prime_collect(&p));
	if (json)
		print_json(&p);
	else
		print_page(&p);
	return NULL;
}
