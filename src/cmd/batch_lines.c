#include "cmd/batch_lines.h"
#include "cmd/words.h"
#include "util/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (256L * 1024 * 1024)

static const struct {
	const char *name;
	batch_run run;
} commands[] = {
	{"set", set_in}, {"check", check_in}, {"state", state_in}, {"edit", edit_in},
	{"rm", rm_in}, {"mv", mv_in}, {"restore", restore_in}, {"new-plan", new_in},
	{"new-story", new_in}, {"new-runbook", new_in},
};

static batch_run find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run;
	return NULL;
}

static err_t check_words(const struct strs *words)
{
	if (!find_command(words->at[0]))
		return err_hint(err_new(ERR_MISUSE, "'%s' is no command for a batch",
					words->at[0]),
				"it takes set, check, state, edit, rm, mv, restore, new-plan, "
				"new-story and new-runbook");
	for (size_t i = 1; i < words->len; i++)
		if (strcmp(words->at[i], "-h") == 0 || strcmp(words->at[i], "--help") == 0)
			return err_new(ERR_MISUSE, "'%s' is not for a batch", words->at[i]);
	return NULL;
}

static err_t add_line(struct batch_lines *b, struct slice text, int number)
{
	scoped(strs_release) struct strs words = {0};

	TRY(words_split(&words, text));
	if (!words.len)
		return NULL;
	TRY(check_words(&words));
	MEM_GROW(b->at, b->len, b->cap);
	b->at[b->len++] = (struct batch_line){number, find_command(words.at[0]), words, ""};
	words = (struct strs){0};
	return NULL;
}

err_t batch_at_line(err_t err, int number)
{
	return err_wrap(err, "nothing was changed: line %d", number);
}

static err_t read_all(char **out, size_t *len, const char *file)
{
	FILE *in = file ? fopen(file, "re") : stdin;
	char *bytes = NULL;
	size_t size = 0;
	ssize_t got;
	err_t err = NULL;

	if (!in)
		return err_errno("cannot open '%s'", file);
	errno = 0;
	got = getdelim(&bytes, &size, EOF, in);
	if (got < 0 && ferror(in))
		err = err_errno("cannot read %s", file ? file : "standard input");
	else if (got > INPUT_MAX)
		err = err_new(ERR_REFUSED, "a batch has at most %ld bytes", INPUT_MAX);
	if (file)
		fclose(in);
	if (err) {
		free(bytes);
		return err;
	}
	*out = bytes;
	*len = got < 0 ? 0 : (size_t)got;
	return NULL;
}

err_t batch_lines_read(struct batch_lines *out, const char *file)
{
	scoped_free char *bytes = NULL;
	struct slice rest, line;
	size_t len = 0;
	int number = 0;

	TRY(read_all(&bytes, &len, file));
	rest = slice_of(bytes, len);
	while (slice_line(&rest, &line)) {
		err_t err = add_line(out, line, ++number);

		if (err)
			return batch_at_line(err, number);
	}
	return NULL;
}

void batch_lines_release(struct batch_lines *b)
{
	for (size_t i = 0; i < b->len; i++)
		strs_release(&b->at[i].words);
	free(b->at);
	*b = (struct batch_lines){0};
}

const char *batch_option(const struct batch_line *line, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 1; i < line->words.len; i++) {
		const char *word = line->words.at[i];

		if (strcmp(word, name) == 0 && i + 1 < line->words.len)
			return line->words.at[i + 1];
		if (strncmp(word, name, len) == 0 && word[len] == '=')
			return word + len + 1;
	}
	return NULL;
}
