#include "artifact/revision.h"
#include "util/mem.h"

#include <inttypes.h>
#include <stdlib.h>

/* Part of every id: an entry may be added, never renamed. */
static const char *const how_names[] = {
	[HOW_CREATE] = "create",
	[HOW_EDIT] = "edit",
	[HOW_STATE] = "state",
	[HOW_HAND] = "hand",
	[HOW_DISCARD] = "discard",
	[HOW_COMMIT] = "commit",
	[HOW_MERGE] = "merge",
	[HOW_RESTORE] = "restore",
	[HOW_MOVE] = "move",
	[HOW_DELETE] = "delete",
};
#define NR_HOWS (sizeof(how_names) / sizeof(*how_names))

const char *revision_how_name(enum revision_how how)
{
	BUG_ON((size_t)how >= NR_HOWS);
	return how_names[how];
}

bool revision_how_parse(enum revision_how *out, const char *name)
{
	for (size_t i = 0; i < NR_HOWS; i++) {
		if (strcmp(how_names[i], name) == 0) {
			*out = (enum revision_how)i;
			return true;
		}
	}
	return false;
}

/* An absent parent comes last, whatever the byte order says. */
static void sort_parents(struct revision *r)
{
	struct rev_id *a = &r->parents[0], *b = &r->parents[1];
	struct rev_id first = *b;

	if (rev_none(b) || (!rev_none(a) && strcmp(a->hex, b->hex) <= 0))
		return;
	*b = *a;
	*a = first;
}

/* A netstring: no two lists of fields can have the same encoding. */
static void field(FILE *out, const char *text)
{
	if (!text)
		text = "";
	fprintf(out, "%zu:%s,", strlen(text), text);
}

void revision_seal(struct revision *r, const char *uid)
{
	struct mem_stream s;
	scoped_free char *bytes = NULL;
	size_t len;

	sort_parents(r);
	mem_stream_open(&s);
	fputs("git-agent revision 1\n", s.file);
	field(s.file, uid);
	for (int i = 0; i < REVISION_PARENTS; i++)
		field(s.file, r->parents[i].hex);
	field(s.file, r->oid.hex);
	field(s.file, r->path);
	field(s.file, r->author);
	fprintf(s.file, "%" PRId64 ",", r->time);
	field(s.file, revision_how_name(r->how));
	field(s.file, r->message);
	bytes = mem_stream_close(&s, &len);
	memcpy(r->id.hex, hash_sha256(slice_of(bytes, len)).hex, sizeof(r->id.hex));
}

static char *copy_text(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

struct revision revision_copy(const struct revision *r)
{
	struct revision copy = *r;

	copy.path = copy_text(r->path);
	copy.author = copy_text(r->author);
	copy.message = copy_text(r->message);
	return copy;
}

void revision_release(struct revision *r)
{
	free(r->path);
	free(r->author);
	free(r->message);
	*r = (struct revision){0};
}
