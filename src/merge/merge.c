#include "merge/merge.h"

#include "merge/form.h"
#include "merge/gates.h"
#include "merge/group.h"
#include "merge/inputs.h"
#include "merge/rules.h"
#include "merge/section.h"
#include "merge/state.h"
#include "merge/text.h"
#include "merge/weave.h"
#include "util/mem.h"

#include <stdlib.h>

/* git's limits: a NUL this near the beginning makes a file binary. */
#define BINARY_LOOK 8000
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
	struct gate gate;	/* the one that a clean result did not pass */
};

static void outcome_release(struct outcome *o)
{
	merge_result_release(&o->r);
	gate_release(&o->gate);
}

/* line: 0 for none. */
static void decide_rules(struct merge_result *r, unsigned rules, size_t line)
{
	for (int rule = 0; rule < RULE_COUNT; rule++)
		if (rules & 1u << rule)
			decide(r, merge_rule_name((enum merge_rule)rule), line,
			       merge_rule_about((enum merge_rule)rule), false);
}

static void decide_regions(struct merge_result *r, const struct text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		const struct region *c = &t->regions[i];

		if (c->kind == REGION_CONFLICT)
			decide(r, c->rule ? c->rule : "text", c->ours_from + 1,
			       c->reason ? c->reason : "both sides changed this", true);
		if (c->kind == REGION_WOVEN)
			decide_rules(r, c->rules, c->ours_from + 1);
	}
}

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

/* --- one way of looking at the lines ------------------------------------------------------- */

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

/* A result that does not pass the gates is a conflict: without the units, or of the lines that went
 * astray. */
static struct outcome merge_as(const struct inputs *in, const struct forms *forms,
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
	struct outcome plain = merge_as(in, NULL, state, alike && final), formed;

	if (!plain.r.clean && alike && final && state->verdict == STATE_TEXTUAL)
		merge_sections(&plain, in);
	gate_release(&plain.gate);
	if (plain.r.clean || (alike && (final || !in->rules)))
		return plain.r;
	formed = merge_as(in, &forms, state, true);
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
