/* The contract of every function that keeps rows: what goes in comes out, and not-found is said. */
#include "test_store_help.h"
#include "util/clock.h"

static void test_meta_and_texts(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct oid oid, again;
	char *value = NULL, *bytes = NULL;
	size_t len = 9;
	bool has;

	OK(store_meta_get(&value, s, "device"));
	assert_null(value);
	OK(store_begin(s));
	OK(store_meta_set(s, "device", "one"));
	OK(store_meta_set(s, "device", "two"));
	OK(store_text_put(&oid, s, slice_of("a\0b\n", 4)));
	OK(store_text_put(&again, s, slice_of("a\0b\n", 4)));
	assert_true(oid_eq(&oid, &again));
	OK(store_text_put(&again, s, slice_of(NULL, 0)));
	OK(store_commit(s));

	OK(store_meta_get(&value, s, "device"));
	assert_string_equal(value, "two");
	free(value);
	OK(store_text_get(&bytes, &len, s, oid.hex));
	assert_int_equal(len, 4);
	assert_memory_equal(bytes, "a\0b\n", 5);
	free(bytes);
	OK(store_text_get(&bytes, &len, s, again.hex));	/* the empty text is a text */
	assert_int_equal(len, 0);
	free(bytes);
	OK(store_text_get(&bytes, &len, s, ""));
	assert_string_equal(bytes, "");
	free(bytes);

	bytes = (char *)"untouched";
	FAILS(store_text_get(&bytes, &len, s, "0123456789012345678901234567890123456789"),
	      ERR_NOTFOUND, "0123456789");
	assert_string_equal(bytes, "untouched");
	OK(store_text_has(&has, s, oid.hex));
	assert_true(has);
	OK(store_text_has(&has, s, "0123456789012345678901234567890123456789"));
	assert_false(has);
	OK(store_begin(s));
	OK(store_meta_set(s, "device", NULL));
	OK(store_commit(s));
	OK(store_meta_get(&value, s, "device"));
	assert_null(value);
	store_close(s);
}

static void test_revisions(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct revision r[4];
	struct revision stray;
	struct revs revs;
	struct strs uids = {0};
	struct rev_id found;
	char prefix[SHA256_HEX + 1];

	OK(store_begin(s));
	r[0] = make_rev(s, UID_A, "one", NULL, NULL);
	r[1] = make_rev(s, UID_A, "two", &r[0], NULL);
	r[2] = make_rev(s, UID_A, "three", &r[0], NULL);
	r[3] = make_rev(s, UID_A, NULL, &r[1], &r[2]);
	FAILS(store_rev_put(s, UID_A, &r[1]), ERR_NOTFOUND, "parent");
	for (int i = 0; i < 4; i++)
		OK(store_rev_put(s, UID_A, &r[i]));
	OK(store_rev_put(s, UID_A, &r[2]));
	stray = make_rev(s, UID_B, "other", NULL, NULL);
	strcpy(stray.oid.hex, "0123456789012345678901234567890123456789");
	FAILS(store_rev_put(s, UID_B, &stray), ERR_NOTFOUND, "text");
	OK(store_commit(s));

	OK(store_rev_list(&revs, s, UID_A));
	assert_int_equal(revs.len, 4);
	for (int i = 0; i < 4; i++) {
		assert_string_equal(revs.at[i].id.hex, r[i].id.hex);
		assert_string_equal(revs.at[i].oid.hex, r[i].oid.hex);
		assert_string_equal(revs.at[i].parents[0].hex, r[i].parents[0].hex);
		assert_string_equal(revs.at[i].parents[1].hex, r[i].parents[1].hex);
		assert_string_equal(revs.at[i].message, "why");
		assert_int_equal(revs.at[i].how, HOW_EDIT);
		assert_int_equal(revs.at[i].time, 1700000000);
	}
	revs_release(&revs);
	OK(store_rev_list(&revs, s, UID_B));
	assert_int_equal(revs.len, 0);
	revs_release(&revs);

	OK(store_uids_with_text(&uids, s, r[1].oid.hex));
	assert_int_equal(uids.len, 1);
	strs_release(&uids);
	OK(store_uids_with_text(&uids, s, ""));
	assert_int_equal(uids.len, 0);
	strs_release(&uids);

	strcpy(prefix, r[2].id.hex);
	OK(store_rev_find(&found, s, UID_A, prefix));
	prefix[12] = '\0';
	OK(store_rev_find(&found, s, UID_A, prefix));
	assert_true(rev_eq(&found, &r[2].id));
	FAILS(store_rev_find(&found, s, UID_B, prefix), ERR_NOTFOUND, prefix);
	prefix[3] = '\0';
	FAILS(store_rev_find(&found, s, UID_A, prefix), ERR_NOTFOUND, prefix);
	FAILS(store_rev_find(&found, s, UID_A, "%%%%"), ERR_NOTFOUND, "%%%%");

	/* two ids with the same beginning */
	OK(store_begin(s));
	strcpy(prefix, r[2].id.hex);
	for (int i = 0; i < 2; i++) {
		memset(stray.id.hex, '0' + i, SHA256_HEX);
		memcpy(stray.id.hex, "abcdabcd", 8);
		stray.oid = r[0].oid;
		OK(store_rev_put(s, UID_A, &stray));
	}
	FAILS(store_rev_find(&found, s, UID_A, "abcda"), ERR_AMBIGUOUS, "abcda");
	store_rollback(s);
	for (int i = 0; i < 4; i++)
		revision_release(&r[i]);
	revision_release(&stray);
	store_close(s);
}

