/*
 * The reader over the corpus of real artifacts, found below $GIT_AGENT_SHARED (default:
 * ../shared beside the repository). Skipped where there is none.
 */
#include "artifact/label.h"
#include "test_artifact_sane.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/strs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmark.h>
#include <cmocka.h>

struct corpus {
	char *root;
	struct strs paths;
	struct kinds *kinds;
};

static err_t collect(void *ctx, const char *path, const struct file_stat *stat)
{
	struct corpus *c = ctx;

	if (kinds_of_path(c->kinds, path))
		strs_add(&c->paths, path);
	return NULL;
}

static int setup(void **state)
{
	static struct corpus c;
	const char *shared = getenv("GIT_AGENT_SHARED");

	c.root = mem_printf("%s/corpus", shared ? shared : "../shared");
	c.kinds = kinds_new();
	*state = &c;
	err_free(file_walk(c.root, ".agent", collect, &c));
	return 0;
}

static int teardown(void **state)
{
	struct corpus *c = *state;

	strs_release(&c->paths);
	kinds_free(c->kinds);
	free(c->root);
	return 0;
}

static struct corpus *need(void **state)
{
	struct corpus *c = *state;

	if (!c->paths.len) {
		print_message("# no corpus in %s\n", c->root);
		skip();
	}
	return c;
}

static char *load(const struct corpus *c, size_t i, size_t *len)
{
	scoped_free char *full = mem_printf("%s/%s", c->root, c->paths.at[i]);
	char *bytes;
	err_t err = file_read(&bytes, len, NULL, full, 0);

	assert_null(err);
	return bytes;
}

static void every_file_is_sane(void **state)
{
	struct corpus *c = need(state);

	for (size_t i = 0; i < c->paths.len; i++) {
		const char *path = c->paths.at[i], *bad;
		const struct kind *kind = kinds_of_path(c->kinds, path);
		size_t len;
		scoped_free char *bytes = load(c, i, &len);
		struct slice text = slice_of(bytes, len);

		assert_null(kinds_check_path(c->kinds, path));
		bad = sane_artifact(text, kind, path);
		if (bad)
			fail_msg("%s: %s", path, bad);
	}
}

/* Real files with a few bytes of them gone, doubled or replaced. */
static void mutated_files_are_sane(void **state)
{
	struct corpus *c = need(state);
	const char *given = getenv("GIT_AGENT_SEED");
	unsigned seed = given ? (unsigned)atol(given) : (unsigned)clock_monotonic_ns();

	print_message("# GIT_AGENT_SEED=%u\n", seed);
	srand(seed);
	for (size_t i = (size_t)rand() % 4; i < c->paths.len; i += 4) {
		const struct kind *kind = kinds_of_path(c->kinds, c->paths.at[i]);
		size_t len;
		scoped_free char *bytes = load(c, i, &len);
		struct slice text = slice_of(bytes, len);
		const char *bad;

		for (int n = rand() % 20 + 1; n && text.len > 40; n--) {
			size_t at = (size_t)rand() % (text.len < 400 || n % 2 ? text.len : 400), by;

			by = 1 + (size_t)rand() % 8;
			by = by < text.len - at ? by : text.len - at;
			if (n % 3 == 0)
				bytes[at] = "#`-\n[] :\r~<>*1\xC3"[rand() % 15];
			else if (n % 3 == 1)
				memmove(bytes + at, bytes + (size_t)rand() % (text.len - by), by);
			else
				memmove(bytes + at, bytes + at + by, text.len - at - by);
			text.len -= n % 3 == 2 ? by : 0;
		}
		bad = sane_artifact(text, kind, c->paths.at[i]);
		if (bad)
			fail_msg("GIT_AGENT_SEED=%u %s: %s", seed, c->paths.at[i], bad);
	}
}

/* How long import's look at a file takes; a figure, not a test. */
static void speed(void **state)
{
	struct corpus *c = need(state);
	int64_t took[2] = {0};
	size_t bytes_read = 0;

	for (size_t i = 0; i < c->paths.len; i++) {
		const struct kind *kind = kinds_of_path(c->kinds, c->paths.at[i]);
		size_t len;
		scoped_free char *bytes = load(c, i, &len);
		struct slice text = slice_of(bytes, len);
		struct artifact_brief brief;
		int64_t start = clock_monotonic_ns();

		for (int n = 0; n < 10; n++)
			artifact_brief(&brief, text, kind, c->paths.at[i]);
		took[0] += clock_monotonic_ns() - start;
		start = clock_monotonic_ns();
		artifact_free(artifact_parse(text, kind, c->paths.at[i]));
		took[1] += clock_monotonic_ns() - start;
		bytes_read += text.len;
	}
	print_message("# per 4 KiB: brief %.2f us, parse %.2f us\n",
		      (double)took[0] / 10000 * 4096 / (double)bytes_read,
		      (double)took[1] / 1000 * 4096 / (double)bytes_read);
}

