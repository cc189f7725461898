#include "artifact/verify.h"
#include "artifact/label.h"
#include "util/mem.h"

#include <stdlib.h>

void findings_release(struct findings *f)
{
	for (size_t i = 0; i < f->len; i++) {
		free(f->at[i].path);
		free(f->at[i].text);
	}
	free(f->at);
	*f = (struct findings){0};
}

void findings_add(struct findings *f, enum verify_severity severity, const char *rule,
		  const char *path, int line, const char *fmt, ...)
{
	struct finding one = {severity, rule, mem_strdup(path), line, NULL};
	va_list args;

	va_start(args, fmt);
	one.text = mem_vprintf(fmt, args);
	va_end(args);
	MEM_GROW(f->at, f->len, f->cap);
	f->at[f->len++] = one;
}

/* --- one version, read ---------------------------------------------------------------------- */

/* What the rules ask of a version; nothing where it is not there. */
struct view {
	struct artifact *a;
	struct slice state;
	struct sha256 normative;
	enum approval_verdict verdict;
	const char *why; /* where it is forged */
};

struct views {
	const struct verify_change *c;
	struct view after, before[VERIFY_PARENTS];
};

static struct approval_name name_of(struct label *label, const struct verify_change *c,
				    const struct verify_version *v)
{
	bool labelled = label_of_path(label, v->path ? v->path : c->path);

	return (struct approval_name){c->kind, labelled ? label->text : ""};
}

static struct view read_version(const struct verify_change *c, const struct verify_version *v)
{
	struct view out = {0};
	struct approval_name name;
	struct label label;

	if (oid_none(&v->oid) || v->text.len > ARTIFACT_MAX_BYTES)
		return out;
	out.a = artifact_parse(v->text, c->kind, v->path ? v->path : c->path);
	out.state = artifact_slice(out.a, out.a->state);
	out.normative = artifact_normative(out.a);
	name = name_of(&label, c, v);
	out.verdict = approval_judge(&out.why, &name, out.state, out.normative.hex, v->record,
				     c->witness);
	return out;
}

static void views_open(struct views *out, const struct verify_change *c)
{
	*out = (struct views){.c = c, .after = read_version(c, &c->after)};
	for (int i = 0; i < c->nr_parents; i++)
		out->before[i] = read_version(c, &c->before[i]);
}

static void views_close(struct views *v)
{
	if (v->after.a)
		artifact_free(v->after.a);
	for (int i = 0; i < VERIFY_PARENTS; i++)
		if (v->before[i].a)
			artifact_free(v->before[i].a);
}

/* Some parent has this very text here: nothing in it is of this commit. */
static bool text_is_old(const struct verify_change *c)
{
	for (int i = 0; i < c->nr_parents; i++) {
		const struct verify_version *b = &c->before[i];

		if (oid_eq(&c->after.oid, &b->oid) && (!b->path || strcmp(b->path, c->path) == 0))
			return true;
	}
	return false;
}

static const struct artifact_problem *problem_of(const struct view *v,
						 enum artifact_problem_code code)
{
	for (size_t i = 0; v->a && i < v->a->nr_problems; i++)
		if (v->a->problems[i].code == code)
			return &v->a->problems[i];
	return NULL;
}

static bool had_problem(const struct views *v, enum artifact_problem_code code)
{
	for (int i = 0; i < v->c->nr_parents; i++)
		if (problem_of(&v->before[i], code))
			return true;
	return false;
}

/* --- the text ------------------------------------------------------------------------------- */

static const struct text_rule {
	enum artifact_problem_code code;
	enum verify_severity severity;
	const char *rule;
} text_rules[] = {
	{PROBLEM_CONFLICT_MARKERS, VERIFY_VIOLATION, "markers"},
	{PROBLEM_UNKNOWN_STATE, VERIFY_VIOLATION, "state"},
	{PROBLEM_SECOND_STATE, VERIFY_WARNING, "state"},
	{PROBLEM_LABEL_MISMATCH, VERIFY_WARNING, "label"},
	{PROBLEM_INVALID_UTF8, VERIFY_WARNING, "text"},
};

static bool is_new(const struct views *v)
{
	for (int i = 0; i < v->c->nr_parents; i++)
		if (v->before[i].a)
			return false;
	return true;
}

/* A file from before the rules may say what it likes; going there is another matter. */
static enum verify_severity severity_of(const struct text_rule *rule, const struct views *v)
{
	return rule->code == PROBLEM_UNKNOWN_STATE && is_new(v) ? VERIFY_WARNING : rule->severity;
}

