#include "artifact/artifact.h"

#include <strings.h>

/* What a section is called, or a line begins with, that names what has to be done before. */
static const char *const need_words[] = {"depends on", "blocked by", "prerequisites",
					 "prerequisite", NULL};

static bool begins(struct slice text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && strncasecmp(text.at, word, len) == 0;
}

static bool is_need_title(struct slice title)
{
	for (const char *const *word = need_words; *word; word++)
		if (title.len == strlen(*word) && begins(title, *word))
			return true;
	return false;
}

/* "- **Depends on**: ": after what marks a list or emphasis. */
static bool is_need_line(struct slice text, size_t at)
{
	size_t from = at;

	while (from && text.at[from - 1] != '\n')
		from--;
	while (from < at && strchr(" \t-*+_", text.at[from]))
		from++;
	for (const char *const *word = need_words; *word; word++)
		if (begins(slice_of(text.at + from, at - from), *word))
			return true;
	return false;
}

bool artifact_link_is_need(const struct artifact *a, const struct link *l)
{
	for (size_t i = l->section; !l->in_link_section && a->sections[i].level > 1;
	     i = a->sections[i].parent) {
		if (is_need_title(artifact_slice(a, a->sections[i].title)))
			return true;
		if (a->sections[i].parent == i)
			break;
	}
	return is_need_line(a->text, l->at.from);
}
