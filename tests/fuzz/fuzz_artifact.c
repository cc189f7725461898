/* Any bytes, read as each kind: ranges are sane, edits do what was asked for and undo. */
#include "../unit/test_artifact_sane.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kinds *kinds;
	static const char *const names[] = {"story", "journey"};
	struct slice text = slice_of((const char *)data, size);

	if (!kinds)
		kinds = kinds_new();
	for (size_t i = 0; i < 2; i++) {
		const char *bad = sane_artifact(text, kinds_find(kinds, names[i]), NULL);

		if (bad) {
			fprintf(stderr, "as a %s: %s\n", names[i], bad);
			abort();
		}
	}
	return 0;
}
