/*
 * Lines of "<key>=<value>" as git config tells them, without "agent.": no value breaks the table of
 * kinds or the options of the merge, what is refused changes nothing, and what kinds_check lets
 * pass can be worked with.
 */
#include "artifact/artifact.h"
#include "artifact/kind.h"
#include "artifact/label.h"
#include "merge/settings.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT "# INFRA-001: One\n\n## State\n\nDRAFT\n"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void release_kinds(struct kinds **k)
{
	kinds_free(*k);
}

static void set_merge(struct merge_options *o, const char *key, const char *value)
{
	struct merge_options before = *o;
	err_t err = merge_set(o, key, value);

	require(!err || memcmp(&before, o, sizeof(before)) == 0);
	require(!err || err->code == ERR_MISUSE);
	err_free(err);
}

static void set(struct kinds *kinds, struct merge_options *o, struct slice line)
{
	const char *equals = line.len ? memchr(line.at, '=', line.len) : NULL;
	scoped_free char *key = NULL, *value = NULL;
	size_t len = equals ? (size_t)(equals - line.at) : line.len;
	err_t err;

	key = mem_strndup(line.at, len);
	value = equals ? mem_strndup(equals + 1, line.len - len - 1) : mem_strdup("true");
	if (strncmp(key, "merge.", 6) == 0) {
		set_merge(o, key + 6, value);
		return;
	}
	err = kinds_set(kinds, key, value);
	require(!err || err->code == ERR_REFUSED);
	err_free(err);
}

/* A new artifact's path is one that a remote would be allowed to give, and the kind's own. */
static void check_path(const struct kinds *kinds, const struct kind *k)
{
	struct label label = {.num = 1};
	scoped_free char *path = NULL;
	err_t err;

	strcpy(label.scope, "INFRA");
	label_format(label.text, k->prefix ? k->prefix : "INFRA", 1);
	path = label_path(k, &label, "A title");
	err = kinds_check_path(kinds, path);
	if (err)
		fprintf(stderr, "%s: %s\n", path, err->text);
	require(!err);
	require(kinds_of_path(kinds, path) == k);
}

static void check_states(const struct kind *k)
{
	for (size_t i = 0; i < k->nr_states; i++)
		for (size_t n = 0; n < k->nr_states; n++) {
			const char *why = NULL;
			bool legal = kind_transition(k, slice_str(k->states[i].name),
						     slice_str(k->states[n].name), true, &why);

			require(legal || why);
		}
}

static void check_kind(const struct kinds *kinds, const struct kind *k)
{
	struct artifact *a = artifact_parse(slice_str(TEXT), k, "x");

	require(kinds_find(kinds, k->name) == k);
	check_path(kinds, k);
	check_states(k);
	artifact_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(release_kinds) struct kinds *kinds = kinds_new();
	struct slice rest = slice_of((const char *)data, size), line;
	struct merge_options o = merge_defaults(kinds_find(kinds, "story"));
	err_t err;

	while (slice_line(&rest, &line)) {
		if (line.len && line.at[line.len - 1] == '\n')
			line.len--;
		set(kinds, &o, line);
	}
	o.kind = kinds_find(kinds, "story");
	err = kinds_check(kinds);
	for (size_t i = 0; !err && i < kinds->len; i++)
		check_kind(kinds, &kinds->at[i]);
	if (!err) {
		struct merge_result r = merge3(slice_str(TEXT), slice_str(TEXT "\nMore.\n"),
					       slice_str(TEXT), &o);

		require(r.clean);
		merge_result_release(&r);
	}
	err_free(err);
	return 0;
}
