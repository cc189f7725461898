/* What a record proves: by itself, and with what the remote is known to have said. */
#include "artifact/approval.h"

static bool is_zero(const struct sha256 *hash)
{
	return strspn(hash->hex, "0") == strlen(hash->hex);
}

/* The remote's own words at that revision against the line's. */
static const char *contradicts(const struct approval *line, const struct approval *known)
{
	if (strcmp(line->state, known->state) != 0)
		return "the remote acknowledged another state at that revision";
	if (!is_zero(&known->normative) && strcmp(line->normative.hex, known->normative.hex) != 0)
		return "the remote acknowledged another text";
	if (strcmp(line->approver, known->approver) != 0)
		return "the remote knows another approver";
	if (!is_zero(&known->chain) && strcmp(line->chain.hex, known->chain.hex) != 0)
		return "the remote's chain has another hash at that revision";
	if (strcmp(line->at, known->at) != 0)
		return "the remote acknowledged it at another time";
	return NULL;
}

/* Not among what is known: it may be older than what is in force, or newer than the last look. */
static const char *missing(const struct approval *line, const struct approval_known *k)
{
	if (line->rev > k->asked)
		return NULL;
	if (k->complete)
		return "the remote does not know of it";
	for (size_t i = 0; i < k->list.len; i++)
		if (strcmp(k->list.at[i].state, line->state) == 0 && k->list.at[i].rev < line->rev)
			return "the remote does not know of it";
	return NULL;
}

/* Whether something at the remote since then has taken its place, or taken it back. */
static bool is_over(const struct approval *line, const struct approval_known *k,
		    const struct kind *kind)
{
	if (!k->list.len && !k->complete && line->rev <= k->asked)
		return true;	/* nothing is in force */
	for (size_t i = 0; i < k->list.len; i++) {
		const struct approval *a = &k->list.at[i];

		if (a->rev > line->rev &&
		    (strcmp(a->state, line->state) == 0 ||
		     approval_withdrawn(kind, slice_str(line->state), slice_str(a->state))))
			return true;
	}
	return false;
}

enum approval_trust approval_trust(const char **why, const struct approval *line,
				   const struct approval_name *name,
				   const struct approval_witness *witness)
{
	const struct approval_known *k;

	*why = NULL;
	if (line->broken) {
		*why = "its line was changed, or is of another artifact";
		return APPROVAL_REFUTED;
	}
	k = witness ? witness->of(witness->ctx, line->uid) : NULL;
	if (!k)
		return APPROVAL_UNASKED;
	if (k->labels.len && !strs_has(&k->labels, name->label)) {
		*why = "it is the approval of another artifact";
		return APPROVAL_REFUTED;
	}
	for (size_t i = 0; i < k->list.len; i++) {
		if (k->list.at[i].rev != line->rev)
			continue;
		*why = contradicts(line, &k->list.at[i]);
		return *why				? APPROVAL_REFUTED
		       : is_over(line, k, name->kind) ? APPROVAL_OVER
						      : APPROVAL_CONFIRMED;
	}
	*why = missing(line, k);
	return *why ? APPROVAL_REFUTED
	       : is_over(line, k, name->kind) ? APPROVAL_OVER : APPROVAL_UNASKED;
}

static enum approval_verdict verdict_of(const char **why, const struct approval *line,
					const struct approval_name *name,
					const char *normative,
					const struct approval_witness *witness)
{
	enum approval_trust trust = approval_trust(why, line, name, witness);

	if (trust == APPROVAL_REFUTED)
		return APPROVAL_FORGED;
	if (strcmp(line->normative.hex, normative) != 0)
		return APPROVAL_STALE;
	return trust == APPROVAL_CONFIRMED ? APPROVAL_PROVEN
	       : trust == APPROVAL_OVER    ? APPROVAL_REPLAYED : APPROVAL_RECORDED;
}

/* Of several lines the best one counts, in the order of the verdicts. */
enum approval_verdict approval_judge(const char **why, const struct approval_name *name,
				     struct slice state, const char *normative,
				     struct slice record, const struct approval_witness *witness)
{
	const struct kind_state *s = kind_state(name->kind, state);
	enum approval_verdict best = APPROVAL_CLAIMED;
	struct approvals list;
	int bad;

	*why = NULL;
	if (!s || !s->gate)
		return APPROVAL_NONE;
	approval_read(&list, &bad, record, name);
	for (size_t i = 0; i < list.len; i++) {
		enum approval_verdict v;
		const char *reason;

		if (!slice_is(state, list.at[i].state))
			continue;
		v = verdict_of(&reason, &list.at[i], name, normative, witness);
		if (v < best) {
			best = v;
			*why = reason;
		}
	}
	approvals_release(&list);
	return best;
}
