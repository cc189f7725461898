/* The rules that look beyond one artifact: parents, labels, records; and what is a reason. */
#include "artifact/verify.h"

#include <strings.h>

void verify_parent(struct findings *out, const struct verify_change *c,
		   const struct verify_policy *policy, const struct kind *parent_kind,
		   const char *parent_label, struct slice parent_state)
{
	if (!parent_label) {
		if (policy->require_parent)
			findings_add(out, VERIFY_VIOLATION, "parent", c->path, 0,
				     "it names no %s that is here, and must", parent_kind->name);
		return;
	}
	if (kind_parent_allows(c->kind, parent_kind, parent_state))
		return;
	findings_add(out, VERIFY_VIOLATION, "parent", c->path, 0,
		     "needs %s '%s' to be %s or later; it is %.*s", parent_kind->name, parent_label,
		     c->kind->parent_state, parent_state.len ? (int)parent_state.len : 15,
		     parent_state.len ? parent_state.at : "without a state");
}

/* The same line, as far as a line says anything. */
static bool has_line(struct slice record, struct slice wanted)
{
	struct slice line;

	while (slice_line(&record, &line))
		if (slice_eq(slice_trim(line), slice_trim(wanted)))
			return true;
	return false;
}

static bool is_new_line(struct slice line, const struct slice *before, size_t nr_before)
{
	for (size_t i = 0; i < nr_before; i++)
		if (has_line(before[i], line))
			return false;
	return true;
}

static void judge_line(struct findings *out, const char *path, int number, struct slice line,
		       const struct approval_name *name, const struct approval_witness *witness)
{
	enum approval_trust trust;
	struct approvals one;
	const char *why;
	int bad;

	approval_read(&one, &bad, line, name);
	if (!one.len)
		return;
	trust = approval_trust(&why, &one.at[0], name, witness);
	out->proven += trust == APPROVAL_CONFIRMED;
	out->recorded += trust == APPROVAL_UNASKED;
	if (trust == APPROVAL_REFUTED)
		findings_add(out, VERIFY_VIOLATION, "approval", path, number,
			     "%s is not what was approved: %s", one.at[0].state, why);
	approvals_release(&one);
}

void verify_record(struct findings *out, const char *path, struct slice record,
		   const struct slice *before, size_t nr_before, const struct approval_name *name,
		   const struct approval_witness *witness)
{
	struct slice rest = record, line;
	struct approvals list;
	int bad_line;

	approval_read(&list, &bad_line, record, name);
	approvals_release(&list);
	for (int number = 1; slice_line(&rest, &line); number++)
		if (is_new_line(line, before, nr_before))
			judge_line(out, path, number, line, name, witness);
	if (artifact_has_markers(record))
		findings_add(out, VERIFY_VIOLATION, "markers", path, bad_line,
			     "the record of approvals has conflict markers");
	else if (bad_line)
		findings_add(out, VERIFY_VIOLATION, "approval", path, bad_line,
			     "this line of the record is no approval");
}

void verify_label(struct findings *out, const char *path, const char *other, const char *label,
		  bool together)
{
	if (!together)
		findings_add(out, VERIFY_VIOLATION, "duplicate", path, 0,
			     "'%s' has the label %s, too", other, label);
}

/* --- reasons -------------------------------------------------------------------------------- */

static bool token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-';
}

/* The length of "Signed-off-by" in "Signed-off-by: ..."; 0 for a line that is no trailer. */
static size_t trailer_len(struct slice line)
{
	size_t n = 0;

	while (n < line.len && token_char(line.at[n]))
		n++;
	if (!n || n == line.len || line.at[n] != ':')
		return 0;
	return n + 1 == line.len || line.at[n + 1] == ' ' ? n : 0;
}

bool verify_has_reason(struct slice message)
{
	struct slice line;
	bool subject = true, body = false;

	while (slice_line(&message, &line)) {
		size_t n;

		line = slice_trim(line);
		if (!line.len) {
			body = body || !subject;
			continue;
		}
		n = trailer_len(line);
		if (n == 6 && line.len > 7 && strncasecmp(line.at, "reason", 6) == 0)
			return true;
		if (body && !n)
			return true;
		subject = false;
	}
	return false;
}
