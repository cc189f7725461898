/*
 * Merges the same three texts often, in one process: with merge3() or with libgit2, so that turns.c
 * can time one against the other.
 *
 *	floor-merge ours|git <times> <base> <ours> <theirs>
 */
#include "artifact/kind.h"
#include "merge/merge.h"

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASE, OURS, THEIRS, TEXTS };

static struct slice read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;
	ssize_t len = f ? getdelim(&text, &room, '\0', f) : -1;

	if (len < 0) {
		fprintf(stderr, "floor-merge: cannot read '%s'\n", path);
		exit(1);
	}
	fclose(f);
	return (struct slice){ text, (size_t)len };
}

static git_merge_file_input input(struct slice text)
{
	return (git_merge_file_input){ .version = GIT_MERGE_FILE_INPUT_VERSION,
				       .ptr = text.at, .size = text.len, .path = "a.md" };
}

static size_t by_git(const struct slice *texts, int times)
{
	git_merge_file_input base = input(texts[BASE]), ours = input(texts[OURS]),
			     theirs = input(texts[THEIRS]);
	size_t all = 0;

	git_libgit2_init();
	for (int i = 0; i < times; i++) {
		git_merge_file_result r;

		if (git_merge_file(&r, &base, &ours, &theirs, NULL) != 0)
			exit(1);
		all += r.len;
		git_merge_file_result_free(&r);
	}
	return all;
}

static size_t by_us(const struct slice *texts, int times)
{
	struct kinds *kinds = kinds_new();
	struct merge_options options = { .kind = kinds_find(kinds, "runbook") };
	size_t all = 0;

	for (int i = 0; i < times; i++) {
		struct merge_result r = merge3(texts[BASE], texts[OURS], texts[THEIRS], &options);

		all += r.len;
		merge_result_release(&r);
	}
	kinds_free(kinds);
	return all;
}

int main(int argc, char **argv)
{
	struct slice texts[TEXTS];
	int times = argc > 2 ? atoi(argv[2]) : 0;
	bool git = argc > 1 && strcmp(argv[1], "git") == 0;

	if (argc != 6 || times < 1) {
		fprintf(stderr, "usage: floor-merge ours|git <times> <base> <ours> <theirs>\n");
		return 129;
	}
	for (int i = 0; i < TEXTS; i++)
		texts[i] = read_text(argv[3 + i]);
	printf("%zu\n", (git ? by_git : by_us)(texts, times));
	for (int i = 0; i < TEXTS; i++)
		free((char *)(void *)texts[i].at);
	return 0;
}
