/* One step of one artifact, in events. */
#include "artifact/changes.h"
#include "sync/watch_row.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define SECTIONS_SHOWN 3

static struct watch_event event_of(const struct watch_step *s, const char *what)
{
	return (struct watch_event){
		.what = what,
		.uid = s->row->uid,
		.kind = s->row->kind,
		.label = s->row->label,
		.path = s->row->path,
		.title = s->row->title,
		.who = s->who,
		.at = s->at,
		.rev = s->rev,
		.revision = s->after->revision.hex,
	};
}

static char *copy(struct slice text)
{
	return text.at ? mem_strndup(text.at, text.len) : NULL;
}

static err_t tell(const struct watch_tell *t, struct watch_event *e)
{
	err_t err = t->event(t->ctx, e);

	free(e->from);
	free(e->to);
	return err;
}

static err_t tell_plain(const struct watch_step *s, const struct watch_tell *t, const char *what,
			const char *from, const char *to)
{
	struct watch_event e = event_of(s, what);

	e.from = from ? mem_strdup(from) : NULL;
	e.to = to ? mem_strdup(to) : NULL;
	return tell(t, &e);
}

static const char *word_of(enum text_change_what what)
{
	switch (what) {
	case TEXT_CHANGE_STATE:
		return "state";
	case TEXT_CHANGE_TITLE:
		return "title";
	case TEXT_CHANGE_CHECKED:
		return "checked";
	case TEXT_CHANGE_ADDED:
		return "added";
	case TEXT_CHANGE_REMOVED:
		return "removed";
	case TEXT_CHANGE_EDITED:
	case TEXT_CHANGE_OTHER:
	default:
		return "edited";
	}
}

static bool is_section(const struct text_change *c)
{
	return c->what == TEXT_CHANGE_EDITED || c->what == TEXT_CHANGE_ADDED ||
	       c->what == TEXT_CHANGE_REMOVED;
}

static err_t tell_change(const struct watch_step *s, const struct watch_tell *t,
			 const struct text_change *c)
{
	struct watch_event e = event_of(s, word_of(c->what));

	e.from = copy(c->from);
	e.to = copy(c->to);
	if (c->what == TEXT_CHANGE_REMOVED) {
		e.to = e.from;
		e.from = NULL;
	}
	e.done = c->done;
	e.total = c->total;
	return tell(t, &e);
}

/* Many sections are one event with their number. */
static err_t tell_changes(const struct watch_step *s, const struct watch_tell *t,
			  const struct text_changes *c)
{
	struct watch_event many = event_of(s, "edited");

	for (size_t i = 0; i < c->len; i++)
		many.total += is_section(&c->at[i]);
	for (size_t i = 0; i < c->len; i++)
		if (many.total <= SECTIONS_SHOWN || !is_section(&c->at[i]))
			TRY(tell_change(s, t, &c->at[i]));
	return many.total > SECTIONS_SHOWN ? tell(t, &many) : NULL;
}

/* A new id stands in the title line, too. */
static bool is_of_name(const struct text_changes *c, bool renamed)
{
	return renamed && c->len == 1 && c->at[0].what == TEXT_CHANGE_OTHER;
}

static err_t tell_texts(const struct watch_step *s, const struct watch_tell *t, bool renamed)
{
	struct artifact *a = artifact_parse(slice_str(s->before->text), s->kind, s->before->path);
	struct artifact *b = artifact_parse(slice_str(s->after->text), s->kind, s->after->path);
	struct text_changes c;
	err_t err = NULL;

	text_changes_find(&c, a, b);
	if (!is_of_name(&c, renamed))
		err = tell_changes(s, t, &c);
	text_changes_release(&c);
	artifact_free(a);
	artifact_free(b);
	return err;
}

err_t watch_tell_step(const struct watch_step *s, const struct watch_tell *t)
{
	const struct watch_text *before = s->before, *after = s->after;
	bool renamed = before->path && strcmp(before->path, after->path) != 0;

	if (!after->exists)
		return before->known && !before->exists ? NULL
							: tell_plain(s, t, "deleted", NULL, NULL);
	if (before->known && !before->exists)
		return tell_plain(s, t, rev_none(&before->revision) ? "new" : "restored", NULL,
				  s->row->state);
	if (renamed)
		TRY(tell_plain(s, t, "renamed", before->path, after->path));
	if (before->known && oid_eq(&before->oid, &after->oid))
		return NULL;
	if (!before->text || !after->text)
		return tell_plain(s, t, "edited", NULL, NULL);
	return tell_texts(s, t, renamed);
}
