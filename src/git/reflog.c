#include "git/reflog.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* Line: "<old> <new> Name <mail> time zone TAB message". */
static bool new_id(char out[OID_HEX + 1], const char *line, size_t len)
{
	if (len < 2 * OID_HEX + 1 || line[OID_HEX] != ' ' || !repo_take_id(out, line + OID_HEX + 1))
		return false;
	return strspn(out, "0") != OID_HEX;
}

/* Where the entries after the mark begin; 0 when the mark says nothing about this file. */
static size_t start_of(const char *bytes, size_t len, const char *mark)
{
	char *end;
	unsigned long long from = strtoull(mark, &end, 10);

	if (end == mark || *end != ':' || from == 0 || from > len || bytes[from - 1] != '\n')
		return 0;
	return (size_t)from;
}

/* The entry that ends at *end; moves *end to the one before. */
static bool entry_before(char id[OID_HEX + 1], const char *bytes, size_t from, size_t *end)
{
	size_t at = *end - 1, last = *end;	/* over the line end */

	while (at > from && bytes[at - 1] != '\n')
		at--;
	*end = at;
	return new_id(id, bytes + at, last - at);
}

bool reflog_only(const struct repo *r, const char *mark, const struct strs *commits)
{
	size_t len = 0, from;
	scoped_free char *bytes = repo_slurp_at(r->gitdir, "logs/HEAD", &len);
	char id[OID_HEX + 1];

	from = bytes ? start_of(bytes, len, mark) : 0;
	if (!from)
		return false;
	for (size_t end = len; end > from;)
		if (!entry_before(id, bytes, from, &end) || !strs_has(commits, id))
			return false;
	return true;
}

err_t reflog_since(struct strs *out, struct repo *r, const char *mark)
{
	struct repo_head head;
	size_t len = 0, from;
	scoped_free char *bytes = repo_slurp_at(r->gitdir, "logs/HEAD", &len);
	char id[OID_HEX + 1];

	TRY(repo_head(&head, r));
	if (head.commit[0])
		strs_add(out, head.commit);
	if (!bytes)
		return NULL;
	from = start_of(bytes, len, mark);
	for (size_t end = len, lines = 0; end > from && lines < REFLOG_MAX; lines++)
		if (entry_before(id, bytes, from, &end) && !strs_has(out, id))
			strs_add(out, id);
	return NULL;
}
