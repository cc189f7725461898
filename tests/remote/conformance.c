/* See conformance.h. Every test starts on an empty project with two clients, ada and bob. */
#include "conformance.h"

#include "conformance_doc.c"
#include "conformance_log.c"

static struct conformance conf;
static struct kinds *conf_kinds;
static struct remote ada, bob;

static int conf_setup(void **state)
{
	const char *row = *state;

	if (!conf_kinds)
		conf_kinds = kinds_new();
	if (!reader)
		assert_int_equal(sqlite3_open(":memory:", &reader), SQLITE_OK);
	OK(conf.fresh(conf.ctx));
	OK(conf.open(&ada, conf.ctx, "Ada <ada@example.org>", conf_kinds));
	OK(conf.open(&bob, conf.ctx, "Bob <bob@example.org>", conf_kinds));
	log_remote(&ada, "ada", row);
	log_remote(&bob, "bob", row);
	return 0;
}

static int conf_teardown(void **state)
{
	(void)state;
	if (ada.ctx)
		ada.close(ada.ctx);
	if (bob.ctx)
		bob.close(bob.ctx);
	ada = bob = (struct remote){0};
	return 0;
}

static void conf_end(void)
{
	kinds_free(conf_kinds);
	sqlite3_close(reader);
	conf_kinds = NULL;
	reader = NULL;
}

static char *head_of(const struct remote *r)
{
	char *reply = NULL;

	OK(r->head(r->ctx, &reply));
	return reply;
}

static int64_t head_rev(const struct remote *r)
{
	scoped_free char *head = head_of(r);

	return json_int_at(head, "$.head");
}

static void create(struct doc *d, int num)
{
	*d = doc_new(num);
	must(&ada, d, &(struct ask){.text = story(d, "DRAFT", "one")}, "applied");
}

static void a_create_is_pulled(void **state)
{
	struct doc d;

	(void)state;
	{
		scoped_free char *empty = pull_all(&bob);

		assert_int_equal(json_len(empty, "$.rows"), 0);
		assert_json(empty, "$.digest", ZERO_HASH);
		assert_json(empty, "$.more", "0");
	}
	create(&d, 1);
	{
		scoped_free char *page = pull_all(&bob);
		scoped_free char *row = json_at(page, "$.rows[0]");
		scoped_free char *hash = json_at(page, "$.next_hash");
		scoped_free char *epoch = json_at(page, "$.epoch");
		scoped_free char *again = pull_from(&bob, epoch, 1, hash, 10, 1000);

		assert_json(row, "$.uid", d.uid);
		assert_json(row, "$.label", "CORE-001");
		assert_json(row, "$.scope", "CORE");
		assert_json(row, "$.num", "1");
		assert_json(row, "$.path", d.path);
		assert_json(row, "$.state", "DRAFT");
		assert_json(row, "$.title", "A story");
		assert_json(row, "$.version", "1");
		assert_json(row, "$.revision", d.rev.hex);
		assert_json(row, "$.deleted", "0");
		assert_json(row, "$.approval", NULL);
		assert_json(row, "$.forged", "0");
		assert_json(row, "$.author", "Ada <ada@example.org>");
		assert_json(row, "$.lineage[0].text", d.text);
		assert_json(row, "$.lineage[0].how", "edit");
		assert_int_equal(json_len(again, "$.rows"), 0);
		assert_json(again, "$.next", "1");
	}
}

static void a_request_twice_is_one_revision(void **state)
{
	struct doc d = doc_new(1), next;
	struct ask ask = {.text = story(&d, "DRAFT", "one"),
			  .op_id = "11111111-1111-4111-8111-111111111111"};
	scoped_free char *op = op_make(&next, &d, &ask);
	scoped_free char *first = push_op(&ada, op);
	scoped_free char *second = push_op(&ada, op);
	struct doc other = doc_new(2);
	struct ask reuse = {.text = story(&other, "DRAFT", "x"), .op_id = ask.op_id};

	(void)state;
	assert_json(first, "$.results[0].dup", "0");
	assert_json(second, "$.results[0].status", "applied");
	assert_json(second, "$.results[0].dup", "1");
	assert_json(second, "$.results[0].version", "1");
	assert_json(second, "$.results[0].rev", "1");
	must(&ada, &other, &reuse, "op_reused");
	assert_int_equal(head_rev(&bob), 1);
	/* The answer was lost, and others went on meanwhile: still the same answer. */
	must(&bob, &next, &(struct ask){.text = story(&d, "DRAFT", "two")}, "applied");
	{
		scoped_free char *third = push_op(&ada, op);

		assert_json(third, "$.results[0].dup", "1");
		assert_json(third, "$.results[0].version", "1");
	}
	assert_int_equal(head_rev(&ada), 2);
}

