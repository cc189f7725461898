#include "cmd/hook_idle.h"
#include "artifact/label.h"
#include "git/ours.h"
#include "util/file.h"
#include "util/mem.h"

#include <string.h>

static bool is(const char *arg, const char *word)
{
	return arg && strcmp(arg, word) == 0;
}

bool hook_idle_step(struct repo *r, char **argv)
{
	return ours_unmoved(r);
}

/* After a rebase, HEAD's last step is only the last of many. */
bool hook_idle_rewrite(struct repo *r, char **argv)
{
	return is(argv[0], "amend") && ours_unmoved(r);
}

/* 1: a squash, of which HEAD knows nothing. */
bool hook_idle_merge(struct repo *r, char **argv)
{
	return is(argv[0], "0") && ours_unmoved(r);
}

/* Without the flag 1 at the end files were checked out, and not a branch. */
bool hook_idle_checkout(struct repo *r, char **argv)
{
	return argv[0] && argv[1] && is(argv[2], "1") && ours_same(r, argv[0], argv[1]);
}

bool hook_idle_index(struct repo *r, char **argv)
{
	return ours_staged_nothing(r);
}

/* --- the message ---------------------------------------------------------------------------- */

static void find_provisional(struct strs *found, struct slice line)
{
	for (size_t i = 0; i < line.len; i++) {
		struct label label;
		bool starts = i == 0 || strchr(" \t(\"'`,:;/[", line.at[i - 1]);

		if (starts && label_prefix(&label, slice_of(line.at + i, line.len - i)) &&
		    label.num < 0 && !strs_has(found, label.text))
			strs_add(found, label.text);
	}
}

err_t hook_message_labels(struct strs *out, char **argv)
{
	scoped_free char *text = NULL;
	struct slice rest, line;
	size_t len;

	if (!argv[0])
		return NULL;
	TRY(file_read(&text, &len, NULL, argv[0], 0));
	rest = slice_of(text, len);
	while (slice_line(&rest, &line))
		if (line.at[0] != '#')
			find_provisional(out, line);
	return NULL;
}

/* What cannot be read is said by the hook itself. */
bool hook_idle_message(struct repo *r, char **argv)
{
	scoped(strs_release) struct strs found = {0};
	err_t err = hook_message_labels(&found, argv);
	bool failed = err != NULL;

	err_free(err);
	return !failed && !found.len;
}
