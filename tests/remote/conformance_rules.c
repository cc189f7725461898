/* Labels, states, approvals, lineage, and what is no request at all. Included by conformance.c. */

static void labels_are_unique(void **state)
{
	struct doc d, twin = doc_new(1), plan = doc_new(1), third = doc_new(1);

	(void)state;
	create(&d, 1);
	doc_move(&twin, "twin");
	doc_move(&third, "third");
	{
		scoped_free char *reply =
			push_ask(&bob, &twin, &(struct ask){.text = story(&twin, "DRAFT", "twin")},
				 "num_taken");

		assert_json(reply, "$.results[0].current.uid", d.uid);
		assert_json(reply, "$.results[0].current.path", d.path);
	}
	/* Unique per kind. */
	plan.kind = "plan";
	snprintf(plan.path, sizeof(plan.path), ".agent/cache/plans/CORE/CORE-001-x.md");
	must(&bob, &plan, &(struct ask){.text = story(&plan, "DRAFT", "plan")}, "applied");
	/* Imported duplicates are kept, flagged, and may go on. */
	must(&bob, &twin, &(struct ask){.text = story(&twin, "DRAFT", "twin"), .imported = true},
	     "applied");
	must(&bob, &twin, &(struct ask){.text = story(&twin, "DRAFT", "more")}, "applied");
	must(&ada, &d, &(struct ask){.text = story(&d, "DRAFT", "more")}, "applied");
	must(&ada, &third, &(struct ask){.text = story(&d, "DRAFT", "3")}, "num_taken");
	{
		scoped_free char *row = row_of(&ada, &twin);
		scoped_free char *first = row_of(&ada, &d);

		assert_json(row, "$.duplicate", "1");
		assert_json(first, "$.duplicate", NULL);
	}
	/* One path is one artifact, whatever its label says, imported or not. */
	snprintf(third.label, sizeof(third.label), "CORE-003");
	snprintf(third.path, sizeof(third.path), "%s", d.path);
	{
		scoped_free char *reply = push_ask(
			&ada, &third,
			&(struct ask){.text = story(&third, "DRAFT", "3"), .imported = true},
			"num_taken");

		assert_json(reply, "$.results[0].current.uid", d.uid);
	}
	/* A new label lifts the flag; then it is as unique as any. */
	snprintf(twin.label, sizeof(twin.label), "CORE-002");
	must(&bob, &twin, &(struct ask){.text = story(&twin, "DRAFT", "mv")}, "applied");
	snprintf(twin.label, sizeof(twin.label), "CORE-001");
	must(&bob, &twin, &(struct ask){.text = story(&twin, "DRAFT", "mv")}, "num_taken");
}

static char *lease(const struct remote *r, const char *kind, const char *scope, int count, int min)
{
	scoped_free char *request = mem_printf("{\"device\":\"d\",\"kind\":\"%s\",\"scope\":\"%s\","
					       "\"count\":%d,\"min\":%d}",
					       kind, scope, count, min);
	char *reply = NULL;

	OK(r->lease(r->ctx, &reply, request));
	return reply;
}

static void leases_never_overlap(void **state)
{
	struct {
		const struct remote *r;
		const char *kind, *scope;
		int count, min;
		const char *from, *to;
	} t[] = {
		{&ada, "story", "CORE", 5, 0, "8", "12"}, /* after CORE-007 */
		{&bob, "plan", "CORE", 5, 0, "13", "17"}, /* plans and stories share the numbers */
		{&bob, "story", "CORE", 1, 40, "40", "40"},
		{&ada, "story", "CORE", 1, 3, "41", "41"},
		{&ada, "story", "WEB", 3, 0, "1", "3"},
		{&ada, "adr", "whatever", 2, 0, "1", "2"},
		{&bob, "adr", "", 2, 0, "3", "4"},
	};
	char *reply = NULL;
	struct doc d;

	(void)state;
	create(&d, 7);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		scoped_free char *got = lease(t[i].r, t[i].kind, t[i].scope, t[i].count, t[i].min);

		assert_json(got, "$.from", t[i].from);
		assert_json(got, "$.to", t[i].to);
	}
	assert_code(ada.lease(ada.ctx, &reply, "{\"kind\":\"nonsense\",\"scope\":\"CORE\"}"),
		    ERR_REFUSED);
	assert_code(ada.lease(ada.ctx, &reply, "{\"kind\":\"story\",\"scope\":\"a b\"}"),
		    ERR_REFUSED);
	assert_code(ada.lease(ada.ctx, &reply,
			      "{\"kind\":\"story\",\"scope\":\"CORE\",\"min\":9999999999}"),
		    ERR_REFUSED);
	assert_null(reply);
}