static void two_clients_one_base(void **state)
{
	struct doc d, hers, his;

	(void)state;
	create(&d, 1);
	hers = his = d;
	must(&ada, &hers, &(struct ask){.text = story(&d, "DRAFT", "hers")}, "applied");
	{
		scoped_free char *reply = push_ask(
			&bob, &his, &(struct ask){.text = story(&d, "DRAFT", "his")}, "conflict");

		assert_json(reply, "$.results[0].current.revision", hers.rev.hex);
		assert_json(reply, "$.results[0].current.version", "2");
		assert_json(reply, "$.results[0].current.lineage[1].text", hers.text);
	}
	/* The right version on the wrong revision is a conflict as well. */
	his.version = 2;
	must(&bob, &his, &(struct ask){.text = story(&d, "DRAFT", "his")}, "conflict");
	assert_int_equal(head_rev(&ada), 2);
}

/* 100 ops: the 40th stands on an old base, the 41st is of the same artifact. */
static void hundred(struct strs *ops, struct doc *behind)
{
	struct doc d = *behind, next;

	for (int i = 1; i <= 100; i++) {
		char *op;

		if (i == 40 || i == 41) {
			op = op_make(&next, &d, &(struct ask){.text = story(&d, "DRAFT", "late")});
			d = next;
		} else {
			struct doc fresh = doc_new(100 + i);

			op = op_make(NULL, &fresh,
				     &(struct ask){.text = story(&fresh, "DRAFT", "x")});
		}
		strs_take(ops, op);
	}
}

static void a_batch_of_100(void **state)
{
	scoped(strs_release) struct strs ops = {0};
	struct doc d, old;
	scoped_free char *reply = NULL;
	int applied = 0;

	(void)state;
	create(&d, 1);
	old = d;
	must(&bob, &d, &(struct ask){.text = story(&d, "DRAFT", "two")}, "applied");
	hundred(&ops, &old);
	reply = push(&ada, &ops, false);
	for (int i = 0; i < 100; i++) {
		scoped_free char *status = json_at(reply, "$.results[%d].status", i);

		applied += strcmp(status, "applied") == 0;
	}
	assert_int_equal(applied, 98);
	assert_json(reply, "$.results[39].status", "conflict");
	assert_json(reply, "$.results[40].status", "skipped_dependency");
	assert_int_equal(head_rev(&bob), 100);
}

static void atomic_is_all_or_nothing(void **state)
{
	scoped(strs_release) struct strs ops = {0}, good = {0};
	struct doc d, old, a = doc_new(300), b;
	scoped_free char *reply = NULL, *before = NULL, *after = NULL, *fine = NULL;

	(void)state;
	create(&d, 1);
	old = d;
	must(&bob, &d, &(struct ask){.text = story(&d, "DRAFT", "two")}, "applied");
	hundred(&ops, &old);
	before = pull_all(&ada);
	reply = push(&ada, &ops, true);
	after = pull_all(&ada);
	assert_json(reply, "$.atomic_failed", "1");
	assert_json(reply, "$.results[39].status", "conflict");
	assert_json(reply, "$.results[0].status", "skipped_dependency");
	assert_json(reply, "$.head", "2");
	assert_string_equal(before, after);
	strs_take(&good, op_make(&b, &a, &(struct ask){.text = story(&a, "DRAFT", "1")}));
	strs_take(&good, op_make(NULL, &b, &(struct ask){.text = story(&a, "DRAFT", "2")}));
	fine = push(&ada, &good, true);
	assert_json(fine, "$.atomic_failed", NULL);
	assert_json(fine, "$.results[1].version", "2");
	assert_int_equal(head_rev(&bob), 4);
}

#define DOCS 30

/* Somebody writes between the pages: rows are passed over, and still nothing is missing at the end.
 */