static void judge_problem(struct findings *out, const struct views *v, const struct text_rule *rule)
{
	const struct artifact_problem *p = problem_of(&v->after, rule->code);
	struct artifact_problem bare;
	scoped_free char *text = NULL;

	/* Markers are never old enough to stay. */
	if (!p || (rule->code != PROBLEM_CONFLICT_MARKERS && had_problem(v, rule->code)))
		return;
	bare = *p;
	bare.line = 0;	/* the finding has it */
	text = artifact_problem_text(v->after.a, &bare);
	findings_add(out, severity_of(rule, v), rule->rule, v->c->path, p->line, "%s", text);
}

static void judge_text(struct findings *out, const struct views *v)
{
	for (size_t i = 0; i < sizeof(text_rules) / sizeof(*text_rules); i++)
		judge_problem(out, v, &text_rules[i]);
	if (v->after.a->has_nul)
		findings_add(out, VERIFY_VIOLATION, "unreadable", v->c->path, 0,
			     "the text has NUL bytes");
}

/* --- the transition ------------------------------------------------------------------------- */

static bool has_state(const struct views *v, struct slice state)
{
	for (int i = 0; i < v->c->nr_parents; i++)
		if (v->before[i].a && slice_eq(v->before[i].state, state))
			return true;
	return false;
}

static void refuse_step(struct findings *out, const struct views *v, struct slice from,
			const char *why, enum verify_severity severity)
{
	struct slice to = v->after.state;

	if (!from.len)
		from = slice_str("(none)");
	if (!to.len)
		to = slice_str("(none)");
	findings_add(out, severity, "transition", v->c->path, v->after.a->state_line,
		     "%.*s -> %.*s: %s", (int)from.len, from.at, (int)to.len, to.at, why);
}

static void judge_lost_state(struct findings *out, const struct views *v)
{
	for (int i = 0; i < v->c->nr_parents; i++) {
		if (!v->before[i].state.len)
			continue;
		refuse_step(out, v, v->before[i].state, "the state is gone", VERIFY_VIOLATION);
		return;
	}
	if (is_new(v))
		findings_add(out, VERIFY_WARNING, "state", v->c->path, 0, "there is no state");
}

/* The highest gate on the way; -1: none. */
static int gate_on_the_way(const struct kind *kind, const struct kind_state *from,
			   const struct kind_state *to)
{
	int high = -1;

	for (size_t i = 0; i < kind->nr_states; i++) {
		const struct kind_state *s = &kind->states[i];

		if (s->gate && s->rank > from->rank && s->rank <= to->rank && s->rank > high)
			high = s->rank;
	}
	return high;
}

/* Several steps in one commit: the remote took them one by one, and has the last gate on record for
 * this very text. */
static bool steps_are_on_record(const struct views *v, struct slice from)
{
	const struct kind *kind = v->c->kind;
	const struct kind_state *f = kind_state(kind, from);
	const struct kind_state *t = kind_state(kind, v->after.state);
	struct label label;
	struct approval_name name = name_of(&label, v->c, &v->c->after);
	int high = f && t && f->rank >= 0 ? gate_on_the_way(kind, f, t) : -1;

	for (size_t i = 0; high >= 0 && i < kind->nr_states; i++) {
		const struct kind_state *s = &kind->states[i];
		enum approval_verdict verdict;
		const char *why;

		if (!s->gate || s->rank != high)
			continue;
		verdict = approval_judge(&why, &name, slice_str(s->name), v->after.normative.hex,
					 v->c->after.record, v->c->witness);
		if (verdict == APPROVAL_PROVEN || verdict == APPROVAL_RECORDED)
			return true;
	}
	return false;
}

/* Legal from one parent is enough: the others are brought up to it by the merge. */
static void judge_transition(struct findings *out, const struct views *v)
{
	const struct verify_change *c = v->c;
	const char *refused = NULL, *why = NULL;
	struct slice from = {0};
	bool needs_reason = false;

	if (!v->after.state.len) {
		judge_lost_state(out, v);
		return;
	}
	if (is_new(v) || has_state(v, v->after.state) || !kind_state(c->kind, v->after.state))
		return;
	for (int i = 0; i < c->nr_parents; i++) {
		if (!v->before[i].a)
			continue;
		if (kind_transition(c->kind, v->before[i].state, v->after.state, c->has_reason,
				    &why) ||
		    steps_are_on_record(v, v->before[i].state))
			return;
		from = v->before[i].state;
		refused = why;
		needs_reason |= kind_transition(c->kind, from, v->after.state, true, &why);
	}
	if (needs_reason)
		refused = "going back needs a reason, in the body of the commit message";
	refuse_step(out, v, from, refused,
		    needs_reason && c->reason_open ? VERIFY_WARNING : VERIFY_VIOLATION);
}