static void test_artifacts(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct art a = make_art(UID_A, "A-001", NULL), b = make_art(UID_B, "A-002", NULL),
		   got = {0};
	struct arts list;
	char uid[UID_LEN + 1] = "";
	long max;

	FAILS(store_art_get(&got, s, UID_A), ERR_NOTFOUND, UID_A);
	FAILS(store_art_at(&got, s, a.path), ERR_NOTFOUND, a.path);
	strcpy(a.oid.hex, "0123456789012345678901234567890123456789");
	b.num = 7;
	b.deleted = true;
	b.kind = (char *)"plan";
	OK(store_begin(s));
	OK(store_art_put(s, &a));
	OK(store_art_put(s, &b));
	a.title = (char *)"New title";
	a.generation = 1L << 40;
	OK(store_art_put(s, &a));
	OK(store_alias_put(s, "A-099", "story", UID_B));
	OK(store_alias_put(s, "A-099", "story", UID_A));
	OK(store_alias_put(s, "A-~ab12", "story", UID_A));
	OK(store_commit(s));

	OK(store_art_get(&got, s, UID_A));
	assert_string_equal(got.title, "New title");
	assert_string_equal(got.oid.hex, a.oid.hex);
	assert_int_equal(got.generation, 1L << 40);
	assert_true(got.dirty);
	assert_false(got.conflict);
	art_release(&got);
	OK(store_art_at(&got, s, a.path));	/* the live one before the deleted one */
	assert_string_equal(got.uid, UID_A);
	art_release(&got);
	OK(store_art_get(&got, s, UID_B)); /* deleted and unknown to the remote: nothing to push */
	assert_false(got.dirty);
	art_release(&got);

	OK(store_art_list(&list, s, NULL));
	assert_int_equal(list.len, 1);
	arts_release(&list);
	OK(store_art_list(&list, s, &(struct art_filter){.with_deleted = true}));
	assert_int_equal(list.len, 2);
	assert_string_equal(list.at[0].kind, "plan");
	arts_release(&list);
	OK(store_art_list(&list, s, &(struct art_filter){.label = "A-001", .kind = "story"}));
	assert_int_equal(list.len, 1);
	arts_release(&list);
	OK(store_art_list(&list, s,
			  &(struct art_filter){.uid_prefix = "bbbb", .with_deleted = true}));
	assert_int_equal(list.len, 1);
	arts_release(&list);
	OK(store_art_list(&list, s, &(struct art_filter){.path = a.path, .state = "DONE"}));
	assert_int_equal(list.len, 0);
	arts_release(&list);
	OK(store_art_list(&list, s, &(struct art_filter){.conflict_only = true}));
	assert_int_equal(list.len, 0);
	arts_release(&list);

	OK(store_label_max(&max, s, "story", "A"));
	assert_int_equal(max, 99);
	OK(store_label_max(&max, s, "plan", "A"));
	assert_int_equal(max, 7);
	OK(store_label_max(&max, s, NULL, "A"));
	assert_int_equal(max, 99);
	OK(store_label_max(&max, s, NULL, "B"));
	assert_int_equal(max, 0);
	OK(store_alias_get(uid, s, "A-099", "story"));
	assert_string_equal(uid, UID_A);
	FAILS(store_alias_get(uid, s, "A-099", "plan"), ERR_NOTFOUND, "A-099");
	store_close(s);
}

