#include "artifact/approval.h"
#include "artifact/label.h"
#include "util/mem.h"

#include <stdlib.h>

void approval_release(struct approval *a)
{
	free(a->state);
	free(a->at);
	free(a->approver);
	*a = (struct approval){0};
}

void approvals_release(struct approvals *list)
{
	for (size_t i = 0; i < list->len; i++)
		approval_release(&list->at[i]);
	free(list->at);
	*list = (struct approvals){0};
}

void approval_known_release(struct approval_known *k)
{
	approvals_release(&k->list);
	strs_release(&k->labels);
	*k = (struct approval_known){0};
}

char *approval_path(const char *kind, const char *label)
{
	struct label parsed;

	/* a provisional label is another one soon */
	if (!kind[0] || !label_parse(&parsed, slice_str(label)) || parsed.num < 0)
		return NULL;
	return mem_printf(APPROVAL_DIR "%s/%s", kind, label);
}

struct approval_name approval_name(const struct kinds *kinds, const char *path)
{
	size_t dir = strlen(APPROVAL_DIR);
	struct approval_name none = {NULL, ""};
	const char *slash;
	struct label label;
	scoped_free char *kind = NULL;

	if (strncmp(path, APPROVAL_DIR, dir) != 0)
		return none;
	slash = strchr(path + dir, '/');
	if (!slash || !label_parse(&label, slice_str(slash + 1)))
		return none;
	kind = mem_strndup(path + dir, (size_t)(slash - path) - dir);
	return (struct approval_name){kinds_find(kinds, kind), slash + 1};
}

bool approval_is_path(const struct kinds *kinds, const char *path)
{
	return approval_name(kinds, path).kind != NULL;
}

bool approval_withdrawn(const struct kind *kind, struct slice approved, struct slice state)
{
	const struct kind_state *then = kind_state(kind, approved), *now = kind_state(kind, state);

	return then && now && now->rank != KIND_UNRANKED && now->rank < then->rank;
}

/* --- reading -------------------------------------------------------------------------------- */

static struct slice word(struct slice *rest)
{
	struct slice out;
	size_t n = 0;

	while (n < rest->len && rest->at[n] != ' ')
		n++;
	out = slice_of(rest->at, n);
	n += n < rest->len;
	*rest = slice_of(rest->at + n, rest->len - n);
	return out;
}

static bool take_sha256(struct sha256 *out, struct slice text)
{
	if (text.len != SHA256_HEX)
		return false;
	memcpy(out->hex, text.at, SHA256_HEX);
	out->hex[SHA256_HEX] = '\0';
	return hash_is_hex(out->hex, SHA256_HEX);
}

static bool take_number(long *out, struct slice text)
{
	if (!text.len || text.len > 18)
		return false;
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*out = *out * 10 + (text.at[i] - '0');
	}
	return true;
}

static bool take_uid(char *out, struct slice text)
{
	if (text.len != UID_LEN)
		return false;
	for (size_t i = 0; i < UID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (!strchr(dash ? "-" : "0123456789abcdef", text.at[i]) || !text.at[i])
			return false;
	}
	memcpy(out, text.at, UID_LEN);
	out[UID_LEN] = '\0';
	return true;
}

/* Over everything that the line says, and what the record is of. */
static struct sha256 seal_of(const struct approval *a, const struct approval_name *name)
{
	scoped_free char *text = mem_printf(
		"approval\n%s\n%s\n%s\n%s\n%s\n%s\n%ld\n%s\n%s\n", name->kind->name,
		name->label, a->uid, a->state, a->normative.hex, a->at, a->rev, a->chain.hex,
		a->approver);

	return hash_sha256(slice_str(text));
}

/* False for a line that is no approval; *blank: and needs not be one. */
static bool take_line(struct approval *out, bool *blank, struct slice line,
		      const struct approval_name *name)
{
	struct slice rest = slice_trim(line), state, at;
	struct sha256 seal, right;
	struct approval a = {0};

	*blank = !rest.len || rest.at[0] == '#';
	if (*blank)
		return false;
	state = word(&rest);
	if (!state.len || !take_sha256(&a.normative, word(&rest)))
		return false;
	at = word(&rest);
	if (!at.len || !take_number(&a.rev, word(&rest)) || !take_sha256(&a.chain, word(&rest)) ||
	    !take_uid(a.uid, word(&rest)) || !take_sha256(&seal, word(&rest)) || !rest.len)
		return false;
	a.state = mem_strndup(state.at, state.len);
	a.at = mem_strndup(at.at, at.len);
	a.approver = mem_strndup(rest.at, rest.len);
	right = seal_of(&a, name);
	a.broken = strcmp(right.hex, seal.hex) != 0;
	*out = a;
	return true;
}

void approval_read(struct approvals *out, int *bad_line, struct slice record,
		   const struct approval_name *name)
{
	struct approvals list = {0};
	struct slice line;
	size_t cap = 0;
	bool blank;

	*bad_line = 0;
	for (int number = 1; slice_line(&record, &line); number++) {
		struct approval a;

		if (take_line(&a, &blank, line, name)) {
			MEM_GROW(list.at, list.len, cap);
			list.at[list.len++] = a;
		} else if (!blank && !*bad_line) {
			*bad_line = number;
		}
	}
	*out = list;
}