static void transitions_and_approvals(void **state)
{
	struct doc d, other;
	char other_normative[] = ZERO_HASH;

	(void)state;
	create(&d, 1);
	must(&ada, &d,
	     &(struct ask){
		     .op = "transition", .to = "APPROVED", .text = story(&d, "APPROVED", "one")},
	     "bad_transition");
	must(&ada, &d,
	     &(struct ask){.op = "transition",
			   .to = "COMMITTED",
			   .text = story(&d, "COMMITTED", "sneaked in")},
	     "bad_op");
	must(&ada, &d,
	     &(struct ask){
		     .op = "transition", .to = "COMMITTED", .text = story(&d, "APPROVED", "one")},
	     "bad_op");
	must(&ada, &d,
	     &(struct ask){
		     .op = "transition", .to = "COMMITTED", .text = story(&d, "COMMITTED", "one")},
	     "applied");
	must(&bob, &d,
	     &(struct ask){.op = "transition",
			   .to = "APPROVED",
			   .normative = other_normative,
			   .text = story(&d, "APPROVED", "one")},
	     "stale_approval");
	must(&bob, &d,
	     &(struct ask){
		     .op = "transition", .to = "APPROVED", .text = story(&d, "APPROVED", "one")},
	     "applied");
	{
		scoped_free char *row = row_of(&ada, &d);

		assert_json(row, "$.state", "APPROVED");
		assert_json(row, "$.approval.state", "APPROVED");
		assert_json(row, "$.approval.approver", "Bob <bob@example.org>");
		assert_json(row, "$.approval.rev", "3");
		assert_json(row, "$.approval.stale", NULL);
		assert_json(row, "$.forged", "0");
	}
	/* The text changes: stale, until somebody approves again, or it is as it was. */
	must(&ada, &d, &(struct ask){.state = "APPROVED", .text = story(&d, "APPROVED", "two")},
	     "applied");
	{
		scoped_free char *row = row_of(&ada, &d);

		assert_json(row, "$.approval.stale", "1");
		assert_json(row, "$.approval.rev", "3");
	}
	must(&bob, &d,
	     &(struct ask){
		     .op = "transition", .to = "APPROVED", .text = story(&d, "APPROVED", "two")},
	     "applied");
	{
		scoped_free char *row = row_of(&ada, &d);

		assert_json(row, "$.approval.stale", NULL);
		assert_json(row, "$.approval.rev", "5");
	}
	/* Back needs a reason, and withdraws. */
	must(&ada, &d, &(struct ask){.state = "DRAFT", .text = story(&d, "DRAFT", "two")},
	     "bad_transition");
	must(&ada, &d,
	     &(struct ask){.op = "transition",
			   .to = "DRAFT",
			   .reason = "wrong plan",
			   .text = story(&d, "DRAFT", "two")},
	     "applied");
	{
		scoped_free char *row = row_of(&ada, &d);

		assert_json(row, "$.approval", NULL);
		assert_json(row, "$.state", "DRAFT");
	}
	other = doc_new(2);
	must(&ada, &other,
	     &(struct ask){.op = "transition",
			   .to = "COMMITTED",
			   .text = story(&other, "COMMITTED", "x")},
	     "bad_op");
}

