#include "cmd/hook_text.h"
#include "cmd/block.h"
#include "util/mem.h"

#include <string.h>

const struct hook_event hook_events[] = {
	{"pre-commit", "hook pre-commit",
#include "cmd/templates/pre-commit.inc"
	 , false, false},
	{"pre-merge-commit", "hook pre-merge-commit",
#include "cmd/templates/pre-merge-commit.inc"
	 , false, true},
	{"commit-msg", "hook commit-msg",
#include "cmd/templates/commit-msg.inc"
	 , false, true},
	{"post-checkout", "hook post-checkout",
#include "cmd/templates/post-checkout.inc"
	 , false, false},
	{"post-merge", "hook post-merge",
#include "cmd/templates/post-merge.inc"
	 , false, false},
	{"post-rewrite", "hook post-rewrite",
#include "cmd/templates/post-rewrite.inc"
	 , false, true},
	{"post-commit", "hook post-commit",
#include "cmd/templates/post-commit.inc"
	 , false, true},
	{"pre-push", "hook pre-push",
#include "cmd/templates/pre-push.inc"
	 , true, false},
	{NULL, NULL, NULL, false, false},
};

/* Every body that a release wrote: the event stands between the parts. */
static const char *const old_bodies[][3] = {
	{"#!/bin/sh\n"
	 "command -v git-agent >/dev/null || { echo \"warning: no git-agent in PATH: "
	 ".agent/ was not looked at by ",
	 "\" >&2; exit 0; }\nexec git agent hook ", " \"$@\"\n"},
};

const struct hook_event *hook_event_find(const char *name)
{
	for (const struct hook_event *e = hook_events; e->name; e++)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

/* --- what it is ----------------------------------------------------------------------------- */

static char *without_cr(struct slice text)
{
	char *out = mem_alloc(text.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != '\r' || i + 1 == text.len || text.at[i + 1] != '\n')
			out[len++] = text.at[i];
	return out;
}

static bool is_old(struct slice text, const struct hook_event *event)
{
	scoped_free char *plain = without_cr(text);

	if (strlen(plain) < text.len && strcmp(plain, event->text) == 0)
		return true;
	for (size_t i = 0; i < sizeof(old_bodies) / sizeof(*old_bodies); i++) {
		const char *const *part = old_bodies[i];
		scoped_free char *body = mem_printf("%s%s%s%s%s", part[0], event->name, part[1],
						    event->name, part[2]);

		if (strcmp(plain, body) == 0)
			return true;
	}
	return false;
}

/* `word` as a word of its own in *line, which goes on behind it. */
static bool take_word(struct slice *line, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	while ((at = memmem(line->at, line->len, word, len))) {
		const char *end = line->at + line->len, *next = at + len;
		bool starts = at == line->at || !strchr("-_abcdefghijklmnopqrstuvwxyz", at[-1]) ||
			      (at[-1] == '-' && strcmp(word, "agent") == 0);

		*line = slice_of(next, (size_t)(end - next));
		if (starts && (next == end || !strchr("-_abcdefghijklmnopqrstuvwxyz", *next)))
			return true;
	}
	return false;
}

bool hook_text_calls(struct slice text, const char *event)
{
	struct slice line;

	while (slice_line(&text, &line)) {
		struct slice words = slice_trim(line);

		if (!words.len || words.at[0] == '#')
			continue;
		if (take_word(&words, "agent") && take_word(&words, "hook") &&
		    take_word(&words, event))
			return true;
	}
	return false;
}

/* The interpreter's name ("bash" of "#!/usr/bin/env bash", "#!/bin/bash -e") is a shell's. */
static bool is_shell(struct slice line)
{
	static const char *const shells[] = {"sh", "bash", "dash", "zsh", "ksh"};
	struct slice rest = slice_of(line.at + 2, line.len - 2);

	for (int words = 0; words < 3; words++) {
		struct slice word;
		const char *slash;

		while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '\t'))
			rest = slice_of(rest.at + 1, rest.len - 1);
		word = slice_of(rest.at, 0);
		while (word.len < rest.len && !strchr(" \t\r\n", word.at[word.len]))
			word.len++;
		rest = slice_of(rest.at + word.len, rest.len - word.len);
		slash = memrchr(word.at, '/', word.len);
		if (slash)
			word = slice_of(slash + 1, (size_t)(word.at + word.len - slash - 1));
		for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
			if (slice_is(word, shells[i]))
				return true;
		/* `env` passes on to the next word, and may have one option before it */
		if (!slice_is(word, "env") && !(words && slice_is(word, "-S")))
			return false;
	}
	return false;
}

enum hook_is hook_text_is(const char **why, struct slice text, const struct hook_event *event)
{
	struct slice rest = text, first = {text.at, 0};

	if (slice_is(text, event->text))
		return HOOK_OURS;
	if (is_old(text, event))
		return HOOK_OLD;
	if (block_has(text))
		return HOOK_CHAINED;
	if (hook_text_calls(text, event->name))
		return HOOK_CALLS;
	slice_line(&rest, &first);
	*why = NULL;
	if (first.len < 3 || memcmp(first.at, "#!", 2) != 0)
		*why = "has no '#!' line";
	else if (first.at[first.len - 1] != '\n')
		*why = "is one line long";
	else if (first.at[first.len - 2] == '\r')
		*why = "ends its '#!' line with CR LF, so that the system cannot run it";
	else if (!is_shell(first))
		*why = "is no shell script";
	else if (memchr(text.at, '\0', text.len))
		*why = "has NUL bytes";
	return *why ? HOOK_FOREIGN : HOOK_SHELL;
}

/* --- our block ------------------------------------------------------------------------------ */

/* What is pushed is read from stdin: both get it. */
static const char reading[] =
	"agent_stdin=$(cat)\n"
	"if command -v git-agent >/dev/null\n"
	"then printf '%%s\\n' \"$agent_stdin\" | git-agent hook %s \"$@\" || exit\n"
	"else echo \"warning: no git-agent in PATH: .agent/ was not looked at by %s\" >&2\n"
	"fi\n"
	"if test -n \"$agent_stdin\"\n"
	"then exec <<AGENT_STDIN\n"
	"$agent_stdin\n"
	"AGENT_STDIN\n"
	"else exec </dev/null\n"
	"fi\n";

static const char passing[] =
	"if command -v git-agent >/dev/null\n"
	"then git-agent hook %s \"$@\" </dev/null || exit\n"
	"else echo \"warning: no git-agent in PATH: .agent/ was not looked at by %s\" >&2\n"
	"fi\n";

static const char quiet[] =
	"if command -v git-agent >/dev/null\n"
	"then git-agent hook %s \"$@\" </dev/null || exit\n"
	"fi\n";

char *hook_text_chain(struct slice text, const struct hook_event *event)
{
	const char *name = event->name;
	scoped_free char *body = event->reads_stdin ? mem_printf(reading, name, name)
				 : event->quiet	    ? mem_printf(quiet, name)
						    : mem_printf(passing, name, name);
	struct slice rest = text, first = {text.at, 0};

	slice_line(&rest, &first);
	return block_put(text, first.len, body);
}
