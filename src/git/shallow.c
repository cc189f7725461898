/* A shallow clone's graph: libgit2 1.5 stumbles over the parents that are not there. */
#include "git/objects_internal.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static void add_lines(struct strs *out, const char *text)
{
	char id[OID_HEX + 1];

	for (; repo_take_id(id, text) && text[OID_HEX] == '\n'; text += OID_HEX + 1)
		strs_add(out, id);
}

err_t shallow_commits(struct strs *out, const char *tip, const struct strs *hide)
{
	static const char *const argv[] = {
		"git", "rev-list", "--topo-order", "--reverse", "--ignore-missing", "--stdin", NULL,
	};
	scoped(scoped_result) struct proc_result result = {0};
	struct mem_stream input;
	scoped_free char *text = NULL;
	size_t len;

	mem_stream_open(&input);
	fprintf(input.file, "%s\n", tip);
	for (size_t i = 0; hide && i < hide->len; i++)
		fprintf(input.file, "^%s\n", hide->at[i]);
	text = mem_stream_close(&input, &len);
	TRY(objects_git(&result, argv, slice_of(text, len)));
	add_lines(out, result.out);
	return NULL;
}

/* git says 1 for "there is none" and for "no". */
err_t shallow_merge_base(char out[OID_HEX + 1], const char *a, const char *b)
{
	const char *const argv[] = {"git", "merge-base", a, b, NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	if (result.status > 1)
		return repo_git_error(&result, "git merge-base");
	out[0] = '\0';
	if (result.status == 0)
		repo_take_id(out, result.out);
	return NULL;
}

err_t shallow_reaches(bool *out, const char *tip, const char *commit)
{
	const char *const argv[] = {"git", "merge-base", "--is-ancestor", commit, tip, NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	*out = result.status == 0;	/* 128: no such commit any more */
	return NULL;
}