/* The same filter by index and by scan gives the same rows in the promised order. */
static void test_list_order_and_filters(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	static const char *const kinds[] = {"story", "plan"}, *const scopes[] = {"B", "A"};
	struct arts list;

	OK(store_begin(s));
	for (int i = 0; i < 40; i++) {
		scoped_free char *label = mem_printf("%s-%03d", scopes[i % 2], 40 - i);
		scoped_free char *path = mem_printf("p/%d.md", i);
		scoped_free char *uid = mem_printf("%08x-0000-4000-8000-000000000000", i * 7919);
		struct art a = make_art(uid, label, NULL);

		a.kind = (char *)kinds[i / 2 % 2];
		a.scope = (char *)scopes[i % 2];
		a.num = 40 - i;
		a.path = path;
		a.deleted = i % 5 == 0;
		OK(store_art_put(s, &a));
	}
	OK(store_commit(s));
	OK(store_art_list(&list, s, &(struct art_filter){.with_deleted = true}));
	assert_int_equal(list.len, 40);
	for (size_t i = 1; i < list.len; i++) {
		const struct art *p = &list.at[i - 1], *q = &list.at[i];
		int kind = strcmp(p->kind, q->kind), scope = strcmp(p->scope, q->scope);

		assert_true(kind < 0 ||
			    (kind == 0 && (scope < 0 || (scope == 0 && p->num < q->num))));
	}
	arts_release(&list);
	OK(store_art_list(&list, s,
			  &(struct art_filter){.kind = "plan", .scope = "A", .dirty_only = true}));
	assert_int_equal(list.len, 8);
	arts_release(&list);
	store_close(s);
}

