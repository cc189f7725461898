#include "merge/attempt.h"

#include "merge/decide.h"
#include "merge/group.h"
#include "merge/section.h"
#include "merge/weave.h"
#include "util/mem.h"

#include <stdlib.h>

void outcome_release(struct outcome *o)
{
	merge_result_release(&o->r);
	gate_release(&o->gate);
}

/* --- lines --------------------------------------------------------------------------------- */

/* Unit by unit what the lines leave in conflict; then the rest is made small. */
static void merge_units(struct text *t, const struct inputs *in, bool formed, bool units)
{
	scoped(grouped_release) struct grouped g = {.off = in->off, .least = in->least};

	text_regions(t);
	if (units && text_conflicts(t)) {
		inputs_texts(g.text, in, formed);
		grouped_split(&g, t);
		group_merge(t, &g);
	}
	refine_conflicts(t, in->options->style);
}

static void render(struct outcome *o, const struct text *t, const struct inputs *in,
		   const struct forms *forms)
{
	o->conflict_lines = text_conflict_lines(t);
	o->r.conflicts = text_conflicts(t);
	o->r.clean = !o->r.conflicts;
	o->r.bytes = render_text(&o->r.len, t, in->options, forms);
	decide_regions(&o->r, t);
	if (o->r.clean && !o->r.nr_decisions)
		decide(&o->r, "text", 0, "the changes do not meet", false);
}

static void split(struct text *t, const struct inputs *in, bool formed)
{
	struct slice text[3];

	inputs_texts(text, in, formed);
	text_split(t, text[BASE], text[OURS], text[THEIRS],
		   formed ? LINE_ENDS_IGNORED : LINE_ENDS_COUNT);
}

/* --- gates --------------------------------------------------------------------------------- */

static bool has_woven(const struct text *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->regions[i].kind == REGION_WOVEN)
			return true;
	return false;
}

static bool changes_headings(const struct lines *from, const struct lines *to,
			     const struct hunks *hunks)
{
	for (size_t i = 0; i < hunks->len; i++) {
		const struct hunk *h = &hunks->at[i];

		for (size_t l = h->a_from; l < h->a_to; l++)
			if (from->at[l].text.at[0] == '#')
				return true;
		for (size_t l = h->b_from; l < h->b_to; l++)
			if (to->at[l].text.at[0] == '#')
				return true;
	}
	return false;
}

/* Of a result with conflicts: both sides of these are there, and nothing else is lost. */
static void check_kept(struct outcome *o, const struct text *t, const struct inputs *in,
		       const struct forms *forms)
{
	size_t len;
	scoped_free char *bytes = render_both(&len, t, forms);
	struct slice text[3];

	inputs_texts(text, in, forms != NULL);
	o->gate = gates_check(text, forms ? form_without_bom(slice_of(bytes, len))
					  : slice_of(bytes, len), &t->leaves, GATES_LOST);
}

static void check_gates(struct outcome *o, const struct text *t, const struct inputs *in,
			const struct forms *forms)
{
	bool woven = has_woven(t);
	struct slice text[3], result = slice_of(o->r.bytes, o->r.len);

	if (!in->rules)
		return;
	if (!o->r.clean) {
		if (woven)
			check_kept(o, t, in, forms);
		return;
	}
	if (!woven && !changes_headings(&t->base, &t->ours, &t->to_ours) &&
	    !changes_headings(&t->base, &t->theirs, &t->to_theirs))
		return;
	inputs_texts(text, in, forms != NULL);
	o->gate = gates_check(text, forms ? form_without_bom(result) : result, &t->leaves,
			      woven ? GATES_ALL : GATES_TEXT);
	if (!o->gate.rule && woven && sections_disagree(text))
		o->gate = (struct gate){.rule = "gate.order",
					.reason = "both sides moved sections"};
}

/* The regions that hold these lines become conflicts. */
static void mark_strays(struct text *t, const struct gate *g)
{
	for (size_t i = 0; i < t->len; i++) {
		struct region *r = &t->regions[i];

		for (size_t s = 0; s < g->nr_strays; s++) {
			size_t line = g->strays[s].line;
			bool in_ours = r->ours_from <= line && line < r->ours_to;
			bool in_theirs = r->theirs_from <= line && line < r->theirs_to;

			if ((r->kind != REGION_OURS || g->strays[s].side != OURS || !in_ours) &&
			    (r->kind != REGION_THEIRS || g->strays[s].side != THEIRS || !in_theirs))
				continue;
			r->kind = REGION_CONFLICT;
			r->rule = g->rule;
			r->reason = g->reason;
		}
	}
}

/* --- with the state ------------------------------------------------------------------------- */

/* The lines of the three states stand for each other. */
static void state_leaves(const struct state_rule *s, struct text *t)
{
	const struct slice lines[] = {t->base.at[s->base_line].text, t->ours.at[s->ours_line].text,
				      t->theirs.at[s->theirs_line].text};

	for (int i = BASE; i <= THEIRS; i++)
		strs_take(&t->leaves, mem_strndup(lines[i].at, lines[i].len));
}

/* False when the state lines are not there, or moved past each other. */
static bool merge_with_state(struct outcome *out, struct text *t, const struct inputs *in,
			     const struct forms *forms, struct state_rule *state, bool units)
{
	if (!state_pin(state, t))
		return false;
	merge_units(t, in, forms != NULL, units);
	state_leaves(state, t);
	if (!state_apply(state, t))
		return false;
	render(out, t, in, forms);
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

static void merge_text(struct outcome *out, struct text *t, const struct inputs *in,
		       const struct forms *forms, struct state_rule *state, bool units)
{
	split(t, in, forms != NULL);
	if (state->verdict != STATE_TEXTUAL && merge_with_state(out, t, in, forms, state, units))
		return;
	if (state->verdict != STATE_TEXTUAL) {
		text_release(t);
		split(t, in, forms != NULL);
	}
	merge_units(t, in, forms != NULL, units);
	render(out, t, in, forms);
	if (state->verdict != STATE_TEXTUAL)
		insist(&out->r, in, state);
}

struct outcome attempt(const struct inputs *in, const struct forms *forms,
		       struct state_rule *state, bool units)
{
	scoped(text_release) struct text t = {0};
	struct outcome out = {.conflict_lines = 0};
	struct gate gate;

	merge_text(&out, &t, in, forms, state, units && in->rules);
	check_gates(&out, &t, in, forms);
	if (!out.gate.rule)
		return out;
	gate = out.gate;
	out.gate = (struct gate){0};
	outcome_release(&out);
	if (has_woven(&t)) {
		text_release(&t);
		merge_text(&out, &t, in, forms, state, false);
		decide(&out.r, gate.rule, 0, gate.reason, true);
	} else {
		mark_strays(&t, &gate);
		render(&out, &t, in, forms);
	}
	out.gate = gate;
	return out;
}