static void pages_miss_nothing(void **state)
{
	static struct doc docs[DOCS];
	struct replica *p = mem_alloc(sizeof(*p));
	const char *given = getenv("GIT_AGENT_SEED");
	unsigned seed = given ? (unsigned)atol(given) : (unsigned)clock_monotonic_ns();
	bool more = true;

	(void)state;
	print_message("# GIT_AGENT_SEED=%u\n", seed);
	srand(seed);
	for (int i = 0; i < DOCS; i++)
		create(&docs[i], i + 1);
	for (int round = 0; round < 20 && more; round++) {
		more = replica_page(p, &bob, 7);
		for (int k = 0; k < 4 && round < 8; k++) {
			struct doc *d = &docs[rand() % DOCS];
			char body[32];

			snprintf(body, sizeof(body), "%d", rand());
			must(&ada, d, &(struct ask){.text = story(d, "DRAFT", body)}, "applied");
		}
	}
	while (more)
		more = replica_page(p, &bob, 7);
	while (replica_page(p, &bob, 7))
		;
	assert_true(p->pages > 3);
	assert_int_equal(p->since, head_rev(&ada));
	assert_int_equal(p->uids.len, DOCS);
	for (int i = 0; i < DOCS; i++)
		assert_int_equal(p->at[replica_slot(p, docs[i].uid)].version, docs[i].version);
	replica_check(p);
	replica_release(p);
	free(p);
}

static void a_page_has_at_least_one_row(void **state)
{
	struct doc d;

	(void)state;
	for (int i = 1; i <= 3; i++)
		create(&d, i);
	{
		scoped_free char *page = pull_from(&bob, NULL, 0, "", 200, 10);
		scoped_free char *none = pull_from(&bob, NULL, 0, "", -5, -5);

		assert_int_equal(json_len(page, "$.rows"), 1);
		assert_json(page, "$.more", "1");
		assert_json(page, "$.next", "1");
		assert_int_equal(json_len(none, "$.rows"), 1);
	}
}

static void deletion_and_edit(void **state)
{
	struct replica *p = mem_alloc(sizeof(*p));
	struct doc d, his, twin;

	(void)state;
	create(&d, 1);
	his = d;
	must(&ada, &d, &(struct ask){.op = "delete"}, "applied");
	{
		scoped_free char *reply = push_ask(
			&bob, &his, &(struct ask){.text = story(&d, "DRAFT", "his")}, "conflict");

		assert_json(reply, "$.results[0].current.deleted", "1");
		assert_json(reply, "$.results[0].current.oid", "");
		/* The text before the deletion is there for whoever wants it back. */
		assert_json(reply, "$.results[0].current.lineage[0].text", his.text);
	}
	/* Another deletion may bring what somebody wrote before it; a change of state may not. */
	must(&ada, &d, &(struct ask){.op = "delete"}, "applied");
	must(&ada, &d,
	     &(struct ask){.op = "transition", .text = story(&d, "REVIEW", ""), .to = "REVIEW"},
	     "conflict");
	while (replica_page(p, &bob, 10))
		;
	replica_check(p);
	assert_string_equal(p->digest, ZERO_HASH);
	/* Its label is free, and who comes back on the tombstone has to find another one. */
	twin = doc_new(1);
	must(&bob, &twin, &(struct ask){.text = story(&d, "DRAFT", "twin")}, "applied");
	must(&ada, &d, &(struct ask){.text = story(&d, "DRAFT", "back")}, "num_taken");
	snprintf(d.label, sizeof(d.label), "CORE-009");
	doc_move(&d, "back");
	must(&ada, &d, &(struct ask){.text = story(&d, "DRAFT", "back")}, "applied");
	/* Edited there, deleted here. */
	his = d;
	must(&bob, &his, &(struct ask){.text = story(&d, "DRAFT", "edited")}, "applied");
	must(&ada, &d, &(struct ask){.op = "delete"}, "conflict");
	while (replica_page(p, &bob, 10))
		;
	replica_check(p);
	replica_release(p);
	free(p);
}

static void cursors_that_are_not_ours(void **state)
{
	struct doc d;
	scoped_free char *page = NULL, *hash = NULL, *epoch = NULL;

	(void)state;
	create(&d, 1);
	page = pull_all(&bob);
	hash = json_at(page, "$.next_hash");
	epoch = json_at(page, "$.epoch");
	{
		scoped_free char *a =
			pull_from(&bob, "00000000-0000-4000-8000-000000000000", 1, hash, 9, 999);
		scoped_free char *b = pull_from(&bob, epoch, 2, hash, 9, 999);
		scoped_free char *c = pull_from(&bob, epoch, 1, ZERO_HASH, 9, 999);
		scoped_free char *e = pull_from(&bob, epoch, 1, "nonsense", 9, 999);
		scoped_free char *f = NULL, *g = NULL;
		scoped_free char *push_far =
			mem_printf("{\"device\":\"d\",\"epoch\":\"%s\",\"since\":7,"
				   "\"since_hash\":\"%s\",\"atomic\":false,\"ops\":[]}",
				   epoch, hash);
		scoped_free char *push_fine =
			mem_printf("{\"device\":\"d\",\"epoch\":\"%s\",\"since\":1,"
				   "\"since_hash\":\"%s\",\"atomic\":false,\"ops\":[]}",
				   epoch, hash);

		assert_json(a, "$.reset", "epoch");
		assert_json(b, "$.reset", "ahead_of_server");
		assert_json(c, "$.reset", "history_diverged");
		assert_json(e, "$.reset", "history_diverged");
		assert_json(a, "$.epoch", epoch);
		assert_json(a, "$.head", "1");
		OK(bob.push(bob.ctx, &f, push_far));
		assert_json(f, "$.reset", "ahead_of_server");
		OK(bob.push(bob.ctx, &g, push_fine));
		assert_json(g, "$.reset", NULL);
		assert_json(g, "$.head_hash", hash);
	}
}

