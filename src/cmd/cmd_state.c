/* `git agent state` */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/batch.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/rules.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state_options {
	const char *reason;
	bool dry_run, json;
};

static err_t enter(struct session *s, const struct subject *sub, const struct kind_state *to,
		   const struct state_options *o)
{
	scoped_free char *bytes = NULL, *done = NULL;
	size_t len;

	TRY(artifact_set_state(&bytes, &len, sub->model, to->name));
	done = mem_printf("%s -> %s%s", sub->art.state[0] ? sub->art.state : "(none)", to->name,
			  to->gate ? " (approval requested)" : "");
	return change_apply(s, sub, &(struct change){
		.how = HOW_STATE, .message = o->reason, .text = slice_of(bytes, len),
		.done = done, .dry_run = o->dry_run, .json = o->json});
}

static void print_state(const struct subject *sub, bool as_json)
{
	scoped_free char *next = rules_next_states(sub->kind, sub->art.state);
	struct json j;

	if (!as_json) {
		text_safe_fputs(sub->art.state[0] ? sub->art.state : "(none)", stdout);
		printf("\nnext: %s\n", next);
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	output_art(&j, &sub->art);
	json_key(&j, "next");
	json_array_begin(&j);
	for (size_t i = 0; i < sub->kind->nr_states; i++) {
		const char *name = sub->kind->states[i].name, *why;

		if (strcmp(name, sub->art.state) != 0 &&
		    kind_transition(sub->kind, slice_str(sub->art.state), slice_str(name), true,
				    &why))
			json_string(&j, name);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

static err_t run(struct session *s, const char *name, const char *wanted,
		 const struct state_options *o)
{
	scoped(subject_release) struct subject sub = {0};
	const struct kind_state *to;

	if (!wanted)
		TRY(session_open(s, SESSION_READ));
	TRY(subject_open(&sub, s, name, false));
	if (!sub.kind)
		return err_new(ERR_REFUSED, "'%s' is of kind '%s', which is not configured",
			       session_name(&sub.art), sub.art.kind);
	if (!wanted) {
		print_state(&sub, o->json);
		return NULL;
	}
	to = rules_state(sub.kind, wanted);
	if (to && strcmp(to->name, sub.art.state) == 0 && strcmp(sub.art.approval, "stale") != 0) {
		if (s->batch)
			return batch_same(s->batch, &sub.art);
		fprintf(stderr, "%s: is %s already\n", session_name(&sub.art), to->name);
		if (o->json)
			change_print(&sub.art, false);
		return NULL;
	}
	TRY(rules_check_state(s, &sub, wanted, to, o->reason));
	BUG_ON(!to);
	return enter(s, &sub, to, o);
}

err_t state_in(struct session *s, int argc, char **argv)
{
	struct state_options o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('m', "reason", &o.reason, "text",
			   "why; needed on the way back"),
		OPT_FLAG('n', "dry-run", &o.dry_run, "only show the difference"),
		OPT_FLAG(0, "json", &o.json, "as JSON; without a state with the next states"),
		OPT_END,
	};
	static const char *const synopsis[] = {"<id>", "[-m <reason>] <id> <state>", NULL};
	const struct usage usage = {"state", synopsis,
				    "Shows the state of an artifact, or changes it by the rules "
				    "of its kind.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1 || argc > 2)
		return opts_misuse(&usage, argc ? "one state at a time" : "which artifact?");
	if (argc == 1 && s->batch)
		return opts_misuse(&usage, "which state?");
	return run(s, argv[0], argc == 2 ? argv[1] : NULL, &o);
}

err_t cmd_state(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return state_in(&s, argc, argv);
}
