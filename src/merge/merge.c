#include "merge/merge.h"

#include "merge/attempt.h"
#include "merge/decide.h"
#include "merge/rules.h"
#include "merge/section.h"
#include "merge/weave.h"
#include "util/mem.h"

#include <stdlib.h>

/* git's limits: a NUL this near the beginning makes a file binary. */
#define BINARY_LOOK 8000
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

/* --- all ways ------------------------------------------------------------------------------ */

/* Of sections with one heading there may be several: it must not matter who is ours. */
static bool same_swapped(const struct section_merge *m)
{
	scoped(section_merge_release) struct section_merge s = {
		.text = {m->text[BASE], m->text[THEIRS], m->text[OURS]},
		.off = m->off, .least = m->least, .strayed = m->strayed};

	section_merge(&s);
	return s.bytes && slice_eq(slice_of(m->bytes, m->len), slice_of(s.bytes, s.len));
}

/* Section by section, where that leaves nothing in conflict. */
static bool merge_sections(struct outcome *out, const struct inputs *in)
{
	scoped(section_merge_release) struct section_merge m = {.off = in->off, .least = in->least};
	const char *why = out->gate.rule, *reason = out->gate.reason;
	struct gate gate;
	bool passed;

	if (!in->rules || in->off & 1u << RULE_MOVE)
		return false;
	/* Entries that moved to a new section look deleted; the gate has seen that they did not. */
	m.strayed = why && strcmp(why, "gate.heading") == 0;
	if (m.strayed) {
		m.off &= ~(1u << RULE_DELETE);
		m.least = 0;
	}
	inputs_texts(m.text, in, false);
	section_merge(&m);
	if (!m.bytes || !same_swapped(&m))
		return false;
	gate = gates_check(m.text, slice_of(m.bytes, m.len), &m.leaves, GATES_ALL);
	passed = !gate.rule;
	gate_release(&gate);
	if (!passed)
		return false;
	outcome_release(out);
	*out = (struct outcome){.r = {.clean = true, .bytes = steal(m.bytes), .len = m.len}};
	if (why)
		decide(&out->r, why, 0, reason, false);
	decide_rules(&out->r, m.rules | 1u << RULE_MOVE, 0);
	return true;
}

/* Bytes as they are come first, as in git; line ends, mark and final newline are looked through
 * only where that leaves less in conflict. */
static struct merge_result merge_lines(const struct inputs *in, struct state_rule *state)
{
	struct forms forms = forms_of(in->base, in->ours, in->theirs);
	bool alike = forms_alike(&forms), final = forms.ours.final_newline;
	struct outcome plain = attempt(in, NULL, state, alike && final), formed;

	if (!plain.r.clean && alike && final && state->verdict == STATE_TEXTUAL)
		merge_sections(&plain, in);
	gate_release(&plain.gate);
	if (plain.r.clean || (alike && (final || !in->rules)))
		return plain.r;
	formed = attempt(in, &forms, state, true);
	gate_release(&formed.gate);
	if (formed.r.clean || formed.conflict_lines < plain.conflict_lines) {
		decide(&formed.r, "form", 0, "line ends were merged apart from the lines", false);
		outcome_release(&plain);
		return formed.r;
	}
	outcome_release(&formed);
	return plain.r;
}

struct merge_result merge3(struct slice base, struct slice ours, struct slice theirs,
			   const struct merge_options *options)
{
	const struct merge_options none = {0};
	struct inputs in = {base, ours, theirs, options ? options : &none, false, false, 0, 0};
	struct state_rule state = {.verdict = STATE_TEXTUAL};
	struct merge_result r;

	if (trivial(&r, &in) || binary(&r, &in))
		return r;
	inputs_choose_rules(&in);
	if (in.artifact && !(in.off & 1u << RULE_STATE))
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
