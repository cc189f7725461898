/* `git agent completion`: the scripts for shells, and what they ask. */
#include "cmd/cmd.h"
#include "cmd/complete.h"
#include "cli/options.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

static const char bash[] =
#include "cmd/templates/completion.bash.inc"
	;
static const char zsh[] =
#include "cmd/templates/completion.zsh.inc"
	;
static const char fish[] =
#include "cmd/templates/completion.fish.inc"
	;

/* A shell that completes has no use for an error. */
static void print_words(char **words, int nr)
{
	scoped(strs_release) struct strs found = {0};

	err_free(complete_words(&found, words, (size_t)nr));
	for (size_t i = 0; i < found.len; i++)
		if (!strpbrk(found.at[i], "\n\r\x1b"))
			puts(found.at[i]);
}

err_t cmd_completion(int argc, char **argv)
{
	bool words = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "words", &words, "print what may stand in place of the last word"),
		OPT_END,
	};
	static const char *const synopsis[] = {"(bash | zsh | fish)", "--words -- <word>...",
					       NULL};
	const struct usage usage = {"completion", synopsis,
				    "Prints the script with which a shell completes our "
				    "commands.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (words) {
		print_words(argv, argc);
		return NULL;
	}
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one shell at a time" : "for which shell?");
	if (strcmp(argv[0], "bash") == 0)
		fputs(bash, stdout);
	else if (strcmp(argv[0], "zsh") == 0)
		fputs(zsh, stdout);
	else if (strcmp(argv[0], "fish") == 0)
		fputs(fish, stdout);
	else
		return opts_misuse(&usage, "'%s' is none of bash, zsh, fish", argv[0]);
	return NULL;
}
