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

char *approval_path(const char *kind, const char *label)
{
	struct label parsed;

	/* a provisional label is another one soon */
	if (!kind[0] || !label_parse(&parsed, slice_str(label)) || parsed.num < 0)
		return NULL;
	return mem_printf(APPROVAL_DIR "%s/%s", kind, label);
}

bool approval_is_path(const struct kinds *kinds, const char *path)
{
	size_t dir = strlen(APPROVAL_DIR);
	const char *slash;
	struct label label;
	scoped_free char *kind = NULL;

	if (strncmp(path, APPROVAL_DIR, dir) != 0)
		return false;
	slash = strchr(path + dir, '/');
	if (!slash || !label_parse(&label, slice_str(slash + 1)))
		return false;
	kind = mem_strndup(path + dir, (size_t)(slash - path) - dir);
	return kinds_find(kinds, kind) != NULL;
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

/* False for a line that is no approval; *blank: and needs not be one. */
static bool take_line(struct approval *out, bool *blank, struct slice line)
{
	struct slice rest = slice_trim(line), state, at;
	struct approval a = {0};

	*blank = !rest.len || rest.at[0] == '#';
	if (*blank)
		return false;
	state = word(&rest);
	if (!state.len || !take_sha256(&a.normative, word(&rest)))
		return false;
	at = word(&rest);
	if (!at.len || !take_number(&a.rev, word(&rest)) || !take_sha256(&a.chain, word(&rest)) ||
	    !rest.len)
		return false;
	a.state = mem_strndup(state.at, state.len);
	a.at = mem_strndup(at.at, at.len);
	a.approver = mem_strndup(rest.at, rest.len);
	*out = a;
	return true;
}

void approval_read(struct approvals *out, int *bad_line, struct slice record)
{
	struct approvals list = {0};
	struct slice line;
	size_t cap = 0;
	bool blank;

	*bad_line = 0;
	for (int number = 1; slice_line(&record, &line); number++) {
		struct approval a;

		if (take_line(&a, &blank, line)) {
			MEM_GROW(list.at, list.len, cap);
			list.at[list.len++] = a;
		} else if (!blank && !*bad_line) {
			*bad_line = number;
		}
	}
	*out = list;
}

enum approval_verdict approval_judge(const struct kind *kind, struct slice state,
				     const char *normative, struct slice record)
{
	const struct kind_state *s = kind_state(kind, state);
	enum approval_verdict verdict = APPROVAL_CLAIMED;
	struct approvals list;
	int bad;

	if (!s || !s->gate)
		return APPROVAL_NONE;
	approval_read(&list, &bad, record);
	for (size_t i = 0; i < list.len && verdict != APPROVAL_PROVEN; i++) {
		if (!slice_is(state, list.at[i].state))
			continue;
		verdict = strcmp(list.at[i].normative.hex, normative) == 0 ? APPROVAL_PROVEN
									     : APPROVAL_STALE;
	}
	approvals_release(&list);
	return verdict;
}

/* --- writing -------------------------------------------------------------------------------- */

static void write_line(FILE *out, const struct approval *a)
{
	fprintf(out, "%s %s %s %ld %s %s\n", a->state, a->normative.hex, a->at, a->rev,
		a->chain.hex, a->approver);
}

static const struct approval *of_state(const struct approvals *list, const char *state)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->at[i].state, state) == 0)
			return &list->at[i];
	return NULL;
}

/* The lines that stay, and which of `now` they are newer than or equal to. */
static size_t keep_lines(FILE *out, bool *there, struct slice record, const struct kind *kind,
			 struct slice state, const struct approvals *now)
{
	struct slice line;
	size_t kept = 0;
	bool blank;

	while (slice_line(&record, &line)) {
		struct approval old = {0};
		const struct approval *new;

		if (!take_line(&old, &blank, line)) {
			if (!blank || line.at[0] == '#')
				fwrite(line.at, 1, line.len, out);
			continue;
		}
		new = of_state(now, old.state);
		if (!approval_withdrawn(kind, slice_str(old.state), state)) {
			if (new && new->rev > old.rev) {
				write_line(out, new);
			} else {
				fwrite(line.at, 1, line.len, out);
				if (line.at[line.len - 1] != '\n')
					fputc('\n', out);
			}
			if (new)
				there[new - now->at] = true;
			kept++;
		}
		approval_release(&old);
	}
	return kept;
}

char *approval_record(size_t *len, struct slice record, const struct kind *kind, const char *name,
		      struct slice state, const struct approvals *now)
{
	scoped_free bool *there = mem_alloc(now->len + 1);
	struct mem_stream s;
	char *text;
	size_t kept;

	mem_stream_open(&s);
	if (!record.len)
		fprintf(s.file,
			"# Approvals of %s %s: state, hash of the normative text, time, revision "
			"and chain hash of the remote, approver\n", kind->name, name);
	kept = keep_lines(s.file, there, record, kind, state, now);
	for (size_t i = 0; i < now->len; i++) {
		if (there[i] || approval_withdrawn(kind, slice_str(now->at[i].state), state))
			continue;
		write_line(s.file, &now->at[i]);
		kept++;
	}
	text = mem_stream_close(&s, len);
	if (!kept)
		*len = 0;
	return text;
}
