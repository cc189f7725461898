/* Every row of tables A and B, and of the export rule, as tables. */
#include "artifact/kind.h"
#include "sync/engine.h"
#include "sync/look.h"
#include "sync/plan.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct commit_row {
	const char *name;
	struct commit_facts f;
	enum commit_verdict want;
};

static void commit_rows(void **state)
{
	static const struct commit_row rows[] = {
		{"a colleague's branch is left",
		 {.trusted = false, .have = true, .p_known = true},
		 COMMIT_LEFT},
		{"a colleague's known text is left too: the trunk may bring it as news",
		 {.trusted = false, .have = true, .g_known = true, .p_known = true},
		 COMMIT_LEFT},
		{"somebody committed exactly this step back",
		 {.trusted = true,
		  .have = true,
		  .g_known = true,
		  .p_known = true,
		  .p_is_w = true,
		  .back = true},
		 COMMIT_STEP},
		{"known content is never news",
		 {.trusted = true, .have = true, .g_known = true, .p_known = true},
		 COMMIT_NOTHING},
		{"known content on top of what is unknown",
		 {.trusted = true, .have = true, .g_known = true, .added = true},
		 COMMIT_NOTHING},
		{"known content on top of W's text, but of an older revision with it",
		 {.trusted = true, .have = true, .g_known = true, .p_known = true, .p_is_w = true},
		 COMMIT_NOTHING},
		{"a step back from a past of W is merged",
		 {.trusted = true, .have = true, .g_known = true, .p_known = true, .back = true},
		 COMMIT_MERGE},
		{"unknown on W",
		 {.trusted = true, .have = true, .p_known = true, .p_is_w = true},
		 COMMIT_STEP},
		{"unknown on a past of W",
		 {.trusted = true, .have = true, .p_known = true},
		 COMMIT_MERGE},
		{"my commit on top of a colleague's text",
		 {.trusted = true, .have = true},
		 COMMIT_LEFT},
		{"added beside ours", {.trusted = true, .have = true, .added = true}, COMMIT_MERGE},
		{"a repeat",
		 {.trusted = true, .repeat = true, .have = true, .p_known = true, .p_is_w = true},
		 COMMIT_NOTHING},
		{"a repeat that deletes",
		 {.trusted = true, .repeat = true, .have = true, .p_is_w = true, .gone = true},
		 COMMIT_NOTHING},
		{"gone, and W is what it was",
		 {.trusted = true, .have = true, .p_known = true, .p_is_w = true, .gone = true},
		 COMMIT_TOMBSTONE},
		{"gone, and W was edited",
		 {.trusted = true, .have = true, .p_known = true, .gone = true},
		 COMMIT_DELETE_CONFLICT},
		{"gone, of a text that W never had",
		 {.trusted = true, .have = true, .gone = true},
		 COMMIT_LEFT},
		{"new", {.trusted = true, .added = true}, COMMIT_CREATE},
		{"new on a colleague's branch", {.trusted = false, .added = true}, COMMIT_LEFT},
		{"changed on the trunk, never taken before",
		 {.trusted = true, .trunk = true},
		 COMMIT_CREATE},
		{"mine on a colleague's artifact", {.trusted = true}, COMMIT_LEFT},
		{"gone, never had", {.trusted = true, .gone = true}, COMMIT_NOTHING},
		{"only the mode changed",
		 {.trusted = true, .have = true, .same = true, .p_known = true, .p_is_w = true},
		 COMMIT_NOTHING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum commit_verdict got = plan_commit(&rows[i].f);

		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, (int)got, (int)rows[i].want);
	}
}

struct file_row {
	const char *name;
	struct file_facts f;
	enum file_verdict want;
};