static void reading_calls(void **state)
{
	struct doc a, b;
	scoped_free char *manifest = NULL, *bodies = NULL, *history = NULL, *head = head_of(&ada);
	scoped_free char *request = NULL;

	(void)state;
	assert_json(head, "$.proto", "1");
	assert_json(head, "$.head", "0");
	assert_json(head, "$.min_rev", "0");
	create(&a, 1);
	create(&b, 2);
	must(&bob, &a, &(struct ask){.text = story(&a, "DRAFT", "two"), .reason = "why"},
	     "applied");
	must(&bob, &b, &(struct ask){.op = "delete"}, "applied");
	OK(ada.manifest(ada.ctx, &manifest, "{}"));
	assert_int_equal(json_len(manifest, "$.rows"), 2);
	assert_json(manifest, "$.head", "4");
	assert_json(manifest, "$.rows[0].uid", a.uid);
	assert_json(manifest, "$.rows[0].deleted", "0");
	assert_json(manifest, "$.rows[0].revision", a.rev.hex);
	assert_json(manifest, "$.rows[1].deleted", "1");
	request = mem_printf("{\"uids\":[\"%s\",\"nobody\",\"%s\"]}", b.uid, a.uid);
	OK(ada.bodies(ada.ctx, &bodies, request));
	assert_int_equal(json_len(bodies, "$.rows"), 2);
	assert_int_equal(json_len(bodies, "$.rows[1].lineage"), 2);
	assert_json(bodies, "$.rows[1].lineage[1].text", a.text);
	free(request);
	request = mem_printf("{\"uid\":\"%s\"}", a.uid);
	OK(ada.history(ada.ctx, &history, request));
	assert_int_equal(json_len(history, "$.rows"), 2);
	assert_json(history, "$.rows[1].actor", "Bob <bob@example.org>");
	assert_json(history, "$.rows[1].version", "2");
	assert_json(history, "$.rows[1].reason", "why");
	assert_json(history, "$.rows[0].state_from", NULL);
	assert_json(history, "$.rows[1].revision", a.rev.hex);
	free(request);
	free(history);
	request = mem_printf("{\"uid\":\"%s\"}", b.uid);
	OK(ada.history(ada.ctx, &history, request));
	{
		scoped_free char *now = head_of(&ada), *hash = json_at(now, "$.hash");

		assert_json(history, "$.rows[1].hash", hash);
	}
}

static char *claim(const struct remote *r, const char *device, const char *uid, int minutes)
{
	scoped_free char *request =
		mem_printf("{\"device\":\"%s\",\"uid\":\"%s\",\"who\":\"%s's\",\"minutes\":%d}",
			   device, uid, device, minutes);
	char *reply = NULL;

	OK(r->claim(r->ctx, &reply, request));
	return reply;
}

static void claims_and_acks(void **state)
{
	struct doc d;
	char *ack = NULL;

	(void)state;
	create(&d, 1);
	{
		scoped_free char *one = claim(&ada, "laptop", d.uid, 10);
		scoped_free char *two = claim(&bob, "desk", d.uid, 20);
		scoped_free char *gone = claim(&ada, "laptop", d.uid, 0);

		assert_int_equal(json_len(one, "$.claims"), 1);
		assert_int_equal(json_len(two, "$.claims"), 2);
		assert_int_equal(json_len(gone, "$.claims"), 1);
		assert_json(gone, "$.claims[0].who", "desk's");
		assert_json(gone, "$.claims[0].device", "desk");
	}
	OK(ada.ack(ada.ctx, &ack, "{\"device\":\"laptop\",\"rev\":1}"));
	assert_string_equal(ack, "{}");
	free(ack);
	ack = NULL;
	assert_code(ada.ack(ada.ctx, &ack, "{\"device\":\"laptop\"}"), ERR_REFUSED);
}

#include "conformance_rules.c"