/* A revert of the approval alone: the gate before it stands as it stood, for its own text only. */
static void one_gate_back(void **state)
{
	struct doc d;

	(void)state;
	create(&d, 1);
	must(&ada, &d, &(struct ask){.op = "transition", .to = "COMMITTED",
				     .text = story(&d, "COMMITTED", "one")}, "applied");
	must(&bob, &d, &(struct ask){.op = "transition", .to = "APPROVED",
				     .text = story(&d, "APPROVED", "one")}, "applied");
	must(&ada, &d, &(struct ask){.state = "COMMITTED", .text = story(&d, "COMMITTED", "one")},
	     "bad_transition");
	must(&ada, &d, &(struct ask){.state = "COMMITTED", .reason = "Revert \"approve\"",
				     .text = story(&d, "COMMITTED", "one")}, "applied");
	{
		scoped_free char *row = row_of(&bob, &d);

		assert_json(row, "$.approval.state", "COMMITTED");
		assert_json(row, "$.approval.approver", "Ada <ada@example.org>");
		assert_json(row, "$.approval.rev", "2");
		assert_json(row, "$.forged", "0");
	}
	must(&bob, &d, &(struct ask){.op = "transition", .to = "APPROVED",
				     .text = story(&d, "APPROVED", "one")}, "applied");
	must(&ada, &d, &(struct ask){.state = "COMMITTED", .reason = "and another text",
				     .text = story(&d, "COMMITTED", "two")}, "applied");
	{
		scoped_free char *row = row_of(&bob, &d);

		assert_json(row, "$.approval", NULL);
		assert_json(row, "$.forged", "1");
	}
	/* not what was taken back in between */
	must(&ada, &d, &(struct ask){.state = "DRAFT", .reason = "wrong",
				     .text = story(&d, "DRAFT", "one")}, "applied");
	must(&ada, &d, &(struct ask){.state = "COMMITTED", .text = story(&d, "COMMITTED", "one")},
	     "applied");
	{
		scoped_free char *row = row_of(&bob, &d);

		assert_json(row, "$.approval", NULL);
		assert_json(row, "$.forged", "1");
	}
}

/* What a client writes on record is in the answer, also when the first answer was lost. */
static void an_approval_is_acknowledged(void **state)
{
	struct doc d, next;
	struct ask ask = {.op = "transition", .to = "COMMITTED"};
	scoped_free char *op = NULL, *first = NULL, *second = NULL, *head = NULL, *row = NULL;

	(void)state;
	create(&d, 1);
	ask.text = story(&d, "COMMITTED", "one");
	op = op_make(&next, &d, &ask);
	first = push_op(&ada, op);
	OK(ada.head(ada.ctx, &head));
	row = row_of(&bob, &next);
	{
		scoped_free char *chain = json_at(head, "$.hash");
		scoped_free char *normative = json_at(row, "$.approval.normative");

		assert_json(first, "$.results[0].approval.state", "COMMITTED");
		assert_json(first, "$.results[0].approval.approver", "Ada <ada@example.org>");
		assert_json(first, "$.results[0].approval.rev", "2");
		assert_json(first, "$.results[0].approval.hash", chain);
		assert_json(first, "$.results[0].approval.normative", normative);
		assert_json(row, "$.approval.hash", chain);
		must(&ada, &next, &(struct ask){.text = story(&d, "COMMITTED", "two")}, "applied");
		second = push_op(&ada, op);
		assert_json(second, "$.results[0].dup", "1");
		assert_json(second, "$.results[0].approval.hash", chain);
		assert_json(second, "$.results[0].approval.normative", normative);
	}
}