/* Lines of the top-level ATX headings as cmark sees them. */
static size_t cmark_headings(int *lines, size_t max, struct slice text)
{
	cmark_node *doc = cmark_parse_document(text.at, text.len, CMARK_OPT_DEFAULT);
	size_t n = 0;

	for (cmark_node *b = cmark_node_first_child(doc); b && n < max; b = cmark_node_next(b)) {
		int line = cmark_node_get_start_line(b);
		struct slice rest = text, row = {0};

		if (cmark_node_get_type(b) != CMARK_NODE_HEADING)
			continue;
		for (int i = 0; i < line; i++)
			slice_line(&rest, &row);
		if (slice_trim(row).at[0] == '#')
			lines[n++] = line;
	}
	cmark_node_free(doc);
	return n;
}

static size_t cmark_items(struct slice text)
{
	cmark_node *doc = cmark_parse_document(text.at, text.len, CMARK_OPT_DEFAULT);
	cmark_iter *iter = cmark_iter_new(doc);
	cmark_event_type event;
	size_t n = 0, quotes = 0;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node_type type = cmark_node_get_type(cmark_iter_get_node(iter));

		if (type == CMARK_NODE_BLOCK_QUOTE)
			quotes += event == CMARK_EVENT_ENTER ? 1 : (size_t)-1;
		if (type == CMARK_NODE_ITEM && event == CMARK_EVENT_ENTER && !quotes)
			n++;
	}
	cmark_iter_free(iter);
	cmark_node_free(doc);
	return n;
}

/* Another reader of markdown finds the same headings and as many list items. */
static void cmark_agrees(void **state)
{
	struct corpus *c = need(state);
	int lines[2000];

	for (size_t i = 0; i < c->paths.len; i++) {
		const struct kind *kind = kinds_of_path(c->kinds, c->paths.at[i]);
		size_t len;
		scoped_free char *bytes = load(c, i, &len);
		struct slice text = slice_of(bytes, len);
		struct artifact *a;
		size_t n;

		if (kind->opaque)
			continue;
		a = artifact_parse(text, kind, c->paths.at[i]);
		n = cmark_headings(lines, 2000, text);
		for (size_t k = 0; k < n && k + 1 < a->nr_sections; k++)
			if (lines[k] != a->sections[k + 1].line)
				fail_msg("%s: line %d, cmark %d", c->paths.at[i],
					 a->sections[k + 1].line, lines[k]);
		if (n + 1 != a->nr_sections)
			fail_msg("%s: %zu headings, cmark %zu", c->paths.at[i], a->nr_sections - 1,
				 n);
		if (cmark_items(text) != a->nr_items)
			fail_msg("%s: %zu items, cmark %zu", c->paths.at[i], a->nr_items,
				 cmark_items(text));
		artifact_free(a);
	}
}

/* The figures that the design pages give; each was looked at by eye. */
static void statistics(void **state)
{
	struct corpus *c = need(state);
	size_t nr[PROBLEM_OPEN_FENCE + 1] = {0}, items = 0, links = 0;

	for (size_t i = 0; i < c->paths.len; i++) {
		const char *path = c->paths.at[i];
		size_t len;
		scoped_free char *bytes = load(c, i, &len);
		struct slice text = slice_of(bytes, len);
		struct artifact *a = artifact_parse(text, kinds_of_path(c->kinds, path), path);

		items += a->nr_items;
		links += a->nr_links;
		for (size_t k = 0; k < a->nr_problems; k++) {
			char *say = artifact_problem_text(a, &a->problems[k]);

			nr[a->problems[k].code]++;
			if (getenv("GIT_AGENT_VERBOSE"))
				print_message("# %s: %s\n", path, say);
			free(say);
		}
		artifact_free(a);
	}
	print_message(
		"# %zu files, %zu states, %zu unknown, %zu without a state, %zu with a second\n",
		c->paths.len, c->paths.len - nr[PROBLEM_NO_STATE], nr[PROBLEM_UNKNOWN_STATE],
		nr[PROBLEM_NO_STATE], nr[PROBLEM_SECOND_STATE]);
	print_message(
		"# %zu without a title, %zu label mismatches, %zu open fences, %zu not UTF-8\n",
		nr[PROBLEM_NO_TITLE], nr[PROBLEM_LABEL_MISMATCH], nr[PROBLEM_OPEN_FENCE],
		nr[PROBLEM_INVALID_UTF8]);
	print_message("# %zu items, %zu links, %zu with conflict markers\n", items, links,
		      nr[PROBLEM_CONFLICT_MARKERS]);
	assert_int_equal(nr[PROBLEM_CONFLICT_MARKERS], 0);
	assert_int_equal(nr[PROBLEM_INVALID_UTF8], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_is_sane),
		cmocka_unit_test(mutated_files_are_sane),
		cmocka_unit_test(cmark_agrees),
		cmocka_unit_test(statistics),
		cmocka_unit_test(speed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact corpus", tests, setup, teardown);
}