static void file_rows(void **state)
{
	static const struct file_row rows[] = {
		{"unmerged or with markers",
		 {.have = true, .exists = true, .blocked = true, .seen = true, .last_known = true},
		 FILE_WAIT},
		{"missing is never a deletion",
		 {.have = true, .seen = true, .in_head = true},
		 FILE_NOTHING},
		{"taken back in git",
		 {.have = true,
		  .exists = true,
		  .seen = true,
		  .in_head = true,
		  .is_head = true,
		  .is_last = true,
		  .last_known = true,
		  .hand_open = true},
		 FILE_DISCARD},
		{"HEAD's text",
		 {.have = true, .exists = true, .seen = true, .in_head = true, .is_head = true},
		 FILE_NOTHING},
		{"as last seen",
		 {.have = true, .exists = true, .seen = true, .is_last = true, .last_known = true},
		 FILE_NOTHING},
		{"an edit by hand",
		 {.have = true, .exists = true, .seen = true, .in_head = true, .last_known = true},
		 FILE_EDIT},
		{"an old text put back by hand is an edit, too",
		 {.have = true,
		  .exists = true,
		  .seen = true,
		  .in_head = true,
		  .last_known = true,
		  .file_known = true},
		 FILE_EDIT},
		{"on top of text that was left",
		 {.have = true, .exists = true, .seen = true, .in_head = true},
		 FILE_LEFT},
		{"never looked here, edited on HEAD's text",
		 {.have = true, .exists = true, .in_head = true, .last_known = true},
		 FILE_EDIT_HEAD},
		{"never looked here, known",
		 {.have = true, .exists = true, .file_known = true},
		 FILE_NOTHING},
		{"never looked here, unknown, not in HEAD",
		 {.have = true, .exists = true},
		 FILE_LEFT},
		{"a new file", {.exists = true}, FILE_CREATE},
		{"a file that is being moved", {.exists = true, .elsewhere = true}, FILE_LEFT},
		{"an artifact of a colleague's branch",
		 {.exists = true, .in_head = true},
		 FILE_LEFT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum file_verdict got = plan_file(&rows[i].f);

		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, (int)got, (int)rows[i].want);
	}
}

struct export_row {
	const char *name;
	struct export_facts f;
	enum export_verdict want;
};

static void export_rows(void **state)
{
	static const struct export_row rows[] = {
		{"shows W already", {.exists = true, .known = true, .is_w = true}, EXPORT_NOTHING},
		{"an ancestor of W",
		 {.exists = true, .in_head = true, .in_index = true, .known = true},
		 EXPORT_WRITE},
		{"in conflict", {.exists = true, .known = true, .conflict = true}, EXPORT_KEEP},
		{"unknown text", {.exists = true}, EXPORT_KEEP},
		{"unknown text, even when asked", {.exists = true, .asked = true}, EXPORT_KEEP},
		{"left", {.exists = true, .known = true, .left = true}, EXPORT_KEEP},
		{"unmerged",
		 {.exists = true, .known = true, .unmerged = true, .asked = true},
		 EXPORT_KEEP},
		{"staged by hand", {.exists = true, .known = true, .staged = true}, EXPORT_KEEP},
		{"removal staged by hand",
		 {.in_head = true, .staged = true, .asked = true},
		 EXPORT_KEEP},
		{"removed by hand",
		 {.in_head = true, .in_index = true, .was_here = true},
		 EXPORT_KEEP},
		{"removed by hand, asked for",
		 {.in_head = true, .in_index = true, .was_here = true, .asked = true},
		 EXPORT_WRITE},
		{"new from a teammate", {.exists = false}, EXPORT_WRITE},
		{"not on this branch", {.was_here = true}, EXPORT_NOTHING},
		{"not on this branch, asked for", {.was_here = true, .asked = true}, EXPORT_WRITE},
		{"deleted, the file shows what it was",
		 {.deleted = true, .exists = true, .known = true},
		 EXPORT_REMOVE},
		{"deleted, the file shows something else",
		 {.deleted = true, .exists = true},
		 EXPORT_KEEP},
		{"deleted and gone", {.deleted = true}, EXPORT_NOTHING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *why;
		enum export_verdict got = plan_export(&rows[i].f, &why);

		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, (int)got, (int)rows[i].want);
		if ((got == EXPORT_KEEP) != (why != NULL))
			fail_msg("%s: kept without a reason, or a reason without keeping",
				 rows[i].name);
	}
}

/* --- carrying changes into a graph ----------------------------------------------------------- */

#define BASE "# A-1: x\n\none\n\ntwo\n\nthree\n"
#define A_TOP "# A-1: x\n\nONE\n\ntwo\n\nthree\n"
#define B_END "# A-1: x\n\none\n\ntwo\n\nTHREE\n"
#define BOTH "# A-1: x\n\nONE\n\ntwo\n\nTHREE\n"
#define C_TOP "# A-1: x\n\nuno\n\ntwo\n\nthree\n"
#define LIST "# A-1: x\n\n- one\n"
#define LIST_A "# A-1: x\n\n- one\n- of a\n"
#define LIST_B "# A-1: x\n\n- one\n- by b\n"

static const char *const all_texts[] = {BASE, A_TOP, B_END,  BOTH,
					C_TOP, LIST,  LIST_A, LIST_B};

static err_t known_text(void *ctx, struct slice *out, const struct oid *oid)
{
	(void)ctx;
	for (size_t i = 0; i < sizeof(all_texts) / sizeof(*all_texts); i++) {
		struct oid id = hash_blob(slice_str(all_texts[i]));

		if (oid_eq(&id, oid)) {
			*out = slice_str(all_texts[i]);
			return NULL;
		}
	}
	return err_new(ERR_NOTFOUND, "no text");
}