static void test_dirty_and_conflict(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct revision r = {.path = NULL}, r2;
	struct base base = {.version = 3,
			    .rev = 1L << 54,
			    .path = (char *)"p",
			    .state = (char *)"DRAFT",
			    .approval = (char *)""};
	struct base got;
	struct conflict c = {.path = (char *)"p2",
			     .source = (char *)"remote",
			     .whose = (char *)"Bob",
			     .version = 4,
			     .since = 5,
			     .nr_revs = 2};
	struct conflict back = {.version = 77};
	struct strs uids = {0};
	struct art a, found;

	OK(store_begin(s));
	r = make_rev(s, UID_A, "one", NULL, NULL);
	r2 = make_rev(s, UID_A, "two", &r, NULL);
	OK(store_rev_put(s, UID_A, &r));
	a = make_art(UID_A, "A-001", &r);
	OK(store_art_put(s, &a));
	OK(store_base_get(&got, s, UID_A));
	assert_int_equal(got.version, 0);
	assert_string_equal(got.state, "");
	base_release(&got);
	base.revision = r.id;
	base.oid = r.oid;
	OK(store_base_put(s, UID_A, &base));
	OK(store_art_get(&found, s, UID_A));
	assert_false(found.dirty);
	art_release(&found);
	OK(store_base_get(&got, s, UID_A));
	assert_int_equal(got.rev, 1L << 54);
	assert_true(oid_eq(&got.oid, &r.oid));
	base_release(&got);

	a.head = r2.id;		/* a revision more, or a deletion, is dirty */
	a.deleted = true;
	OK(store_art_put(s, &a));
	OK(store_art_get(&found, s, UID_A));
	assert_true(found.dirty);
	art_release(&found);
	OK(store_base_clear_all(s));
	OK(store_art_get(&found, s, UID_A));
	assert_false(found.dirty);
	art_release(&found);

	FAILS(store_conflict_get(&back, s, UID_A), ERR_NOTFOUND, UID_A);
	assert_int_equal(back.version, 77);
	strcpy(c.uid, UID_A);
	c.base = r.oid;
	c.revs = (struct revision[]){r, r2};
	OK(store_conflict_put(s, &c));
	OK(store_conflict_put(s, &c));
	OK(store_art_get(&found, s, UID_A));
	assert_true(found.conflict);
	art_release(&found);
	OK(store_conflict_get(&back, s, UID_A));
	assert_int_equal(back.nr_revs, 2);
	assert_string_equal(back.revs[1].parents[0].hex, r.id.hex);
	assert_string_equal(back.revs[1].parents[1].hex, "");
	assert_string_equal(back.theirs.hex, "");
	assert_string_equal(back.base.hex, r.oid.hex);
	assert_string_equal(back.path, c.path);
	assert_string_equal(back.source, c.source);
	assert_string_equal(back.whose, "Bob");
	assert_int_equal(back.version, c.version);
	assert_int_equal(back.since, 5);
	conflict_release(&back);
	OK(store_conflict_uids(&uids, s));
	assert_int_equal(uids.len, 1);
	strs_release(&uids);
	OK(store_conflict_drop(s, UID_A));
	FAILS(store_conflict_get(&back, s, UID_A), ERR_NOTFOUND, UID_A);
	OK(store_commit(s));
	is_sql("SELECT count(*) FROM conflict_revision", "0");
	revision_release(&r);
	revision_release(&r2);
	store_close(s);
}

static void test_work_tree(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct tree_mark mark = {.head = "abc",
				 .ref = (char *)"refs/heads/main",
				 .log = (char *)"7"},
			 got;
	struct seen seen = {.path = (char *)"b.md", .left = true}, back = {.path = NULL};
	struct seens list;
	struct pendings pending;
	struct mines mine;
	struct lefts lefts;
	struct rev_id rev = {.hex = "0a0b"};

	OK(store_tree_get(&got, s, "/w"));
	assert_string_equal(got.ref, "");
	tree_mark_release(&got);
	FAILS(store_seen_get(&back, s, "/w", "b.md"), ERR_NOTFOUND, "b.md");
	OK(store_begin(s));
	OK(store_tree_set(s, "/w", &mark));
	strcpy(seen.file.hex, "0123456789012345678901234567890123456789");
	seen.stat.size = UINT64_MAX;
	seen.stat.mtime_ns = 1700000000123456789;
	seen.stat.ctime_ns = -5;
	seen.stat.ino = UINT64_MAX - 1;
	OK(store_seen_put(s, "/w", &seen));
	seen.path = (char *)"a.md";
	OK(store_seen_put(s, "/w", &seen));
	OK(store_seen_put(s, "/other", &seen));
	OK(store_pending_put(s, "/w", &(struct pending){.path = (char *)"b.md", .uid = UID_A,
							.to = seen.file}));
	OK(store_mine_put(s, "/w", UID_A, &rev));
	OK(store_left_put(s, "/w", &(struct left){(char *)"a.md", (char *)"c1", (char *)"Bob"}));
	OK(store_left_put(s, "/w", &(struct left){(char *)"a.md", (char *)"", (char *)"Bob"}));
	OK(store_left_put(s, "/w", &(struct left){(char *)"b.md", (char *)"", (char *)"Bob"}));
	OK(store_commit(s));

	OK(store_tree_get(&got, s, "/w"));
	assert_string_equal(got.head, "abc");
	assert_string_equal(got.log, "7");
	tree_mark_release(&got);
	OK(store_seen_get(&back, s, "/w", "b.md"));
	assert_true(back.left);
	assert_true(back.stat.size == UINT64_MAX && back.stat.ino == UINT64_MAX - 1);
	assert_true(back.stat.mtime_ns == 1700000000123456789 && back.stat.ctime_ns == -5);
	assert_string_equal(back.head.hex, "");
	seen_release(&back);
	OK(store_seen_list(&list, s, "/w"));
	assert_int_equal(list.len, 2);
	assert_string_equal(list.at[0].path, "a.md");
	seens_release(&list);
	OK(store_pending_list(&pending, s, "/w"));
	assert_int_equal(pending.len, 1);
	assert_string_equal(pending.at[0].from.hex, "");
	assert_string_equal(pending.at[0].to.hex, seen.file.hex);
	pendings_release(&pending);
	OK(store_mine_list(&mine, s, "/w"));
	assert_int_equal(mine.len, 1);
	assert_string_equal(mine.at[0].rev.hex, "0a0b");
	mines_release(&mine);
	OK(store_left_list(&lefts, s, "/w"));
	assert_int_equal(lefts.len, 3);
	assert_string_equal(lefts.at[0].commit, "");
	lefts_release(&lefts);

	OK(store_begin(s));
	OK(store_seen_drop(s, "/w", "a.md"));
	OK(store_pending_drop(s, "/w", "b.md"));
	OK(store_mine_drop(s, "/w", UID_A));
	OK(store_left_clear(s, "/w", "a.md"));
	OK(store_seen_drop(s, "/nowhere", "a.md"));
	OK(store_commit(s));
	OK(store_seen_list(&list, s, "/w"));
	assert_int_equal(list.len, 1);
	seens_release(&list);
	OK(store_seen_list(&list, s, "/other"));
	assert_int_equal(list.len, 1);
	seens_release(&list);
	OK(store_left_list(&lefts, s, "/w"));
	assert_int_equal(lefts.len, 1);
	lefts_release(&lefts);
	OK(store_begin(s));
	OK(store_left_clear(s, "/w", NULL));
	OK(store_commit(s));
	OK(store_left_list(&lefts, s, "/w"));
	assert_int_equal(lefts.len, 0);
	lefts_release(&lefts);
	store_close(s);
}