static void forged_and_imported_states(void **state)
{
	struct doc typed, import = doc_new(2), lied = doc_new(3);

	(void)state;
	create(&typed, 1);
	must(&ada, &typed,
	     &(struct ask){.state = "DRAFT", .text = story(&typed, "COMMITTED", "one")}, "applied");
	must(&ada, &import,
	     &(struct ask){.state = "APPROVED", .text = story(&import, "APPROVED", "one")},
	     "applied");
	must(&ada, &lied, &(struct ask){.state = "DRAFT", .text = story(&lied, "APPROVED", "one")},
	     "applied");
	{
		scoped_free char *a = row_of(&bob, &typed);
		scoped_free char *b = row_of(&bob, &import);
		scoped_free char *c = row_of(&bob, &lied);

		assert_json(a, "$.forged", "1");
		assert_json(a, "$.state", "DRAFT");
		assert_json(a, "$.approval", NULL);
		assert_json(b, "$.forged", "0");
		assert_json(b, "$.approval.imported", "1");
		assert_json(b, "$.approval.state", "APPROVED");
		assert_json(c, "$.forged", "1");
	}
	/* A legal step that nobody recorded as a transition is no approval either. */
	must(&ada, &typed,
	     &(struct ask){.state = "COMMITTED", .text = story(&typed, "COMMITTED", "two")},
	     "applied");
	{
		scoped_free char *row = row_of(&bob, &typed);

		assert_json(row, "$.forged", "1");
		assert_json(row, "$.approval", NULL);
	}
	must(&bob, &typed,
	     &(struct ask){.op = "transition",
			   .to = "COMMITTED",
			   .text = story(&typed, "COMMITTED", "two")},
	     "applied");
	{
		scoped_free char *row = row_of(&bob, &typed);

		assert_json(row, "$.forged", "0");
		assert_json(row, "$.approval.state", "COMMITTED");
	}
}

/* A valid op with one string replaced by another of any length. */
static void must_edited(struct doc *d, const struct ask *ask, const char *from, const char *to,
			const char *status)
{
	scoped_free char *op = op_make(NULL, d, ask);
	char *at = strstr(op, from);
	scoped_free char *edited = NULL, *reply = NULL;

	if (!at)
		fail_msg("no %s in %s", from, op);
	edited = mem_printf("%.*s%s%s", (int)(at - op), op, to, at + strlen(from));
	reply = push_op(&ada, edited);
	assert_json(reply, "$.results[0].status", status);
}

static void lineage_is_checked(void **state)
{
	struct doc d, unknown = doc_new(2), far = doc_new(3);
	struct ask ask = {.text = NULL};
	char text[4096];

	(void)state;
	create(&d, 1);
	snprintf(text, sizeof(text), "%s", story(&d, "DRAFT", "next"));
	ask.text = text;
	must_edited(&d, &ask, "next", "other", "bad_oid");
	must_edited(&d, &ask, "\"sha256\":\"", "\"sha256\":\"00", "bad_op");
	must_edited(&d, &ask, "\"author\":\"Ada", "\"author\":\"Eve", "bad_op");
	must_edited(&d, &ask, "\"how\":\"edit\"", "\"how\":\"magic\"", "bad_op");
	must_edited(&d, &ask, "\"path\":\".agent/cache/stories", "\"path\":\"../../stories",
		    "bad_op");
	must_edited(&d, &ask, "\"kind\":\"story\"", "\"kind\":\"plan\"", "bad_op");
	must_edited(&d, &ask, "\"kind\":\"story\"", "\"kind\":\"nonsense\"", "bad_op");
	must_edited(&d, &ask, "\"lineage\":[", "\"lineage\":[],\"x\":[", "bad_op");
	must_edited(&d, &ask, "next", "\\u0000", "bad_op");
	must_edited(&d, &ask, "next", "\\ud800", "bad_op");
	must_edited(&d, &ask, "next", "\xff\xfe", "bad_op");
	must_edited(&d, &ask, "\"op\":\"put\"", "\"op\":\"putt\"", "bad_op");
	must_edited(&d, &ask, "\"base_version\":1", "\"base_version\":\"1\"", "bad_op");
	must_edited(&d, &ask, "\"base_version\":1", "\"base_version\":1e400", "bad_op");
	must(&ada, &d, &(struct ask){.text = "unseen text", .no_text = true}, "bad_op");
	/* On a base nobody knows: by version, and by lineage. */
	unknown.version = 3;
	memset(unknown.rev.hex, 'a', SHA256_HEX);
	must(&ada, &unknown, &(struct ask){.text = "x"}, "unknown_base");
	memset(far.rev.hex, 'b', SHA256_HEX);
	ask.text = "y";
	{
		scoped_free char *base = mem_printf("\"base_revision\":\"%s\"", far.rev.hex);

		must_edited(&far, &ask, base, "\"base_revision\":\"\"", "unknown_base");
	}
	/* A root of its own does not contain the base: it would drop what others wrote. */
	{
		scoped_free char *base = mem_printf("\"base_revision\":\"%s\"", d.rev.hex);
		struct doc rootless = d;

		rootless.rev.hex[0] = '\0';
		must_edited(&rootless, &ask, "\"base_revision\":\"\"", base, "bad_op");
	}
	assert_int_equal(head_rev(&ada), 1);
	/* The text may be left out when the remote has it already. */
	snprintf(text, sizeof(text), "%s", d.text);
	must(&ada, &d, &(struct ask){.text = text, .no_text = true}, "applied");
}