static struct revision rev(const char *text, const struct revision *parent, int64_t when)
{
	struct revision r = {.time = when,
			     .how = HOW_EDIT,
			     .path = (char *)"p.md",
			     .author = (char *)"a",
			     .message = (char *)""};

	if (text)
		r.oid = hash_blob(slice_str(text));
	if (parent)
		r.parents[0] = parent->id;
	revision_seal(&r, "uid");
	return r;
}

static const struct act act = {HOW_HAND, "b", 9, ""};
static const struct texts texts = {NULL, known_text};

static struct step change(const struct revision *revs, size_t len, int w, const char *from,
			  const char *to)
{
	struct plan_ctx ctx = {.uid = "uid", .w = w, .texts = &texts};
	struct oid from_oid = hash_blob(slice_str(from)), to_oid = {""};
	struct change c = {.from_rev = FROM_TEXT, .from = &from_oid, .to = &to_oid};
	struct step s = {0};

	if (to) {
		to_oid = hash_blob(slice_str(to));
		c.to_text = slice_str(to);
	}
	graph_init(&ctx.graph, revs, len);
	assert_null(plan_change(&s, &ctx, &c, &act));
	graph_release(&ctx.graph);
	return s;
}

static void changes(void **state)
{
	struct revision g[3];
	struct step s;

	(void)state;
	g[0] = rev(BASE, NULL, 1);
	s = change(g, 1, 0, BASE, A_TOP);
	assert_int_equal(s.what, STEP_FORWARD);
	assert_int_equal(s.nr, 1);
	assert_true(rev_eq(&s.revs[0].parents[0], &g[0].id));
	step_release(&s);

	/* W went on: the difference is merged in, with two parents */
	g[1] = rev(A_TOP, &g[0], 2);
	s = change(g, 2, 1, BASE, B_END);
	assert_int_equal(s.what, STEP_FORWARD);
	assert_int_equal(s.nr, 2);
	assert_string_equal(s.text[1], BOTH);
	assert_int_equal(revision_nr_parents(&s.revs[1]), 2);
	step_release(&s);

	/* the same place: a conflict, W stays, nothing is written over */
	s = change(g, 2, 1, BASE, C_TOP);
	assert_int_equal(s.what, STEP_CONFLICT);
	assert_true(rev_eq(&s.theirs_rev, &s.revs[0].id));
	assert_string_equal(s.base, BASE);
	step_release(&s);

	/* deleted there, edited here */
	s = change(g, 2, 1, BASE, NULL);
	assert_int_equal(s.what, STEP_CONFLICT);
	assert_true(oid_none(&s.theirs));
	step_release(&s);

	/* what W took out again does not come back with a text that still has it */
	g[1] = rev(A_TOP, &g[0], 2);
	g[2] = rev(BASE, &g[1], 3);
	{
		struct plan_ctx ctx = {.uid = "uid", .w = 2, .texts = &texts};
		struct oid from = hash_blob(slice_str(BASE)), to = hash_blob(slice_str(BOTH));
		struct change c = {
			.from_rev = 0, .from = &from, .to = &to, .to_text = slice_str(BOTH)};

		graph_init(&ctx.graph, g, 3);
		assert_null(plan_change(&s, &ctx, &c, &act));
		graph_release(&ctx.graph);
	}
	assert_int_equal(s.what, STEP_FORWARD);
	assert_string_equal(s.text[s.nr - 1], B_END);
	step_release(&s);
}

static struct step heads(const struct revision *revs, size_t len, int w, int theirs)
{
	struct plan_ctx ctx = {.uid = "uid", .w = w, .texts = &texts};
	struct step s = {0};

	graph_init(&ctx.graph, revs, len);
	assert_null(plan_heads(&s, &ctx, theirs));
	graph_release(&ctx.graph);
	return s;
}

static void two_heads(void **state)
{
	struct revision g[3];
	struct step mine, theirs;

	(void)state;
	g[0] = rev(BASE, NULL, 1);
	g[1] = rev(A_TOP, &g[0], 2);
	g[2] = rev(B_END, &g[0], 3);
	mine = heads(g, 3, 0, 1);
	assert_int_equal(mine.what, STEP_FORWARD);
	assert_int_equal(mine.nr, 0);
	step_release(&mine);
	mine = heads(g, 3, 1, 0);
	assert_int_equal(mine.what, STEP_NOTHING);
	step_release(&mine);

	/* both clones make the same revision of the same pair */
	mine = heads(g, 3, 1, 2);
	theirs = heads(g, 3, 2, 1);
	assert_string_equal(mine.text[0], BOTH);
	assert_string_equal(mine.head.hex, theirs.head.hex);
	step_release(&mine);
	step_release(&theirs);

	/* deleted against edited: a conflict; deleted against unchanged text: gone */
	g[2] = rev(NULL, &g[0], 3);
	mine = heads(g, 3, 1, 2);
	assert_int_equal(mine.what, STEP_CONFLICT);
	step_release(&mine);
	g[1] = rev(BASE, &g[0], 2);
	mine = heads(g, 3, 1, 2);
	assert_int_equal(mine.what, STEP_FORWARD);
	assert_true(oid_none(&mine.revs[0].oid));
	step_release(&mine);
}