/* --- writing -------------------------------------------------------------------------------- */

static void write_line(FILE *out, const struct approval *a, const struct approval_name *name)
{
	fprintf(out, "%s %s %s %ld %s %s %s %s\n", a->state, a->normative.hex, a->at, a->rev,
		a->chain.hex, a->uid, seal_of(a, name).hex, a->approver);
}

static void keep_line(FILE *out, struct slice line)
{
	fwrite(line.at, 1, line.len, out);
	if (!line.len || line.at[line.len - 1] != '\n')
		fputc('\n', out);
}

static const struct approval *of_state(const struct approvals *list, const char *state)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->at[i].state, state) == 0)
			return &list->at[i];
	return NULL;
}

/* A clone that never heard of the remote has the artifact under a uid of its own; but where another
 * artifact has the label that ours had, such a line is more likely its. */
static bool is_of_other(const struct approval_of *of, const struct approval *a)
{
	bool own = strcmp(a->uid, of->uid) == 0;

	return of->others &&
	       (strs_has(of->others, a->uid) || (of->gone && of->others->len && !own));
}

static const struct approval_known *known_of(void *ctx, const char *uid)
{
	const struct approval_of *of = ctx;

	return strcmp(uid, of->uid) == 0 ? of->known : NULL;
}

/* Git may have brought something newer than what is known here. */
static bool may_stay(const struct approval_of *of, const struct approval *old,
		     const struct approval *now)
{
	struct approval_witness witness = {known_of, (void *)of};
	const char *why;

	if (!now)
		return true;
	return old->rev >= now->rev && strcmp(old->uid, of->uid) == 0 &&
	       approval_trust(&why, old, &of->name, &witness) != APPROVAL_REFUTED;
}

/* A line of the record as it is; *there: states that need no line any more. */
static bool take_over(FILE *out, bool *there, struct slice line, const struct approval *old,
		      const struct approval_of *of)
{
	const struct approvals *known = &of->known->list;
	const struct approval *now;

	if (is_of_other(of, old)) {
		keep_line(out, line);
		return true;
	}
	if (of->gone || approval_withdrawn(of->name.kind, slice_str(old->state), of->state))
		return false;
	now = of_state(known, old->state);
	if (may_stay(of, old, now)) {
		keep_line(out, line);
	} else if (!there[now - known->at]) {
		write_line(out, now, &of->name);
	} else {
		return false;
	}
	if (now)
		there[now - known->at] = true;
	return true;
}

/* How many lines stay. */
static size_t keep_lines(FILE *out, bool *there, struct slice record, const struct approval_of *of)
{
	struct slice line;
	size_t kept = 0;
	bool blank;

	while (slice_line(&record, &line)) {
		struct approval old = {0};

		if (take_line(&old, &blank, line, &of->name))
			kept += take_over(out, there, line, &old, of);
		else if (!blank || line.at[0] == '#')
			fwrite(line.at, 1, line.len, out);
		approval_release(&old);
	}
	return kept;
}

char *approval_without(size_t *len, struct slice record, const struct approval_name *name,
		       const char *normative)
{
	scoped(approvals_release) struct approvals all = {0};
	scoped(strs_release) struct strs theirs = {0};
	struct mem_stream s;
	struct slice line;
	bool blank;
	int bad;

	approval_read(&all, &bad, record, name);
	for (size_t i = 0; i < all.len; i++)
		if (strcmp(all.at[i].normative.hex, normative) == 0)
			strs_add(&theirs, all.at[i].uid);
	mem_stream_open(&s);
	while (slice_line(&record, &line)) {
		struct approval a = {0};

		if (!take_line(&a, &blank, line, name) || !strs_has(&theirs, a.uid))
			fwrite(line.at, 1, line.len, s.file);
		approval_release(&a);
	}
	return mem_stream_close(&s, len);
}

char *approval_record(size_t *len, struct slice record, const struct approval_of *of)
{
	const struct approvals *now = &of->known->list;
	scoped_free bool *there = mem_alloc(now->len + 1);
	struct mem_stream s;
	char *text;
	size_t kept;

	mem_stream_open(&s);
	if (!record.len)
		fprintf(s.file,
			"# Approvals of %s %s: state, hash of the normative text, time, revision "
			"and chain hash of the remote, uid, seal, approver\n", of->name.kind->name,
			of->name.label);
	kept = keep_lines(s.file, there, record, of);
	for (size_t i = 0; i < now->len && !of->gone; i++) {
		if (there[i] ||
		    approval_withdrawn(of->name.kind, slice_str(now->at[i].state), of->state))
			continue;
		write_line(s.file, &now->at[i], &of->name);
		kept++;
	}
	text = mem_stream_close(&s, len);
	if (!kept)
		*len = 0;
	return text;
}
