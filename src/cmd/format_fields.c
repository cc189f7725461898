/* What --format can show of an artifact, and of a revision. */
#include "cmd/format.h"
#include "cmd/output.h"
#include "util/clock.h"
#include "util/mem.h"

#include <inttypes.h>
#include <string.h>

#define FIELD(name, of, expression)                                                \
	static char *name(const struct session *s, const void *subject)            \
	{                                                                          \
		const of *o = subject;                                             \
                                                                                   \
		return expression;                                                 \
	}

static char *date(int64_t time, bool with_time)
{
	char when[21];

	clock_format(time, when);
	if (!with_time)
		when[strcspn(when, "T")] = '\0';
	return mem_strdup(when);
}

static char *unix_time(int64_t time)
{
	return mem_printf("%" PRId64, time);
}

/* --- artifacts ------------------------------------------------------------------------------ */

#define ART(name, expression) FIELD(art_##name, struct art, expression)
#define STORED(text) (o->uid[0] ? (text) : mem_strdup(""))
ART(id, mem_strdup(o->label))
ART(name, session_long_name(s, o))
ART(uid, mem_strdup(o->uid))
ART(kind, mem_strdup(o->kind))
ART(scope, mem_strdup(o->scope))
ART(title, mem_strdup(o->title))
ART(state, mem_strdup(o->state))
ART(path, mem_strdup(o->path))
ART(flag, mem_strdup(output_flag(o)))
ART(author, mem_strdup(o->author))
ART(updated, STORED(date(o->time, true)))
ART(updated_short, STORED(date(o->time, false)))
ART(updated_unix, STORED(unix_time(o->time)))
ART(approval, mem_strdup(o->approval))
ART(revision, mem_strdup(o->head.hex))
ART(oid, mem_strdup(o->oid.hex))

const struct format_field format_of_art[] = {
	{"id", art_id},
	{"name", art_name},
	{"uid", art_uid},
	{"kind", art_kind},
	{"scope", art_scope},
	{"title", art_title},
	{"state", art_state},
	{"path", art_path},
	{"flag", art_flag},
	{"author", art_author},
	{"updated", art_updated},
	{"updated:short", art_updated_short},
	{"updated:unix", art_updated_unix},
	{"approval", art_approval},
	{"revision", art_revision},
	{"oid", art_oid},
	{NULL, NULL},
};

/* --- revisions ------------------------------------------------------------------------------ */

static char *parents(const struct revision *r)
{
	return mem_printf("%s%s%s", r->parents[0].hex, r->parents[1].hex[0] ? " " : "",
			  r->parents[1].hex);
}

/* "Ann <ann@x>": the name; all of it where there is no '<'. */
static char *author_name(const char *author)
{
	size_t len = strcspn(author, "<");

	while (len && author[len - 1] == ' ')
		len--;
	return mem_strndup(author, len);
}

static char *author_mail(const char *author)
{
	const char *mail = strchr(author, '<');

	return mail ? mem_strndup(mail + 1, strcspn(mail + 1, ">")) : mem_strdup("");
}

#define REV(name, expression) FIELD(rev_##name, struct format_rev, expression)
REV(revision, mem_strdup(o->rev->id.hex))
REV(revision_short, mem_strndup(o->rev->id.hex, 12))
REV(parents, parents(o->rev))
REV(oid, mem_strdup(o->rev->oid.hex))
REV(path, mem_strdup(o->rev->path))
REV(author, mem_strdup(o->rev->author))
REV(author_name, author_name(o->rev->author))
REV(author_mail, author_mail(o->rev->author))
REV(time, date(o->rev->time, true))
REV(time_short, date(o->rev->time, false))
REV(time_unix, unix_time(o->rev->time))
REV(how, mem_strdup(revision_how_name(o->rev->how)))
REV(subject, mem_strndup(o->rev->message, strcspn(o->rev->message, "\n")))
REV(message, mem_strdup(o->rev->message))
REV(mark, mem_strdup(o->mark ? o->mark : ""))
REV(id, mem_strdup(o->art->label))
REV(name, session_long_name(s, o->art))
REV(uid, mem_strdup(o->art->uid))
REV(kind, mem_strdup(o->art->kind))

const struct format_field format_of_rev[] = {
	{"revision", rev_revision},
	{"revision:short", rev_revision_short},
	{"parents", rev_parents},
	{"oid", rev_oid},
	{"path", rev_path},
	{"author", rev_author},
	{"author:name", rev_author_name},
	{"author:mail", rev_author_mail},
	{"time", rev_time},
	{"time:short", rev_time_short},
	{"time:unix", rev_time_unix},
	{"how", rev_how},
	{"subject", rev_subject},
	{"message", rev_message},
	{"mark", rev_mark},
	{"id", rev_id},
	{"name", rev_name},
	{"uid", rev_uid},
	{"kind", rev_kind},
	{NULL, NULL},
};