/* What is no document at all is refused; what is no op is a bad op; nothing crashes or is written.
 */
static void hostile_requests(void **state)
{
	scoped_free char *deep = mem_alloc(200001);
	scoped_free char *deep_ops = NULL;
	const char *requests[] = {
		"",
		"null",
		"[]",
		"7",
		"\"x\"",
		"{",
		"{\"ops\":7}",
		"{\"ops\":{\"0\":{}}}",
		"{}{}",
		"{\"since\":\"1\",\"ops\":[]}",
		"{\"since\":-1,\"ops\":[]}",
		"{\"since\":1.5,\"ops\":[]}",
		"{\"since\":99999999999999999999,\"ops\":[]}",
		"{\"epoch\":{},\"ops\":[]}",
		"{\"atomic\":[],\"ops\":[]}",
		"{\"ops\":[],\"ops\":[]}",
		"{\"epoch\":\"a\",\"epoch\":\"b\",\"ops\":[]}",
		NULL,
		NULL,
	};
	const char *ops[] = {
		"null",
		"7",
		"[]",
		"\"op\"",
		"{}",
		"{\"op_id\":null}",
		"{\"op_id\":{}}",
		"{\"op_id\":\"x\"}",
		"{\"op_id\":\"x\",\"op\":\"put\",\"uid\":\"' OR 1=1 --\"}",
		"[[[[[[[[]]]]]]]]",
		"{\"op_id\":\"x\",\"op\":\"put\",\"uid\":\"00000000-0000-4000-8000-000000000000\","
		"\"base_version\":0,\"revision\":\"" ZERO_HASH
		"\",\"oid\":\"0000000000000000000000000000000000000000\","
		"\"kind\":\"story\",\"label\":\"CORE-001\",\"lineage\":[null,7,{},[]]}",
		"{\"op_id\":\"x\",\"op\":\"put\",\"uid\":\"00000000-0000-4000-8000-000000000000\","
		"\"base_version\":0,\"revision\":\"" ZERO_HASH
		"\",\"oid\":\"0000000000000000000000000000000000000000\","
		"\"kind\":\"story\",\"label\":\"CORE-001\",\"lineage\":[{\"id\":\"" ZERO_HASH
		"\",\"parents\":[[],{}],"
		"\"path\":\"x\",\"how\":\"edit\"}]}",
	};
	char *reply = NULL;
	size_t last = sizeof(requests) / sizeof(*requests);

	(void)state;
	memset(deep, '[', 100000);
	memset(deep + 100000, ']', 100000);
	deep_ops = mem_printf("{\"ops\":%s}", deep);
	requests[last - 2] = deep;
	requests[last - 1] = deep_ops;
	for (size_t i = 0; i < last; i++) {
		assert_code(ada.push(ada.ctx, &reply, requests[i]), ERR_REFUSED);
		if (!strstr(requests[i], "ops"))
			assert_code(ada.pull(ada.ctx, &reply, requests[i]), ERR_REFUSED);
	}
	assert_code(ada.bodies(ada.ctx, &reply, "{\"uids\":[{}]}"), ERR_REFUSED);
	assert_code(ada.bodies(ada.ctx, &reply, "{}"), ERR_REFUSED);
	assert_code(ada.history(ada.ctx, &reply, "{\"uid\":[]}"), ERR_REFUSED);
	assert_code(ada.claim(ada.ctx, &reply, "{\"minutes\":5}"), ERR_REFUSED);
	assert_null(reply);
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		scoped_free char *got = push_op(&ada, ops[i]);

		assert_json(got, "$.results[0].status", "bad_op");
	}
	assert_int_equal(head_rev(&ada), 0);
}