static void test_judged(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct strs list = {0};
	struct rev_id rev = {.hex = "0a"};
	bool has;

	OK(store_judged_has(&has, s, "c1"));
	assert_false(has);
	OK(store_begin(s));
	OK(store_judged_put(s, "c1", "p", false));
	OK(store_judged_put(s, "c2", "p", false));
	OK(store_judged_put(s, "c2", "", true));	/* keeps its patch */
	OK(store_judged_put(s, "c3", NULL, true));
	OK(store_judged_put(s, "c3", "", false));
	OK(store_commit_rev_put(s, UID_A, "c1", &rev));
	OK(store_commit_rev_put(s, UID_A, "c2", &rev));
	OK(store_commit_rev_put(s, UID_A, "c2", &(struct rev_id){.hex = "0b"}));
	OK(store_commit(s));
	OK(store_judged_has(&has, s, "c3"));
	assert_true(has);
	OK(store_judged_with_patch(&list, s, "p"));
	assert_int_equal(list.len, 2);
	strs_release(&list);
	OK(store_judged_with_patch(&list, s, ""));
	assert_int_equal(list.len, 0);
	strs_release(&list);
	OK(store_judged_tips(&list, s));
	assert_int_equal(list.len, 1);
	assert_string_equal(list.at[0], "c2");
	strs_release(&list);
	OK(store_commit_rev_list(&list, s, UID_A, &rev));
	assert_int_equal(list.len, 1);
	assert_string_equal(list.at[0], "c1");
	strs_release(&list);
	store_close(s);
}

