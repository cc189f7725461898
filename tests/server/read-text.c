/*
 * What the program reads in each file of the command line, as lines of
 * "<file>\t<title>\t<state>\t<normative>": the server's own reading is compared with it.
 */
#include "artifact/artifact.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(const char *path, const char *text, size_t len)
{
	struct artifact *a;
	struct kind kind = {.opaque = strstr(path, ".yaml") != NULL};
	struct slice title, state;

	a = artifact_parse(slice_of(text, len), &kind, NULL);
	title = artifact_slice(a, a->title);
	state = artifact_slice(a, a->state);
	printf("%s\t%.*s\t%.*s\t%s\n", path, (int)title.len, title.at, (int)state.len, state.at,
	       artifact_normative(a).hex);
	artifact_free(a);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");
		char *text = mem_alloc(2000000);
		size_t len;

		if (!f)
			return 1;
		len = fread(text, 1, 2000000, f);
		fclose(f);
		print(argv[i], text, len);
		free(text);
	}
	return 0;
}
