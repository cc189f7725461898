#include "git/ours.h"
#include "git/odb_tree.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME ".agent"

static bool in_tree(struct ours *out, const struct repo *r, const char *id)
{
	scoped(odb_release) struct odb_object tree = {0};
	struct odb_walk w;
	struct odb_entry e;
	char hex[OID_HEX + 1];

	*out = (struct ours){""};
	if (!odb_read_tree(&w, &tree, r->odb, id))
		return false;
	while (odb_next(&e, &w)) {
		if (strcmp(e.name, NAME) != 0)
			continue;
		odb_hex(hex, e.id);
		snprintf(out->entry, sizeof(out->entry), "%o %s", e.mode, hex);
	}
	return !w.bad;
}

bool ours_in_commit(struct ours *out, const struct repo *r, const char *commit)
{
	struct odb_commit c;

	return odb_read_commit(&c, r->odb, commit) && in_tree(out, r, c.tree);
}

bool ours_same(const struct repo *r, const char *a, const char *b)
{
	struct ours in_a, in_b;

	return ours_in_commit(&in_a, r, a) && ours_in_commit(&in_b, r, b) && ours_eq(&in_a, &in_b);
}

/* The last line of logs/HEAD: "<old> <new> Name <mail> time zone TAB message". */
static bool last_step(char from[OID_HEX + 1], char to[OID_HEX + 1], const struct repo *r)
{
	size_t len = 0, at;
	scoped_free char *bytes = repo_slurp_at(r->gitdir, "logs/HEAD", &len);

	if (!bytes || !len || bytes[len - 1] != '\n')
		return false;
	for (at = len - 1; at > 0 && bytes[at - 1] != '\n';)
		at--;
	return repo_take_id(from, bytes + at) && bytes[at + OID_HEX] == ' ' &&
	       repo_take_id(to, bytes + at + OID_HEX + 1);
}

static bool head_commit(char out[OID_HEX + 1], struct repo *r)
{
	struct repo_head head;
	err_t err = repo_head(&head, r);
	bool failed = err != NULL;

	err_free(err);
	if (!failed)
		memcpy(out, head.commit, sizeof(head.commit));
	return !failed && out[0];
}

bool ours_unmoved(struct repo *r)
{
	char from[OID_HEX + 1], to[OID_HEX + 1], head[OID_HEX + 1];

	return head_commit(head, r) && last_step(from, to, r) && strcmp(to, head) == 0 &&
	       ours_same(r, from, to);
}

bool ours_staged_nothing(struct repo *r)
{
	char head[OID_HEX + 1];
	struct ours staged, committed;

	return ours_in_index(&staged, r) && head_commit(head, r) &&
	       ours_in_commit(&committed, r, head) && ours_eq(&staged, &committed);
}

bool ours_passed_by(const struct repo *r, const char *from, const char *to)
{
	char at[OID_HEX + 1];
	struct odb_commit commit;
	struct ours before, now;

	if (!ours_in_commit(&before, r, from))
		return false;
	snprintf(at, sizeof(at), "%s", to);
	for (int step = 0; strcmp(at, from) != 0; step++) {
		if (step == OURS_STEPS || !odb_read_commit(&commit, r->odb, at) ||
		    commit.parents != 1 || !in_tree(&now, r, commit.tree) ||
		    !ours_eq(&now, &before))
			return false;
		memcpy(at, commit.parent, sizeof(at));
	}
	return true;
}

bool ours_steps(struct strs *commits, const struct repo *r, const char *from, const char *to)
{
	char at[OID_HEX + 1];
	struct odb_commit commit;

	snprintf(at, sizeof(at), "%s", to);
	strs_add(commits, at);
	for (int step = 0; strcmp(at, from) != 0; step++) {
		if (step == OURS_STEPS || !odb_read_commit(&commit, r->odb, at) ||
		    commit.parents != 1)
			return false;
		memcpy(at, commit.parent, sizeof(at));
		strs_add(commits, at);
	}
	return true;
}