static void test_outbox_and_refusals(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct outbox_row row = {.uid = UID_A, .generation = 2, .payload = (char *)"{\"a\":1}"};
	struct refusal no = {.uid = UID_A, .generation = 2, .base_version = 1,
			     .status = (char *)"bad_transition", .detail = (char *)"d"};
	struct outbox list;
	struct refusals refusals;
	char *payload;
	long last = 0;

	OK(store_begin(s));
	for (int i = 0; i < 3; i++) {
		row.op_id = (char *[]){(char *)"z", (char *)"y", (char *)"x"}[i];
		OK(store_outbox_put(s, &row));
	}
	FAILS(store_outbox_put(s, &row), ERR_FATAL, "UNIQUE");
	OK(store_outbox_drop(s, "x"));
	row.op_id = (char *)"w";
	OK(store_outbox_put(s, &row));
	OK(store_refusal_put(s, &no));
	no.generation = 3;
	OK(store_refusal_put(s, &no));
	OK(store_commit(s));
	OK(store_outbox_list(&list, s));
	assert_int_equal(list.len, 3);
	for (size_t i = 0; i < list.len; i++) {
		assert_true(list.at[i].seq > last);
		last = list.at[i].seq;
	}
	assert_int_equal(last, 4);	/* a number is not given twice */
	assert_string_equal(list.at[2].op_id, "w");
	assert_null(list.at[2].payload);
	assert_int_equal(list.at[2].size, 7);
	OK(store_outbox_payload(&payload, s, list.at[2].seq));
	assert_string_equal(payload, "{\"a\":1}");
	free(payload);
	FAILS(store_outbox_payload(&payload, s, 99), ERR_NOTFOUND, "not in the outbox");
	outbox_release(&list);
	OK(store_refusal_list(&refusals, s));
	assert_int_equal(refusals.len, 1);
	assert_int_equal(refusals.at[0].generation, 3);
	refusals_release(&refusals);
	OK(store_begin(s));
	OK(store_refusal_drop(s, UID_A));
	OK(store_commit(s));
	OK(store_refusal_list(&refusals, s));
	assert_int_equal(refusals.len, 0);
	refusals_release(&refusals);
	store_close(s);
}

static void test_adopt(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct revision old[2], new[2];
	struct revs revs = {.at = new, .len = 2}, got;
	struct seen seen = {.path = (char *)"a.md"}, back;
	struct conflict c = {.uid = UID_A, .path = (char *)"p", .source = (char *)"git",
			     .whose = (char *)"B", .nr_revs = 1};
	struct art a, found;
	struct operation op = {.command = (char *)"edit", .author = (char *)"A"};
	struct operation_step step = {.uid = UID_A};
	struct operation_steps steps;
	struct mines mine;
	struct outbox outbox;
	char uid[UID_LEN + 1];

	OK(store_begin(s));
	old[0] = make_rev(s, UID_A, "one", NULL, NULL);
	old[1] = make_rev(s, UID_A, "two", &old[0], NULL);
	new[0] = make_rev(s, UID_B, "one", NULL, NULL);
	new[1] = make_rev(s, UID_B, "two", &new[0], NULL);
	OK(store_rev_put(s, UID_A, &old[0]));
	OK(store_rev_put(s, UID_A, &old[1]));
	OK(store_rev_put(s, UID_B, &new[0]));
	a = make_art(UID_A, "A-001", &old[1]);
	OK(store_art_put(s, &a));
	seen.hand_rev = old[0].id;
	OK(store_seen_put(s, "/w", &seen));
	OK(store_mine_put(s, "/w", UID_A, &old[1].id));
	OK(store_pending_put(s, "/w", &(struct pending){.path = (char *)"a.md", .uid = UID_A}));
	c.revs = &old[0];
	OK(store_conflict_put(s, &c));
	OK(store_alias_put(s, "A-009", "story", UID_A));
	OK(store_commit_rev_put(s, UID_A, "c1", &old[1].id));
	OK(store_outbox_put(s, &(struct outbox_row){.op_id = (char *)"o", .uid = UID_A}));
	OK(store_base_put(s, UID_A, &(struct base){.version = 2}));
	OK(store_operation_add(&op.id, s, &op, NULL));
	step.before = old[0].id;
	step.after = old[1].id;
	OK(store_operation_step(s, op.id, &step));
	OK(store_adopt(s, UID_A, UID_B, &revs, &new[1].id));
	OK(store_commit(s));

	FAILS(store_art_get(&found, s, UID_A), ERR_NOTFOUND, UID_A);
	OK(store_art_get(&found, s, UID_B));
	assert_true(rev_eq(&found.head, &new[1].id) && found.generation == 2 && found.conflict);
	art_release(&found);
	OK(store_rev_list(&got, s, UID_B));
	assert_int_equal(got.len, 2);
	revs_release(&got);
	OK(store_rev_list(&got, s, UID_A));
	assert_int_equal(got.len, 0);
	revs_release(&got);
	OK(store_seen_get(&back, s, "/w", "a.md"));
	assert_string_equal(back.hand_rev.hex, new[0].id.hex);
	seen_release(&back);
	OK(store_mine_list(&mine, s, "/w"));
	assert_string_equal(mine.at[0].uid, UID_B);
	assert_string_equal(mine.at[0].rev.hex, new[1].id.hex);
	mines_release(&mine);
	OK(store_alias_get(uid, s, "A-009", "story"));
	assert_string_equal(uid, UID_B);
	OK(store_outbox_list(&outbox, s));
	assert_int_equal(outbox.len, 0);
	outbox_release(&outbox);
	OK(store_operation_steps(&steps, s, op.id));
	assert_int_equal(steps.len, 1);
	assert_string_equal(steps.at[0].uid, UID_B);
	assert_true(rev_eq(&steps.at[0].before, &new[0].id));
	assert_true(rev_eq(&steps.at[0].after, &new[1].id));
	operation_steps_release(&steps);
	OK(store_verify(s));
	store_close(s);
	/* no table knows the old uid */
	is_sql("SELECT (SELECT count(*) FROM pending WHERE uid LIKE 'aaaa%')"
	       " + (SELECT count(*) FROM base WHERE uid LIKE 'aaaa%')"
	       " + (SELECT count(*) FROM commit_revision WHERE uid LIKE 'aaaa%')"
	       " + (SELECT count(*) FROM conflict_revision WHERE uid LIKE 'aaaa%')", "0");
	for (int i = 0; i < 2; i++) {
		revision_release(&old[i]);
		revision_release(&new[i]);
	}
}