/* By a rule, and again when each clone merged and went on: the same revision whoever merges. */
static void criss_cross(void **state)
{
	struct revision g[5];
	struct step mine, theirs;

	(void)state;
	g[0] = rev(LIST, NULL, 1);
	g[1] = rev(LIST_A, &g[0], 2);
	g[2] = rev(LIST_B, &g[0], 3);
	mine = heads(g, 3, 1, 2);
	theirs = heads(g, 3, 2, 1);
	assert_int_equal(mine.what, STEP_FORWARD);
	assert_non_null(strstr(mine.text[0], "- of a\n"));
	assert_non_null(strstr(mine.text[0], "- by b\n"));
	assert_string_equal(mine.text[0], theirs.text[0]);
	assert_string_equal(mine.head.hex, theirs.head.hex);
	step_release(&mine);
	step_release(&theirs);

	/* two merges of one pair, made by hand: each takes one side */
	g[3] = rev(LIST_A, &g[1], 4);
	g[3].parents[1] = g[2].id;
	revision_seal(&g[3], "uid");
	g[4] = rev(LIST_B, &g[2], 5);
	g[4].parents[1] = g[1].id;
	revision_seal(&g[4], "uid");
	mine = heads(g, 5, 3, 4);
	theirs = heads(g, 5, 4, 3);
	assert_int_equal(mine.what, theirs.what);
	if (mine.what == STEP_FORWARD) {
		assert_string_equal(mine.text[0], theirs.text[0]);
		assert_string_equal(mine.head.hex, theirs.head.hex);
	} else {
		assert_string_equal(mine.base, theirs.base);
	}
	step_release(&mine);
	step_release(&theirs);
}

/* Any of them that differs is a file to be read; a time that was not kept tells nothing. */
static void unchanged_files(void **state)
{
	const struct file_stat now = {.exists = true, .regular = true, .size = 10, .mtime_ns = 20,
				      .ctime_ns = 30, .ino = 40};
	struct file_stat size = now, mtime = now, ctime = now, ino = now, racy = now;

	size.size++;
	mtime.mtime_ns++;
	ctime.ctime_ns++;
	ino.ino++;
	racy.mtime_ns = 0;
	assert_true(look_same_stat(&now, &now));
	assert_false(look_same_stat(&now, &size));
	assert_false(look_same_stat(&now, &mtime));
	assert_false(look_same_stat(&now, &ctime));
	assert_false(look_same_stat(&now, &ino));
	assert_false(look_same_stat(&racy, &racy));
}

static int64_t remembered_mtime(struct engine *e, int64_t mtime_ns)
{
	const struct file_stat stat = {.exists = true, .size = 10, .mtime_ns = mtime_ns};
	const struct oid oid = {"1111111111111111111111111111111111111111"};
	scoped(seen_release) struct seen seen = {0};

	assert_null(store_begin(e->store));
	assert_null(look_wrote(e, "a.md", &oid, &oid, &stat));
	assert_null(store_seen_get(&seen, e->store, "/w", "a.md"));
	assert_null(store_commit(e->store));
	return seen.stat.mtime_ns;
}

/* A file that was written just now may be written again in the same tick of the clock. */
static void racy_files(void **state)
{
	struct git_port port = {.worktree = "/w"};
	struct engine e = {.git = &port};
	struct timespec now;

	assert_null(store_open(&e.store, ":memory:", STORE_CREATE));
	assert_int_equal(remembered_mtime(&e, 1000), 1000);
	clock_gettime(CLOCK_REALTIME, &now);
	assert_int_equal(remembered_mtime(&e, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec +
					      1000000000), 0);
	store_close(e.store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(unchanged_files),
		cmocka_unit_test(racy_files),
		cmocka_unit_test(commit_rows), cmocka_unit_test(file_rows),
		cmocka_unit_test(export_rows), cmocka_unit_test(changes),
		cmocka_unit_test(two_heads),   cmocka_unit_test(criss_cross),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
