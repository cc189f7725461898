#include "artifact/artifact.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static void list_states(FILE *out, const struct kind *kind)
{
	for (size_t i = 0; i < kind->nr_states; i++)
		fprintf(out, "%s%s", i ? ", " : "", kind->states[i].name);
}

/* Same word, other case. */
static const char *meant(const struct kind *kind, struct slice name)
{
	for (size_t i = 0; i < kind->nr_states; i++) {
		const char *known = kind->states[i].name;

		if (strlen(known) == name.len && strncasecmp(known, name.at, name.len) == 0)
			return known;
	}
	return NULL;
}

static void unknown_state(FILE *out, const struct artifact *a)
{
	struct slice name = artifact_slice(a, a->state);
	const char *known = a->kind ? meant(a->kind, name) : NULL;

	fprintf(out, "state '%.*s' is ", name.len > 80 ? 80 : (int)name.len, name.at);
	if (known)
		fprintf(out, "to be written '%s'", known);
	else
		fputs("not one of ", out);
	if (a->kind && !known)
		list_states(out, a->kind);
}

static void say(FILE *out, const struct artifact *a, enum artifact_problem_code code)
{
	struct slice label = artifact_slice(a, a->title_label);

	switch (code) {
	case PROBLEM_NO_TITLE:
		fputs("there is no title", out);
		break;
	case PROBLEM_NO_STATE:
		fputs("there is no state", out);
		break;
	case PROBLEM_UNKNOWN_STATE:
		unknown_state(out, a);
		break;
	case PROBLEM_SECOND_STATE:
		fprintf(out, "a second state; the one of line %d counts", a->state_line);
		break;
	case PROBLEM_LABEL_MISMATCH:
		fprintf(out,
			"the title says '%.*s', the file's name another label; the name counts",
			(int)label.len, label.at);
		break;
	case PROBLEM_INVALID_UTF8:
		fputs("the text is not valid UTF-8", out);
		break;
	case PROBLEM_CONFLICT_MARKERS:
		fputs("the text has conflict markers", out);
		break;
	case PROBLEM_OPEN_FENCE:
		fputs("a code fence is opened here and never closed", out);
		break;
	}
}

char *artifact_problem_text(const struct artifact *a, const struct artifact_problem *p)
{
	struct mem_stream s;

	mem_stream_open(&s);
	if (p->line)
		fprintf(s.file, "line %d: ", p->line);
	say(s.file, a, p->code);
	return mem_stream_close(&s, NULL);
}