/* Which of them stand, when some take back others; a key that was used. */
static void test_operations(void **state)
{
	/* 4 takes back 1, which 3 had brought back */
	static const long undoes[] = {0, 1, 2, 1, 0};
	static const bool undone[] = {true, true, false, false, false};
	struct store *s = open_store(STORE_CREATE);
	struct operations all;
	long id;

	OK(store_begin(s));
	for (int i = 0; i < 5; i++) {
		struct operation o = {.command = (char *)"edit", .author = (char *)"A",
				      .time = i, .undoes = undoes[i]};

		OK(store_operation_add(&id, s, &o, i == 4 ? "once" : NULL));
		assert_int_equal(id, i + 1);
	}
	OK(store_commit(s));
	OK(store_operation_list(&all, s, -1));
	assert_int_equal(all.len, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(all.at[4 - i].id, i + 1);
		assert_int_equal(all.at[4 - i].undoes, undoes[i]);
		assert_int_equal(all.at[4 - i].undone, undone[i]);
	}
	operations_release(&all);
	OK(store_operation_list(&all, s, 2));
	assert_int_equal(all.len, 2);
	operations_release(&all);
	OK(store_operation_retried(&id, s, "once"));
	assert_int_equal(id, 5);
	OK(store_operation_retried(&id, s, "twice"));
	assert_int_equal(id, 0);
	store_close(s);
}

static void test_view(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct revision r;
	struct art a, b;
	long artifacts, revisions, texts;

	OK(store_begin(s));
	r = make_rev(s, UID_A, "# A-001 Title\n", NULL, NULL);
	OK(store_rev_put(s, UID_A, &r));
	a = make_art(UID_A, "A-001", &r);
	b = make_art(UID_B, "A-002", NULL);
	b.deleted = true;
	OK(store_art_put(s, &a));
	OK(store_art_put(s, &b));
	OK(store_commit(s));
	OK(store_counts(&artifacts, &revisions, &texts, s));
	assert_true(artifacts == 1 && revisions == 1 && texts == 1);
	revision_release(&r);
	store_close(s);
	is_sql("SELECT group_concat(id || ' ' || title || ' ' || state) FROM artifacts WHERE "
	       "type='story'",
	       "A-001 Title DRAFT");
	is_sql("SELECT updated || ' ' || scope || dirty || conflict || ' ' || body FROM artifacts",
	       "2023-11-14T22:13:20Z A10 # A-001 Title\n");
	is_sql("SELECT group_concat(name) FROM pragma_table_info('artifacts')",
	       "id,type,scope,title,state,path,author,updated,dirty,conflict,uid,body");
}

