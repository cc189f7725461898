/*
 * A main() for a fuzz target without libFuzzer: feeds it every file of its corpus, reports TAP.
 *
 *	fuzz_<target> [<directory>]	default: tests/fuzz/corpus/<target>
 */
#include "util/file.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;

static err_t feed(void *root, const char *path, const struct file_stat *stat)
{
	scoped_free char *full = mem_printf("%s/%s", (const char *)root, path);
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(file_read(&bytes, &len, NULL, full, 0));
	LLVMFuzzerTestOneInput((const uint8_t *)bytes, len);
	printf("ok %d - %s\n", ++count, path);
	fflush(stdout);	/* names the input before the one that crashes */
	return NULL;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	scoped_free char *usual = mem_printf("tests/fuzz/corpus/%s", name + strlen("fuzz_"));
	char *root = argc > 1 ? argv[1] : usual;
	err_t err = file_walk(root, "", feed, root);

	if (err) {
		printf("Bail out! %s\n", err->text);
		err_free(err);
		return 1;
	}
	/* The empty input is in every corpus, so a corpus that is not found is still one test. */
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	printf("ok %d - empty input\n1..%d\n", count + 1, count + 1);
	return 0;
}