/* --- the approval --------------------------------------------------------------------------- */

/* A parent has the same verdict on the same text. */
static bool verdict_is_old(const struct views *v)
{
	for (int i = 0; i < v->c->nr_parents; i++) {
		const struct view *b = &v->before[i];

		if (b->a && slice_eq(b->state, v->after.state) && b->verdict == v->after.verdict &&
		    strcmp(b->normative.hex, v->after.normative.hex) == 0)
			return true;
	}
	return false;
}

/* The state was claimed already, for another text. */
static bool changed_under_claim(const struct views *v)
{
	if (!has_state(v, v->after.state))
		return false;
	for (int i = 0; i < v->c->nr_parents; i++)
		if (v->before[i].a && slice_eq(v->before[i].state, v->after.state) &&
		    strcmp(v->before[i].normative.hex, v->after.normative.hex) == 0)
			return false;
	return true;
}

static void judge_approval(struct findings *out, const struct views *v,
			   const struct verify_policy *policy)
{
	enum verify_severity unproven = policy->require_proof ? VERIFY_VIOLATION : VERIFY_WARNING;
	struct slice state = v->after.state;
	const char *path = v->c->path;
	int line = v->after.a->state_line;

	if (v->after.verdict == APPROVAL_NONE || verdict_is_old(v))
		return;
	if (v->after.verdict == APPROVAL_REPLAYED && v->c->now)
		findings_add(out, VERIFY_WARNING, "approval", path, line,
			     "%.*s was approved once: the remote has withdrawn or renewed it since",
			     (int)state.len, state.at);
	if (approval_holds(v->after.verdict))
		return;
	if (v->after.verdict == APPROVAL_FORGED)
		findings_add(out, VERIFY_VIOLATION, "approval", path, line,
			     "%.*s is not what was approved: %s", (int)state.len, state.at,
			     v->after.why);
	else if (v->after.verdict == APPROVAL_STALE)
		findings_add(out, VERIFY_VIOLATION, "approval", path, line,
			     "%.*s is stale: the text changed after it was approved",
			     (int)state.len, state.at);
	else if (changed_under_claim(v))
		findings_add(out, unproven, "approval", path, line,
			     "%.*s is stale: the text changed, and no approval is on record",
			     (int)state.len, state.at);
	else
		findings_add(out, unproven, "approval", path, line,
			     "%.*s is claimed, unproven: no approval is on record", (int)state.len,
			     state.at);
}

/* --- all of it ------------------------------------------------------------------------------ */

static void judge_deletion(struct findings *out, const struct verify_change *c)
{
	/* what a parent had not, or no more, is not deleted by this commit */
	for (int i = 0; i < c->nr_parents; i++)
		if (oid_none(&c->before[i].oid))
			return;
	if (!c->has_reason)
		findings_add(out, c->reason_open ? VERIFY_WARNING : VERIFY_VIOLATION, "deletion",
			     c->path, 0,
			     "deleting needs a reason, in the body of the commit message");
}

static void judge_readable(struct findings *out, const struct views *v,
			   const struct verify_policy *policy)
{
	if (!text_is_old(v->c)) {
		judge_text(out, v);
		judge_transition(out, v);
	}
	if (!v->after.a->markers)
		judge_approval(out, v, policy);
}

void verify_change(struct findings *out, const struct verify_change *c,
		   const struct verify_policy *policy)
{
	struct views v;

	if (oid_none(&c->after.oid)) {
		judge_deletion(out, c);
		return;
	}
	views_open(&v, c);
	if (v.after.a)
		judge_readable(out, &v, policy);
	else if (!text_is_old(c))
		findings_add(out, VERIFY_VIOLATION, "unreadable", c->path, 0,
			     "the text is larger than %d bytes", ARTIFACT_MAX_BYTES);
	views_close(&v);
}

bool verify_needs_parent(const struct verify_change *c)
{
	const struct kind_state *to;
	struct views v;
	bool needs;

	if (oid_none(&c->after.oid) || !c->kind->parent_kind || text_is_old(c))
		return false;
	views_open(&v, c);
	to = kind_state(c->kind, v.after.state);
	needs = to && !to->initial && to->rank != KIND_UNRANKED && !has_state(&v, v.after.state);
	views_close(&v);
	return needs;
}
