#include "remote/file/share_state.h"

#include "artifact/approval.h"
#include "artifact/artifact.h"

#include <stdlib.h>

static void set(char **to, const char *text)
{
	char *copy = text ? mem_strdup(text) : NULL;

	free(*to);
	*to = copy;
}

static bool is_transition(const struct share_change *c)
{
	return strcmp(c->op.op, "transition") == 0;
}

static char *normative(struct slice text, const struct kind *kind, const char *path)
{
	struct artifact *a = artifact_parse(text, kind, path);
	struct sha256 sha = artifact_normative(a);

	artifact_free(a);
	return mem_strdup(sha.hex);
}

/* What the text says of itself. */
static void read_text(struct share_change *c)
{
	struct slice text = slice_str(c->text);
	struct artifact_brief brief;

	artifact_brief(&brief, text, c->kind, c->next.path);
	c->text_state = mem_strndup(brief.state.at ? brief.state.at : "", brief.state.len);
	free(c->next.title);
	c->next.title =
		c->op.title ? mem_strdup(c->op.title)
			    : mem_strndup(brief.title.at ? brief.title.at : "", brief.title.len);
	free(c->next.normative);
	c->next.normative = normative(text, c->kind, c->next.path);
}

static const struct kind_state *gate(const struct kind *kind, const char *state)
{
	const struct kind_state *s = kind_state(kind, slice_str(state));

	return s && s->gate ? s : NULL;
}

/* A transition is the state field and nothing that was agreed on. */
static void check_transition(struct share_change *c)
{
	struct share_verdict *v = &c->verdict;

	if (c->op.from && strcmp(c->op.from, c->now.state) != 0)
		share_refuse(v, "bad_transition", "'%s' is %s, not %s", c->now.label, c->now.state,
			     c->op.from);
	else if (c->op.state && strcmp(c->op.state, c->op.to) != 0)
		share_refuse(v, "bad_op", "the transition is to %s, the state is %s", c->op.to,
			     c->op.state);
	else if (strcmp(c->next.normative, c->now.normative) != 0)
		share_refuse(v, "bad_op", "a transition changes more than the state");
	else if (strcmp(c->text_state, c->op.to) != 0)
		share_refuse(v, "bad_op", "the text says '%s', the transition %s", c->text_state,
			     c->op.to);
	else if (c->op.normative && *c->op.normative &&
		 strcmp(c->op.normative, c->next.normative) != 0)
		share_refuse(v, "stale_approval", "'%s' is not the text that was approved",
			     c->now.label);
}

static void check_legal(struct share_change *c, const char *to)
{
	bool has_reason = c->op.reason && *c->op.reason;
	const char *why = "";

	/* A gate may be entered once more: that is how a stale approval is renewed. */
	if (strcmp(to, c->now.state) == 0 && (!is_transition(c) || gate(c->kind, to)))
		return;
	if (!kind_transition(c->kind, slice_str(c->now.state), slice_str(to), has_reason, &why))
		share_refuse(&c->verdict, "bad_transition", "%s -> %s: %s", c->now.state, to,
			     why ? why : "not allowed");
}

err_t share_state_check(struct share_change *c)
{
	scoped_free char *to = NULL;

	if (c->next.deleted) {
		set(&c->next.normative, "");
		return NULL;
	}
	read_text(c);
	if (is_transition(c))
		to = mem_strdup(c->op.to);
	else if (c->op.state)
		to = mem_strdup(c->op.state);
	else
		to = mem_strdup(*c->text_state || !c->known ? c->text_state : c->now.state);
	if (c->known)
		check_legal(c, to);
	if (is_transition(c))
		check_transition(c);
	set(&c->next.state, to);
	return NULL;
}

static void approve(struct share_change *c, const char *who, int64_t now, bool imported)
{
	set(&c->next.approval.state, c->next.state);
	set(&c->next.approval.normative, c->next.normative);
	set(&c->next.approval.approver, who);
	c->next.approval.at = now;
	c->next.approval.rev = c->next.rev;
	c->next.approval.imported = imported;
}

/* Back before the gate, its approval is withdrawn; beyond it, or aside, it stays on record. */
static bool withdrawn(const struct share_change *c)
{
	return c->next.approval.state &&
	       approval_withdrawn(c->kind, slice_str(c->next.approval.state),
				  slice_str(c->next.state));
}

static void withdraw(struct share_change *c)
{
	set(&c->next.approval.state, NULL);
	set(&c->next.approval.normative, NULL);
	set(&c->next.approval.approver, NULL);
	c->next.approval.at = c->next.approval.rev = 0;
	c->next.approval.imported = false;
}

err_t share_state_settle(struct share_change *c, const char *who, int64_t now)
{
	const char *approved;

	if (c->next.deleted) {
		c->next.forged = false;
		return NULL;
	}
	if (gate(c->kind, c->next.state) && (is_transition(c) || !c->known)) {
		approve(c, who, now, !c->known);
	} else if (withdrawn(c)) {
		withdraw(c);
		TRY(share_approval_restore(c));
	}
	approved = c->next.approval.state;
	c->next.forged =
		gate(c->kind, c->text_state) && (!approved || strcmp(approved, c->text_state) != 0);
	return NULL;
}