#define MANY 10000

static void test_many(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	int64_t start = clock_monotonic_ns(), put, listed, seen_listed;
	struct arts arts;
	struct seens seens;
	long n, m, k;
	static char body[4096];

	memset(body, 'x', sizeof(body) - 1);
	OK(store_begin(s));
	for (int i = 0; i < MANY; i++) {
		scoped_free char *uid =
			mem_printf("%08x-0000-4000-8000-%012d", (unsigned)i * 2654435761u, i);
		scoped_free char *label = mem_printf("A-%05d", i);
		scoped_free char *path =
			mem_printf(".agent/stories/A/A-%05d-some-longer-slug.md", i);
		scoped_free char *text = mem_printf("# %s\n%s", label, body);
		struct revision r = make_rev(s, uid, text, NULL, NULL);
		struct art a = make_art(uid, label, &r);
		struct seen seen = {.path = path, .file = r.oid, .head = r.oid};

		a.path = path;
		a.num = MANY - i;
		OK(store_rev_put(s, uid, &r));
		OK(store_art_put(s, &a));
		OK(store_base_put(s, uid, &(struct base){.version = 1, .revision = r.id}));
		OK(store_seen_put(s, "/w/tree", &seen));
		revision_release(&r);
	}
	OK(store_commit(s));
	put = clock_monotonic_ns();
	OK(store_art_list(&arts, s, NULL));
	listed = clock_monotonic_ns();
	OK(store_seen_list(&seens, s, "/w/tree"));
	seen_listed = clock_monotonic_ns();
	assert_int_equal(arts.len, MANY);
	assert_int_equal(arts.at[0].num, 1);
	assert_int_equal(seens.len, MANY);
	OK(store_counts(&n, &m, &k, s));
	assert_true(n == MANY && m == MANY && k == MANY);
	print_message("# %d artifacts: put %lld ms, list %lld us, seen %lld us\n", MANY,
		      (long long)(put - start) / 1000000, (long long)(listed - put) / 1000,
		      (long long)(seen_listed - listed) / 1000);
	arts_release(&arts);
	seens_release(&seens);
	OK(store_verify(s));
	store_close(s);
}

/* The digest follows each change of a base, and is what counting all of them gives. */
static void test_digest(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	struct base bases[] = {
		{.version = 1, .oid = {"1111111111111111111111111111111111111111"}},
		{.version = 3, .oid = {"2222222222222222222222222222222222222222"}},
		{.version = 4, .deleted = true},
		{.version = 5, .oid = {"1111111111111111111111111111111111111111"}},
		{.version = 0},
	};
	struct sha256 kept, counted, none;

	(void)state;
	OK(store_begin(s));
	OK(store_digest(&none, s));
	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		OK(store_base_put(s, UID_A, &bases[i]));
		OK(store_base_put(s, UID_B, &bases[sizeof(bases) / sizeof(*bases) - 1 - i]));
		OK(store_digest(&kept, s));
		OK(store_meta_set(s, "digest", NULL));
		OK(store_digest(&counted, s));
		assert_string_equal(kept.hex, counted.hex);
		assert_true((strcmp(kept.hex, none.hex) == 0) == (i == 2));	/* both deleted */
	}
	OK(store_commit(s));
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_meta_and_texts),
		TEST(test_revisions),
		TEST(test_artifacts),
		TEST(test_list_order_and_filters),
		TEST(test_dirty_and_conflict),
		TEST(test_work_tree),
		TEST(test_judged),
		TEST(test_outbox_and_refusals),
		TEST(test_adopt),
		TEST(test_operations),
		TEST(test_view),
		TEST(test_many),
		TEST(test_digest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
