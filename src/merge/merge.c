#include "merge/merge.h"

#include "merge/form.h"
#include "merge/state.h"
#include "merge/text.h"
#include "util/mem.h"

#include <stdlib.h>

/* git's limits: a NUL this near the beginning makes a file binary. */
#define BINARY_LOOK 8000
/* Longer texts are merged as lines only. */
#define RULES_MAX_BYTES ((size_t)8 * 1024 * 1024)

struct inputs {
	struct slice base, ours, theirs;
	const struct merge_options *options;
};

static void decide(struct merge_result *r, const char *rule, size_t line, const char *reason,
		   bool conflict)
{
	r->decisions = mem_realloc(r->decisions, (r->nr_decisions + 1) * sizeof(*r->decisions));
	r->decisions[r->nr_decisions++] = (struct merge_decision){
		.rule = rule,
		.where = line ? mem_printf("line %zu", line) : mem_strdup("file"),
		.reason = mem_strdup(reason),
		.conflict = conflict,
	};
}

static struct merge_result copy_of(struct slice bytes, const char *rule, const char *reason)
{
	struct merge_result r = {.clean = true, .len = bytes.len};

	r.bytes = mem_dup(bytes.at, bytes.len);
	decide(&r, rule, 0, reason, false);
	return r;
}

/* --- cases that need no look at the lines -------------------------------------------------- */

static bool is_binary(struct slice s)
{
	return s.len && memchr(s.at, '\0', s.len < BINARY_LOOK ? s.len : BINARY_LOOK);
}

static bool trivial(struct merge_result *r, const struct inputs *in)
{
	if (slice_eq(in->ours, in->theirs))
		*r = copy_of(in->ours, "trivial", "both sides are equal");
	else if (slice_eq(in->base, in->ours))
		*r = copy_of(in->theirs, "trivial", "only theirs changed");
	else if (slice_eq(in->base, in->theirs))
		*r = copy_of(in->ours, "trivial", "only ours changed");
	else
		return false;
	return true;
}

static bool binary(struct merge_result *r, const struct inputs *in)
{
	if (!is_binary(in->base) && !is_binary(in->ours) && !is_binary(in->theirs))
		return false;
	*r = copy_of(in->ours, "binary", "both sides changed a binary file");
	r->clean = false;
	r->conflicts = 1;
	r->decisions[0].conflict = true;
	return true;
}

/* --- lines --------------------------------------------------------------------------------- */

struct outcome {
	struct merge_result r;
	size_t conflict_lines;
};

static void decide_regions(struct merge_result *r, const struct text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		const struct region *c = &t->regions[i];

		if (c->kind == REGION_CONFLICT)
			decide(r, c->rule ? c->rule : "text", c->ours_from + 1,
			       c->reason ? c->reason : "both sides changed this", true);
	}
}

static struct outcome render(const struct text *t, const struct inputs *in,
			     const struct forms *forms)
{
	struct outcome o = {.conflict_lines = text_conflict_lines(t)};

	o.r.conflicts = text_conflicts(t);
	o.r.clean = !o.r.conflicts;
	o.r.bytes = render_text(&o.r.len, t, in->options, forms);
	decide_regions(&o.r, t);
	if (o.r.clean)
		decide(&o.r, "text", 0, "the changes do not meet", false);
	return o;
}

static void split(struct text *t, const struct inputs *in, bool formed)
{
	if (formed)
		text_split(t, form_without_bom(in->base), form_without_bom(in->ours),
			   form_without_bom(in->theirs), LINE_ENDS_IGNORED);
	else
		text_split(t, in->base, in->ours, in->theirs, LINE_ENDS_COUNT);
}

/* False when the state lines are not there, or moved past each other. */
static bool merge_with_state(struct outcome *out, const struct inputs *in,
			     const struct forms *forms, struct state_rule *state)
{
	scoped(text_release) struct text t = {0};

	split(&t, in, forms != NULL);
	if (!state_pin(state, &t))
		return false;
	text_merge(&t, in->options->style);
	if (!state_apply(state, &t))
		return false;
	*out = render(&t, in, forms);
	if (state->verdict != STATE_CONFLICT)
		decide(&out->r, state->rule, state->ours_line + 1, state->reason, false);
	return true;
}

/* The state must not come out clean, wherever it stands. */
static void insist(struct merge_result *r, const struct inputs *in, const struct state_rule *state)
{
	char *bytes;

	decide(r, state->rule, 0, state->reason, true);
	if (!r->clean)
		return;
	bytes = state_mark(&r->len, state, slice_of(r->bytes, r->len), in->base, in->ours,
			   in->theirs, in->options);
	free(r->bytes);
	r->bytes = bytes;
	r->clean = false;
	r->conflicts = 1;
}

static struct outcome merge_as(const struct inputs *in, const struct forms *forms,
			       struct state_rule *state)
{
	scoped(text_release) struct text t = {0};
	struct outcome out;

	if (state->verdict != STATE_TEXTUAL && merge_with_state(&out, in, forms, state))
		return out;
	split(&t, in, forms != NULL);
	text_merge(&t, in->options->style);
	out = render(&t, in, forms);
	if (state->verdict != STATE_TEXTUAL)
		insist(&out.r, in, state);
	return out;
}

/* Bytes as they are come first, as in git; line ends, mark and final newline are looked through
 * only where that leaves less in conflict. */
static struct merge_result merge_lines(const struct inputs *in, struct state_rule *state)
{
	struct outcome plain = merge_as(in, NULL, state), formed;
	struct forms forms;

	if (plain.r.clean)
		return plain.r;
	forms = forms_of(in->base, in->ours, in->theirs);
	if (forms_alike(&forms))
		return plain.r;
	formed = merge_as(in, &forms, state);
	if (formed.r.clean || formed.conflict_lines < plain.conflict_lines) {
		decide(&formed.r, "form", 0, "line ends were merged apart from the lines", false);
		merge_result_release(&plain.r);
		return formed.r;
	}
	merge_result_release(&formed.r);
	return plain.r;
}

static bool rules_apply(const struct inputs *in)
{
	return in->base.len <= RULES_MAX_BYTES && in->ours.len <= RULES_MAX_BYTES &&
	       in->theirs.len <= RULES_MAX_BYTES;
}

struct merge_result merge3(struct slice base, struct slice ours, struct slice theirs,
			   const struct merge_options *options)
{
	const struct merge_options none = {0};
	struct inputs in = {base, ours, theirs, options ? options : &none};
	struct state_rule state = {.verdict = STATE_TEXTUAL};
	struct merge_result r;

	if (trivial(&r, &in) || binary(&r, &in))
		return r;
	if (rules_apply(&in))
		state = state_decide(base, ours, theirs, in.options->kind);
	return merge_lines(&in, &state);
}

void merge_result_release(struct merge_result *r)
{
	for (size_t i = 0; i < r->nr_decisions; i++) {
		free(r->decisions[i].where);
		free(r->decisions[i].reason);
	}
	free(r->decisions);
	free(r->bytes);
	*r = (struct merge_result){0};
}
